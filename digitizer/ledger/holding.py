"""What is shown to whom, and until when: two people never get the same cell or field."""

import time
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, bindparam, delete, exists, extract, func, insert, select, update

from digitizer.ledger.revisions import lock_writers
from digitizer.ledger.schema import review_leases

WHOLE = -1
"""In place of the position: a whole field is held."""


def end_old_leases(connection: Connection) -> None:
    """Let go of all that was held for too long."""
    connection.execute(delete(review_leases).where(review_leases.c.until < _now_s(connection)))


def others_hold(field_id: ColumnElement[int], position: ColumnElement[int] | int, reviewer: str) -> ColumnElement[bool]:
    """Say which cells, or with `WHOLE` which fields, other people are shown now."""
    own_row = (review_leases.c.field_id == field_id, review_leases.c.position == position)
    return exists().where(*own_row, review_leases.c.reviewer != reviewer)


def hold(connection: Connection, places: Sequence[tuple[int, int]], reviewer: str, lease_s: float) -> None:
    """Keep others from cells and fields, which nobody else holds: ids of fields, and positions."""
    if not places:
        return
    of_place = (review_leases.c.field_id == bindparam("of"), review_leases.c.position == bindparam("at"))
    connection.execute(delete(review_leases).where(*of_place), [{"of": of, "at": at} for of, at in places])
    until = _now_s(connection) + lease_s
    rows = [{"field_id": of, "position": at, "reviewer": reviewer, "until": until} for of, at in places]
    connection.execute(insert(review_leases), rows)


def let_go(connection: Connection, places: Sequence[tuple[int, int | None]]) -> None:
    """Hold cells no longer, and fields (whose position is None) with all their cells; whoever does."""
    of_field = review_leases.c.field_id == bindparam("of")
    of_cell = of_field & (review_leases.c.position == bindparam("at"))
    if of_cells := [{"of": of, "at": at} for of, at in places if at is not None]:
        connection.execute(delete(review_leases).where(of_cell), of_cells)
    if of_fields := [{"of": of} for of, at in places if at is None]:
        connection.execute(delete(review_leases).where(of_field), of_fields)


def release(connection: Connection, reviewer: str) -> None:
    """Give back all that a reviewer holds."""
    lock_writers(connection)
    connection.execute(delete(review_leases).where(review_leases.c.reviewer == reviewer))


def renew(connection: Connection, reviewer: str, lease_s: float) -> None:
    """Hold on to all that a reviewer holds.

    So is what has run out, unless somebody else was given it: then it is theirs, for who is given something takes the
    row of whoever held it.
    """
    # In turn with those who decide: they take the same rows in another order.
    lock_writers(connection)
    own = review_leases.c.reviewer == reviewer
    connection.execute(update(review_leases).where(own).values(until=_now_s(connection) + lease_s))


def _now_s(connection: Connection) -> float:
    """Return the time by a clock that all share who share the ledger."""
    if connection.dialect.name == "postgresql":
        return float(connection.execute(select(extract("epoch", func.clock_timestamp()))).scalar_one())
    return time.time()

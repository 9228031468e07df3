"""The version of a ledger's tables, and the steps that bring an older ledger up to date."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, Connection, Table, insert, inspect, select, text, update
from sqlalchemy.schema import CreateColumn

from digitizer.document import FieldStatus
from digitizer.errors import LedgerError, LedgerVersionError
from digitizer.ledger.dealt import dealt_checks
from digitizer.ledger.reviewed import fields_of_ids, write
from digitizer.ledger.schema import METADATA, cells, events, fields, meta, review_leases

_AT_ONCE = 500
"""Fields that are looked at in one go."""


def _to_review(connection: Connection) -> None:
    """Make version 2: what people decide, and what waits for them."""
    for column in (fields.c.read_cells, fields.c.look, cells.c.open, cells.c.decided):
        _add_column(connection, column)
    for table in (events, review_leases):
        table.create(connection)
    connection.execute(text("DROP INDEX cells_symbol"))
    _add_indices(connection, fields, cells)
    last = 0
    while ids := _next_in_review(connection, last):
        write(connection, fields_of_ids(connection, ids))
        last = ids[-1]


def _to_checks(connection: Connection) -> None:
    """Make version 3: known answers on sheets, what reviewers said of them, and which network people corrected."""
    for column in (events.c.truth, events.c.model):
        _add_column(connection, column)
    dealt_checks.create(connection, checkfirst=True)
    _add_indices(connection, cells, events)


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_to_review, _to_checks)
"""The first makes version 2 of version 1, and so on; each is a part of one transaction.

A step makes tables and indices as they are now, so that a later one may find its part done.
"""


def current_version() -> int:
    """Return the version of the tables above."""
    return 1 + len(MIGRATIONS)


def stored_version(connection: Connection) -> int | None:
    """Return the version of a ledger, None for an empty database.

    Raises
    ------
    LedgerError
        If the database holds something else.
    """
    names = inspect(connection).get_table_names()
    if not names:
        return None
    if meta.name not in names:
        raise LedgerError("The database holds tables, but no ledger. Give it an empty one, or move that file away.")
    return int(connection.execute(select(meta.c.version)).scalar_one())


def check_version(version: int) -> None:
    """Raise `LedgerVersionError` if a newer digitizer made the ledger."""
    if version > current_version():
        raise LedgerVersionError(
            f"A newer digitizer made this ledger (version {version}; this one knows {current_version()}). "
            "Upgrade digitizer, or choose another --out."
        )


def bring_up_to_date(connection: Connection) -> None:
    """Make the tables in an empty database, or migrate an older ledger; the caller's transaction holds all of it."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('digitizer ledger: tables'))"))
    version = stored_version(connection)
    if version is None:
        METADATA.create_all(connection)
        connection.execute(insert(meta).values(id=1, version=current_version(), revision=0))
        return
    check_version(version)
    for step in MIGRATIONS[version - 1 :]:
        step(connection)
    if version < current_version():
        connection.execute(update(meta).values(version=current_version()))


def _add_column(connection: Connection, column: Column[Any]) -> None:
    if column.name in {each["name"] for each in inspect(connection).get_columns(column.table.name)}:
        return
    told = CreateColumn(column).compile(dialect=connection.dialect)
    connection.execute(text(f"ALTER TABLE {column.table.name} ADD COLUMN {told}"))


def _add_indices(connection: Connection, *tables: Table) -> None:
    for table in tables:
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def _next_in_review(connection: Connection, after: int) -> list[int]:
    """Return some fields of higher ids that wait for review."""
    query = select(fields.c.id).where(fields.c.id > after, fields.c.status == FieldStatus.REVIEW.value)
    return list(connection.execute(query.order_by(fields.c.id).limit(_AT_ONCE)).scalars())

"""Who reads which scan now, where several machines share a ledger."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Double, cast, delete, extract, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from digitizer.ledger.revisions import in_parts, lock_writers
from digitizer.ledger.schema import leases, scans


def claim(connection: Connection, digests: Sequence[str], owner: str, seconds: float, since: int) -> set[str]:
    """Take what nobody else holds (see `Ledger.claim`). PostgreSQL only."""
    lock_writers(connection)
    claimed: set[str] = set()
    until = _now() + seconds
    for part in in_parts(digests):
        newer = select(scans.c.sha256).where(scans.c.sha256.in_(part), scans.c.revision > since)
        done = set(connection.execute(newer).scalars())
        rows = [{"sha256": digest, "owner": owner, "until": until} for digest in part if digest not in done]
        if rows:
            query = insert(leases).values(rows)
            free = or_(leases.c.owner == owner, leases.c.until < _now())
            taken = query.on_conflict_do_update(
                index_elements=[leases.c.sha256], set_={"owner": owner, "until": until}, where=free
            ).returning(leases.c.sha256)
            claimed.update(connection.execute(taken).scalars())
    return claimed


def release(connection: Connection, owner: str) -> None:
    """Give back all that somebody holds."""
    connection.execute(delete(leases).where(leases.c.owner == owner))


def _now() -> ColumnElement[float]:
    """Return the time by the clock that all share: the database's."""
    return cast(extract("epoch", func.clock_timestamp()), Double)

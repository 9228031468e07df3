"""Counts of what a ledger holds, made by the database: they take no memory, and no time to speak of."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, extract, func, select, text

from digitizer.document import FieldStatus, PageStatus
from digitizer.ledger.records import DUPLICATE, PURGED
from digitizer.ledger.schema import entries, fields, leases, pages, scans, shown

Counts = dict[str, dict[str, int]]
"""By status and reason."""


def scans_that(connection: Connection, condition: ColumnElement[bool]) -> int:
    """Count the scans for which something is so."""
    return int(connection.execute(select(func.count()).select_from(scans).where(condition)).scalar_one())


def pages_by_reason(connection: Connection) -> Counts:
    """Count the rows of `pages.csv`."""
    read = select(pages.c.status, pages.c.reason, func.count()).join_from(scans, pages).where(shown)
    counted = _by_reason(connection, read.group_by(pages.c.status, pages.c.reason))
    for status, reasons in _by_reason(connection, _without_scan()).items():
        for reason, number in reasons.items():
            of_status = counted.setdefault(status, {})
            of_status[reason] = of_status.get(reason, 0) + number
    return counted


def fields_by_reason(connection: Connection) -> Counts:
    """Count the rows of `fields.csv`."""
    query = select(fields.c.status, fields.c.reason, func.count()).join_from(scans, pages).join(fields).where(shown)
    return _by_reason(connection, query.group_by(fields.c.status, fields.c.reason))


def by_frequency(counts: Counts, *statuses: str) -> dict[str, int]:
    """Return the reasons, of some statuses if they are named, with their number: the most frequent first."""
    total: dict[str, int] = {}
    for reasons in (counts.get(each, {}) for each in statuses or counts):
        for reason, number in reasons.items():
            if reason:
                total[reason] = total.get(reason, 0) + number
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def expected_error_rate(connection: Connection) -> float | None:
    """Return the mean probability, 0-1, that an accepted field is wrong; None if none is accepted."""
    query = select(func.avg(1.0 - fields.c.confidence)).join_from(scans, pages).join(fields)
    mean = connection.execute(query.where(shown, fields.c.status == FieldStatus.ACCEPTED.value)).scalar()
    return None if mean is None else float(mean)


def read_between(connection: Connection) -> tuple[int | None, int | None]:
    """Return when the oldest and the newest scan were read, in seconds since 1970 (UTC)."""
    first, last = connection.execute(select(func.min(scans.c.read_at), func.max(scans.c.read_at)).where(shown)).one()
    return first, last


def leases_by_owner(connection: Connection) -> dict[str, int]:
    """Return how many scans each worker of a shared ledger is reading now."""
    now = extract("epoch", func.clock_timestamp())
    query = select(leases.c.owner, func.count().label("number")).where(leases.c.until >= now).group_by(leases.c.owner)
    return {row.owner: row.number for row in connection.execute(query.order_by(leases.c.owner))}


def database_bytes(connection: Connection) -> int:
    """Return the size of a PostgreSQL database on its server's disk."""
    return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def _without_scan() -> Select[Any]:
    """Count the entries that have a row of their own in `pages.csv` (see `projection`)."""
    joined = and_(scans.c.sha256 == entries.c.sha256, entries.c.status.is_(None))
    skipped = and_(entries.c.status.is_(None), scans.c.purged | (scans.c.source != entries.c.name))
    status = case((skipped, PageStatus.SKIPPED.value), else_=entries.c.status).label("status")
    reason = case((skipped & scans.c.purged, PURGED), (skipped, DUPLICATE), else_=entries.c.reason).label("reason")
    own_row = (
        select(status, reason)
        .select_from(entries.outerjoin(scans, joined))
        .where(entries.c.status.is_not(None) | skipped)
        .subquery()
    )
    return select(own_row.c.status, own_row.c.reason, func.count()).group_by(own_row.c.status, own_row.c.reason)


def _by_reason(connection: Connection, query: Select[Any]) -> Counts:
    counted: Counts = {}
    for status, reason, number in connection.execute(query):
        counted.setdefault(status, {})[reason] = number
    return counted

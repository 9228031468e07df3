"""How far review has come, and how fast it goes."""

from sqlalchemy import ColumnElement, Connection, FromClause, func, select

from digitizer.document import FieldStatus
from digitizer.ledger import event_log
from digitizer.ledger.event_log import not_undone
from digitizer.ledger.review_records import Progress
from digitizer.ledger.schema import cells, events, fields, pages, scans, shown, waits
from digitizer.ledger.standing import Look

_HOUR_S = 3600
_SHORTEST_S = 60
"""In which no pace can be told: who has worked for less is taken to have worked for as long."""


def progress(connection: Connection) -> Progress:
    """Say how far review has come (see `review.progress`)."""
    waiting = waiting_by_look(connection)
    return Progress(
        open_cells=_count(connection, cells, cells.c.open),
        open_fields=sum(number for look, number in waiting.items() if look != Look.SHEET),
        unsure_fields=waiting.get(Look.UNSURE, 0),
        settled=_settled(connection),
        per_hour=_per_hour(connection, event_log.now_s()),
    )


def waiting_by_look(connection: Connection) -> dict[str, int]:
    """Count the fields that wait for people, by what they wait for (see `Look`)."""
    by_look = select(fields.c.look, func.count().label("number")).where(waits).group_by(fields.c.look)
    return {row.look: row.number for row in connection.execute(by_look)}


def _count(connection: Connection, of: FromClause, condition: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(of).where(condition)).scalar_one())


def _settled(connection: Connection) -> int:
    """Count the fields that were decided about, starting from what was decided: mostly less than what was read."""
    people = [FieldStatus.CONFIRMED.value, FieldStatus.CORRECTED.value]
    return _count(connection, scans.join(pages).join(fields), shown & fields.c.status.in_(people))


def _per_hour(connection: Connection, now_s: int) -> dict[str, int]:
    recent = (events.c.at > now_s - _HOUR_S) & not_undone(events)
    query = select(events.c.reviewer, func.count(), func.min(events.c.at)).where(recent).group_by(events.c.reviewer)
    return {
        reviewer: round(number * _HOUR_S / max(now_s - first, _SHORTEST_S))
        for reviewer, number, first in connection.execute(query.order_by(events.c.reviewer))
    }

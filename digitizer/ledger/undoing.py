"""Takes back what a reviewer decided last, by events that say so; nothing is deleted."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, exists, or_, select

from digitizer.ledger import event_log
from digitizer.ledger.deciding import lock_and_count, save
from digitizer.ledger.event_log import CELL, CHECK, NOWHERE, UNDO, NewEvent, about, event_of, not_undone, stands
from digitizer.ledger.review_records import Event
from digitizer.ledger.reviewed import Reviewed, fields_of_keys
from digitizer.ledger.schema import events, scans


def undo(connection: Connection, reviewer: str, count: int, client_id: str) -> list[Event]:
    """Take back the most recent decisions of a reviewer (see `review.undo`)."""
    number = lock_and_count(connection)
    done = _done_before(connection, client_id, count)
    if done:
        return _told(done)
    taken_back = [event_of(row) for row in _most_recent(connection, reviewer, count)]
    found = fields_of_keys(connection, [event.key for event in taken_back if event.kind != CHECK])
    for event in taken_back:
        if event.key in found:
            of_field = found[event.key]
            of_field.words = [word for word in of_field.words if word.number != event.number]
    new = [
        _undoing(number + at, event, None if event.kind == CHECK else found.get(event.key), f"{client_id}/{at}")
        for at, event in enumerate(taken_back, start=1)
    ]
    save(connection, new, list(found.values()))
    return _told(taken_back)


def _told(taken_back: Sequence[Event]) -> list[Event]:
    """Return what a reviewer is told to have taken back: that a cell was a check is not to be seen."""
    return [replace(event, kind=CELL) if event.kind == CHECK else event for event in taken_back]


def _done_before(connection: Connection, client_id: str, count: int) -> list[Event]:
    """Return what an undo of the same id has taken back already: its answer was lost."""
    ids = [f"{client_id}/{at}" for at in range(1, count + 1)]
    if not event_log.known_ids(connection, ids[:1]):
        return []
    undoing = events.alias()
    undone = select(events).join_from(undoing, events, events.c.id == undoing.c.undoes)
    rows = connection.execute(undone.where(undoing.c.client_id.in_(ids)).order_by(undoing.c.id))
    return [event_of(row) for row in rows]


def _most_recent(connection: Connection, reviewer: str, count: int) -> Sequence[Row[Any]]:
    """Return what a reviewer decided last, newest first: not what others have decided about since, or was purged."""
    later = events.alias()
    same = about(later, events.c.sha256, events.c.page, events.c.field)
    touching = or_(later.c.position.is_(None), events.c.position.is_(None), later.c.position == events.c.position)
    by_others = exists().where(same, touching, stands(later), later.c.id > events.c.id, later.c.reviewer != reviewer)
    purged = exists().where(scans.c.sha256 == events.c.sha256, scans.c.purged)
    free = or_(events.c.kind == CHECK, ~by_others)
    query = select(events).where(events.c.reviewer == reviewer, not_undone(events), free, ~purged)
    return connection.execute(query.order_by(events.c.id.desc()).limit(count)).all()


def _undoing(number: int, event: Event, of_field: Reviewed | None, client_id: str) -> NewEvent:
    """Return the event that takes back another; `of_field` stands as if that had never been."""
    after = ""
    if of_field is not None:
        cells = of_field.standing.cells
        after = cells if event.position is None else cells[event.position : event.position + 1]
    undoing = replace(
        event,
        number=number,
        at_s=event_log.now_s(),
        kind=UNDO,
        before=event.after,
        after=after,
        undoes=event.number,
    )
    return NewEvent(undoing, client_id, NOWHERE if of_field is None else of_field.box)

"""The table of what people have decided: only ever added to, and the newest word on top."""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, and_, exists, func, insert, select

from digitizer.ledger.review_records import Event, FieldKey
from digitizer.ledger.revisions import in_parts
from digitizer.ledger.schema import events

CELL, FIELD, UNDO, CHECK = "cell", "field", "undo", "check"
"""Kinds of events: a check is a cell whose answer was known, and what is said of it no word about its field."""
WORDS = (CELL, FIELD)

Box = tuple[int, int, int, int, int]
"""x, y, width, height, px on the page; and of how many cells."""
NOWHERE: Box = (0, 0, 0, 0, 0)
"""Of an event that is about no field, or one that is gone."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that is to be added.

    Attributes
    ----------
    client_id
        Made by the client: no other event has it.
    box
        Where the field lies, and of how many cells it is.
    second_look
        Whether a second person is to key the field blind.
    truth
        What is known of the cell, if this is a check.
    model
        SHA-256 of the network that had read the field, if this is a word about one.
    """

    event: Event
    client_id: str
    box: Box
    second_look: bool = False
    truth: str | None = None
    model: str | None = None


def stands(of: FromClause) -> ColumnElement[bool]:
    """Say which rows of `events`, or of an alias of it, are words about fields that were not taken back."""
    return and_(of.c.kind.in_(WORDS), not_undone(of))


def not_undone(of: FromClause) -> ColumnElement[bool]:
    """Say which rows of `events`, or of an alias of it, people have decided and not taken back: checks, too."""
    undoing = events.alias()
    return and_(of.c.kind != UNDO, ~exists().where(undoing.c.undoes == of.c.id))


def about(of: FromClause, sha256: Any, page: Any, field: Any) -> ColumnElement[bool]:
    """Say which rows of `events`, or of an alias of it, are about a field: given by values or columns."""
    return and_(of.c.sha256 == sha256, of.c.page == page, of.c.field == field)


def last_number(connection: Connection) -> int:
    """Return the number of the newest event, 0 if there is none."""
    return int(connection.execute(select(func.coalesce(func.max(events.c.id), 0))).scalar_one())


def seen_text(revision: int, newest: int) -> str:
    """Return of what state something is shown (see `Decision.seen`): when its scan was read, and the newest event."""
    return f"{revision}.{newest}"


def known_ids(connection: Connection, client_ids: Iterable[str]) -> set[str]:
    """Return those ids that events have already."""
    known: set[str] = set()
    for part in in_parts(client_ids):
        query = select(events.c.client_id).where(events.c.client_id.in_(part))
        known.update(connection.execute(query).scalars())
    return known


def add(connection: Connection, new: Sequence[NewEvent]) -> None:
    """Add events, numbered by the caller."""
    rows = [
        {
            "id": each.event.number,
            "client_id": each.client_id,
            "at": each.event.at_s,
            "reviewer": each.event.reviewer,
            "kind": each.event.kind,
            "screen": str(each.event.screen),
            **asdict(each.event.key),
            "position": each.event.position,
            "before": each.event.before,
            "after": each.event.after,
            "box": json.dumps(each.box),
            "second_look": each.second_look,
            "undoes": each.event.undoes,
            "truth": each.truth,
            "model": each.model,
        }
        for each in new
    ]
    if rows:
        connection.execute(insert(events), rows)


def event_of(row: Row[Any]) -> Event:
    """Return the event of a row of `events`."""
    key = FieldKey(row.sha256, row.page, row.field)
    said = (row.before, row.after, row.undoes)
    return Event(row.id, row.at, row.reviewer, row.kind, row.screen, key, row.position, *said)


def now_s() -> int:
    """Return what `at` is now."""
    return int(time.time())

"""Deals out whole fields: what nobody has seen, then what another person is to see."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, select, true

from digitizer.document import QA_SAMPLE, FieldKind
from digitizer.ledger import event_log
from digitizer.ledger.doubt import doubtful_cells
from digitizer.ledger.event_log import about, stands
from digitizer.ledger.holding import WHOLE, end_old_leases, hold, others_hold
from digitizer.ledger.packing import unpack_floats
from digitizer.ledger.review_records import UNSURE, FieldKey, FieldTask, Screen
from digitizer.ledger.reviewed import Reviewed, fields_of_ids, fields_of_keys
from digitizer.ledger.revisions import lock_writers
from digitizer.ledger.schema import events, fields, pages, scans, strips
from digitizer.ledger.standing import Look, Standing, value_of

_SCREENS = {
    Look.FIELD: Screen.FIELD,
    Look.UNSURE: Screen.FIELD,
    Look.SECOND: Screen.SECOND,
    Look.THIRD: Screen.THIRD,
}
"""Where what waits is shown, in the order in which it is dealt out."""


def next_fields(connection: Connection, reviewer: str, count: int, lease_s: float) -> list[FieldTask]:
    """Deal out fields (see `review.next_fields`)."""
    lock_writers(connection)
    end_old_leases(connection)
    ids: list[int] = []
    for look in _SCREENS:
        if len(ids) < count:
            ids += _waiting(connection, look, reviewer, count - len(ids))
    hold(connection, [(each, WHOLE) for each in ids], reviewer, lease_s)
    return _tasks(connection, fields_of_ids(connection, ids))


def show_field(connection: Connection, key: FieldKey) -> FieldTask | None:
    """Return a field to look at (see `review.show_field`)."""
    found = fields_of_keys(connection, [key]).get(key)
    if found is None:
        return None
    [task] = _tasks(connection, [found])
    return None if task.blind else task


def _waiting(connection: Connection, look: Look, reviewer: str, count: int) -> list[int]:
    """Return fields that wait for something, that nobody else is shown, and that are this reviewer's to see."""
    query = (
        select(fields.c.id)
        .join_from(fields, pages)
        .join(scans)
        .where(fields.c.look == str(look), ~others_hold(fields.c.id, WHOLE, reviewer), _is_for(look, reviewer))
        .order_by(fields.c.id)
        .limit(count)
    )
    return list(connection.execute(query).scalars())


def _is_for(look: Look, reviewer: str) -> ColumnElement[bool]:
    """Say which fields a reviewer may be shown: of others' looks none that they had a say in themselves."""
    if look is Look.FIELD:
        return true()
    own = about(events, scans.c.sha256, pages.c.page, fields.c.field) & stands(events) & (events.c.reviewer == reviewer)
    if look is Look.UNSURE:
        own = own & events.c.position.is_(None)
    return ~exists().where(own)


def _tasks(connection: Connection, found: Sequence[Reviewed]) -> list[FieldTask]:
    """Return the tasks for some fields, with all that is to be shown, in their order."""
    newest = event_log.last_number(connection)
    shown = (fields.c.id, fields.c.form, fields.c.quads, fields.c.cell_confidences, scans.c.name, pages.c.rotation)
    picture = (strips.c.jpeg, strips.c.x, strips.c.y, strips.c.width, strips.c.height)
    query = select(*shown, *picture).join_from(fields, pages).join(scans).outerjoin(strips)
    ids = [each.id for each in found]
    rows = {row.id: row for row in connection.execute(query.where(fields.c.id.in_(ids)))}
    return [_task(each, rows[each.id], newest) for each in found]


def _task(field: Reviewed, row: Row[Any], newest: int) -> FieldTask:
    now = field.standing
    screen = _SCREENS.get(now.look, Screen.FIELD) if now.look else Screen.FIELD
    blind = screen is not Screen.FIELD or (field.read.reason == QA_SAMPLE and now.look is not None)
    return FieldTask(
        key=field.key,
        scan=row.name,
        form=row.form,
        kind=field.read.kind,
        value="" if blind else value_of(now.cells),
        cells="" if blind else now.cells,
        machine_cells="" if blind else field.read.cells,
        confidence=field.read.confidence,
        reason=field.read.reason,
        cell_confidences=() if blind else unpack_floats(row.cell_confidences),
        open_positions=_open_positions(field, now, blind=blind),
        cell_count=0 if field.read.kind is FieldKind.BOX else len(field.read.readings),
        quads=tuple(tuple(quad) for quad in json.loads(row.quads)),
        strip=row.jpeg or b"",
        strip_box=(0, 0, 0, 0) if row.jpeg is None else (row.x, row.y, row.width, row.height),
        rotation=row.rotation or 0,
        blind=blind,
        screen=screen,
        seen=event_log.seen_text(field.revision, newest),
    )


def _open_positions(field: Reviewed, now: Standing, *, blind: bool) -> tuple[int, ...]:
    """Return the cells that are in doubt, in order; all where that is not about single cells."""
    everywhere = tuple(range(len(field.read.readings)))
    if blind:
        return everywhere
    told = {place for place in doubtful_cells(field.read) if now.decided[place] is None}
    told |= {place for place in everywhere if now.cells[place] == UNSURE}
    return tuple(sorted(told)) or everywhere

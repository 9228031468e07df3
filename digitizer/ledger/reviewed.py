"""Fields as review needs them, out of the ledger: what was read, what people have said; and how they stand, into it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, func, select, update

from digitizer.document import FieldKind
from digitizer.ledger.doubt import CellRead, FieldRead
from digitizer.ledger.event_log import Box, stands
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.review_records import FieldKey, Screen
from digitizer.ledger.schema import cells, events, fields, pages, provenances, scans, strips
from digitizer.ledger.standing import Standing, Word, fits, standing, value_of

_AT_ONCE = 200
"""Fields in one query."""
_PROJECTED = ("value", "cells", "status", "reviewer", "read_cells", "look")
"""Columns of `fields` that hold what people have said."""
_SAME_PLACE = 0.5
"""What two boxes share of all that either covers, from which they are of one field: those of a form lie apart."""


@dataclass(slots=True)
class Reviewed:
    """A field, and what people have said of it.

    Attributes
    ----------
    revision
        When its scan was read, see `scans`.
    model
        SHA-256 of the network that read it.
    words
        In order; new ones are put at the end.
    written
        How its cells stand in the ledger: whether each is open, and what was decided.
    """

    key: FieldKey
    id: int
    revision: int
    box: Box
    model: str
    read: FieldRead
    written: tuple[tuple[bool, str | None], ...]
    words: list[Word] = field(default_factory=list)

    @property
    def standing(self) -> Standing:
        """How it stands."""
        return standing(self.read, self.words)


def fields_of_keys(connection: Connection, keys: Iterable[FieldKey]) -> dict[FieldKey, Reviewed]:
    """Return the fields of some keys; those that are not there, or of which nothing was kept, are left out."""
    wanted = sorted(set(keys))
    found: dict[FieldKey, Reviewed] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        query = _query().where(
            scans.c.sha256.in_({key.sha256 for key in part}),
            pages.c.page.in_({key.page for key in part}),
            fields.c.field.in_({key.field for key in part}),
        )
        rows = {_key(row): row for row in connection.execute(query)}
        found |= _reviewed(connection, {key: rows[key] for key in part if key in rows})
    return found


def fields_of_ids(connection: Connection, ids: Sequence[int]) -> list[Reviewed]:
    """Return the fields of some ids, in their order; those of which nothing was kept are left out."""
    found: dict[int, Reviewed] = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows = connection.execute(_query().where(fields.c.id.in_(ids[start : start + _AT_ONCE]))).all()
        found |= {each.id: each for each in _reviewed(connection, {_key(row): row for row in rows}).values()}
    return [found[each] for each in ids if each in found]


def keys_decided_about(connection: Connection, digest: str) -> list[FieldKey]:
    """Return the fields of a scan about which anything was ever decided."""
    query = select(events.c.sha256, events.c.page, events.c.field).where(events.c.sha256 == digest).distinct()
    return [FieldKey(*row) for row in connection.execute(query)]


def write(connection: Connection, changed: Iterable[Reviewed]) -> None:
    """Write how fields stand now into the ledger."""
    of_fields, of_cells = [], []
    for each in changed:
        now = each.standing
        of_fields.append({"of": each.id, **_field_values(each.read, now)})
        cells_now = tuple((place in now.open, decided) for place, decided in enumerate(now.decided))
        for place, (was, state) in enumerate(zip(each.written, cells_now, strict=True)):
            if was != state:
                of_cells.append({"of": each.id, "at": place, "is_open": state[0], "said": state[1]})
    if of_fields:
        columns: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _PROJECTED}
        connection.execute(update(fields).where(fields.c.id == bindparam("of")).values(columns), of_fields)
    if of_cells:
        at = (cells.c.field_id == bindparam("of"), cells.c.position == bindparam("at"))
        states: dict[str, Any] = {"open": bindparam("is_open"), "decided": bindparam("said")}
        connection.execute(update(cells).where(*at).values(states), of_cells)


def _field_values(read: FieldRead, now: Standing) -> dict[str, Any]:
    values = {
        "value": value_of(now.cells),
        "cells": now.cells,
        "status": str(now.status),
        "reviewer": now.reviewer,
        "read_cells": read.cells,
        "look": now.look and str(now.look),
    }
    return {f"new_{name}": values[name] for name in _PROJECTED}


def _query() -> Select[Any]:
    strip = exists().where(strips.c.field_id == fields.c.id).correlate(fields).label("pictured")
    as_read = func.coalesce(fields.c.read_cells, fields.c.cells).label("as_read")
    place = (fields.c.x, fields.c.y, fields.c.width, fields.c.height)
    of_field = (fields.c.id, fields.c.form, fields.c.field, fields.c.kind, fields.c.confidence, fields.c.reason, *place)
    of_scan = (scans.c.sha256, scans.c.revision, scans.c.provenance_id, pages.c.page)
    joined = select(*of_field, *of_scan, as_read, strip).join_from(scans, pages).join(fields)
    return joined.where(fields.c.kind.is_not(None), ~scans.c.purged)


def _key(row: Row[Any]) -> FieldKey:
    return FieldKey(row.sha256, row.page, row.field)


def _reviewed(connection: Connection, rows: Mapping[FieldKey, Row[Any]]) -> dict[FieldKey, Reviewed]:
    provenances_by_id = _provenances(connection, {row.provenance_id for row in rows.values()})
    cell_rows = _cells_of(connection, [row.id for row in rows.values()])
    words = _words_of(connection, rows)
    found = {}
    for key, row in rows.items():
        own = cell_rows.get(row.id, [])
        readings = tuple(CellRead(cell.symbol, cell.confidence, cell.size > 0) for cell in own)
        provenance = provenances_by_id[row.provenance_id]
        threshold = provenance.policy.threshold_of(row.form, row.field)
        kind = FieldKind(row.kind)
        read = FieldRead(kind, row.as_read, row.confidence, row.reason, readings, bool(row.pictured), threshold)
        box = (row.x, row.y, row.width, row.height, len(own))
        fitting = [word for word, there in words.get(key, ()) if _fits(read, box, word, there)]
        written = tuple((cell.open, cell.decided) for cell in own)
        found[key] = Reviewed(key, row.id, row.revision, box, provenance.model_sha256, read, written, fitting)
    return found


def _fits(read: FieldRead, box: Box, word: Word, there: Box) -> bool:
    """Tell whether a word is about this field, and not about another that had its name in an earlier reading."""
    return fits(read, word.position, word.said) and box[4] == there[4] and _overlap(box, there) >= _SAME_PLACE


def _overlap(one: Box, other: Box) -> float:
    """Return what two boxes share of what they cover together, 0-1."""
    if one == other:
        return 1.0
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(width, 0) * max(height, 0)
    return shared / max(one[2] * one[3] + other[2] * other[3] - shared, 1)


def _provenances(connection: Connection, ids: Iterable[int]) -> dict[int, Provenance]:
    query = select(provenances.c.id, provenances.c.content).where(provenances.c.id.in_(ids))
    return {row.id: Provenance.from_content(row.content) for row in connection.execute(query)}


def _cells_of(connection: Connection, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    size = func.length(cells.c.crop).label("size")
    chosen = (cells.c.field_id, cells.c.symbol, cells.c.confidence, cells.c.open, cells.c.decided, size)
    query = select(*chosen).where(cells.c.field_id.in_(ids)).order_by(cells.c.field_id, cells.c.position)
    found = defaultdict(list)
    for row in connection.execute(query):
        found[row.field_id].append(row)
    return found


def _words_of(connection: Connection, keys: Iterable[FieldKey]) -> dict[FieldKey, list[tuple[Word, Box]]]:
    """Return what was said of some fields and not taken back, in order, and where the field lay then."""
    wanted = set(keys)
    query = select(events).where(
        events.c.sha256.in_({key.sha256 for key in wanted}),
        events.c.page.in_({key.page for key in wanted}),
        events.c.field.in_({key.field for key in wanted}),
        stands(events),
    )
    found = defaultdict(list)
    for row in connection.execute(query.order_by(events.c.id)):
        if _key(row) in wanted:
            word = Word(row.id, row.reviewer, Screen(row.screen), row.position, row.after, row.second_look)
            found[_key(row)].append((word, tuple(json.loads(row.box))))
    return found

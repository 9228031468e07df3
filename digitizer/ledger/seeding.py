"""Chooses checks for a sheet: settled cells of another symbol than the sheet's, so that it shows who notices them.

1. Lots drawn for the cells of the sheet say how many.
2. Best are cells that were once misread as the sheet's symbol; else people-confirmed digits that look like it.
3. None that its reviewer was checked with before, and those that the reviewer has settled only for want of others.
4. They are placed among the others by confidence, where that does not put them at an end.

Lots follow from reviewer, sheet and cell alone: a sheet that is asked for again is the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from digitizer.document import FieldKind, FieldStatus
from digitizer.ledger.event_log import CHECK, WORDS, about, not_undone
from digitizer.ledger.review_records import FieldKey, SheetCell
from digitizer.ledger.sampling import is_chosen
from digitizer.ledger.schema import cells, events, fields, pages, scans, shown

LOOK_ALIKES = {
    "0": "68",
    "1": "47",
    "2": "37",
    "3": "58",
    "4": "19",
    "5": "36",
    "6": "05",
    "7": "129",
    "8": "359",
    "9": "478",
}
"""Digits that are taken for each other; nothing looks like what was crossed out."""
_POOL = 200
"""Cells of one kind among which is chosen: there may be a million, and a look at one takes a tenth of a millisecond."""


@dataclass(frozen=True, slots=True)
class Known:
    """A cell whose answer is known.

    Attributes
    ----------
    place
        Id of its field, and position in it.
    truth
        The symbol that people settled on.
    """

    place: tuple[int, int]
    truth: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    known: Known
    own: bool
    misread: bool
    lot: float


def check_count(reviewer: str, real: Sequence[SheetCell], share: float, most: int) -> int:
    """Draw how many checks come with some cells: for each of them one, with the probability `share`, 0-1."""
    drawn = (is_chosen(cell.key, share, f"check of {reviewer} at {cell.position}") for cell in real)
    return min(sum(drawn), most)


def choose(connection: Connection, reviewer: str, symbol: str, count: int) -> list[Known]:
    """Return up to `count` settled cells of another symbol for a sheet."""
    if not count:
        return []
    found = _candidates(connection, reviewer, symbol)
    found.sort(key=lambda each: (each.own, not each.misread, each.lot))
    return [each.known for each in found[:count]]


def mix(reviewer: str, symbol: str, real: Sequence[SheetCell], checks: Sequence[SheetCell]) -> tuple[SheetCell, ...]:
    """Put checks among the cells of a sheet, which are sorted by confidence, as cells that were read like them."""
    alike = []
    for check in checks:
        confidence = check.confidence
        if not real[0].confidence <= confidence <= real[-1].confidence:
            confidence = real[int(_lot("place", reviewer, check.key, check.position) * len(real))].confidence
        alike.append(replace(check, symbol=symbol, confidence=confidence))
    return tuple(sorted([*real, *alike], key=lambda cell: cell.confidence))


def _candidates(connection: Connection, reviewer: str, symbol: str) -> list[_Candidate]:
    """Return settled cells of either kind, from a place in the ledger on that is drawn by lot."""
    newest = connection.execute(select(func.coalesce(func.max(fields.c.id), 0))).scalar_one()
    start = int(_lot("start", reviewer, symbol) * (newest + 1))
    found = _pool(connection, reviewer, symbol, _misread_as(symbol), start)
    for digit in LOOK_ALIKES.get(symbol, ""):
        found += _pool(connection, reviewer, symbol, _confirmed(digit), start)
    return found


def _misread_as(symbol: str) -> ColumnElement[bool]:
    return and_(cells.c.symbol == symbol, cells.c.decided != symbol)


def _confirmed(digit: str) -> ColumnElement[bool]:
    return and_(cells.c.symbol == digit, cells.c.decided == digit)


def _pool(
    connection: Connection, reviewer: str, symbol: str, of_kind: ColumnElement[bool], start: int
) -> list[_Candidate]:
    """Return cells of a kind, those of fields from the id `start` on first, that are fit to check a reviewer with."""
    in_field = about(events, scans.c.sha256, pages.c.page, fields.c.field) & (events.c.reviewer == reviewer)
    own = exists().where(in_field, events.c.kind.in_(WORDS)).label("own")
    checked = exists().where(
        in_field, events.c.position == cells.c.position, events.c.kind == CHECK, not_undone(events)
    )
    of_cell = (cells.c.field_id, cells.c.position, cells.c.symbol, cells.c.decided)
    query = (
        select(*of_cell, scans.c.sha256, pages.c.page, fields.c.field, own)
        .join_from(cells, fields)
        .join(pages)
        .join(scans)
        .where(of_kind, _is_settled(), ~checked)
        .order_by(cells.c.field_id, cells.c.position)
    )
    rows = list(connection.execute(query.where(cells.c.field_id >= start).limit(_POOL)))
    rows += connection.execute(query.where(cells.c.field_id < start).limit(_POOL - len(rows)))
    return [
        _Candidate(
            Known((row.field_id, row.position), row.decided),
            bool(row.own),
            row.symbol == symbol,
            _lot(symbol, reviewer, FieldKey(row.sha256, row.page, row.field), row.position),
        )
        for row in rows
    ]


def _is_settled() -> ColumnElement[bool]:
    """Say of which cells the answer is known: of fields that wait for nobody, and can be shown."""
    settled = fields.c.status.in_([FieldStatus.CONFIRMED.value, FieldStatus.CORRECTED.value])
    on_sheets = fields.c.kind.in_([FieldKind.COMB.value, FieldKind.GRID.value])
    return and_(settled, fields.c.look.is_(None), on_sheets, shown, func.length(cells.c.crop) > 0)


def _lot(*of: object) -> float:
    """Draw a number, 0-1, that follows from what it is of."""
    return int.from_bytes(sha256("\0".join(map(str, of)).encode()).digest()[:8]) / 2**64

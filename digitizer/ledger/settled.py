"""What people have settled, digit by digit, out of the ledger: what a network can learn from and be measured by."""

import hashlib
import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import fields as columns_of
from itertools import islice
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, select

from digitizer.document import BLANK, QA_SAMPLE, UNREADABLE, VOID, FieldKind, FieldStatus
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.packing import unpack_crop
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.schema import cells, fields, pages, provenances, scans
from digitizer.ledger.trouble import plain_errors

LEARN, CALIBRATE, KEEP = 0, 1, 2
"""The parts: to learn from, to calibrate with, and kept for measuring, never learned from in any training."""
SHARES = {LEARN: 0.60, CALIBRATE: 0.15, KEEP: 0.25}
"""Of the scans; a field that was drawn by lot is kept for measuring where others are learned from."""
PAGES_OF_A_HAND = 10
"""A file of so many pages is taken for the work of one writer; a longer one for a stack that was scanned in one go."""
_SIZE_PX = 28
_NO_DIGIT, _CROSSED_OUT = 10, 11
_LABELS = {BLANK: _NO_DIGIT, UNREADABLE: _NO_DIGIT, VOID: _CROSSED_OUT} | {str(digit): digit for digit in range(10)}
_SETTLED = (FieldStatus.CONFIRMED.value, FieldStatus.CORRECTED.value)
_KINDS = (FieldKind.COMB.value, FieldKind.GRID.value)
_FIELDS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Settled:
    """Digits in fields that people have settled: N crops of F fields.

    Attributes
    ----------
    images
        (N, 28, 28) uint8 in MNIST format, ink 255.
    labels
        (N,) uint8: 0-9; 10 for ink that is no digit, as where a person says that nothing is written; 11 crossed out.
    said
        (N,) bool: a person said so of this very cell. Others were not in doubt, and stand in a field that was settled.
    field
        (N,) int64, 0..F-1: cells of a field follow each other.
    part
        (N,) uint8: `LEARN`, `CALIBRATE` or `KEEP`.
    field_part
        (F,) uint8, the same of the fields. All that one hand wrote is in one part, but for fields drawn by lot.
    field_rest
        (F,) float64, 0-1: product of the confidences of the cells that no network reads, blank ones; 1 without any.
    field_possible
        (F,) bool: False where one of those is not blank, so that no network can read the field right.
    field_sampled
        (F,) bool: sure enough to go straight through, and drawn by lot.
    field_share
        (F,) float64, above 0: the share by which such were drawn; 1 for others.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    said: NDArray[np.bool_]
    field: NDArray[np.int64]
    part: NDArray[np.uint8]
    field_part: NDArray[np.uint8]
    field_rest: NDArray[np.float64]
    field_possible: NDArray[np.bool_]
    field_sampled: NDArray[np.bool_]
    field_share: NDArray[np.float64]

    @classmethod
    def joined(cls, several: "Sequence[Settled]") -> Self:
        """Put what several ledgers hold behind each other."""
        starts = np.cumsum([0, *(len(each.field_part) for each in several)])
        columns = {each.name: [getattr(one, each.name) for one in several] for each in columns_of(cls)}
        columns["field"] = [each + start for each, start in zip(columns["field"], starts, strict=False)]
        return cls(**{name: np.concatenate(parts) for name, parts in columns.items()})

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all columns by name, as `numpy.savez` takes them."""
        return {each.name: getattr(self, each.name) for each in columns_of(self)}


def part_of(digest: str, page: int) -> int:
    """Tell to which part a page of a scan belongs: by its bytes alone, so that it is the same in every training."""
    stack = (page - 1) // PAGES_OF_A_HAND
    drawn = hashlib.sha256("\0".join(("part", digest, str(stack))).encode()).digest()
    place = int.from_bytes(drawn[:8]) / 2**64
    return LEARN if place < SHARES[LEARN] else CALIBRATE if place < SHARES[LEARN] + SHARES[CALIBRATE] else KEEP


def stands_for(share: NDArray[np.float64], sampled: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return for how many fields each kept one stands, (F,), in proportion to those that were not drawn by lot.

    One drawn by lot stands for all that were not drawn. But such fields are kept of all scans that are not calibrated
    with, others of a smaller share of the scans.

    Parameters
    ----------
    share, sampled
        (F,) as `field_share` and `field_sampled` of `Settled`.
    """
    more_often = (SHARES[LEARN] + SHARES[KEEP]) / SHARES[KEEP]
    return np.where(sampled, 1 / (share * more_often), 1.0)


def settled(ledger: Ledger, known: Collection[str] = ()) -> tuple[Settled, set[str]]:
    """Collect what people have settled in combs and grids.

    A field of which the crop of an inked cell is not kept is left out, and so is all of a scan that was purged. Rows
    come by a few hundred fields at a time; the result takes some 800 bytes a digit: 80 MB for 100 000.

    Parameters
    ----------
    known
        SHA-256 of scans that were collected from another ledger, and are not to be collected twice.

    Returns
    -------
    tuple
        What was settled, the same for the same words whatever the order of reading, and the SHA-256 of its scans.

    Raises
    ------
    LedgerError
        If the ledger cannot be read.
    """
    with ledger.database.snapshot() as connection, plain_errors(ledger.database.place):
        shares = _shares(connection)
        columns, digests = _Columns(), set()
        for row, own in _fields_with_cells(connection):
            if row.sha256 not in known and _is_whole(row, own):
                columns.add(row, own, shares[row.provenance_id])
                digests.add(row.sha256)
    return columns.settled(), digests


_TYPES: Mapping[str, Any] = {
    "labels": np.uint8,
    "said": np.bool_,
    "field": np.int64,
    "part": np.uint8,
    "field_part": np.uint8,
    "field_rest": np.float64,
    "field_possible": np.bool_,
    "field_sampled": np.bool_,
    "field_share": np.float64,
}


@dataclass(slots=True)
class _Columns:
    """What is collected so far: crops behind each other, and the other columns as lists by name."""

    crops: bytearray = field(default_factory=bytearray)
    lists: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def add(self, row: Row[Any], own: Sequence[Row[Any]], share: float) -> None:
        """Add a field, if a network reads any of its cells."""
        read = [place for place, cell in enumerate(own) if cell.crop]
        if not read:
            return
        sampled = row.reason == QA_SAMPLE
        part = part_of(row.sha256, row.page)
        part = KEEP if sampled and part == LEARN else part
        blank = [place for place, cell in enumerate(own) if not cell.crop]
        rest = math.prod(own[place].confidence for place in blank)
        possible = all(row.cells[place] == BLANK for place in blank)
        number = len(self.lists["field_part"])
        of_field = {"part": part, "rest": rest, "possible": possible, "sampled": sampled}
        for name, value in {**of_field, "share": share if sampled else 1.0}.items():
            self.lists[f"field_{name}"].append(value)
        for place in read:
            self.crops += unpack_crop(own[place].crop)
            self.lists["labels"].append(_LABELS[row.cells[place]])
            self.lists["said"].append(own[place].decided is not None)
        self.lists["field"].extend([number] * len(read))
        self.lists["part"].extend([part] * len(read))

    def settled(self) -> Settled:
        """Return it as arrays."""
        arrays = {
            each.name: np.array(self.lists[each.name], _TYPES[each.name])
            for each in columns_of(Settled)
            if each.name != "images"
        }
        return Settled(np.frombuffer(self.crops, np.uint8).reshape(-1, _SIZE_PX, _SIZE_PX), **arrays)


def _shares(connection: Connection) -> dict[int, float]:
    """Return by which share accepted fields were drawn, by provenance; 1 where none were."""
    rows = connection.execute(select(provenances.c.id, provenances.c.content))
    return {row.id: Provenance.from_content(row.content).qa_share or 1.0 for row in rows}


def _fields_with_cells(connection: Connection) -> Iterator[tuple[Row[Any], list[Row[Any]]]]:
    """Yield the settled fields, scan by scan, with their cells."""
    of_scan = (scans.c.sha256, scans.c.provenance_id, pages.c.page)
    query = (
        select(fields.c.id, fields.c.cells, fields.c.reason, *of_scan)
        .join_from(scans, pages)
        .join(fields)
        .where(fields.c.status.in_(_SETTLED), fields.c.kind.in_(_KINDS), ~scans.c.purged)
        .order_by(scans.c.sha256, pages.c.position, fields.c.position)
    )
    rows = iter(connection.execute(query, execution_options={"yield_per": _FIELDS_AT_ONCE}))
    while batch := list(islice(rows, _FIELDS_AT_ONCE)):
        own = _cells_of(connection, [row.id for row in batch])
        for row in batch:
            yield row, own.get(row.id, [])


def _cells_of(connection: Connection, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    chosen = (cells.c.field_id, cells.c.symbol, cells.c.confidence, cells.c.crop, cells.c.decided)
    query = select(*chosen).where(cells.c.field_id.in_(ids)).order_by(cells.c.field_id, cells.c.position)
    found = defaultdict(list)
    for row in connection.execute(query):
        found[row.field_id].append(row)
    return found


def _is_whole(row: Row[Any], own: Sequence[Row[Any]]) -> bool:
    """Tell whether there is a symbol for each cell, and a crop of each that a network has read."""
    return len(row.cells) == len(own) and all(cell.crop or cell.symbol == BLANK for cell in own)

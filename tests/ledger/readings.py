"""Fields whose cells are told by symbol and confidence, for tests of what people decide about them."""

import math
from collections.abc import Sequence
from dataclasses import replace

from digitizer.document import FieldEvidence, FieldKind, FieldResult, FieldStatus, PageResult, PageStatus, Reading
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.records import Entry, ScanRecord
from digitizer.ledger.review import Decision, FieldKey, FieldTask, Screen, Sheet, SheetCell
from digitizer.ledger.standing import value_of
from tests.ledger.recorded import digest_of

PROVENANCE = Provenance("0.2.0", "seed", "ab" * 32, 0.999)
CROP = bytes(range(256)) * 3 + bytes(16)
SURE = 0.99999
LONG_S = 600.0


def a_field(
    name: str,
    cells: str,
    doubts: dict[int, float] | None = None,
    *,
    reason: str | None = None,
    kind: FieldKind = FieldKind.COMB,
    exponent: float = 1.0,
    row: int = 0,
) -> FieldResult:
    """Return a field; `doubts` are the confidences of the cells that are not sure, by place."""
    confidences = tuple((doubts or {}).get(place, SURE) for place in range(len(cells)))
    confidence = math.prod(confidences) ** exponent
    if reason is None:
        reason = "" if confidence >= PROVENANCE.threshold else "low_confidence"
    readings = tuple(
        Reading(symbol, each, (each,) * 12, b"" if symbol == "_" else CROP)
        for symbol, each in zip(cells, confidences, strict=True)
    )
    evidence = FieldEvidence(kind, readings, quads=((0.0,) * 8,) * len(cells), strip=b"JPEG of " + name.encode())
    if kind is FieldKind.BOX:
        evidence = replace(evidence, cells=(), numbers=((cells, confidence),), number_confidences=confidences)
    status = FieldStatus.REVIEW if reason else FieldStatus.ACCEPTED
    where, value = (10, 20 + 100 * row, 300, 40), value_of(cells)
    return FieldResult("form", name, value, cells, confidence, status, reason, confidences, *where, value, "", evidence)


def a_scan(name: str, *fields: FieldResult) -> ScanRecord:
    """Return a scan of one page."""
    digest = digest_of(name)
    return ScanRecord(name, digest, (PageResult(name, 1, "form", PageStatus.DONE, "", fields, sha256=digest),))


def put(ledger: Ledger, *fields: FieldResult, name: str = "a.png", again: bool = False) -> None:
    """Put in a scan with some fields."""
    record = a_scan(name, *(replace(field, y=20 + 100 * row) for row, field in enumerate(fields)))
    ledger.put_entries([Entry(name, "1:2:3", record.sha256)])
    ledger.put_scans([record], PROVENANCE, replace=again)


def key_of(field: str, name: str = "a.png") -> FieldKey:
    """Return the key of a field."""
    return FieldKey(digest_of(name), 1, field)


def row_of(ledger: Ledger, field: str = "one", name: str = "a.png") -> FieldResult:
    """Return a field as the CSVs show it."""
    return next(f for page in ledger.rows() if page.scan == name for f in page.fields if f.field == field)


def of_cell(cell: SheetCell, after: str = "", by: str = "ann", client_id: str = "") -> Decision:
    """Decide about a cell of a sheet: what it was read as, if nothing else is said."""
    said = after or cell.symbol
    own_id = client_id or f"{by} {cell.key.sha256[:9]} {cell.key.field} {cell.position} {said}"
    return Decision(own_id, by, Screen.SHEET, cell.key, cell.position, cell.symbol, said, cell.seen)


def of_field(task: FieldTask, after: str, by: str = "ann", client_id: str = "") -> Decision:
    """Decide about a whole field."""
    own_id = client_id or f"{by} {task.key.sha256[:9]} {task.key.field} {task.screen} {after}"
    return Decision(own_id, by, task.screen, task.key, None, task.cells, after, task.seen)


def places(sheet: Sheet) -> Sequence[tuple[str, int]]:
    """Return of which fields the cells of a sheet are, and where in them."""
    return [(cell.key.field, cell.position) for cell in sheet.cells]

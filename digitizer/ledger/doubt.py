"""Which cells of a field a person has to see, so that the rest of it is sure enough."""

import math
from dataclasses import dataclass

from digitizer.document import BLANK, LOW_CONFIDENCE, UNREADABLE, FieldKind, FieldResult

_ON_SHEETS = (FieldKind.COMB, FieldKind.GRID)
_TINY = 1e-300
"""Instead of 0, to take the logarithm of."""


@dataclass(frozen=True, slots=True)
class CellRead:
    """What a cell was read as.

    Attributes
    ----------
    confidence
        0-1.
    pictured
        Whether its crop is kept.
    """

    symbol: str
    confidence: float
    pictured: bool


@dataclass(frozen=True, slots=True)
class FieldRead:
    """What a field was read as, before any person had a say.

    Attributes
    ----------
    cells
        One character per cell, as it was decided on: rules may have changed what stands in `readings`.
    confidence
        Probability, 0-1, that this is right.
    reason
        Why it needs review; empty where it was accepted.
    readings
        What each cell was read as; none for a box.
    pictured
        Whether its strip is kept.
    threshold
        Confidence from which fields were accepted, 0-1.
    """

    kind: FieldKind
    cells: str
    confidence: float
    reason: str
    readings: tuple[CellRead, ...]
    pictured: bool
    threshold: float


def field_read(field: FieldResult, threshold: float) -> FieldRead | None:
    """Return what was read of a field that nobody has decided about; None where what was seen was not kept."""
    if field.evidence is None:
        return None
    readings = tuple(CellRead(cell.symbol, cell.confidence, bool(cell.crop)) for cell in field.evidence.cells)
    pictured = bool(field.evidence.strip)
    return FieldRead(field.evidence.kind, field.cells, field.confidence, field.reason, readings, pictured, threshold)


def doubtful_cells(read: FieldRead) -> tuple[int, ...]:
    """Return the 0-based places of the cells that are in doubt, the least sure first: as few as will do.

    The least sure inked cells are left out one by one, until the confidence of all others reaches the threshold; that
    is their product to the power which makes the field's confidence of the product of all. Where rules have raised the
    field's confidence above the product, that power would take what they say of the field as a whole for something that
    each cell says, so it is never below 1.

    There are none where the doubt is about the field as a whole: where something else than confidence is the reason,
    where rules have changed a cell, in a box and in a mark, and where blank cells, of which there is nothing to show,
    are too doubtful by themselves.
    """
    symbols = "".join(cell.symbol for cell in read.readings)
    if read.reason != LOW_CONFIDENCE or read.kind not in _ON_SHEETS or symbols != read.cells:
        return ()
    logs = [math.log(max(cell.confidence, _TINY)) for cell in read.readings]
    least = math.log(max(read.threshold, _TINY)) / _exponent(read, math.fsum(logs))
    inked = sorted((log, place) for place, log in enumerate(logs) if symbols[place] not in (BLANK, UNREADABLE))
    others = dict(enumerate(logs))
    doubtful = []
    for _, place in inked:
        doubtful.append(place)
        del others[place]
        if math.fsum(others.values()) >= least:
            return tuple(doubtful)
    return ()


def _exponent(read: FieldRead, log_of_product: float) -> float:
    if log_of_product == 0:
        return 1.0
    return max(1.0, math.log(max(read.confidence, _TINY)) / log_of_product)

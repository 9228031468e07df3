"""A page -> its fields and what their cells say, whichever way round the page lies."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from digitizer.document import Field, Reading
from digitizer.reading.boxes import find_boxes
from digitizer.reading.cells import CellInk, cut_cells
from digitizer.reading.classifier import NOT_A_DIGIT
from digitizer.reading.decide import decide
from digitizer.reading.layout import find_layout
from digitizer.reading.mnist_format import to_mnist_format_batch
from digitizer.reading.rulings import find_rulings

_ENOUGH = {0: 0.95, 2: 0.75, 1: 0.93, 3: 0.0}
"""Mean probability of the inked cells' digits from which a page is tried no other way round, after each turn:
upside down, digits reach up to 0.87 on pages of many; on the side, they stay under 0.7."""
_FAIR = 0.5
"""A cell speaks for a way round as far as its digit is likelier than this; ink that is no digit says nothing."""
_AS_IT_LIES, _AS_IT_LIES_PER_CELL = 0.2, 0.06
"""What speaks for a page as it lies before its digits are looked at, in the same measure."""


class Classifier(Protocol):
    """What reads crops: see `digitizer.reading.classifier.DigitClassifier`."""

    field_exponent: float
    """What the product of the cells' confidences is raised to, to be that of their field."""

    def classify(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, 28, 28) uint8 in MNIST format -> (N, 12) probabilities of the digits, of no digit and of a cross."""


@dataclass(frozen=True, slots=True)
class PageReading:
    """What stands on a page.

    Attributes
    ----------
    turn
        Clockwise turns by 90 degrees after which the page stands upright; None where no digit told.
    fields, readings
        In reading order; for each field the readings of its cells.
    """

    turn: int | None
    fields: tuple[Field, ...]
    readings: tuple[tuple[Reading, ...], ...]


def read_page(pixels: NDArray[np.uint8], classifier: Classifier) -> PageReading:
    """Find, cut and classify every digit box of a page.

    The page is read as it lies; only where its digits are doubtful is it tried the other ways round, and the
    way round that makes most of its digits likely is kept.

    Parameters
    ----------
    pixels
        (height, width) uint8, grey, paper 255.
    """
    rulings = find_rulings(pixels)
    boxes = find_boxes(rulings.mask, rulings.factor)
    best, most, surest = PageReading(None, (), ()), -math.inf, 0.0
    for turn in (0, 2, 1, 3):
        fields = find_layout(rulings, boxes, turn).fields
        cuts = cut_cells(pixels, fields)
        crops, probabilities = _classify(cuts, classifier)
        digits = np.concatenate([rows[:, :NOT_A_DIGIT].max(axis=1) for rows in probabilities] or [np.zeros(0)])
        likelihood = float(np.maximum(digits - _FAIR, 0).sum())
        if turn == 0:
            likelihood += _AS_IT_LIES + _AS_IT_LIES_PER_CELL * len(digits)
        if likelihood > most or (fields and not best.fields):
            readings = tuple(tuple(decide(*each)) for each in zip(cuts, crops, probabilities, strict=True))
            best, most = PageReading(turn if len(digits) else None, fields, readings), likelihood
        surest = max(surest, float(digits.mean()) if len(digits) else float(bool(fields)))
        if surest >= _ENOUGH[turn]:
            break
    return best


def read_cells(
    pixels: NDArray[np.uint8], fields: Sequence[Field], classifier: Classifier
) -> tuple[tuple[Reading, ...], ...]:
    """Read the cells of fields whose place is known: for each field the readings of its cells.

    Parameters
    ----------
    pixels
        (height, width) uint8, grey, paper 255.
    fields
        Combs and grids, with cell quads in px of that page.
    """
    cuts = cut_cells(pixels, fields)
    return tuple(tuple(decide(*each)) for each in zip(cuts, *_classify(cuts, classifier), strict=True))


def _classify(cuts: list[CellInk], classifier: Classifier) -> tuple[list[NDArray[np.uint8]], list[NDArray[np.float32]]]:
    """(M, 28, 28) crops of each field's M inked cells, and their (M, 12) probabilities, all classified together."""
    crops = [to_mnist_format_batch(list(cut.ink[~cut.blank])) for cut in cuts]
    if not crops:
        return [], []
    ends = np.cumsum([len(each) for each in crops])[:-1]
    return crops, np.split(classifier.classify(np.concatenate(crops)), ends)

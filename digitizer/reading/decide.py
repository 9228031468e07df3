"""Probabilities of one cell -> what it says: a digit, crossed out, or unreadable; blank is told without a network."""

import numpy as np
from numpy.typing import NDArray

from digitizer.document import BLANK, UNREADABLE, VOID, Reading
from digitizer.reading.cells import CellInk
from digitizer.reading.classifier import CROSSED_OUT, NOT_A_DIGIT

_MAX_NO_DIGIT = 0.3
"""Probability of being no digit, crossed out or not, above which ink is called unreadable, unless a digit is likelier
still."""
_SURE_BLANK_PX, _BLANK_DOUBT = 4, 0.02
"""Ink in px of the patch up to which a blank cell is clean, and the doubt at the most ink a blank may hold."""
_CLEAN_DOUBT = 2e-5


def decide(cut: CellInk, crops: NDArray[np.uint8], probabilities: NDArray[np.float32]) -> list[Reading]:
    """Decide what the cells of one field say.

    Parameters
    ----------
    cut
        The ink of the field's N cells.
    crops
        (M, 28, 28) uint8 in MNIST format, of the M cells that are not blank, in order.
    probabilities
        (M, 12) calibrated, of the same: the digits 0-9, no digit, crossed out.
    """
    inked = map(_decide_inked, crops, probabilities)
    blanks = np.clip((cut.area_px - _SURE_BLANK_PX) / 10, 0, 1) * _BLANK_DOUBT + _CLEAN_DOUBT
    return [
        Reading(BLANK, 1 - float(doubt)) if blank else next(inked)
        for blank, doubt in zip(cut.blank, blanks, strict=True)
    ]


def _decide_inked(crop: NDArray[np.uint8], probabilities: NDArray[np.float32]) -> Reading:
    digit = int(probabilities[:NOT_A_DIGIT].argmax())
    confidence = float(probabilities[digit])
    no_digit, crossed_out = float(probabilities[NOT_A_DIGIT]), float(probabilities[CROSSED_OUT])
    seen = tuple(probabilities.tolist()), crop.tobytes()
    if crossed_out > max(confidence, no_digit):
        return Reading(VOID, crossed_out, *seen)
    if no_digit + crossed_out > max(confidence, _MAX_NO_DIGIT):
        return Reading(UNREADABLE, confidence, *seen)
    return Reading(str(digit), confidence, *seen)

"""Probabilities of one cell -> what it says: a digit, blank, crossed out, or unreadable."""

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.document import BLANK, UNREADABLE, VOID, Reading
from digitizer.reading.cells import CellInk

_MAX_NO_DIGIT = 0.3
"""Probability of being no digit above which ink is called unreadable, unless a digit is likelier still."""
_SURE_BLANK_PX, _BLANK_DOUBT = 4, 0.02
"""Ink in px of the patch up to which a blank cell is clean, and the doubt at the most ink a blank may hold."""
_CLEAN_DOUBT = 2e-5
_VOID_CONFIDENCE = 0.9
"""A cross is told by its shape alone, so a person looks at it."""
_NO_CROSS_DOUBT = 0.02
"""A cell that is read as a digit with less doubt than this is not looked at for a cross."""
_CROSS_WIDTH = 0.14
"""Width of the two diagonals of a crossed-out cell, as a share of the cross."""
_MIN_DIAGONAL, _MAX_BESIDE = 0.85, 0.12
"""Share of each diagonal that is inked, at least, and share of the ink beside them, at most."""
_MIN_CROSS = 0.55
"""Sides of the cross as a share of the cell's."""
_STROKE = 96
"""Ink from this level on is stroke."""


def decide(cut: CellInk, probabilities: NDArray[np.float32]) -> list[Reading]:
    """Decide what the cells of one field say.

    Parameters
    ----------
    cut
        The ink of the field's N cells.
    probabilities
        (M, 11) calibrated, of the M cells that are not blank, in order: digits 0-9, then no digit.
    """
    rows = iter(probabilities)
    blanks = np.clip((cut.area_px - _SURE_BLANK_PX) / 10, 0, 1) * _BLANK_DOUBT + _CLEAN_DOUBT
    return [
        Reading(BLANK, 1 - float(doubt)) if blank else _decide_inked(ink, next(rows), cut.core)
        for ink, blank, doubt in zip(cut.ink, cut.blank, blanks, strict=True)
    ]


def _decide_inked(ink: NDArray[np.uint8], probabilities: NDArray[np.float32], core: tuple[int, int]) -> Reading:
    digit = int(probabilities[:10].argmax())
    confidence = float(probabilities[digit])
    if confidence < 1 - _NO_CROSS_DOUBT and is_crossed_out(ink, core):
        return Reading(VOID, _VOID_CONFIDENCE)
    if float(probabilities[10]) > max(confidence, _MAX_NO_DIGIT):
        return Reading(UNREADABLE, confidence)
    return Reading(str(digit), confidence)


def is_crossed_out(ink: NDArray[np.uint8], core: tuple[int, int]) -> bool:
    """Tell an X over a cell from other ink: both diagonals of its bounding box are drawn, and little else is.

    Parameters
    ----------
    ink
        (H, W) uint8, ink 255.
    core
        Height and width of the cell, px.
    """
    stroke = (ink >= _STROKE).astype(np.uint8)
    left, top, width, height = cv2.boundingRect(stroke)
    if height < _MIN_CROSS * core[0] or width < _MIN_CROSS * core[1]:
        return False
    cross = stroke[top : top + height, left : left + width]
    reach = max(2, round(_CROSS_WIDTH * (width * height) ** 0.5 / 2))
    near = cv2.dilate(cross, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    steps = np.linspace(0.04, 0.96, 40)
    down = np.rint(steps * (height - 1)).astype(np.intp)
    over = np.rint(steps * (width - 1)).astype(np.intp)
    if min(near[down, over].mean(), near[down, over[::-1]].mean()) < _MIN_DIAGONAL:
        return False
    diagonals = np.zeros_like(cross)
    thickness = 2 * reach + 3
    cv2.line(diagonals, (0, 0), (width - 1, height - 1), 1, thickness)
    cv2.line(diagonals, (width - 1, 0), (0, height - 1), 1, thickness)
    return bool((cross & ~diagonals & 1).sum() <= _MAX_BESIDE * cross.sum())

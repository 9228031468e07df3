"""Probabilities of one cell -> what it says: a digit, blank, crossed out, or unreadable.

All but blanks the network tells. From `_VOID_CONFIDENCE` on stands a second witness for crosses: their shape.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.document import BLANK, UNREADABLE, VOID, Reading
from digitizer.reading.cells import CellInk
from digitizer.reading.classifier import CROSSED_OUT, NOT_A_DIGIT
from digitizer.reading.patches import MARGIN_PX

_MAX_NO_DIGIT = 0.3
"""Probability of being no digit, crossed out or not, above which ink is called unreadable, unless a digit is likelier
still."""
_SURE_BLANK_PX, _BLANK_DOUBT = 4, 0.02
"""Ink in px of the patch up to which a blank cell is clean, and the doubt at the most ink a blank may hold."""
_CLEAN_DOUBT = 2e-5


def decide(cut: CellInk, probabilities: NDArray[np.float32]) -> list[Reading]:
    """Decide what the cells of one field say.

    Parameters
    ----------
    cut
        The ink of the field's N cells.
    probabilities
        (M, 12) calibrated, of the M cells that are not blank, in order: the digits 0-9, no digit, crossed out.
    """
    rows = iter(probabilities)
    blanks = np.clip((cut.area_px - _SURE_BLANK_PX) / 10, 0, 1) * _BLANK_DOUBT + _CLEAN_DOUBT
    return [
        Reading(BLANK, 1 - float(doubt)) if blank else _second_opinion(_decide_inked(next(rows)), ink, cut.core)
        for ink, blank, doubt in zip(cut.ink, cut.blank, blanks, strict=True)
    ]


def _decide_inked(probabilities: NDArray[np.float32]) -> Reading:
    digit = int(probabilities[:NOT_A_DIGIT].argmax())
    confidence = float(probabilities[digit])
    no_digit, crossed_out = float(probabilities[NOT_A_DIGIT]), float(probabilities[CROSSED_OUT])
    if crossed_out > max(confidence, no_digit):
        return Reading(VOID, crossed_out)
    if no_digit + crossed_out > max(confidence, _MAX_NO_DIGIT):
        return Reading(UNREADABLE, confidence)
    return Reading(str(digit), confidence)


_VOID_CONFIDENCE = 0.9
"""A cross that is told by its shape alone is looked at by a person."""
_NO_CROSS_DOUBT = 0.02
"""A cell that is read as a digit with less doubt than this is not looked at for a cross."""
_CROSS_WIDTH = 0.14
"""Width of the two diagonals of a crossed-out cell, as a share of the cross."""
_MIN_DIAGONAL, _MIN_CORNER = 0.88, 0.5
"""Share of each diagonal that is inked, at least, and of its outermost parts: figures are round, crosses are not."""
_OVERHANG_PX = 2
"""How far a cross may reach out of its cell."""
_MIN_CROSS = 0.7
"""Sides of the cross as a share of the cell's."""
_STROKE = 96
"""Ink from this level on is stroke."""


def _second_opinion(reading: Reading, ink: NDArray[np.uint8], core: tuple[int, int]) -> Reading:
    """Let the shape of the ink speak for a cross where the network has doubts: some networks know no crosses."""
    if reading.symbol == VOID or reading.confidence >= 1 - _NO_CROSS_DOUBT or not is_crossed_out(ink, core):
        return reading
    return Reading(VOID, _VOID_CONFIDENCE)


def is_crossed_out(ink: NDArray[np.uint8], core: tuple[int, int]) -> bool:
    """Tell an X over a cell, with or without a digit under it, from other ink: both diagonals are drawn to their ends.

    Parameters
    ----------
    ink
        (H, W) uint8, ink 255, the cell with a margin of `MARGIN_PX` around it.
    core
        Height and width of the cell, px.
    """
    edge = MARGIN_PX - _OVERHANG_PX  # beyond, crosses of neighbouring cells join this one
    stroke = (ink[edge:-edge, edge:-edge] >= _STROKE).astype(np.uint8)
    left, top, width, height = cv2.boundingRect(stroke)
    if height < _MIN_CROSS * core[0] or width < _MIN_CROSS * core[1]:
        return False
    reach = max(2, round(_CROSS_WIDTH * (width * height) ** 0.5 / 2))
    size = 2 * reach + 1
    near = cv2.dilate(stroke[top : top + height, left : left + width], np.ones((size, size), np.uint8))
    steps = np.linspace(0.04, 0.96, 40)
    down = np.rint(steps * (height - 1)).astype(np.intp)
    over = np.rint(steps * (width - 1)).astype(np.intp)
    diagonals = np.stack([near[down, over], near[down, over[::-1]]])
    corners = min(diagonals[:, :6].mean(axis=1).min(), diagonals[:, -6:].mean(axis=1).min())
    return bool(diagonals.mean(axis=1).min() >= _MIN_DIAGONAL and corners >= _MIN_CORNER)

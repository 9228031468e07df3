"""Patches of cells -> which of their ink is no frame; strokes that cross the frame are joined again."""

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.reading.patches import MARGIN_PX, Patches, inner, quantile, stacked

BAND_PX = 6
"""The frame lies within so many px of where it was found."""
DOUBLE_PX = 13
"""The second line of a double frame lies no farther from the first."""
MIN_DARKNESS = 18.0
"""Grey levels below which nothing counts as ink, whatever the page."""
_FRAME_SHARE = 0.5
"""Straight pieces of this share of the cell's side within the band are frame."""
_MIN_FRAME, _FRAME_EDGE = 0.35, 0.6
"""Share of a cell's side that is dark along the frame where it is darkest, and on its other rows or columns."""
_MAX_FRAME_PX = 8
"""Thickness of the thickest frame."""
_DOTS_PX = 5
"""Gaps of a worn or dotted frame are shorter than this."""
_MANY_CELLS = 4
"""Cells of a field from which it can be told what lines they have in common."""
_STROKE_SHARE = 0.4
"""Share of its own darkest part above which a px belongs to a stroke."""


def without_frame(patches: Patches) -> NDArray[np.bool_]:
    """Which px may be stroke: dark, and not frame unless a stroke crosses it there; (N, H, W)."""
    darkness = patches.darkness
    inside = inner(darkness, BAND_PX).reshape(len(darkness), -1)
    peak = quantile(inside, 0.99)
    frame_peak = quantile(darkness.reshape(len(darkness), -1), 0.97)
    threshold = np.maximum(_STROKE_SHARE * np.minimum(peak, frame_peak), MIN_DARKNESS)
    dark = (darkness >= threshold[:, None, None]).astype(np.uint8)
    frame = np.zeros_like(dark)
    for axis in (0, 1):
        frame |= _frame_lines(dark, patches, axis)
    rest = dark & ~frame
    return np.asarray(rest | _crossings(rest, frame & dark)).astype(bool)


def _frame_lines(dark: NDArray[np.uint8], patches: Patches, axis: int) -> NDArray[np.uint8]:
    """Straight pieces along the frame: axis 0 its upper and lower side, axis 1 its left and right side."""
    length = max(int(_FRAME_SHARE * patches.core[1 - axis]), 3)
    near_frame = dark & _frame_bands(dark, patches, axis)
    near_frame[:, 0] = 0  # pieces of neighbouring patches in the stack stay apart
    along, across = ((1, length), (3, 1)) if axis == 0 else ((length, 1), (1, 3))
    dots = (1, _DOTS_PX) if axis == 0 else (_DOTS_PX, 1)
    image = cv2.morphologyEx(stacked(near_frame), cv2.MORPH_CLOSE, np.ones(dots, np.uint8))
    joined = cv2.dilate(image, np.ones(across, np.uint8))
    lines = cv2.dilate(cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones(along, np.uint8)), np.ones(across, np.uint8))
    return np.asarray(lines, np.uint8).reshape(dark.shape)


def _frame_bands(dark: NDArray[np.uint8], patches: Patches, axis: int) -> NDArray[np.uint8]:
    """Where the two sides of the frame along an axis run, patch by patch: (N, H, W), 1 there.

    Around the supposed place of a side, the row (or column) of the patch that is darkest over the length of the
    cell is the frame, and so are those beside it as long as they are dark too: a round stroke beside the frame is
    dark for a part of its length only.
    """
    core = patches.core
    inside = slice(MARGIN_PX + 2, MARGIN_PX + core[1 - axis] - 2)
    profile = (dark[:, :, inside] if axis == 0 else dark[:, inside]).mean(axis=2 - axis)
    chosen = np.zeros(profile.shape, bool)
    rows = np.arange(len(dark))
    for side in (MARGIN_PX, MARGIN_PX + core[axis]):
        first = side - BAND_PX
        near = profile[:, first : side + BAND_PX]
        line = np.zeros(near.shape, bool)
        line[rows, near.argmax(axis=1)] = near.max(axis=1) >= _MIN_FRAME
        for _ in range(_MAX_FRAME_PX):
            wider = line.copy()
            wider[:, 1:] |= line[:, :-1]
            wider[:, :-1] |= line[:, 1:]
            line |= wider & (near >= _FRAME_EDGE)
        chosen[:, first : side + BAND_PX] |= line
    for _, own in patches.fields:
        if own.stop - own.start >= _MANY_CELLS:
            chosen[own] |= _common_lines(profile[own], core[axis])
    chosen[:, 1:-1] |= chosen[:, :-2] | chosen[:, 2:]
    bands = chosen[:, :, None] if axis == 0 else chosen[:, None, :]
    return np.broadcast_to(bands, dark.shape).astype(np.uint8)


def _common_lines(profile: NDArray[np.float64], size: int) -> NDArray[np.bool_]:
    """Second lines of a double frame: rows (or columns) near the sides that are dark in most cells of the field."""
    common = np.median(profile, axis=0)
    common = np.maximum(common, np.maximum(np.roll(common, 1), np.roll(common, -1)))
    place = np.arange(len(common))
    near = np.minimum(np.abs(place - MARGIN_PX), np.abs(place - MARGIN_PX - size)) <= DOUBLE_PX
    return (profile >= _FRAME_EDGE) & (near & (common >= _FRAME_EDGE))


def _crossings(rest: NDArray[np.uint8], frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Find the px of the frame that lie between two pieces of stroke."""
    image = stacked(rest)
    reach = _MAX_FRAME_PX + 3
    joined = cv2.morphologyEx(
        cv2.dilate(image, np.ones((1, 3), np.uint8)), cv2.MORPH_CLOSE, np.ones((reach, 1), np.uint8)
    )
    beside = cv2.morphologyEx(
        cv2.dilate(image, np.ones((3, 1), np.uint8)), cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8)
    )
    return np.asarray(cv2.bitwise_or(joined, beside), np.uint8).reshape(rest.shape) & frame

"""Tick boxes on a page -> ticked, not ticked, blackened or doubtful: told by the ink measured in them, by no network.

1. Each box is unwarped with a margin (`patches.py`), and its frame goes (`frames.py`).
2. How dark it is is measured between the paper and the printed line of the box itself, so that neither the scan's
   contrast nor a tinted form matters.
3. How much of the box is inked, how far the ink reaches in it, how dark it is and how much of it lies outside give the
   probabilities of the three answers, by a logistic model fitted on drawn marks (`benchmarks/marks.py`).
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import compress

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.document import BLANK, UNREADABLE, VOID, Cell, Field, FieldKind, Reading
from digitizer.reading.frames import MIN_DARKNESS, without_frame
from digitizer.reading.numbers_strips import is_on_page
from digitizer.reading.patches import MARGIN_PX, Patches, inner, unwarp

TICKED = "1"
"""Symbol of a tick box that is ticked."""
ANSWERS = (BLANK, TICKED, VOID)
MEASURES = ("one", "area", "extent", "depth", "darkness", "outside", "fill", "fullness")
WEIGHTS = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [-11.2, 7.8, 5.2, 7.6, 1.9, -5.9, 0.4, -12.9],
        [-8.4, 3.4, -3.9, -0.5, 1.6, -3.2, 14.3, 13.1],
    ]
)
"""(answers, measures): log odds of each answer for each measure."""
_SURE = 0.9
"""Probability of the likeliest answer below which a box is doubtful."""
_MAX_ASPECT = 3.0
"""Longer over shorter side of a tick box."""
_BORDER_PX = 4
"""Width of the border within the frame in which ink is not counted: what may be left of a thick frame."""
_INK_SHARE = 0.3
"""Share of the darkness of the printed frame above which a px is ink."""
_MIN_PIECE_PX = 5
"""Area of the smallest piece that is no dust."""
_NEARLY_FULL = 0.8
"""Share of a box from which it may be blackened."""
_FULL_SHARE = 0.55
"""Share of the darkness of the printed frame above which a px is blackened."""


def read_marks(pixels: NDArray[np.uint8], quads: Sequence[NDArray[np.float64]]) -> list[Reading]:
    """Read the tick boxes of a page.

    Parameters
    ----------
    pixels
        (height, width) uint8, grey, paper 255.
    quads
        (4, 2) float64 of each box, the middle of its frame in px: top left, top right, bottom right, bottom left.

    Returns
    -------
    list
        For each box `TICKED`, `BLANK`, `VOID` (blackened: taken back) or, in doubt, `UNREADABLE`, with the probability
        that this (or, in doubt, the likeliest of the others) is right. A box that is not on the page is in doubt.
    """
    on_page = [is_on_page(quad, pixels) and _is_squarish(quad) for quad in quads]
    logits = measure_marks(pixels, list(compress(quads, on_page))) @ WEIGHTS.T
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    readings = map(_decide, odds / odds.sum(axis=1, keepdims=True))
    return [next(readings) if here else Reading(UNREADABLE, 0.0) for here in on_page]


def _is_squarish(quad: NDArray[np.float64]) -> bool:
    """Tell whether a box is about as wide as it is high."""
    width, height = np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[3] - quad[0])
    return bool(max(width, height) <= _MAX_ASPECT * min(width, height))


def _decide(probabilities: NDArray[np.float64]) -> Reading:
    best = int(probabilities.argmax())
    confidence = float(probabilities[best])
    return Reading(ANSWERS[best] if confidence >= _SURE else UNREADABLE, confidence)


def measure_marks(pixels: NDArray[np.uint8], quads: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Measure the ink in tick boxes: (N, F), in the order of `MEASURES`.

    Measures
    --------
    one
        1.
    area
        Square root of the inked share of the box: how long its strokes are, about.
    extent
        Mean of the width and the height of what is inked, as shares of those of the box.
    depth
        Distance from the frame to the ink that is farthest from it, as a share of half the box.
    darkness
        Of the ink, as a share of the printed frame's, at most 1.
    outside
        Share of the ink that lies outside, of all ink that reaches into the box.
    fill
        Share of the box that is as dark as ink of a full stroke.
    fullness
        What `fill` has above 0.8.
    """
    levels = {1: pixels}
    measures = np.zeros((len(quads), len(MEASURES)))
    groups: dict[tuple[int, int], list[tuple[int, NDArray[np.uint8]]]] = defaultdict(list)
    for index, quad in enumerate(quads):
        field = Field("", FieldKind.MARK, 1, 1, (Cell(0, 0, np.asarray(quad, np.float64)),))
        patches, core = unwarp(field, levels)
        groups[core].append((index, patches))
    for core, members in groups.items():
        alike = np.concatenate([patches for _, patches in members])
        darkness, frame = _darkness(alike, core)
        kept = without_frame(Patches(darkness, core, tuple((n, slice(n, n + 1)) for n in range(len(alike)))))
        for (index, _), *each in zip(members, darkness, kept, frame, strict=True):
            measures[index] = _measure(*each)
    return measures


def _darkness(patches: NDArray[np.uint8], core: tuple[int, int]) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """(N, H, W) how much darker than the paper each px is, and (N,) how dark the printed frame is.

    The paper is that within the box, unless that is blackened: then it is the paper around it.
    """
    count, height, width = patches.shape
    within = np.quantile(inner(patches, _BORDER_PX).reshape(count, -1), 0.85, axis=1)
    outside = np.ones((height, width), bool)
    outside[MARGIN_PX - 4 : 4 - MARGIN_PX, MARGIN_PX - 4 : 4 - MARGIN_PX] = False
    around = np.quantile(patches[:, outside], 0.8, axis=1)
    line = _frame_shade(patches, core)
    paper = np.where(within < (around + line) / 2, around, within)
    darkness = np.clip(paper[:, None, None] - patches, 0, 255).astype(np.uint8)
    return darkness, np.maximum(paper - line, MIN_DARKNESS)


def _frame_shade(patches: NDArray[np.uint8], core: tuple[int, int]) -> NDArray[np.float64]:
    """(N,) median grey level along the printed frame, where each place is as dark as the darkest beside it."""
    thin = cv2.erode(patches.reshape(-1, patches.shape[2]), np.ones((1, 5), np.uint8)).reshape(patches.shape)
    low = cv2.erode(patches.reshape(-1, patches.shape[2]), np.ones((5, 1), np.uint8)).reshape(patches.shape)
    right, bottom = MARGIN_PX + core[1], MARGIN_PX + core[0]
    rows, columns = slice(MARGIN_PX + 4, bottom - 4), slice(MARGIN_PX + 4, right - 4)
    sides = [thin[:, rows, MARGIN_PX], thin[:, rows, right], low[:, MARGIN_PX, columns], low[:, bottom, columns]]
    return np.asarray(np.median(np.concatenate(sides, axis=1), axis=1), np.float64)


def _measure(darkness: NDArray[np.uint8], kept: NDArray[np.bool_], frame: float) -> NDArray[np.float64]:
    """Measure one box, (F,)."""
    ink = (kept & (darkness >= max(_INK_SHARE * frame, MIN_DARKNESS))).astype(np.uint8)
    count, found, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8, ltype=cv2.CV_32S)
    labels = np.asarray(found)
    edge = MARGIN_PX + _BORDER_PX
    within = labels[edge:-edge, edge:-edge]
    inside = np.bincount(within.ravel(), minlength=count)
    area = np.asarray(stats)[:, cv2.CC_STAT_AREA]
    own = (inside > 0) & (area >= _MIN_PIECE_PX)
    own[0] = False
    mask = own[within]
    fill = float((darkness[edge:-edge, edge:-edge] >= max(_FULL_SHARE * frame, MIN_DARKNESS)).mean())
    fullness = max(fill - _NEARLY_FULL, 0.0)
    if not mask.any():
        return np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0, fill, fullness])
    rows, columns = np.nonzero(mask)
    height, width = mask.shape
    extent = ((np.ptp(rows) + 1) / height + (np.ptp(columns) + 1) / width) / 2
    from_sides = np.minimum(
        np.minimum(rows, height - 1 - rows) / height, np.minimum(columns, width - 1 - columns) / width
    )
    dark = min(float(np.median(darkness[edge:-edge, edge:-edge][mask])) / frame, 1.0)
    outside = 1 - inside[own].sum() / area[own].sum()
    return np.array([1.0, float(mask.mean()) ** 0.5, extent, 2 * from_sides.max(), dark, outside, fill, fullness])

"""Does what is printed on the blank form stand on the page? Told from sampled points only."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.forms.registering.geometry import Matrix, Points, project
from digitizer.forms.template import FormPage

_LENGTH_PX = 1200
"""Longer side to which pages and blank forms are reduced: about 100 dpi on A4."""
_WITHIN_MM = 0.5
"""How far printed ink may be off."""
_FREE_MM = 2.0
"""Paper counts as empty only so far from all ink of the blank form."""
_PAPER_SHARE = 0.025
"""Width of what is taken for ink, as a part of the longer side: wider dark things are table or shadow."""
_DARKER = 0.16
"""Part of the paper's brightness by which ink is darker, at least."""
_POINTS = 800
"""Sampled points of each kind."""
_LEAST_POINTS = 40
"""A blank form on which less is printed outside its cells cannot tell."""


@dataclass(frozen=True, slots=True)
class PrintedInk:
    """Sampled places of a blank form, (N, 2) and (M, 2) mm: where ink is printed outside the cells, and empty paper."""

    dark_mm: Points
    empty_mm: Points


@dataclass(frozen=True, slots=True)
class PageInk:
    """Where ink is on a page.

    Attributes
    ----------
    mask
        (H, W) uint8, 255 on ink, of the page reduced.
    factor
        Page px per px of it.
    """

    mask: NDArray[np.uint8]
    factor: float


def reduced(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """Shrink a page to what its print can be told on, and by how much."""
    factor = max(1.0, max(pixels.shape) / _LENGTH_PX)
    if factor == 1:
        return pixels, factor
    return shrunk(pixels, factor), factor


def shrunk(pixels: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """Shrink an image: by a whole number, averaging, then by the rest: ten times as fast as in one.

    What is left over of whole blocks at the right and at the bottom is cut off: that is many times faster still.
    """
    height, width = (max(size // int(factor), 1) * int(factor) for size in pixels.shape)
    pixels = pixels[:height, :width]
    for whole, method in ((int(factor), cv2.INTER_AREA), (factor, cv2.INTER_LINEAR)):
        size = max(1, round(width / whole)), max(1, round(height / whole))
        if size != pixels.shape[::-1]:
            pixels = np.asarray(cv2.resize(pixels, size, interpolation=method), np.uint8)
    return pixels


def page_ink(small: NDArray[np.uint8], factor: float) -> PageInk:
    """Find the ink of a reduced page (H, W) uint8: what is narrow, and darker than the paper around it."""
    width = int(_PAPER_SHARE * max(small.shape)) // 2 * 2 + 3
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((width, width), np.uint8))
    ink = cv2.subtract(cv2.convertScaleAbs(paper, alpha=1 - _DARKER), small)
    return PageInk(np.where(np.asarray(ink) > 0, 255, 0).astype(np.uint8), factor)


@lru_cache(maxsize=256)
def printed_ink(page: FormPage) -> PrintedInk | None:
    """Sample the blank form of a template evenly; None without one, or where next to nothing is printed on it."""
    if page.reference is None:
        return None
    ink = page_ink(*reduced(page.reference))
    px_per_mm = page.reference.shape[1] / page.width_mm / ink.factor
    free_px = max(1, round(_FREE_MM * px_per_mm))
    cells = np.zeros(ink.mask.shape, np.uint8)
    for field in page.fields:
        cv2.fillPoly(cells, list(np.rint(field.quads_mm * px_per_mm).astype(np.int32)), 255)
    cells = np.asarray(cv2.dilate(cells, np.ones((free_px, free_px), np.uint8)), np.uint8)
    spread = cv2.dilate(ink.mask, np.ones((2 * free_px + 1, 2 * free_px + 1), np.uint8))
    dark, empty = ((ink.mask > 0) & (cells == 0)), ((np.asarray(spread) == 0) & (cells == 0))
    dark_mm, empty_mm = (_sampled(mask) / px_per_mm for mask in (dark, empty))
    return PrintedInk(dark_mm, empty_mm) if len(dark_mm) >= _LEAST_POINTS else None


def _sampled(mask: NDArray[np.bool_]) -> Points:
    """Evenly chosen points (x, y) of a mask, in its px with the origin at the corner of the first."""
    rows, columns = np.nonzero(mask)
    chosen = np.unique(np.linspace(0, max(len(rows) - 1, 0), min(_POINTS, len(rows))).astype(np.intp))
    return np.stack([columns[chosen], rows[chosen]], axis=1).astype(np.float64) + 0.5


def agreement(printed: PrintedInk, ink: PageInk, matrix: Matrix) -> float | None:
    """Share of the printed points that are ink on the page less the share of empty ones that are: 1 for the same form.

    None where too little of the blank form lies on the page.

    Parameters
    ----------
    matrix
        (3, 3), page px <- mm.
    """
    around = np.array([(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]) * _WITHIN_MM
    dark = _hits(ink, project(matrix, printed.dark_mm[:, None] + around))
    empty = _hits(ink, project(matrix, printed.empty_mm[:, None]))
    if len(dark) < _LEAST_POINTS:
        return None
    return float(dark.mean() - (empty.mean() if len(empty) else 0.0))


def _hits(ink: PageInk, points: Points) -> NDArray[np.bool_]:
    """Which points (N, K, 2) px of the page have ink at any of their K places; those off the page are left out."""
    place = np.rint((points + 0.5) / ink.factor - 0.5)
    inside = ((place >= 0) & (place < ink.mask.shape[::-1])).all(axis=(1, 2))
    at = place[inside].astype(np.intp)
    return np.asarray((ink.mask[at[..., 1], at[..., 0]] > 0).any(axis=1))

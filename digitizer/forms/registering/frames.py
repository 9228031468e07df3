"""How dark the page is beside where a template's frame lines ought to be, sampled across each of them."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.forms.registering.geometry import Matrix, Points, project
from digitizer.forms.template import FormPage

REACH_MM = 1.5
"""How far off frame lines are searched for: less than half of the smallest cell."""
STEP_MM = 0.125
"""Shifts that are tried: half the width of a usual line."""
_ALONG = np.linspace(0.12, 0.88, 8)
"""Where each side is sampled, as parts of its length: corners belong to other sides."""
_PAPER = 90
"""Percentile of the values across a side that is taken for paper."""
_IN_PLACE_MM = 0.8
"""How far off a line may be to count as a side's: what curled paper comes to."""
_LEAST_DARKNESS = 0.05
"""Part of the paper's brightness by which it is darker than what is beside it."""
_SAMPLED_CELLS = 30
"""About so many cells tell whether they are framed."""
_ROW = 4096
"""Samples are taken in rows of so many: images beyond 32767 px cannot be sampled into."""


def frame_profiles(pixels: NDArray[np.uint8], matrix: Matrix, quads_mm: Points) -> NDArray[np.float64]:
    """Sample the page across the sides of cells.

    Parameters
    ----------
    pixels
        (H, W) uint8, grey, paper 255.
    matrix
        (3, 3), page px <- mm.
    quads_mm
        (N, 4, 2).

    Returns
    -------
    (N, 2, S) float64: for the left and right side, and for the top and bottom one, how much darker than paper they are
    if the cell is shifted along its width, and along its height, by -`REACH_MM` to `REACH_MM`; in parts of the paper's
    brightness, less what is darker than that on few places only, such as writing.
    """
    sides = _side_profiles(pixels, matrix, quads_mm)
    return np.asarray(sides.reshape(len(quads_mm), 2, 2, -1).mean(axis=2), np.float64)


def _side_profiles(pixels: NDArray[np.uint8], matrix: Matrix, quads_mm: Points) -> NDArray[np.float64]:
    """Darkness at every shift of the left, right, top and bottom side of each cell, (N, 4, S)."""
    top_left, top_right, bottom_right, bottom_left = np.moveaxis(quads_mm, 1, 0)
    starts = np.stack([top_left, top_right, top_left, bottom_left], axis=1)
    ends = np.stack([bottom_left, bottom_right, top_right, bottom_right], axis=1)
    across, down = _unit(top_right - top_left), _unit(bottom_left - top_left)
    ways = np.stack([across, across, down, down], axis=1)
    shifts = np.arange(-REACH_MM, REACH_MM + STEP_MM / 2, STEP_MM)
    along = starts[:, :, None] + _ALONG[:, None] * (ends - starts)[:, :, None]
    places = along[:, :, :, None] + shifts[:, None] * ways[:, :, None, None]
    values = _sampled(pixels, project(matrix, places))
    light = _PAPER * values.shape[3] // 100
    paper = np.partition(values, light, axis=3)[..., light, None]
    dark = np.partition(1 - values / np.maximum(paper, 1.0), (len(_ALONG) // 2 - 1, len(_ALONG) // 2), axis=2)
    return np.asarray(dark[:, :, len(_ALONG) // 2 - 1 : len(_ALONG) // 2 + 1].mean(axis=2), np.float64)


def framed_share(pixels: NDArray[np.uint8], matrix: Matrix, quads_mm: Points) -> float:
    """Share of the sides of cells (N, 4, 2) mm that are printed where a map puts them, of those on the page."""
    there = project(matrix, quads_mm)
    quads_mm = quads_mm[((there > 0) & (there < np.array(pixels.shape[::-1]) - 1)).all(axis=(1, 2))]
    if not len(quads_mm):
        return 0.0
    sides = _side_profiles(pixels, matrix, quads_mm[:: max(1, len(quads_mm) // _SAMPLED_CELLS)])
    shifts = np.arange(-REACH_MM, REACH_MM + STEP_MM / 2, STEP_MM)
    there = sides[..., np.abs(shifts) <= _IN_PLACE_MM].max(axis=-1)
    beside = np.median(sides, axis=-1)
    return float((there - beside >= _LEAST_DARKNESS).mean())


@lru_cache(maxsize=256)
def framed_on_blank(page: FormPage) -> float:
    """Give the same share for the blank form of a template; 1 without one."""
    if page.reference is None:
        return 1.0
    scale = page.reference.shape[1] / page.width_mm
    to_px = np.array([[scale, 0, -0.5], [0, scale, -0.5], [0, 0, 1]])
    return framed_share(page.reference, to_px, np.concatenate([field.quads_mm for field in page.fields]))


def _unit(vectors: Points) -> Points:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))


def _sampled(pixels: NDArray[np.uint8], places: Points) -> NDArray[np.float32]:
    """Grey values at places (..., 2) px, between pixels in proportion; beyond the page those at its edge."""
    flat = places.reshape(-1, 2).astype(np.float32)
    short = -len(flat) % _ROW
    grid = np.pad(flat, ((0, short), (0, 0)), mode="edge").reshape(-1, _ROW, 2)
    x, y = np.ascontiguousarray(grid[..., 0]), np.ascontiguousarray(grid[..., 1])
    seen = cv2.remap(pixels, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float32).reshape(-1)[: len(flat)].reshape(places.shape[:-1])

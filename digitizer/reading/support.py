"""What lies at given places of a mask: how well the sides of a supposed box are covered by ruled lines."""

import cv2
import numpy as np
from numpy.typing import NDArray

_SAMPLES = 15
_REACH_PX = 3
"""How far beside its supposed place a line is looked for."""

_STEPS = 17
_MIN_SHARED = 0.45
"""Darkness between the two sides of a line as a share of the line's, if it is one line and not two."""

TOP, BOTTOM = 0, 2
"""Places of these sides in what `side_support` returns."""


def sample(mask: NDArray[np.uint8], points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether points (..., 2) as (x, y) lie on a line; none does outside the page."""
    x, y = np.moveaxis(np.rint(points).astype(np.intp), -1, 0)
    inside = (x >= 0) & (y >= 0) & (x < mask.shape[1]) & (y < mask.shape[0])
    return np.asarray((mask[np.where(inside, y, 0), np.where(inside, x, 0)] > 0) & inside)


def widened(mask: NDArray[np.uint8], reach_px: int = _REACH_PX) -> NDArray[np.uint8]:
    """Widen lines by the reach of `side_support`, or another one, once for many calls."""
    size = 2 * reach_px + 1
    return np.asarray(cv2.dilate(mask, np.ones((size, size), np.uint8)))


def side_support(wide_mask: NDArray[np.uint8], quad: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of each side of a box that lies on a line.

    Parameters
    ----------
    wide_mask
        (H, W) uint8 from `widened`.
    quad
        (4, 2) float64, corners in px (x, y) from the top left clockwise.

    Returns
    -------
    support
        (4,) float64, 0-1: top, right, bottom, left.
    """
    steps = np.linspace(0.06, 0.94, _SAMPLES)[None, :, None]
    points = quad[:, None] * (1 - steps) + np.roll(quad, -1, axis=0)[:, None] * steps
    return np.asarray(sample(wide_mask, points).mean(axis=1))


def one_line_between(
    upper: NDArray[np.float64], lower: NDArray[np.float64], work: NDArray[np.uint8], fringe_px: float
) -> NDArray[np.bool_]:
    """Tell for pairs of boxes above each other whether there is one line between them, not two with paper between.

    Parameters
    ----------
    upper, lower
        (N, 4, 2) float64, corners in px (x, y) from the top left clockwise.
    work
        (H, W) uint8, the reduced page.
    fringe_px
        How far into both boxes to look.

    Returns
    -------
    one
        (N,) bool.
    """
    sides = np.linspace(0.1, 0.9, 17)[:, None]
    starts = upper[:, None, 3] * (1 - sides) + upper[:, None, 2] * sides
    ends = lower[:, None, 0] * (1 - sides) + lower[:, None, 1] * sides
    down = (upper[:, 3] - upper[:, 0]) / np.linalg.norm(upper[:, 3] - upper[:, 0], axis=1, keepdims=True)
    steps = np.linspace(0, 1, _STEPS)[:, None, None]
    fringe = fringe_px * down[:, None, None]
    strip = (starts[:, None] - fringe) * (1 - steps) + (ends[:, None] + fringe) * steps
    x, y = np.moveaxis(np.rint(strip).astype(np.intp), -1, 0)
    profile = np.median(work[y.clip(0, work.shape[0] - 1), x.clip(0, work.shape[1] - 1)], axis=2)
    darkness = profile.max(axis=1, keepdims=True) - profile
    darkest = np.maximum(darkness.max(axis=1, keepdims=True), 1)
    dark = darkness >= darkest / 2
    within = np.maximum.accumulate(dark, axis=1) & np.maximum.accumulate(dark[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(np.where(within, darkness / darkest, 1).min(axis=1) >= _MIN_SHARED)

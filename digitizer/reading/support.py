"""How well the sides of a supposed box are covered by ruled lines."""

import cv2
import numpy as np
from numpy.typing import NDArray

_SAMPLES = 15
_REACH_PX = 3
"""How far beside its supposed place a line is looked for."""

TOP, RIGHT, BOTTOM, LEFT = range(4)


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
    points = np.rint(quad[:, None] * (1 - steps) + np.roll(quad, -1, axis=0)[:, None] * steps).astype(np.intp)
    x, y = points[..., 0], points[..., 1]
    inside = (x >= 0) & (y >= 0) & (x < wide_mask.shape[1]) & (y < wide_mask.shape[0])
    hit = wide_mask[np.where(inside, y, 0), np.where(inside, x, 0)] > 0
    return np.asarray((hit & inside).mean(axis=1))

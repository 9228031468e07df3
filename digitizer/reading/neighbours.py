"""Boxes -> which box stands to the right of which, and which below."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitizer.reading.boxes import Boxes

_MAX_TURN_COSINE = float(np.cos(np.deg2rad(8)))
"""Neighbours' sides are parallel to within 8 degrees."""
_NONE = -1
_BLOCK = 256
"""Boxes that are compared with all others at a time, to bound the memory."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How alike two boxes must be to be neighbours; sizes along the row and across it are ratios.

    Attributes
    ----------
    along, across
        Smallest ratio of the smaller to the larger box in the direction of the row, and across it.
    offset
        Largest shift across the row, in box sizes.
    gap
        Largest distance between the two, in box sizes along the row.
    """

    along: float
    across: float
    offset: float
    gap: float


Neighbours = NDArray[np.intp]
"""(N,) for each of N boxes the index of its next one in a direction, -1 where there is none."""


def right_neighbours(boxes: Boxes, tolerance: Tolerance) -> Neighbours:
    """For each box the nearest one to its right that is its neighbour on the left."""
    return _neighbours(boxes.centres, boxes.across, boxes.down, tolerance)


def lower_neighbours(boxes: Boxes, tolerance: Tolerance) -> Neighbours:
    """For each box the nearest one below it that is its neighbour above."""
    return _neighbours(boxes.centres, boxes.down, boxes.across, tolerance)


def _neighbours(
    centres: NDArray[np.float64], along: NDArray[np.float64], across: NDArray[np.float64], tolerance: Tolerance
) -> Neighbours:
    count = len(centres)
    after, near = np.full(count, _NONE), np.full(count, np.inf)
    if count < 2:
        return after
    length, breadth = np.linalg.norm(along, axis=1), np.linalg.norm(across, axis=1)
    unit_along, unit_across = along / length[:, None], across / breadth[:, None]
    for start in range(0, count, _BLOCK):
        block = slice(start, start + _BLOCK)
        way = centres - centres[block, None]
        distance = (way * unit_along[block, None]).sum(axis=2)
        smaller = np.minimum(length, length[block, None])
        gap = (distance - (length + length[block, None]) / 2) / smaller
        fits = (distance > 0.5 * smaller) & (gap > -0.25) & (gap <= tolerance.gap)
        fits &= np.abs((way * unit_across[block, None]).sum(axis=2)) <= tolerance.offset * breadth[block, None]
        fits &= _alike(length, length[block, None], tolerance.along)
        fits &= _alike(breadth, breadth[block, None], tolerance.across)
        fits &= unit_along[block] @ unit_along.T >= _MAX_TURN_COSINE
        distance[~fits] = np.inf
        nearest = distance.argmin(axis=1)
        rows = np.arange(len(nearest))
        near[block], after[block] = distance[rows, nearest], nearest
    after[np.isinf(near)] = _NONE
    order = np.lexsort((np.arange(count), near))[::-1]
    before = np.full(count, _NONE)
    order = order[after[order] != _NONE]
    before[after[order]] = order  # the nearest comes last and stays
    mutual = (after != _NONE) & (before[after] == np.arange(count))
    return np.where(mutual, after, _NONE)


def _alike(sizes: NDArray[np.float64], size: NDArray[np.float64], ratio: float) -> NDArray[np.bool_]:
    return np.asarray((sizes >= ratio * size) & (size >= ratio * sizes))

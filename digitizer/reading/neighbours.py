"""Boxes -> which box stands to the right of which, and which below."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitizer.reading.boxes import Boxes

_MAX_TURN_COSINE = float(np.cos(np.deg2rad(8)))
"""Neighbours' sides are parallel to within 8 degrees."""
_NONE = -1


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


@dataclass(frozen=True, slots=True)
class Neighbours:
    """For each of N boxes its next one in a direction.

    Attributes
    ----------
    after
        (N,) index of the next box, -1 where there is none.
    gap
        (N,) distance to it, between the facing sides, in sizes of the smaller of the two.
    """

    after: NDArray[np.intp]
    gap: NDArray[np.float64]


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
    after, gaps = np.full(count, _NONE), np.full(count, np.inf)
    if count < 2:
        return Neighbours(after, gaps)
    length, breadth = np.linalg.norm(along, axis=1), np.linalg.norm(across, axis=1)
    unit_along, unit_across = along / length[:, None], across / breadth[:, None]
    candidates = [
        _candidates(index, centres, unit_along, unit_across, length, breadth, tolerance) for index in range(count)
    ]
    best = np.full(count, np.inf)
    before = np.full(count, _NONE)
    for index, (others, distance, _) in enumerate(candidates):
        if len(others):
            nearest = others[distance.argmin()]
            if distance.min() < best[nearest]:
                best[nearest], before[nearest] = distance.min(), index
    for index, (others, distance, gap) in enumerate(candidates):
        if len(others) and before[others[distance.argmin()]] == index:
            after[index], gaps[index] = others[distance.argmin()], gap[distance.argmin()]
    return Neighbours(after, gaps)


def _candidates(
    index: int,
    centres: NDArray[np.float64],
    unit_along: NDArray[np.float64],
    unit_across: NDArray[np.float64],
    length: NDArray[np.float64],
    breadth: NDArray[np.float64],
    tolerance: Tolerance,
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """Boxes that could follow box `index`: their indices, distances and gaps."""
    way = centres - centres[index]
    distance = way @ unit_along[index]
    smaller = np.minimum(length, length[index])
    gap = (distance - (length + length[index]) / 2) / smaller
    fits = (distance > 0.5 * smaller) & (gap > -0.25) & (gap <= tolerance.gap)
    fits &= np.abs(way @ unit_across[index]) <= tolerance.offset * breadth[index]
    fits &= _alike(length, length[index], tolerance.along) & _alike(breadth, breadth[index], tolerance.across)
    fits &= unit_along @ unit_along[index] >= _MAX_TURN_COSINE
    others = np.flatnonzero(fits)
    return others, distance[others], gap[others]


def _alike(sizes: NDArray[np.float64], size: float, ratio: float) -> NDArray[np.bool_]:
    return np.asarray((sizes >= ratio * size) & (size >= ratio * sizes))

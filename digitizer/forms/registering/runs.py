"""Boxes -> runs: boxes of one size that stand side by side at one pitch, which tell a form better than single ones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitizer.forms.registering.geometry import Points

_MAX_PITCH = 2.3
"""Widths from the middle of a box to that of the next in its run, at most."""
_MIN_PITCH = 0.85
_OFF_LINE = 0.3
"""Heights that a neighbour may stand higher or lower."""
_SIZE_RATIO = 1.25
"""How much larger or smaller a neighbour may be."""
_PITCH_RATIO = 1.12
"""How much the pitch may change within a run."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of boxes from left to right, along the sides that the boxes' corners name.

    Attributes
    ----------
    quads
        (N, 4, 2) the boxes.
    members
        For each run the indices of its boxes.
    count, aspect, pitch
        (R,) of each run: boxes; their width over height; from box to box in widths, 0 for a run of one.
    """

    quads: Points
    members: tuple[NDArray[np.intp], ...]
    count: NDArray[np.intp]
    aspect: NDArray[np.float64]
    pitch: NDArray[np.float64]

    @property
    def corners(self) -> Points:
        """(R, 4, 2) the outline of each run: top left, top right, bottom right, bottom left."""
        return outline(self.quads, self.first, self.last)

    @property
    def first(self) -> NDArray[np.intp]:
        """(R,) index of the leftmost box of each run."""
        return np.array([member[0] for member in self.members], np.intp)

    @property
    def last(self) -> NDArray[np.intp]:
        """(R,) index of the rightmost box of each run."""
        return np.array([member[-1] for member in self.members], np.intp)


def outline(quads: Points, first: NDArray[np.intp], last: NDArray[np.intp]) -> Points:
    """Corners of the row from each `first` box to its `last`: (R, 4, 2)."""
    return np.stack([quads[first, 0], quads[last, 1], quads[last, 2], quads[first, 3]], axis=1)


def sides(quads: Points) -> tuple[Points, Points]:
    """Vectors across and down each box, (N, 2), from the middle of a side to that of the opposite one."""
    across = (quads[:, 1] + quads[:, 2] - quads[:, 0] - quads[:, 3]) / 2
    down = (quads[:, 2] + quads[:, 3] - quads[:, 0] - quads[:, 1]) / 2
    return across, down


def find_runs(quads: Points) -> Runs:
    """Put boxes (N, 4, 2) into runs; every box is in exactly one."""
    right, pitch = _right_neighbours(quads)
    members = _chains(right, pitch)
    across, down = sides(quads)
    width, height = np.linalg.norm(across, axis=1), np.linalg.norm(down, axis=1)
    aspect = width / np.maximum(height, 1e-9)
    return Runs(
        quads=quads,
        members=tuple(np.array(member, np.intp) for member in members),
        count=np.array([len(member) for member in members], np.intp),
        aspect=np.array([float(np.median(aspect[member])) for member in members]),
        pitch=np.array([float(np.median(pitch[member[:-1]])) if len(member) > 1 else 0.0 for member in members]),
    )


def reversed_runs(runs: Runs) -> Runs:
    """Give the runs of the same boxes turned by half a turn."""
    return Runs(
        np.roll(runs.quads, 2, axis=1),
        tuple(member[::-1] for member in runs.members),
        runs.count,
        runs.aspect,
        runs.pitch,
    )


def _right_neighbours(quads: Points) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Index of the nearest box to the right of each and its distance in widths; -1 and 0 where there is none."""
    if not len(quads):
        return np.empty(0, np.intp), np.empty(0)
    centres = quads.mean(axis=1)
    across, down = sides(quads)
    away = centres[None] - centres[:, None]
    area = across[:, 0] * down[:, 1] - across[:, 1] * down[:, 0]
    area = np.where(np.abs(area) < 1e-9, 1e-9, area)[:, None]
    along = (away[..., 0] * down[:, 1, None] - away[..., 1] * down[:, 0, None]) / area
    off = (away[..., 1] * across[:, 0, None] - away[..., 0] * across[:, 1, None]) / area
    width, height = np.linalg.norm(across, axis=1), np.linalg.norm(down, axis=1)
    same = np.ones(along.shape, bool)
    for size in (width, height):
        ratio = size[None] / np.maximum(size[:, None], 1e-9)
        same &= (ratio < _SIZE_RATIO) & (ratio > 1 / _SIZE_RATIO)
    beside = same & (np.abs(off) < _OFF_LINE) & (along > _MIN_PITCH) & (along < _MAX_PITCH)
    distance = np.where(beside, along, np.inf)
    nearest = distance.argmin(axis=1)
    pitch = distance[np.arange(len(quads)), nearest]
    return np.where(np.isfinite(pitch), nearest, -1), np.where(np.isfinite(pitch), pitch, 0.0)


def _chains(right: NDArray[np.intp], pitch: NDArray[np.float64]) -> list[list[int]]:
    """Follow the neighbours from every box that is nobody's, and part where the pitch changes."""
    followers = set(right[right >= 0].tolist())
    chains: list[list[int]] = []
    taken: set[int] = set()
    for start in range(len(right)):
        if start in followers:
            continue
        place, chain = start, [start]
        taken.add(start)
        while (following := int(right[place])) >= 0 and following not in taken:
            if len(chain) > 1 and not _near(pitch[place], pitch[chain[-2]]):
                chains.append(chain)
                chain = []
            chain.append(following)
            taken.add(following)
            place = following
        chains.append(chain)
    chains.extend([place] for place in range(len(right)) if place not in taken)
    return chains


def _near(one: float, other: float) -> bool:
    return bool(1 / _PITCH_RATIO < one / other < _PITCH_RATIO)

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
_SHAPE_RATIO = 1.25
"""How much the boxes' proportions and pitch may differ between template and page: a tilted camera shortens one side."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of boxes from left to right, along the sides that the boxes' corners name.

    Attributes
    ----------
    quads
        (N, 4, 2) the boxes.
    order
        (N,) indices of the boxes, run after run.
    start, count
        (R,) of each run: its place in `order`, and how many boxes it has.
    aspect, pitch
        (R,) of each run: its boxes' width over height; from box to box in widths, 0 for a run of one.
    """

    quads: Points
    order: NDArray[np.intp]
    start: NDArray[np.intp]
    count: NDArray[np.intp]
    aspect: NDArray[np.float64]
    pitch: NDArray[np.float64]

    @property
    def corners(self) -> Points:
        """(R, 4, 2) the outline of each run: top left, top right, bottom right, bottom left."""
        return outline(self.quads, self.order[self.start], self.order[self.start + self.count - 1])

    @property
    def members(self) -> list[NDArray[np.intp]]:
        """For each run the indices of its boxes."""
        return np.split(self.order, self.start[1:])


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
    members = _chains(right.tolist(), pitch.tolist())
    across, down = sides(quads)
    width, height = np.linalg.norm(across, axis=1), np.linalg.norm(down, axis=1)
    order = np.array([box for member in members for box in member], np.intp)
    count = np.array([len(member) for member in members], np.intp)
    start = np.cumsum(count) - count
    aspect = width / np.maximum(height, 1e-9)
    followed = np.ones(len(order), bool)
    followed[start + count - 1] = False
    return Runs(
        quads=quads,
        order=order,
        start=start,
        count=count,
        aspect=_medians(aspect[order], count),
        pitch=_medians(pitch[order][followed], count - 1),
    )


def _medians(values: NDArray[np.float64], counts: NDArray[np.intp]) -> NDArray[np.float64]:
    """Median of each of some groups of values, which lie group after group; 0 for an empty group."""
    ordered = np.append(values[np.lexsort((values, np.repeat(np.arange(len(counts)), counts)))], 0.0)
    start = np.cumsum(counts) - counts
    low, high = start + np.maximum(counts - 1, 0) // 2, start + counts // 2
    return np.where(counts > 0, (ordered[low] + ordered[high]) / 2, 0.0)


def reversed_runs(runs: Runs) -> Runs:
    """Give the runs of the same boxes turned by half a turn."""
    ends = np.repeat(2 * runs.start + runs.count - 1, runs.count)
    order = runs.order[ends - np.arange(len(ends))]
    return Runs(np.roll(runs.quads, 2, axis=1), order, runs.start, runs.count, runs.aspect, runs.pitch)


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


def _chains(right: list[int], pitch: list[float]) -> list[list[int]]:
    """Follow the neighbours from every box that is nobody's, and part where the pitch changes."""
    followers = set(right)
    chains: list[list[int]] = []
    taken: set[int] = set()
    for start in range(len(right)):
        if start in followers:
            continue
        place, chain = start, [start]
        taken.add(start)
        while (following := right[place]) >= 0 and following not in taken:
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
    return 1 / _PITCH_RATIO < one / other < _PITCH_RATIO


def alike(form: Runs, page: Runs) -> NDArray[np.bool_]:
    """Which run of a template may be which of a page, by proportions and pitch: (own, seen)."""
    aspect = form.aspect[:, None] / np.maximum(page.aspect, 1e-9)
    pitch = np.maximum(form.pitch, 1e-9)[:, None] / np.maximum(page.pitch, 1e-9)
    several = (form.count[:, None] > 1) & (page.count > 1)
    shaped = (aspect < _SHAPE_RATIO) & (aspect > 1 / _SHAPE_RATIO)
    pitched = (pitch < _SHAPE_RATIO) & (pitch > 1 / _SHAPE_RATIO)
    return np.asarray(shaped & np.where(several, pitched, form.count[:, None] == page.count))


def ways(form: Runs, page: Runs, own: NDArray[np.intp], seen: NDArray[np.intp]) -> NDArray[np.intp]:
    """In how many ways the shorter of two runs can be laid into the longer, for pairs of runs (K,)."""
    return np.asarray(np.abs(form.count[own] - page.count[seen]) + 1)


def laid(form: Runs, page: Runs, own: NDArray[np.intp], seen: NDArray[np.intp]) -> NDArray[np.intp]:
    """Lay the shorter of two runs into the longer in all ways, for pairs of runs (K,).

    Returns
    -------
    (4, M): the template's first and last box, and those of the page, that are laid on each other; pair after pair.
    """
    many = ways(form, page, own, seen)
    pair = np.repeat(np.arange(len(own)), many)
    slip = np.arange(len(pair)) - np.repeat(np.cumsum(many) - many, many)
    own, seen = own[pair], seen[pair]
    longer = form.count[own] - page.count[seen]
    first, seen_first = form.start[own] + slip * (longer > 0), page.start[seen] + slip * (longer < 0)
    last = np.minimum(form.count[own], page.count[seen]) - 1
    ends = form.order[first], form.order[first + last], page.order[seen_first], page.order[seen_first + last]
    return np.stack(ends)

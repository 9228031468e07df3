"""A first guess of where a template lies -> a map that holds for all of it, grown outwards from box to box."""

import numpy as np
from numpy.typing import NDArray

from digitizer.forms.registering.geometry import Matrix, Points, fit_map, inverse, project
from digitizer.forms.registering.nearest import Nearest, areas
from digitizer.forms.registering.runs import Runs

AREA_RATIO = 1.6
"""How much larger or smaller a box may be than where it is matched says."""
OFF_SIZE, OFF_SHARE = 0.35, 0.05
"""How far off a box may be found: in its sides, and as a share of the distance beyond what is matched already (a run of
40 mm tells directions to about 1 %, and a camera tilted by 15 degrees bends them by as much again)."""


def grow(matrix: Matrix, seed: Points, form: Runs, seen: Points, nearest: Nearest) -> Matrix:
    """Match boxes in ever wider rings about where the guess was made, fitting the map to all matched so far."""
    middles, members = form.quads.mean(axis=1), form.members
    distance_mm = np.minimum.reduceat(np.linalg.norm(middles - seed, axis=1)[form.order], form.start)
    radius_mm = 1.01 * np.sort(distance_mm)[min(1, len(distance_mm) - 1)]
    inner_mm = 0.0
    while True:
        moved = middles.copy()
        back = project(inverse(matrix), nearest.centres)
        for run in np.flatnonzero((distance_mm > inner_mm) & (distance_mm <= radius_mm)):
            member = members[run]
            moved[member] += _shift(matrix, form.quads[member], back, distance_mm[run] - inner_mm, nearest)
        near = np.concatenate([members[run] for run in np.flatnonzero(distance_mm <= radius_mm)])
        own, other = matched(matrix, form.quads, moved, nearest)
        chosen = np.isin(own, near)
        if chosen.sum() >= 2:
            corners = form.quads[own[chosen]].reshape(-1, 2)
            matrix = fit_map(corners, seen[other[chosen]].reshape(-1, 2))
        if radius_mm >= distance_mm.max():
            return matrix
        inner_mm, radius_mm = radius_mm, 1.8 * radius_mm + 1.0


def _shift(matrix: Matrix, quads_mm: Points, back: Points, beyond_mm: float, nearest: Nearest) -> Points:
    """By how much a run, (K, 4, 2) mm, is off where the map puts it, (2,) mm: the shift that meets most boxes.

    Boxes of a run look alike: one by one, they would be matched to their neighbours. `back` (N, 2) mm is where the map
    has the boxes of the page.
    """
    middles = quads_mm.mean(axis=1)
    side_mm = float(np.sqrt(areas(quads_mm)).mean())
    allowed_mm = 0.5 * side_mm + OFF_SHARE * beyond_mm
    shifts = (back[None] - middles[:, None]).reshape(-1, 2)
    shifts = shifts[np.linalg.norm(shifts, axis=1) < allowed_mm]
    if not len(shifts):
        return np.zeros(2)
    _, off_px = nearest.look_up(project(matrix, middles[None] + shifts[:, None]))
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    support = (off_px < 0.25 * side_mm * scale).sum(axis=1)
    return np.asarray(shifts[np.argmax(support - np.linalg.norm(shifts, axis=1) / allowed_mm / 2)])


def matched(
    matrix: Matrix, quads_mm: Points, middles_mm: Points, nearest: Nearest, off_size: float = OFF_SIZE
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of a template cell and the page box that stands where the map puts the cell's middle (N, 2).

    The box must have about the size, and be the nearest to no other cell more than to this.
    """
    there = project(matrix, np.concatenate([middles_mm[:, None], quads_mm], axis=1))
    size_px2 = areas(there[:, 1:])
    index, off_px = nearest.look_up(there[:, 0])
    ratio = nearest.areas[index] / np.maximum(size_px2, 1e-9)
    met = (off_px < off_size * np.sqrt(size_px2)) & (ratio < AREA_RATIO) & (ratio > 1 / AREA_RATIO)
    own = np.flatnonzero(met)
    own = own[np.argsort(off_px[own], kind="stable")]
    _, first = np.unique(index[own], return_index=True)
    return own[first], index[own[first]]

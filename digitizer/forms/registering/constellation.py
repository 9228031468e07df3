"""The boxes of a template among those of a page: first guesses from runs, grown outwards from each."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from digitizer.forms.registering.geometry import Matrix, Points, fit_map, project
from digitizer.forms.registering.growth import AREA_RATIO, OFF_SHARE, OFF_SIZE, grow
from digitizer.forms.registering.nearest import Nearest, areas, nearest_boxes
from digitizer.forms.registering.runs import Runs, find_runs, outline, reversed_runs
from digitizer.forms.template import FormPage

_SHAPE_RATIO = 1.25
"""How much the boxes' proportions and pitch may differ between template and page: a tilted camera shortens one side."""
_ENOUGH_GUESSES = 200
"""First guesses that are looked at, about; those from long and rare runs of the page first."""
_REFITTED = 30
"""Best of those that are fitted again to what they meet."""
_REFITS = 3
"""How often."""
_FAIR_SHARE = 0.6
"""A guess that meets a smaller share of what the best meets is dropped."""
_CLOSE_MM = 1.5
"""A box that is off by this and more does not speak for a guess that was fitted again."""
_NEARLY_ALL = 0.85
"""Share of the boxes that a guess meets which need not be grown."""
_GROWN, _GROWN_MORE = 4, 8
"""Best guesses that are grown, and where none of them meets nearly all boxes."""
_NEAR_MM = 40.0
"""At this distance from its run a box counts half for a first guess."""
_SAME_MM = 3.0
"""Two guesses whose maps differ by less than this are one."""


@dataclass(frozen=True, slots=True)
class PageBoxes:
    """The boxes found on a page, put into runs for each of the four ways the paper may lie.

    Attributes
    ----------
    turns
        Runs for quarters of a turn clockwise, 0 to 3; corners in the order in which the writer sees them.
    nearest
        None where there is no box.
    """

    turns: tuple[Runs, Runs, Runs, Runs]
    nearest: Nearest | None

    @property
    def quads(self) -> Points:
        """(N, 4, 2) px, as the page lies."""
        return self.turns[0].quads


@dataclass(frozen=True, slots=True)
class Guess:
    """Where a template may lie.

    Attributes
    ----------
    matrix
        (3, 3), page px <- mm.
    turn
        Quarters of a turn clockwise by which the paper lies.
    """

    matrix: Matrix
    turn: int


def page_boxes(quads: Points) -> PageBoxes:
    """Put the boxes (N, 4, 2) of a page, px, into runs."""
    level, upright = find_runs(quads), find_runs(np.roll(quads, -1, axis=1))
    turns = level, upright, reversed_runs(level), reversed_runs(upright)
    return PageBoxes(turns, nearest_boxes(quads) if len(quads) else None)


@lru_cache(maxsize=256)
def template_runs(page: FormPage) -> Runs:
    """Put the cells of a template into runs, mm."""
    return find_runs(template_quads(page))


def template_quads(page: FormPage) -> Points:
    """All cells of a template, (N, 4, 2) mm."""
    return np.concatenate([field.quads_mm for field in page.fields] or [np.empty((0, 4, 2))])


def constellation_guesses(form: Runs, boxes: PageBoxes) -> list[Guess]:
    """Where a template may lie on a page, judged by its boxes, likeliest first.

    A run of boxes tells place, size and direction. Runs of the template are laid on every alike run of the page;
    the guesses under which most other boxes are met are then grown: what is near is matched, the map is fitted again,
    and holds farther out.
    """
    nearest = boxes.nearest
    if nearest is None or not len(form.quads):
        return []
    found: list[tuple[float, int, Matrix, Points]] = []
    for turn in range(4):
        matrices, seeds = _first_guesses(form, boxes.turns[turn])
        if len(matrices):
            scores = _met(matrices, seeds, form.quads, nearest)[0].sum(axis=1)
            found += [(score, turn, matrix, seed) for score, matrix, seed in zip(scores, matrices, seeds, strict=True)]
    found.sort(key=lambda guess: -guess[0])
    return _grown(_refitted(found[:_REFITTED], form, boxes, nearest), form, boxes, nearest)


def _refitted(
    found: list[tuple[float, int, Matrix, Points]], form: Runs, boxes: PageBoxes, nearest: Nearest
) -> list[tuple[float, int, Matrix, Points]]:
    """Fit the best first guesses again to all boxes that they meet; sorted by how many these are."""
    better: list[tuple[float, int, Matrix, Points]] = []
    for turn in range(4):
        own = [guess for guess in found if guess[1] == turn]
        if own:
            matrices, seeds = np.stack([guess[2] for guess in own]), np.stack([guess[3] for guess in own])
            for _ in range(_REFITS):
                matrices = _refit(matrices, seeds, form.quads, boxes.turns[turn].quads, nearest)
            scores = _qualities(matrices, form.quads, nearest)
            better += [(score, turn, matrix, seed) for score, matrix, seed in zip(scores, matrices, seeds, strict=True)]
    return sorted(better, key=lambda guess: -guess[0])


def _grown(
    found: list[tuple[float, int, Matrix, Points]], form: Runs, boxes: PageBoxes, nearest: Nearest
) -> list[Guess]:
    """Grow the best guesses that differ; those that meet nearly all boxes are grown out already."""
    enough = _NEARLY_ALL * len(form.quads)
    tried: list[Matrix] = []
    grown: list[Guess] = []
    for score, turn, matrix, seed in found:
        if len(tried) >= (_GROWN if found[0][0] >= enough else _GROWN_MORE):
            break
        if any(same(matrix, other, form.quads) for other in tried):
            continue
        tried.append(matrix)
        if score < enough:
            matrix = grow(matrix, seed, form, boxes.turns[turn].quads, nearest)
        if not any(same(matrix, other.matrix, form.quads) for other in grown):
            grown.append(Guess(matrix, turn))
    if not grown:
        return []
    scores = _qualities(np.stack([guess.matrix for guess in grown]), form.quads, nearest)
    order = np.argsort(-scores, kind="stable")
    return [grown[place] for place in order if scores[place] >= _FAIR_SHARE * scores[order[0]]]


def same(one: Matrix, other: Matrix, quads_mm: Points) -> bool:
    """Tell whether two maps lay the template's cells (N, 4, 2) on the same places."""
    low, high = quads_mm.min(axis=(0, 1)), quads_mm.max(axis=(0, 1))
    corners = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    here, there = project(one, corners), project(other, corners)
    size_px = np.linalg.norm(here[2] - here[0])
    return bool(np.linalg.norm(here - there, axis=1).mean() < _SAME_MM * size_px / np.linalg.norm(high - low))


def _first_guesses(form: Runs, page: Runs) -> tuple[Matrix, Points]:
    """Affine maps (M, 3, 3) that lay a run of the template on one of the page, and that run's middle (M, 2), mm."""
    aspect = form.aspect[:, None] / page.aspect
    pitch = np.maximum(form.pitch, 1e-9)[:, None] / np.maximum(page.pitch, 1e-9)
    several = (form.count[:, None] > 1) & (page.count > 1)
    alike = np.maximum(aspect, 1 / aspect) < _SHAPE_RATIO
    alike &= np.where(several, np.maximum(pitch, 1 / pitch) < _SHAPE_RATIO, form.count[:, None] == page.count)
    options = [_alignments(form, page, np.flatnonzero(column), index) for index, column in enumerate(alike.T)]
    chosen: list[tuple[int, ...]] = []
    for index in np.argsort([len(some) / count**2 for some, count in zip(options, page.count, strict=True)]):
        if len(chosen) < _ENOUGH_GUESSES:
            chosen += options[index]
    ends = np.array(chosen, np.intp).reshape(-1, 4)
    source = outline(form.quads, ends[:, 0], ends[:, 1])
    return fit_map(source, outline(page.quads, ends[:, 2], ends[:, 3])), source.mean(axis=1)


def _alignments(form: Runs, page: Runs, owns: NDArray[np.intp], index: int) -> list[tuple[int, ...]]:
    """All ways to lay the shorter of two runs into the longer: first and last box of both."""
    return [
        (own[0], own[-1], seen[0], seen[-1])
        for run in owns
        for own, seen in _windows(form.members[run], page.members[index])
    ]


def _windows(own: NDArray[np.intp], seen: NDArray[np.intp]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    length = min(len(own), len(seen))
    for start in range(len(own) - length + 1):
        for seen_start in range(len(seen) - length + 1):
            yield own[start : start + length], seen[seen_start : seen_start + length]


def _met(
    matrices: Matrix, seeds: Points, quads_mm: Points, nearest: Nearest
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """How much each box of the template counts under each guess, 0 if not met, near ones more; and which it meets.

    Both (M, N).
    """
    centres, size_mm2 = quads_mm.mean(axis=1), areas(quads_mm)
    scale = np.sqrt(np.abs(np.linalg.det(matrices[:, :2, :2])))[:, None]
    index, off_px = nearest.look_up(project(matrices, centres))
    distance_mm = np.linalg.norm(centres - seeds[:, None], axis=2)
    allowed_mm = np.minimum(OFF_SIZE * np.sqrt(size_mm2) + OFF_SHARE * distance_mm, 0.5 * np.sqrt(size_mm2))
    ratio = nearest.areas[index] / np.maximum(size_mm2 * scale**2, 1e-9)
    met = (off_px < allowed_mm * scale) & (ratio < AREA_RATIO) & (ratio > 1 / AREA_RATIO)
    return np.asarray(met * _NEAR_MM / (_NEAR_MM + distance_mm)), index


def _qualities(matrices: Matrix, quads_mm: Points, nearest: Nearest) -> NDArray[np.float64]:
    """How many boxes of the template are met closely under each map (M, 3, 3); (M,)."""
    scale = np.sqrt(np.abs(np.linalg.det(matrices[:, :2, :2])))[:, None]
    _, off_px = nearest.look_up(project(matrices, quads_mm.mean(axis=1)))
    return np.asarray(np.maximum(1 - (off_px / scale / _CLOSE_MM) ** 2, 0).sum(axis=1), np.float64)


def _refit(matrices: Matrix, seeds: Points, quads_mm: Points, seen: Points, nearest: Nearest) -> Matrix:
    """Fit each guess (M, 3, 3) again to all boxes that it meets."""
    weights, index = _met(matrices, seeds, quads_mm, nearest)
    target = seen[index][:, :, ::2].reshape(len(matrices), -1, 2)  # two corners of each tell as much as four
    fitted = fit_map(quads_mm[:, ::2].reshape(-1, 2), target, np.repeat(weights, 2, axis=1))
    return np.where((weights.sum(axis=1) > 0)[:, None, None], fitted, matrices)

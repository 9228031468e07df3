"""The boxes of a template among those of a page: first guesses from runs, grown outwards from each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from digitizer.forms.registering.geometry import Matrix, Points, fit_map, project
from digitizer.forms.registering.growth import AREA_RATIO, OFF_SHARE, OFF_SIZE, grow
from digitizer.forms.registering.nearest import Nearest, areas, nearest_boxes
from digitizer.forms.registering.runs import Runs, alike, find_runs, laid, outline, reversed_runs, ways
from digitizer.forms.template import FormPage

_ENOUGH_GUESSES = 200
"""First guesses that are looked at, about; those from long and rare runs of the page first."""
_REFITTED = 8
"""Best of those of each way round that are fitted again to what they meet: a form may look alike upside down."""
_REFITS = 3
"""How often."""
_FAIR_SHARE = 0.6
"""A guess that meets a smaller share of what the best meets is dropped."""
_CONVINCING, _RIVAL_SHARE, _TWIN_SHARE = 0.6, 0.75, 0.92
"""Where the best guess meets such a share of the template's boxes, those that meet less of what it
meets are dropped, or not grown."""
_OTHERS_SHARE, _OTHERS_TWIN_SHARE = 0.5, 0.75
"""The same where the best guess is another template's, and grown already."""
_CLOSE_MM = 1.5
"""A box that is off by this and more does not speak for a guess that was fitted again."""
_NEARLY_ALL = 0.85
"""Share of the boxes that a guess meets which need not be grown."""
_GROWN, _GROWN_MORE = 4, 8
"""Best guesses that are grown, and where none of them meets nearly all boxes."""
_JUDGES = 80
"""First guesses are judged by about so many of the template's boxes."""
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


@lru_cache(maxsize=1024)
def template_runs(page: FormPage) -> Runs:
    """Put the cells of a template into runs, mm."""
    return find_runs(template_quads(page))


@lru_cache(maxsize=1024)
def template_quads(page: FormPage) -> Points:
    """All cells of a template, (N, 4, 2) mm."""
    return np.concatenate([field.quads_mm for field in page.fields] or [np.empty((0, 4, 2))])


def constellation_guesses(form: Runs, boxes: PageBoxes, rival: float = 0.0) -> list[Guess]:
    """Where a template may lie on a page, judged by its boxes, likeliest first.

    A run of boxes tells place, size and direction. Runs of the template are laid on every alike run of the page;
    the guesses under which most other boxes are met are then grown: what is near is matched, the map is fitted again,
    and holds farther out. Where another template meets `rival` boxes, this one is not grown unless it meets nearly as
    many without.
    """
    nearest = boxes.nearest
    if nearest is None or not len(form.quads):
        return []
    judges = form.quads[:: -(-len(form.quads) // _JUDGES)]
    first = [_first_guesses(form, boxes.turns[turn], turn) for turn in range(4)]
    met = [_met(found.matrices, found.seeds, judges, nearest)[0].sum(axis=1) for found in first]
    found = _Found.joined([found.best(score, _REFITTED) for found, score in zip(first, met, strict=True)])
    if not len(found.turns):
        return []
    quads = np.stack([runs.quads for runs in boxes.turns])
    for _ in range(_REFITS):
        found = replace(found, matrices=_refit(found, judges, quads, nearest))
    scores = _qualities(found.matrices, form.quads, nearest)
    return _grown(found.best(scores, len(scores)), np.sort(scores)[::-1], rival, form, boxes)


@dataclass(frozen=True, slots=True)
class _Found:
    """Guesses before they are grown: their maps (M, 3, 3), the middles (M, 2) mm of the runs laid on, turns (M,)."""

    matrices: Matrix
    seeds: Points
    turns: NDArray[np.intp]

    @staticmethod
    def joined(some: "Sequence[_Found]") -> "_Found":
        """Give the guesses of all."""
        return _Found(
            np.concatenate([found.matrices for found in some]),
            np.concatenate([found.seeds for found in some]),
            np.concatenate([found.turns for found in some]),
        )

    def best(self, scores: NDArray[np.float64], count: int) -> "_Found":
        """Give the `count` best, best first."""
        order = np.argsort(-scores, kind="stable")[:count]
        return _Found(self.matrices[order], self.seeds[order], self.turns[order])


def _grown(found: _Found, scores: NDArray[np.float64], rival: float, form: Runs, boxes: PageBoxes) -> list[Guess]:
    """Grow the best guesses that differ; those that meet nearly all boxes are grown out already."""
    assert boxes.nearest is not None  # noqa: S101 -- for the type checker
    enough, convincing = _NEARLY_ALL * len(form.quads), _CONVINCING * len(form.quads)
    most = _GROWN if scores[0] >= enough else _GROWN_MORE
    tried: list[Matrix] = []
    grown: list[tuple[float, Guess]] = []
    for matrix, seed, turn, score in zip(found.matrices, found.seeds, found.turns.tolist(), scores, strict=True):
        told = scores[0] * (max((quality for quality, _ in grown), default=0.0) >= convincing)
        if len(tried) >= most or score < max(_RIVAL_SHARE * told, _OTHERS_SHARE * rival):
            break
        if any(same(matrix, other, form.quads) for other in tried):
            continue
        tried.append(matrix)
        if max(_TWIN_SHARE * told, _OTHERS_TWIN_SHARE * rival) <= score < enough:
            matrix = grow(matrix, seed, form, boxes.turns[turn].quads, boxes.nearest)
        if not any(same(matrix, other.matrix, form.quads) for _, other in grown):
            grown.append((float(_qualities(matrix[None], form.quads, boxes.nearest)[0]), Guess(matrix, turn)))
    grown.sort(key=lambda guess: -guess[0])
    return [guess for quality, guess in grown if quality >= _FAIR_SHARE * grown[0][0]]


def same(one: Matrix, other: Matrix, quads_mm: Points) -> bool:
    """Tell whether two maps lay the template's cells (N, 4, 2) on the same places."""
    low, high = quads_mm.min(axis=(0, 1)), quads_mm.max(axis=(0, 1))
    corners = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    here, there = project(one, corners), project(other, corners)
    size_px = np.linalg.norm(here[2] - here[0])
    return bool(np.linalg.norm(here - there, axis=1).max() < _SAME_MM * size_px / np.linalg.norm(high - low))


def _first_guesses(form: Runs, page: Runs, turn: int) -> _Found:
    """Lay runs of the template on runs of the page, those first that are long and alike in few ways."""
    own, seen = np.nonzero(alike(form, page))
    options = np.bincount(seen, ways(form, page, own, seen), minlength=len(page.count))
    order = np.argsort(options / np.maximum(page.count, 1) ** 2, kind="stable")
    taken = np.zeros(len(order), bool)
    taken[order] = np.cumsum(options[order]) - options[order] < _ENOUGH_GUESSES
    own, seen = own[taken[seen]], seen[taken[seen]]
    first, last, seen_first, seen_last = laid(form, page, own, seen)
    source = outline(form.quads, first, last)
    matrices = fit_map(source, outline(page.quads, seen_first, seen_last))
    return _Found(matrices, source.mean(axis=1), np.full(len(first), turn, np.intp))


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


def _refit(found: _Found, quads_mm: Points, quads: Points, nearest: Nearest) -> Matrix:
    """Fit each of M guesses again to all boxes that it meets; `quads` (4, N, 4, 2) are those of the page by turn."""
    weights, index = _met(found.matrices, found.seeds, quads_mm, nearest)
    target = quads[found.turns[:, None], index][:, :, ::2]  # two corners of each tell as much as four
    fitted = fit_map(quads_mm[:, ::2].reshape(-1, 2), target.reshape(len(index), -1, 2), np.repeat(weights, 2, axis=1))
    return np.where((weights.sum(axis=1) > 0)[:, None, None], fitted, found.matrices)

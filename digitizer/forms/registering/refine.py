"""A first guess -> the best map: match boxes and printed marks again and again, and fit to all of them, robustly."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitizer.forms.registering.constellation import PageBoxes
from digitizer.forms.registering.geometry import Matrix, Points, fit_map, inverse, project
from digitizer.forms.registering.growth import matched
from digitizer.forms.registering.nearest import areas

_ROUNDS = 3
_HUBER_MM = 0.3
"""Corners farther off than this count less the farther they are (Huber, "Robust Statistics", 1981): boxes are found to
about 0.15 mm."""
_LEAST_SIDE, _MOST_SIDE = 2.5, 45.0
"""Cells that a search for boxes finds have sides of so many mm ..."""
_LEAST_ASPECT, _MOST_ASPECT = 0.33, 2.4
"""... and a width over height between these."""
_TAIL = 0.95
_OFF_MM = 1.2
"""A cell whose corners are off by this and more does not count as met."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Places of the template, and where they are seen.

    Attributes
    ----------
    source, target
        (N, 2) mm and px.
    marks
        How many of them, the first, are corners of printed marks; the others are pieces of print.
    missed
        Corners of marks that ought to be on the page and are not seen.
    """

    source: Points
    target: Points
    marks: int
    missed: int

    @property
    def points(self) -> tuple[Points, Points]:
        """Both places."""
        return self.source, self.target

    def joined(self, source: Points, target: Points) -> "Pairs":
        """Give these and pieces of print."""
        return Pairs(
            np.concatenate([self.source, source]), np.concatenate([self.target, target]), self.marks, self.missed
        )


NO_PAIRS = Pairs(np.empty((0, 2)), np.empty((0, 2)), 0, 0)


@dataclass(frozen=True, slots=True)
class Fit:
    """A template laid on a page.

    Attributes
    ----------
    matrix
        (3, 3), page px <- mm.
    met, expected
        Cells of the template that are found, and those that ought to be: they lie on the page and are of a size that a
        search for boxes finds.
    on_page
        Share of the template's cells that lie on the page wholly, 0-1.
    quality
        The same as `met`, but a cell counts the less the farther it is off (MSAC; Torr and Zisserman, 2000).
    marks, marks_missed
        Corners of printed marks that the map was fitted to, and of those that are on the page but not seen.
    residual_mm, tail_mm
        Root mean square of how far the corners of cells and marks are off, and how far 95 % of them are at most;
        infinite where nothing is matched.
    own, seen
        (met,) indices of the template's cells and of the page's boxes that are matched.
    """

    matrix: Matrix
    met: int
    expected: int
    on_page: float
    quality: float
    marks: int
    marks_missed: int
    residual_mm: float
    tail_mm: float
    own: NDArray[np.intp]
    seen: NDArray[np.intp]


def refine(matrix: Matrix, quads_mm: Points, boxes: PageBoxes, marks: Pairs, shape: tuple[int, ...]) -> Fit:
    """Fit a map (3, 3) to the boxes and marks of a page.

    Parameters
    ----------
    quads_mm
        (N, 4, 2) all cells of the template.
    marks
        Corners of tags and squares that were recognised; empty where there are none.
    shape
        (height, width) of the page, px.
    """
    turned = boxes.turns[turn_of(matrix)].quads
    own = seen = np.empty(0, np.intp)
    for _ in range(_ROUNDS):
        if boxes.nearest is not None and len(quads_mm):
            own, seen = matched(matrix, quads_mm, quads_mm.mean(axis=1), boxes.nearest)
        source = np.concatenate([quads_mm[own].reshape(-1, 2), marks.source])
        target = np.concatenate([turned[seen].reshape(-1, 2), marks.target])
        if len(source) < 4:
            break
        off_mm = _off_mm(matrix, source, target)
        matrix = fit_map(source, target, _HUBER_MM / np.maximum(off_mm, _HUBER_MM))
    off_mm = _off_mm(matrix, source, target)
    there = project(matrix, quads_mm)
    inside = np.asarray(((there >= 1) & (there <= np.array(shape[1::-1]) - 2)).all(axis=(1, 2)))
    return Fit(
        matrix=matrix,
        met=len(own),
        expected=int((inside & _findable(quads_mm)).sum()),
        on_page=float(inside.mean()) if len(inside) else 1.0,
        quality=float(np.maximum(1 - (off_mm[: 4 * len(own)] / _OFF_MM) ** 2, 0).sum()) / 4,
        marks=marks.marks,
        marks_missed=marks.missed,
        residual_mm=float(np.sqrt((off_mm**2).mean())) if len(off_mm) else np.inf,
        tail_mm=float(np.quantile(off_mm, _TAIL)) if len(off_mm) else np.inf,
        own=own,
        seen=seen,
    )


def turn_of(matrix: Matrix) -> int:
    """Quarters of a turn clockwise by which a page lies, from the map page px <- mm."""
    middle = project(matrix, np.array([[0.0, 0.0], [10.0, 0.0]]))
    across = middle[1] - middle[0]
    return round(float(np.arctan2(across[1], across[0])) / (np.pi / 2)) % 4


def _off_mm(matrix: Matrix, source: Points, target: Points) -> NDArray[np.float64]:
    """How far points of the page are from where the map puts those of the template, (N,) mm."""
    if not len(source):
        return np.empty(0)
    return np.asarray(np.linalg.norm(project(inverse(matrix), target) - source, axis=1))


def _findable(quads_mm: Points) -> NDArray[np.bool_]:
    """Which cells are such that a search for boxes finds them, (N,)."""
    width = np.linalg.norm(quads_mm[:, 1] - quads_mm[:, 0], axis=1)
    height = np.linalg.norm(quads_mm[:, 3] - quads_mm[:, 0], axis=1)
    fair = (width > _LEAST_ASPECT * height) & (width < _MOST_ASPECT * height)
    return np.asarray(fair & (np.minimum(width, height) >= _LEAST_SIDE) & (areas(quads_mm) < _MOST_SIDE**2))

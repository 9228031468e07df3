"""Boxes -> the fields of a page: combs and grids, their missing cells filled in, in reading order."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitizer.document import Cell, Field, FieldKind
from digitizer.reading.boxes import Boxes
from digitizer.reading.combs import find_combs
from digitizer.reading.grids import find_grids
from digitizer.reading.rulings import Rulings
from digitizer.reading.support import one_line_between

_FRINGE = 0.12
"""How far into the cells on both sides to look for a second line, in cells."""
_MAX_APART = 0.2
"""How far two sides may be from each other, in cells, if they are the same line."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of a page as a reader sees them who turned it clockwise `turn` times by 90 degrees."""

    turn: int
    fields: tuple[Field, ...]


def find_layout(rulings: Rulings, boxes: Boxes, turn: int = 0) -> Layout:
    """Find all combs and grids of a page that is to be read after `turn` clockwise turns by 90 degrees.

    Parameters
    ----------
    rulings, boxes
        Of the page as it is (`find_rulings`, `find_boxes`).
    """
    turned = Boxes(np.roll(boxes.quads, turn, axis=1))
    grids, rest = find_grids(turned, rulings)
    combs = find_combs(rest, rulings, grids)
    lattices = _without_nested(_stacked(grids + combs, rulings.work))
    order = _reading_order([_upright_box(lattice, turn) for lattice in lattices])
    fields = (_field(f"field_{number:02d}", lattices[index], rulings) for number, index in enumerate(order, 1))
    return Layout(turn, tuple(fields))


def _stacked(lattices: list[NDArray[np.float64]], work: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
    """Join what stands right above each other with as many columns: rows of one grid that were found one by one."""
    for upper, lower in itertools.permutations(range(len(lattices)), 2):
        if _share_a_line(lattices[upper], lattices[lower], work):
            grid = np.concatenate([lattices[upper], lattices[lower]])
            rest = [lattice for index, lattice in enumerate(lattices) if index not in (upper, lower)]
            return _stacked([grid, *rest], work)
    return lattices


def _share_a_line(upper: NDArray[np.float64], lower: NDArray[np.float64], work: NDArray[np.uint8]) -> bool:
    """Tell whether the lower side of one lattice is the upper side of the other."""
    if upper.shape[1] != lower.shape[1] or _far(upper[-1, 0, 3], lower[0, 0]):
        return False
    height = float(np.linalg.norm(lower[0, :, 3] - lower[0, :, 0], axis=1).mean())
    apart = np.linalg.norm(upper[-1][:, (3, 2)] - lower[0][:, (0, 1)], axis=2)
    if apart.mean() >= _MAX_APART * height:
        return False
    return bool(one_line_between(upper[-1], lower[0], work, _FRINGE * height).mean() > 0.5)


def _far(corner: NDArray[np.float64], cell: NDArray[np.float64]) -> bool:
    """Tell whether a corner is farther from a cell's first corner than the cell is high: a quick look."""
    size = np.abs(cell[3] - cell[0]) + np.abs(cell[1] - cell[0])
    return bool(np.abs(corner - cell[0]).sum() > size.sum())


def _without_nested(lattices: list[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """Leave out what lies inside a cell of another field: a pattern printed in the boxes."""
    kept = []
    for index, lattice in enumerate(lattices):
        centre = lattice.reshape(-1, 2).mean(axis=0)
        others = [other for place, other in enumerate(lattices) if place != index]
        if not any(_covers(other, centre) and _cell_area(other) > 2 * _cell_area(lattice) for other in others):
            kept.append(lattice)
    return kept


def _cell_area(lattice: NDArray[np.float64]) -> float:
    cell = lattice.reshape(-1, 4, 2)
    diagonal = cell[:, 2] - cell[:, 0]
    return float(np.median(np.abs(diagonal[:, 0] * diagonal[:, 1])))


def _covers(lattice: NDArray[np.float64], point: NDArray[np.float64]) -> bool:
    corners = lattice.reshape(-1, 2)
    return bool((corners.min(axis=0) <= point).all() and (point <= corners.max(axis=0)).all())


def _upright_box(lattice: NDArray[np.float64], turn: int) -> tuple[float, float, float]:
    """Left, vertical centre and cell height as the reader sees them."""
    x, y = lattice.reshape(-1, 2).T
    for _ in range(turn):
        x, y = -y, x
    first = lattice[0, 0]
    height = float(np.linalg.norm(first[3] - first[0] + first[2] - first[1]) / 2)
    return float(x.min()), float((y.min() + y.max()) / 2), height


def _reading_order(boxes: Sequence[tuple[float, float, float]]) -> list[int]:
    """Lines of fields from top to bottom, each from left to right.

    Fields whose vertical centres differ by less than half a cell stand on one line.
    """
    order: list[int] = []
    rest = sorted(range(len(boxes)), key=lambda index: boxes[index][1])
    while rest:
        _, top, height = boxes[rest[0]]
        line = [index for index in rest if boxes[index][1] - top < height / 2]
        order += sorted(line, key=lambda index: boxes[index][0])
        rest = [index for index in rest if index not in line]
    return order


def _field(name: str, lattice: NDArray[np.float64], rulings: Rulings) -> Field:
    rows, columns = lattice.shape[:2]
    on_page = rulings.on_page(lattice)
    cells = tuple(Cell(row, column, on_page[row, column]) for row in range(rows) for column in range(columns))
    return Field(name, FieldKind.COMB if rows == 1 else FieldKind.GRID, rows, columns, cells)

"""Boxes -> grids: rows of boxes that share their lines with the rows above and below."""

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.reading.boxes import Boxes
from digitizer.reading.neighbours import Neighbours, Tolerance, lower_neighbours, right_neighbours
from digitizer.reading.rulings import Rulings
from digitizer.reading.support import one_line_between, side_support, widened

_BESIDE = Tolerance(along=0.7, across=0.75, offset=0.2, gap=0.25)
_BELOW = Tolerance(along=0.7, across=0.8, offset=0.2, gap=0.35)
_FRINGE_PX = 2.0
"""How far into both boxes the line between them is looked at."""
_MIN_FOUND = 0.6
"""Share of a grid's cells that were found as boxes."""
_MIN_SIDE_SUPPORT = 0.5
"""Share of a filled-in cell's sides that lies on lines; three of the four, each."""
_MAX_INK = 0.5
"""Share of ink in the middle of the cells: handwriting and print stay well under, cloth is over."""
_MAX_INK_IF_ALONE, _MAX_INK_BESIDE = 0.65, 0.25
"""The same for a coarse scan of full cells, and the share of ink above or below it, which cloth does not have."""
_MIN_EDGE_SUPPORT = 0.8
"""The same for a whole row or column beyond those that were found: on average, each side but the known one."""
_EDGE_REACH_PX = 5
"""How far beside its supposed place an edge is looked for."""
_MAX_STRAY = 0.2
"""A corner farther from its place than this, in cells, was misled by a stroke."""
_FITS, _MIN_NEAR = 3, 0.7
"""Rounds of fitting and leaving out strays, and the share of corners that is always kept."""
_MIN_ASPECT, _MAX_ASPECT = 0.4, 1.7
"""Width over height of a grid's cells (median): wider ones are a table of text."""

_Places = dict[tuple[int, int], int]


def find_grids(boxes: Boxes, rulings: Rulings) -> tuple[list[NDArray[np.float64]], Boxes]:
    """Find grids of at least 2 x 2 cells.

    Parameters
    ----------
    boxes
        All boxes of a page.
    rulings
        Of the same page.

    Returns
    -------
    grids
        For each (rows, columns, 4, 2) float64: the corners of its cells.
    rest
        The boxes that belong to none.
    """
    beside, below = right_neighbours(boxes, _BESIDE), lower_neighbours(boxes, _BELOW)
    below = _sharing_a_line(boxes, below, rulings.work)
    grids: list[NDArray[np.float64]] = []
    used = np.zeros(len(boxes), bool)
    for places in sorted(_connected(beside, below), key=len, reverse=True):
        grid = _grid(places, boxes, rulings.mask) if _is_linked(places, below) else None
        if grid is None or _goes_on_undivided(grid, boxes) or any(_overlap(grid, other) for other in grids):
            continue
        if _is_paper(grid, rulings.ink):
            grids.append(grid)
            used[list(places.values())] = True
    return grids, Boxes(boxes.quads[~used])


def _is_linked(places: _Places, below: Neighbours) -> bool:
    """Tell whether most of the boxes that stand above each other in a group share a line."""
    pairs = [(box, places[row + 1, column]) for (row, column), box in places.items() if (row + 1, column) in places]
    return 2 * sum(int(below[upper]) == lower for upper, lower in pairs) > len(pairs)


def _goes_on_undivided(grid: NDArray[np.float64], boxes: Boxes) -> bool:
    """Tell whether boxes as high as both rows of a grid adjoin it: a comb, some of whose boxes strokes cut in half."""
    if len(grid) > 2:
        return False
    left, right = grid[[0, -1], 0][[0, 1], [0, 3]], grid[[0, -1], -1][[0, 1], [1, 2]]
    width = np.linalg.norm(grid[:, :, 1] - grid[:, :, 0], axis=2).mean()
    quads = boxes.quads
    apart = np.minimum(
        np.linalg.norm(quads[:, [1, 2]] - left, axis=2).max(axis=1),
        np.linalg.norm(quads[:, [0, 3]] - right, axis=2).max(axis=1),
    )
    alike = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1) < _MAX_ASPECT * width
    return bool((alike & (apart < _MAX_STRAY * width)).any())


def _is_paper(grid: NDArray[np.float64], ink: NDArray[np.uint8]) -> bool:
    """Tell cells with paper in them, or at least around them, from the weave of cloth."""
    inside = _inked(grid, np.linspace(0.3, 0.7, 6), ink)
    if inside <= _MAX_INK:
        return True
    above, below = _inked(grid[:1], np.linspace(-0.5, -0.2, 6), ink), _inked(grid[-1:], np.linspace(1.2, 1.5, 6), ink)
    return inside <= _MAX_INK_IF_ALONE and min(above, below) <= _MAX_INK_BESIDE


def _inked(cells: NDArray[np.float64], down: NDArray[np.float64], ink: NDArray[np.uint8]) -> float:
    """Share of ink in cells, (..., 4, 2), in their middle columns and at the places `down` (0 top, 1 bottom)."""
    quads = cells.reshape(-1, 1, 4, 2)
    across, down = (part.reshape(1, -1, 1) for part in np.meshgrid(np.linspace(0.3, 0.7, 6), down))
    top = quads[:, :, 0] * (1 - across) + quads[:, :, 1] * across
    bottom = quads[:, :, 3] * (1 - across) + quads[:, :, 2] * across
    x, y = np.rint(top * (1 - down) + bottom * down).astype(np.intp).reshape(-1, 2).T
    return float((ink[y.clip(0, ink.shape[0] - 1), x.clip(0, ink.shape[1] - 1)] > 0).mean())


def _overlap(grid: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Tell whether any cell of one grid has its centre within the other."""
    outline = np.array([other[0, 0, 0], other[0, -1, 1], other[-1, -1, 2], other[-1, 0, 3]], np.float32)
    centres = grid.mean(axis=2).reshape(-1, 2)
    return any(cv2.pointPolygonTest(outline, (float(x), float(y)), measureDist=False) > 0 for x, y in centres)


def _sharing_a_line(boxes: Boxes, below: Neighbours, work: NDArray[np.uint8]) -> Neighbours:
    """Keep the pairs with one line between upper and lower box, not two with paper between."""
    after = below.copy()
    upper = np.flatnonzero(after >= 0)
    one = one_line_between(boxes.quads[upper], boxes.quads[after[upper]], work, _FRINGE_PX)
    after[upper[~one]] = -1
    return after


def _connected(beside: Neighbours, below: Neighbours) -> list[_Places]:
    """Collect the boxes that hang together, each with its (row, column)."""
    links: list[list[tuple[int, int, int]]] = [[] for _ in beside]
    for neighbours, row_step, column_step in ((beside, 0, 1), (below, 1, 0)):
        for index, after in enumerate(neighbours.tolist()):
            if after >= 0:
                links[index].append((after, row_step, column_step))
                links[after].append((index, -row_step, -column_step))
    seen = np.zeros(len(links), bool)
    groups = []
    for start in range(len(links)):
        if seen[start]:
            continue
        seen[start] = True
        places: _Places = {(0, 0): start}
        queue = deque([(start, 0, 0)])
        while queue:
            index, row, column = queue.popleft()
            for other, row_step, column_step in links[index]:
                if not seen[other]:
                    seen[other] = True
                    place = row + row_step, column + column_step
                    places.setdefault(place, other)
                    queue.append((other, *place))
        groups.append(places)
    return groups


def _grid(places: _Places, boxes: Boxes, mask: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """Complete the grid, if the group is one."""
    where = np.array(list(places))
    where -= where.min(axis=0)
    rows, columns = where.max(axis=0) + 1
    if rows < 2 or columns < 2 or len(where) < _MIN_FOUND * rows * columns or len(where) < 4:
        return None
    quads = boxes.quads[list(places.values())]
    sizes = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1) / np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)
    if not _MIN_ASPECT <= np.median(sizes) <= _MAX_ASPECT:
        return None
    nodes = _nodes(where, quads, int(rows), int(columns))
    if nodes is None:
        return None
    cells = _cells(nodes)
    wide = widened(mask)
    found = np.zeros((rows, columns), bool)
    found[where[:, 0], where[:, 1]] = True
    for row, column in np.argwhere(~found):
        if (side_support(wide, cells[row, column]) >= _MIN_SIDE_SUPPORT).sum() < 3:
            return None
    return _cells(_extended(nodes, widened(mask, _EDGE_REACH_PX)))


def _cells(nodes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(rows + 1, columns + 1, 2) crossings -> (rows, columns, 4, 2) corners of the cells."""
    return np.stack([nodes[:-1, :-1], nodes[:-1, 1:], nodes[1:, 1:], nodes[1:, :-1]], axis=2)


def _extended(nodes: NDArray[np.float64], wide: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Add the rows and columns at the edges that lines show to be there though none of their boxes was found."""
    for _ in range(4):  # each turn looks at another edge, made the last row
        while True:
            step = nodes[-2] - nodes[-3] if len(nodes) > 2 else nodes[-1] - nodes[-2]  # outer ones end inside the line
            longer = np.concatenate([nodes, nodes[-1:] + step])
            support = np.array([side_support(wide, cell) for cell in _cells(longer[-2:])[0]])
            if (support.mean(axis=0)[1:] < _MIN_EDGE_SUPPORT).any():
                break
            nodes = longer
        nodes = np.rot90(nodes)
    return nodes


def _nodes(where: NDArray[np.intp], quads: NDArray[np.float64], rows: int, columns: int) -> NDArray[np.float64] | None:
    """Place the crossings of a grid's lines, (rows + 1, columns + 1, 2).

    Each is the mean of the corners that meet there; strays, as seen from the homography through all of
    them, are left out, and what is missing follows that homography and its neighbours' deviation from it.
    """
    corner_at = where[:, None] + np.array([[0, 0], [0, 1], [1, 1], [1, 0]])
    ideal = corner_at[..., ::-1].reshape(-1, 2).astype(np.float64)
    real = quads.reshape(-1, 2)
    stray_px = max(_MAX_STRAY * float(np.median(np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1))), 2.0)
    near = np.ones(len(ideal), bool)
    for _ in range(_FITS):
        found, _ = cv2.findHomography(ideal[near], real[near])
        if found is None:
            return None
        homography = np.asarray(found, np.float64)
        deviation = real - _project(homography, ideal)
        distance = np.linalg.norm(deviation, axis=1)
        near = distance <= max(stray_px, float(np.quantile(distance, _MIN_NEAR)))
    total, count = np.zeros((rows + 1, columns + 1, 2)), np.zeros((rows + 1, columns + 1))
    at = corner_at.reshape(-1, 2)[near]
    np.add.at(total, (at[:, 0], at[:, 1]), deviation[near])
    np.add.at(count, (at[:, 0], at[:, 1]), 1)
    every = np.stack(np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0)), axis=2)
    ideal_nodes = _project(homography, every.reshape(-1, 2)).reshape(every.shape)
    return np.asarray(ideal_nodes + _spread(total, count))


def _project(homography: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(cv2.perspectiveTransform(points[None], homography)[0])


def _spread(total: NDArray[np.float64], count: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means where there are any, else those of the nearest places around."""
    while (count == 0).any() and (count > 0).any():
        around = cv2.boxFilter(total, -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT)
        weight = cv2.boxFilter(count, -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT)
        empty = (count == 0) & (weight > 0)
        total[empty], count[empty] = around[empty], weight[empty]
    return total / np.maximum(count, 1)[..., None]

"""Boxes -> combs: rows of boxes at an even pitch, a digit each.

1. Boxes that stand beside each other make a row (`neighbours.py`).
2. A row whose boxes are all alike, with nothing of the kind at its ends, is a comb as it is.
3. Else strokes have spoilt some of its boxes: its two rails are followed, and the rungs between them read again
   (`rails.py`, `rungs.py`).
4. Where the gaps change, one comb ends and the next begins.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitizer.reading.boxes import Boxes
from digitizer.reading.neighbours import Neighbours, Tolerance, right_neighbours
from digitizer.reading.rails import MAX_BOXES, Rails, follow_rails
from digitizer.reading.rulings import Rulings
from digitizer.reading.rungs import read_rungs
from digitizer.reading.support import BOTTOM, TOP, side_support, widened

_IN_A_ROW = Tolerance(along=0.55, across=0.75, offset=0.2, gap=1.0)
_SPACED = 0.25
"""Gaps from which boxes stand apart and share no line, in box widths."""
_MIN_SIDES = 3
"""Sides of a lost box that have to be there where boxes stand apart."""
_GAP_SLACK = 0.3
"""How much wider than usual in its comb a gap may be, in box widths."""
_EVEN = 0.12
"""Widths of the boxes of a row that needs no second look differ by less than this from the median."""
_MIN_ASPECT, _MAX_ASPECT = 0.52, 1.7
"""Width over height of a comb's boxes (median): wider ones are a table."""
_MAX_SPREAD = 0.2
"""Standard deviation of the widths of a comb's boxes over their mean."""
_MIN_BOXES = 3
_PAIR = Tolerance(along=0.85, across=0.88, offset=0.1, gap=0.8)
"""Two boxes are a comb where they are as good as equal."""
_MIN_EVIDENCE, _PAIR_EVIDENCE = 0.6, 0.88
"""How much of the rungs must be there: on average in a comb, and of each rung of one with two boxes only."""
_MIN_RAIL = 0.85
"""Share of a comb's upper and lower line that is drawn."""
_MAX_INK = 0.5
"""Share of ink in the middle of a comb, and above or below it: handwriting and print stay under 0.4, cloth is over."""
_MAX_INK_BESIDE = 0.25
"""The same beside a comb that is full of ink."""
_TEXTURE = 150
"""Holes without a neighbour from which a page shows cloth or the like: there, only three in a row are a start."""
_MANY_ROWS = 80
"""Rows of holes from which it saves time to look for the weave of cloth before anything else."""
_STRIPS = np.concatenate([np.linspace(start, start + 0.3, 7) for start in (-0.5, 0.35, 1.2)])
"""Where ink is counted above, in and below a comb; 0 is its upper and 1 its lower rail."""
_FAULTLESS = 0.97
"""Share of the rails and rungs of such a comb that is drawn."""
_FEW = 3
"""Boxes of a row up to which one that is spoilt misleads."""
_MIN_END_SUPPORT = 0.6
"""Share of the upper and of the lower side of a box beyond the end of a row that lies on lines, if there is one."""


def find_combs(boxes: Boxes, rulings: Rulings, grids: Sequence[NDArray[np.float64]] = ()) -> list[NDArray[np.float64]]:
    """Find rows of boxes.

    Parameters
    ----------
    boxes
        Boxes that belong to nothing else.
    rulings
        Of the same page.
    grids
        (rows, columns, 4, 2) corners of cells that are taken.

    Returns
    -------
    combs
        For each (1, N, 4, 2) float64: the corners of its N boxes, from left to right.
    """
    if not len(boxes):
        return []
    neighbours = right_neighbours(boxes, _IN_A_ROW)
    rows = sorted(_rows(neighbours), key=lambda row: (-len(row), -_area(boxes.quads[row])))
    if sum(len(row) == 1 for row in rows) > _TEXTURE:
        rows = [row for row in rows if len(row) >= _MIN_BOXES]
    lines = _Lines(rulings, widened(rulings.mask), widened(rulings.mask, reach_px=1), widened(rulings.ink, reach_px=2))
    taken = _Taken([np.concatenate([grid[0][:, :2], grid[-1][:, 2:]], axis=1) for grid in grids])
    combs: list[NDArray[np.float64]] = []
    for row in rows:
        for quads in _seeds(boxes.quads[row]):
            if taken.holds(quads):
                break
            rails = Rails.through(quads)
            if len(rows) > _MANY_ROWS and not _is_drawn(rails, quads, 1.0, rulings, lines.wide):
                continue
            found, evidence = _resolved(quads, rails, lines)
            for part in _even_parts(found):
                run = found[part]
                if not _is_comb(run, evidence[part]) or taken.holds(run):
                    continue
                rails = Rails.through(run)
                if _is_drawn(rails, run, float(evidence[part].mean()), rulings, lines.thick):
                    combs.append(run[None])
                    taken.add(run, rails)
    return combs


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a page: `wide` by the reach of `side_support`, `thick` by 1 px, and its ink by 2 px."""

    rulings: Rulings
    wide: NDArray[np.uint8]
    thick: NDArray[np.uint8]
    wide_ink: NDArray[np.uint8]


class _Taken:
    """Rows of boxes that are accounted for."""

    def __init__(self, rows: Sequence[NDArray[np.float64]]) -> None:
        self._rows: list[tuple[NDArray[np.float64], NDArray[np.float64], Rails]] = []
        for quads in rows:
            self.add(quads, Rails.through(quads))

    def add(self, quads: NDArray[np.float64], rails: Rails) -> None:
        """Take boxes, (N, 4, 2), from left to right, and the rails through them."""
        corners = quads.reshape(-1, 2)
        self._rows.append((corners.min(axis=0), corners.max(axis=0), rails))

    def holds(self, quads: NDArray[np.float64]) -> bool:
        """Tell whether any of the boxes has its centre in a taken row."""
        centres = quads.mean(axis=1)
        first, last = centres.min(axis=0).tolist(), centres.max(axis=0).tolist()
        for low, high, rails in self._rows:
            if last[0] >= low[0] and first[0] <= high[0] and last[1] >= low[1] and first[1] <= high[1]:
                x, y = rails.to_level(centres).T
                if ((x > rails.start) & (x < rails.end) & (y > rails.top(x)) & (y < rails.bottom(x))).any():
                    return True
        return False


def _seeds(quads: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Choose what a row is read from: all its boxes; if that fails, the largest of few, for a spoilt one misleads."""
    if not 2 <= len(quads) <= _FEW:
        return [quads]
    width, height = _sizes(quads)
    return [quads, quads[[int((width * height).argmax())]]]


def _resolved(
    quads: NDArray[np.float64], rails: Rails, lines: _Lines
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find all boxes of the row that the given ones belong to, (N, 4, 2), and the evidence of each, (N,) 0-1."""
    straight = _straightened(quads, rails)
    if len(quads) > 1 and np.median(_gaps(straight)) > _SPACED:
        row = _extended(_evened(straight, rails), lines.wide_ink)
        return row, np.ones(len(row))
    if _is_whole(straight, lines.wide):
        return straight, np.ones(len(straight))
    return read_rungs(follow_rails(rails, quads, lines.rulings.mask), quads, lines.rulings)


def _rows(neighbours: Neighbours) -> Iterator[list[int]]:
    """Chains of boxes from left to right."""
    followers = set(neighbours[neighbours >= 0].tolist())
    for first in range(len(neighbours)):
        if first not in followers:
            row = [first]
            while (following := int(neighbours[row[-1]])) >= 0:
                row.append(following)
            yield row


def _area(quads: NDArray[np.float64]) -> float:
    width, height = _sizes(quads)
    return float((width * height).sum())


def _sizes(quads: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    boxes = Boxes(quads)
    return np.linalg.norm(boxes.across, axis=1), np.linalg.norm(boxes.down, axis=1)


def _is_whole(quads: NDArray[np.float64], wide: NDArray[np.uint8]) -> bool:
    """Tell whether a row's boxes are all alike and no lost one stands at its ends."""
    if len(quads) < _MIN_BOXES and not _is_pair(quads):
        return False
    width, _ = _sizes(quads)
    steps = np.linalg.norm(np.diff(quads.mean(axis=1), axis=0), axis=1)
    even = (np.abs(width / np.median(width) - 1) < _EVEN).all() and (np.abs(steps / np.median(steps) - 1) < _EVEN).all()
    if not even:
        return False
    step = (quads[-1] - quads[0]) / (len(quads) - 1)
    beyond = side_support(wide, quads[-1] + step), side_support(wide, quads[0] - step)
    return not any((support[[TOP, BOTTOM]] >= _MIN_END_SUPPORT).all() for support in beyond)


def _straightened(quads: NDArray[np.float64], rails: Rails) -> NDArray[np.float64]:
    """Put each box between the rails, and between its own outermost sides."""
    x, y = np.moveaxis(rails.to_level(quads.reshape(-1, 2)).reshape(quads.shape), -1, 0)
    upright = x - rails.shear * (y - (rails.top(x) + rails.bottom(x)) / 2)
    return rails.boxes(upright[:, (0, 3)].min(axis=1), upright[:, (1, 2)].max(axis=1))


def _evened(quads: NDArray[np.float64], rails: Rails) -> NDArray[np.float64]:
    """Put the sides of boxes that a stroke has made narrower to where the pitch of the others has them."""
    if len(quads) < _MIN_BOXES:
        return quads
    left, right = _sides(quads, rails)
    places = np.arange(len(quads), dtype=np.float64)
    even_left, even_right = _line(places, left), _line(places, right)
    off = _EVEN * np.median(right - left)
    left = np.where(np.abs(left - even_left) > off, even_left, left)
    right = np.where(np.abs(right - even_right) > off, even_right, right)
    return rails.boxes(left, right)


def _sides(quads: NDArray[np.float64], rails: Rails) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Left and right side of each box: their x in the frame of the row."""
    x = rails.to_level(quads.reshape(-1, 2)).reshape(quads.shape)[..., 0]
    return x[:, (0, 3)].mean(axis=1), x[:, (1, 2)].mean(axis=1)


def _line(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values at x of the line through most of the points: the median of all slopes (Theil and Sen)."""
    first, second = np.triu_indices(len(x), 1)
    slope = np.median((y[second] - y[first]) / (x[second] - x[first]))
    return np.asarray(np.median(y - slope * x) + slope * x)


def _extended(quads: NDArray[np.float64], wide_ink: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Add the boxes lost at either end of a row whose boxes stand apart, as long as lines show that they are there."""
    step = (quads[-1] - quads[0]) / (len(quads) - 1)
    row = list(quads)
    for end, direction in ((-1, 1), (0, -1)):
        while len(row) < MAX_BOXES:
            beyond = row[end] + direction * step
            if (side_support(wide_ink, beyond) >= _MIN_END_SUPPORT).sum() < _MIN_SIDES:
                break
            row.insert(len(row) if direction > 0 else 0, beyond)
    return np.array(row)


def _gaps(quads: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distances between the facing sides of successive boxes, in median box widths."""
    facing = np.linalg.norm(quads[1:, (0, 3)] - quads[:-1, (1, 2)], axis=2).mean(axis=1)
    return np.asarray(facing / np.median(_sizes(quads)[0]))


def _even_parts(quads: NDArray[np.float64]) -> list[slice]:
    """Cut a row where a gap is wider than usual."""
    if len(quads) < 2:
        return []
    gaps = _gaps(quads)
    wide = (gaps > np.median(gaps) + _GAP_SLACK) | (gaps > _IN_A_ROW.gap)
    cuts = [0, *(np.flatnonzero(wide) + 1).tolist(), len(quads)]
    return [slice(start, end) for start, end in itertools.pairwise(cuts)]


def _is_comb(quads: NDArray[np.float64], evidence: NDArray[np.float64]) -> bool:
    width, height = _sizes(quads)
    if len(quads) < _MIN_BOXES and (len(quads) < 2 or evidence.min() < _PAIR_EVIDENCE):
        return False
    if evidence.mean() < _MIN_EVIDENCE or not _MIN_ASPECT <= float(np.median(width / height)) <= _MAX_ASPECT:
        return False
    if len(quads) >= _MIN_BOXES:
        return bool(width.std() <= _MAX_SPREAD * width.mean())
    return _is_pair(quads)


def _is_pair(quads: NDArray[np.float64]) -> bool:
    return len(quads) == 2 and bool((right_neighbours(Boxes(quads), _PAIR) >= 0).any())


def _is_drawn(
    rails: Rails, quads: NDArray[np.float64], evidence: float, rulings: Rulings, thick: NDArray[np.uint8]
) -> bool:
    """Tell a drawn comb from bold print and the weave of cloth.

    The rails of a comb are lines, and there is paper in it and beside it. A comb that is full of ink (crossed
    out, or filled in with a marker) has to be drawn without a fault, with much paper beside it.
    """
    left, right = _sides(quads, rails)
    x = (left[:, None] + (right - left)[:, None] * np.linspace(0.05, 0.95, 13)).ravel()
    railed = rails.density(thick, x, np.array([0.0, 1.0])).min()
    if railed < _MIN_RAIL:
        return False
    inked = rails.density(rulings.ink, x, _STRIPS)
    above, inside, below = inked[:7].mean(), inked[7:14].mean(), inked[14:].mean()
    if inside <= _MAX_INK:
        return bool(min(above, below) <= _MAX_INK)
    return bool(min(above, below) <= _MAX_INK_BESIDE and min(railed, evidence) >= _FAULTLESS)

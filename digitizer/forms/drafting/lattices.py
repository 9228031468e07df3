"""Frames -> combs and grids, strictly: cells that are all there, all alike and at an even pitch, as on a blank form.

1. A cell is a frame of the size of a digit box that holds no other frame.
2. Cells alike that stand side by side at one distance make a row; where the distance changes, the next row begins.
3. Rows with the same columns that share a line make a grid, unless that line is much darker than those within: a
   table's line, which parts one answer from the next.
4. Rows of printed text, and wide cells that stand alone, are tables.
"""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitizer.document import FieldKind
from digitizer.forms.drafting.field import DraftField, fit_lattice
from digitizer.forms.drafting.frames import Frame, innermost

_SIDE_MM = (2.2, 20.0)
_ASPECT = (0.4, 2.2)
"""Width over height of a cell."""
_USUAL_ASPECT = (0.45, 1.75)
"""The same where it is no table for sure."""
_SAME_MM, _SAME = 0.45, 0.09
"""Lengths that differ by less, in mm or as a share of the cell, are the same."""
_MAX_GAP = 0.8
"""Cells that are farther apart are no neighbours, in widths."""
_SHARED_MM = 0.9
"""Cells that are less far apart share their line, whatever its width."""
_THICK_MM, _SOLID = 1.5, 0.6
"""The thickest line, and how dark its middle is at least compared to the darkest of it."""
_DARKER, _MUCH_DARKER = 1.8, 40.0
"""So many times, and by so many grey levels, is a table's line darker than the lines of boxes."""
_SMALL_INK, _MANY = 0.5, 0.6
"""Print is less high than this share of its cell; a row with it in most cells is a table of text."""
_INKED = 0.004
"""Share of ink from which something stands in a cell."""


def find_lattices(frames: Sequence[Frame], grey: NDArray[np.uint8], px_per_mm: float) -> list[DraftField]:
    """Find all regular combs and grids.

    Parameters
    ----------
    frames
        Of the page.
    grey
        (H, W) uint8, that page, paper 255.
    px_per_mm
        Of it.
    """
    cells = [frame for frame in innermost(frames) if _is_cell(frame)]
    rows = [row for chain in _chains(cells) for row in _evenly(chain) if len(row) > 1 and not _is_text(row)]
    grids = _stacked(rows, grey, px_per_mm)
    fields = []
    for grid in grids:
        aspect = float(np.median([cell.aspect for row in grid for cell in row]))
        if _USUAL_ASPECT[0] <= aspect <= _USUAL_ASPECT[1]:
            corners = np.array([[_corners(cell) for cell in row] for row in grid])
            kind = FieldKind.GRID if len(grid) > 1 else FieldKind.COMB
            fields.append(fit_lattice(kind, corners, one_line=_share_lines(grid[0], grey, px_per_mm)))
    return fields


def _is_cell(frame: Frame) -> bool:
    sides_fit = all(_SIDE_MM[0] <= side <= _SIDE_MM[1] for side in (frame.width, frame.height))
    return sides_fit and _ASPECT[0] <= frame.aspect <= _ASPECT[1]


def _same(one: float, other: float, size: float) -> bool:
    return abs(one - other) <= max(_SAME_MM, _SAME * size)


def _chains(cells: Sequence[Frame]) -> list[list[Frame]]:
    """Rows of cells alike, from left to right."""
    after: dict[int, int] = {}
    lefts = np.array([cell.left for cell in cells])
    tops = np.array([cell.top for cell in cells])
    for index, cell in enumerate(cells):
        ahead = np.flatnonzero(
            (lefts > cell.right - _SHARED_MM)
            & (lefts < cell.right + _MAX_GAP * cell.width)
            & (np.abs(tops - cell.top) <= max(_SAME_MM, _SAME * cell.height))
        )
        alike = [other for other in ahead.tolist() if _alike(cell, cells[other])]
        if alike:
            after[index] = min(alike, key=lambda other: cells[other].left)
    starts = set(range(len(cells))) - set(after.values())
    chains = []
    for start in sorted(starts):
        chain = [start]
        while chain[-1] in after:
            chain.append(after[chain[-1]])
        chains.append([cells[index] for index in chain])
    return chains


def _alike(cell: Frame, other: Frame) -> bool:
    bottoms = _same(cell.bottom, other.bottom, cell.height)
    return bottoms and _same(cell.width, other.width, cell.width)


def _evenly(chain: Sequence[Frame]) -> list[list[Frame]]:
    """Cut a row where its gaps become wider."""
    gaps = np.array([after.left - cell.right for cell, after in itertools.pairwise(chain)])
    if not len(gaps):
        return [list(chain)]
    usual = float(gaps.min()) + max(_SAME_MM, _SAME * chain[0].width)
    cuts = [0, *(np.flatnonzero(gaps > usual) + 1).tolist(), len(chain)]
    if len(cuts) == len(chain) + 1:  # no two gaps alike
        return [list(chain)]
    return [list(chain[start:end]) for start, end in itertools.pairwise(cuts)]


def _is_text(row: Sequence[Frame]) -> bool:
    """Tell whether most cells of a row hold print."""
    print_like = [cell.ink > _INKED and (cell.ink_height < _SMALL_INK or cell.text_lines > 1) for cell in row]
    return sum(print_like) > _MANY * len(row)


def _stacked(rows: list[list[Frame]], grey: NDArray[np.uint8], px_per_mm: float) -> list[list[list[Frame]]]:
    """Join rows with the same columns that share a line."""
    rest = sorted(rows, key=lambda row: row[0].top)
    grids: list[list[list[Frame]]] = []
    for row in rest:
        above = next((grid for grid in grids if _continues(grid[-1], row)), None)
        if above is None:
            grids.append([row])
        else:
            above.append(row)
    return [part for grid in grids for part in _parted(grid, grey, px_per_mm)]


def _continues(upper: Sequence[Frame], lower: Sequence[Frame]) -> bool:
    """Tell whether a row stands right below another, column by column."""
    if len(upper) != len(lower) or not -_SHARED_MM < lower[0].top - upper[0].bottom < _SHARED_MM:
        return False
    height = _same(upper[0].height, lower[0].height, lower[0].height)
    ends = _same(upper[0].left, lower[0].left, 1) and _same(upper[-1].right, lower[-1].right, 1)
    return height and ends


def _parted(grid: list[list[Frame]], grey: NDArray[np.uint8], px_per_mm: float) -> list[list[list[Frame]]]:
    """Cut a grid at lines that are much darker than its others."""
    if len(grid) < 3:
        return [grid]
    darkness = np.array([_line_darkness(row, grey, px_per_mm) for row in grid[1:]])
    usual = max(float(np.median(darkness)), 8.0)
    table = (darkness > _DARKER * usual) & (darkness > usual + _MUCH_DARKER)
    cuts = [0, *(np.flatnonzero(table) + 1).tolist(), len(grid)]
    return [grid[start:end] for start, end in itertools.pairwise(cuts)]


def _line_darkness(row: Sequence[Frame], grey: NDArray[np.uint8], px_per_mm: float) -> float:
    """How much darker than paper the line above a row is, grey levels."""
    top = round(row[0].top * px_per_mm - 0.5)
    left, right = round(row[0].left * px_per_mm), round(row[-1].right * px_per_mm)
    reach = max(round(_SHARED_MM / 2 * px_per_mm), 2)
    strip = grey[max(top - reach, 0) : top + reach + 1, left:right]
    return 255.0 - float(np.median(strip, axis=1).min()) if strip.size else 0.0


def _share_lines(row: Sequence[Frame], grey: NDArray[np.uint8], px_per_mm: float) -> bool:
    """Tell whether there is one thick line between neighbours, and not two with paper between them."""
    top, bottom = round((row[0].top + 1) * px_per_mm), round((row[0].bottom - 1) * px_per_mm)
    solid = []
    for cell, after in itertools.pairwise(row):
        left, right = round(cell.right * px_per_mm - 0.5), round(after.left * px_per_mm - 0.5)
        if right - left > _THICK_MM * px_per_mm:
            return False
        profile = 255.0 - grey[top : bottom + 1, left - 1 : right + 2].mean(axis=0)
        third = max(len(profile) // 3, 1)
        solid.append(bool(len(profile) and profile[third:-third].min(initial=255) > _SOLID * profile.max()))
    return bool(np.mean(solid) > 0.5)


def _corners(cell: Frame) -> list[tuple[float, float]]:
    return [(cell.left, cell.top), (cell.right, cell.top), (cell.right, cell.bottom), (cell.left, cell.bottom)]

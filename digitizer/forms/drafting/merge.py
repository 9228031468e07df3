"""Fields that were found on one page in several ways -> one set of fields."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitizer.forms.drafting.field import DraftField

_AGREED = 0.9
"""Share of the cells of regular fields that must be cells of one that replaces them: strokes may make a false one."""
_PIECES = 0.6
"""Share of a grid's cells that its pieces make up at least."""
_REGULAR_MM = 0.45
"""Cells of a regular row lie this near to its lattice."""
_INKED = 0.004
"""Share of ink from which something stands in a cell."""
_LARGE_MM = 14.0
_LINE = 0.9
"""Share of a column or row that is dark where it is a line and not writing."""
_SPOILT = 0.5
"""Share of the cells whose frames are lost that must have ink in them."""


def best(choices: Sequence[Sequence[DraftField]]) -> list[DraftField]:
    """Choose among fields that were found on the same page in several ways: many and large cells win.

    Fields that meet exclude each other.

    A row of which some cells were lost has fewer, guides printed in boxes are smaller. But cells too
    large for a digit give way to all others: they are those
    of a table, and the boxes stand in them.
    """
    fields = [field for fields in choices for field in fields]
    order = sorted(fields, key=lambda field: (_is_large(field), -_weight(field)))
    chosen: list[DraftField] = []
    for field in order:
        if not any(_overlap(field, other) for other in chosen):
            chosen.append(field)
    return chosen


def _weight(field: DraftField) -> float:
    return field.rows * field.columns * math.sqrt(field.cell_width_mm * field.cell_height_mm)


def _is_large(field: DraftField) -> bool:
    return max(field.cell_width_mm, field.cell_height_mm) > _LARGE_MM


def merged(
    strict: Sequence[DraftField], found: Sequence[DraftField], dark: NDArray[np.uint8], px_per_mm: float
) -> list[DraftField]:
    """Add to the fields that are regular for sure those that were found in another way.

    What was found where none is, is added. Where it holds all cells of those that it meets, and more, it replaces
    them, if it is one regular row, if it joins regular pieces, or if ink lies in most of the others: writing has
    spoilt their frames.

    Parameters
    ----------
    dark
        (H, W) uint8, 1 on ink.
    """
    kept, added = list(strict), []
    for field in found:
        met = [other for other in strict if _overlap(field, other)]
        if not met:
            added.append(field)
            continue
        covers = [_covered_by(field, other) for other in met]
        cells = np.array([other.rows * other.columns for other in met])
        if cells[[inside for inside, _ in covers]].sum() < _AGREED * cells.sum():
            continue
        covered = np.any([which for inside, which in covers if inside], axis=0)
        spoilt = [_is_inked(cell, dark, px_per_mm) for cell in field.quads_mm()[~covered]]
        in_pieces = len(met) > 1 and field.off_mm < _REGULAR_MM and covered.mean() >= _PIECES
        if spoilt and (np.mean(spoilt) > _SPOILT or in_pieces or _one_row(field, met)):
            kept = [other for other in kept if other not in met]
            added.append(field)
    return kept + added


def _one_row(field: DraftField, met: Sequence[DraftField]) -> bool:
    return field.off_mm < _REGULAR_MM and all(other.rows == 1 for other in (field, *met))


def _overlap(one: DraftField, other: DraftField) -> bool:
    across = min(one.right_mm, other.right_mm) - max(one.left_mm, other.left_mm)
    down = min(one.bottom_mm, other.bottom_mm) - max(one.top_mm, other.top_mm)
    return across > 0.5 and down > 0.5


def _covered_by(field: DraftField, other: DraftField) -> tuple[bool, NDArray[np.bool_]]:
    """Tell whether each cell of another field is a cell of this one, and which of this one's cells those are."""
    centres, cells = field.quads_mm().mean(axis=1), other.quads_mm().mean(axis=1)
    same = np.linalg.norm(centres[None] - cells[:, None], axis=2) < 0.25 * min(
        other.cell_width_mm, other.cell_height_mm
    )
    return bool(same.any(axis=1).all()), same.any(axis=0)


def _is_inked(quad_mm: NDArray[np.float64], dark: NDArray[np.uint8], px_per_mm: float) -> bool:
    """Tell whether there is ink well inside a cell."""
    inset = 0.2 * (quad_mm[2] - quad_mm[0])
    left, top = np.rint((quad_mm[0] + inset) * px_per_mm).clip(0).astype(int).tolist()
    right, bottom = np.rint((quad_mm[2] - inset) * px_per_mm).clip(0).astype(int).tolist()
    inside = dark[top : bottom + 1, left : right + 1]
    if not inside.size:
        return False
    line = (inside.mean(axis=0) > _LINE)[None, :] | (inside.mean(axis=1) > _LINE)[:, None]
    return bool((inside * ~line).mean() > _INKED)

"""A field as it is drafted: a regular lattice of cells in mm, fitted through the boxes that were found."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from digitizer.document import FieldKind
from digitizer.forms.template import FormField

_MIN_GAP_MM = 0.35
"""Boxes that are less far apart share their line."""
_STEP_MM = 0.05
"""What lengths in a draft are rounded to: below what a printer keeps, and easy to type."""


@dataclass(frozen=True, slots=True)
class DraftField:
    """A field whose cells are all alike, upright, along the middle of their printed frames.

    Attributes
    ----------
    left_mm, top_mm, cell_width_mm, cell_height_mm
        Of the first cell.
    gap_mm, row_gap_mm
        Between two cells beside, and above, each other.
    digits
        Most that a box holds; 0 for what is no box.
    off_mm
        How far the farthest corner that was found lies from its place in this lattice.
    """

    kind: FieldKind
    left_mm: float
    top_mm: float
    cell_width_mm: float
    cell_height_mm: float
    rows: int = 1
    columns: int = 1
    gap_mm: float = 0.0
    row_gap_mm: float = 0.0
    digits: int = 0
    off_mm: float = 0.0
    name: str = ""
    label: str = ""

    @property
    def width_mm(self) -> float:
        """Of the whole field."""
        return self.columns * self.cell_width_mm + (self.columns - 1) * self.gap_mm

    @property
    def height_mm(self) -> float:
        """Of the whole field."""
        return self.rows * self.cell_height_mm + (self.rows - 1) * self.row_gap_mm

    @property
    def right_mm(self) -> float:
        """Right end of the whole field."""
        return self.left_mm + self.width_mm

    @property
    def bottom_mm(self) -> float:
        """Lower end of the whole field."""
        return self.top_mm + self.height_mm

    def rounded(self) -> "DraftField":
        """Give the field as a draft states it: place, size and gaps in steps of 0.05 mm."""
        left, top, gap, row_gap = (
            _rounded(length) for length in (self.left_mm, self.top_mm, self.gap_mm, self.row_gap_mm)
        )
        width = (_rounded(self.width_mm) - (self.columns - 1) * gap) / self.columns
        height = (_rounded(self.height_mm) - (self.rows - 1) * row_gap) / self.rows
        return replace(
            self, left_mm=left, top_mm=top, gap_mm=gap, row_gap_mm=row_gap, cell_width_mm=width, cell_height_mm=height
        )

    def form_field(self) -> FormField:
        """Give the field as a template holds it."""
        digits = self.digits if self.kind is FieldKind.BOX else self.rows * self.columns
        return FormField(self.name, self.kind, self.rows, self.columns, self.quads_mm(), digits, self.label)

    def quads_mm(self) -> NDArray[np.float64]:
        """(rows * columns, 4, 2) float64, as in `FormField.quads_mm`."""
        x = self.left_mm + np.arange(self.columns) * (self.cell_width_mm + self.gap_mm)
        y = self.top_mm + np.arange(self.rows) * (self.cell_height_mm + self.row_gap_mm)
        first = np.stack(np.meshgrid(x, y), axis=2).reshape(-1, 1, 2)
        cell = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * (self.cell_width_mm, self.cell_height_mm)
        return np.asarray(first + cell)


def _rounded(length_mm: float) -> float:
    return round(round(length_mm / _STEP_MM) * _STEP_MM, 2)


def fit_lattice(kind: FieldKind, cells_mm: NDArray[np.float64], *, one_line: bool = False) -> DraftField:
    """Fit the regular lattice through the cells of a comb or a grid.

    Parameters
    ----------
    cells_mm
        (rows, columns, 4, 2) float64, corners from the top left clockwise.
    one_line
        Whether cells beside each other share their line, however thick it is.
    """
    rows, columns = cells_mm.shape[:2]
    x, y = np.median(cells_mm[..., 0], axis=0), np.median(cells_mm[..., 1], axis=1)
    left, width, gap = fit_edges(x[:, (0, 3)].mean(axis=1), x[:, (1, 2)].mean(axis=1), one_line=one_line)
    top, height, row_gap = fit_edges(y[:, (0, 1)].mean(axis=1), y[:, (2, 3)].mean(axis=1))
    field = DraftField(kind, left, top, width, height, rows, columns, gap, row_gap)
    off_mm = np.linalg.norm(field.quads_mm() - cells_mm.reshape(-1, 4, 2), axis=2).max()
    return replace(field, off_mm=float(off_mm))


def fit_edges(
    starts_mm: NDArray[np.float64], ends_mm: NDArray[np.float64], *, one_line: bool = False
) -> tuple[float, float, float]:
    """Return where the first of N equal cells starts, their size and the gap between them, least squares.

    Parameters
    ----------
    starts_mm, ends_mm
        (N,) float64 of the cells along one axis; NaN where unknown.
    one_line
        Whether there is no gap for sure.
    """
    number = np.arange(len(starts_mm))
    at = np.concatenate([starts_mm, ends_mm])
    known = np.isfinite(at)
    cell, end = np.tile(number, 2)[known], np.repeat([0, 1], len(number))[known]
    if len(number) > 1 and not one_line:
        first, pitch, size = _solve(np.stack([np.ones(len(cell)), cell, end], axis=1), at[known])
        if pitch - size >= _MIN_GAP_MM:
            return first, size, pitch - size
    first, size = _solve(np.stack([np.ones(len(cell)), cell + end], axis=1), at[known])
    return first, size, 0.0


def _solve(design: NDArray[np.float64], at: NDArray[np.float64]) -> list[float]:
    return [float(value) for value in np.linalg.lstsq(design, at)[0]]

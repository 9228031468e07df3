"""Printed matter that is no field: a pseudo QR code, a logo, a ruled table of text, fine security lines."""

from collections.abc import Sequence

import numpy as np

from samples.sheet import Colour, Sheet

MODULES = 25
"""Squares along a side of the code."""


def square_code(sheet: Sheet, x_mm: float, y_mm: float, side_mm: float, rng: np.random.Generator) -> None:
    """Print what looks like a QR code: three finder squares and random modules."""
    dark = rng.random((MODULES, MODULES)) < 0.5
    finder = np.ones((7, 7), bool)
    finder[1:6, 1:6] = False
    finder[2:5, 2:5] = True
    for row, column in ((0, 0), (0, MODULES - 7), (MODULES - 7, 0)):
        dark[max(row - 1, 0) : row + 8, max(column - 1, 0) : column + 8] = False
        dark[row : row + 7, column : column + 7] = finder
    module_mm = side_mm / MODULES
    for row, column in np.argwhere(dark):
        sheet.fill(x_mm + column * module_mm, y_mm + row * module_mm, 1.02 * module_mm, 1.02 * module_mm)


def logo(sheet: Sheet, x_mm: float, y_mm: float, name: str) -> None:
    """Print a framed logo, 34 x 12 mm."""
    sheet.frame(x_mm, y_mm, 34, 12, line_pt=1.6)
    sheet.fill(x_mm + 2, y_mm + 2, 8, 8, (0.25, 0.25, 0.3))
    sheet.text(x_mm + 12, y_mm + 7.8, name, 3.8, "Helvetica-Bold")


def text_table(
    sheet: Sheet, x_mm: float, y_mm: float, widths_mm: Sequence[float], rows: Sequence[Sequence[str]]
) -> None:
    """Print a ruled table of text, 6 mm a row."""
    for row, texts in enumerate(rows):
        left_mm = x_mm
        for width_mm, text in zip(widths_mm, texts, strict=True):
            sheet.frame(left_mm, y_mm + 6 * row, width_mm, 6, line_pt=0.5)
            sheet.text(left_mm + 1.5, y_mm + 6 * row + 4.2, text, 2.8)
            left_mm += width_mm


def security_lines(sheet: Sheet, colour: Colour) -> None:
    """Cover the sheet with fine waves, as on a cheque."""
    x_mm = np.linspace(0, sheet.width_mm, 160)
    for phase in np.arange(-6, sheet.height_mm + 6, 2.2):
        wave = phase + 3.2 * np.sin(x_mm / 9 + phase / 11) + 1.1 * np.sin(x_mm / 3.1)
        sheet.lines(np.column_stack([x_mm, wave]), 0.25, colour)

"""Grids: rows of boxes that share lines, with all their cells, whatever is written over them."""

from dataclasses import replace

import numpy as np
import pytest

from digitizer.document import FieldKind
from samples.handwriting import Hand
from samples.ink import FELT_BLUE
from samples.scanner import Scanner
from samples.sheet import USUAL_BOXES, Boxes, Sheet
from tests.reading.forms import NEAT, assert_exactly_found, fields_on, filled, small_sheet, some_cells

SMALL = replace(NEAT, size=0.55, spread=0.0)
"""A hand whose digits keep off the lines."""
SQUARE = Boxes(7, 7)


@pytest.mark.parametrize("shape", [(2, 3), (2, 7), (6, 2), (5, 5)])
def test_grids_of_any_shape_are_found(shape: tuple[int, int]) -> None:
    """Low and wide, high and narrow."""
    rng = np.random.default_rng(1)
    sheet = small_sheet()
    sheet.grid(10, 10, [some_cells(rng, shape[1], blank=0.4) for _ in range(shape[0])])

    assert_exactly_found(filled(sheet, hand=SMALL))


def test_the_smallest_grid_has_four_cells() -> None:
    """Two by two."""
    sheet = small_sheet()
    sheet.grid(10, 10, ["__", "__"])

    assert_exactly_found(filled(sheet, hand=SMALL))


@pytest.mark.parametrize("seed", range(3))
def test_a_grid_keeps_its_cells_under_large_digits(seed: int) -> None:
    """Digits that cross the lines spoil boxes, not the grid."""
    rng = np.random.default_rng(seed)
    sheet = small_sheet()
    sheet.grid(10, 10, [some_cells(rng, 8, blank=0.4) for _ in range(8)], SQUARE)

    assert_exactly_found(filled(sheet, hand=Hand(FELT_BLUE, size=0.7, overshoot=0.2), seed=seed))


def test_a_comb_whose_boxes_are_cut_in_half_is_no_grid() -> None:
    """Strokes from side to side make two boxes of one; the boxes beside them tell what it is."""
    sheet = small_sheet()
    sheet.comb(15, 10, "________", Boxes(5, 7))
    sheet.lines([(30, 13.5), (55, 13.5)], 1.0)

    (field,) = fields_on(filled(sheet).pixels)

    assert (field.kind, field.columns) == (FieldKind.COMB, 8)


def test_a_grid_right_below_a_comb_is_a_field_of_its_own() -> None:
    """A mm of paper between them is enough."""
    sheet = small_sheet()
    sheet.comb(15, 10, "123456")
    sheet.grid(15, 18.7, ["7_901_", "_234_6", "7__012"])

    page = filled(sheet, hand=SMALL)

    assert_exactly_found(page)
    assert [field.kind for field in fields_on(page.pixels)] == [FieldKind.COMB, FieldKind.GRID]


def test_grids_side_by_side_are_two() -> None:
    """Read from left to right."""
    sheet = small_sheet()
    sheet.grid(8, 20, ["1_3", "4_6", "_89"])
    sheet.grid(55, 20, ["1_34", "5__8", "_012"])

    assert_exactly_found(filled(sheet, hand=SMALL))


@pytest.mark.parametrize("skew_deg", [-15.0, 6.0, 15.0])
def test_skewed_grids_are_found(skew_deg: float) -> None:
    """Up to 15 degrees."""
    sheet = small_sheet()
    sheet.grid(28, 25, ["1_345", "6_89_", "_2345", "6_89_"], SQUARE)

    assert_exactly_found(filled(sheet, hand=SMALL, scanner=Scanner(skew_deg=skew_deg)))


def test_a_sudoku_is_one_grid() -> None:
    """Thick lines around every third row and column part nothing; 81 cells come in order."""
    rng = np.random.default_rng(4)
    sheet = Sheet(105, 105)
    sheet.grid(15, 15, [some_cells(rng, 9, blank=0.6) for _ in range(9)], Boxes(8, 8, line_pt=0.5))
    for third in range(4):
        at_mm = 15 + 24 * third
        sheet.lines([(15, at_mm), (87, at_mm)], 2.0)
        sheet.lines([(at_mm, 15), (at_mm, 87)], 2.0)

    page = filled(sheet)

    assert_exactly_found(page)
    (field,) = fields_on(page.pixels)
    assert [(cell.row, cell.column) for cell in field.cells] == [
        (row, column) for row in range(9) for column in range(9)
    ]


def test_an_empty_grid_is_found() -> None:
    """Nothing need be written."""
    sheet = small_sheet()
    sheet.grid(12, 12, ["______"] * 4)

    assert_exactly_found(filled(sheet))


def test_an_empty_table_of_wide_cells_is_no_grid() -> None:
    """Cells three times as wide as high are for words."""
    sheet = small_sheet()
    sheet.grid(10, 10, ["____"] * 5, Boxes(20, 6.5))

    assert fields_on(filled(sheet).pixels) == ()


def test_a_grid_keeps_an_outer_column_of_touching_digits() -> None:
    """Two rows of digits on the lines, on small sheets with usual and thick lines: every column is there."""
    for seed in range(6):
        for boxes in (USUAL_BOXES, USUAL_BOXES._replace(line_pt=2.5)):
            rng = np.random.default_rng([seed, 7])
            sheet = Sheet(105, 74)
            sheet.grid(24, 30, [some_cells(rng, 5) for _ in range(2)], boxes)
            assert_exactly_found(filled(sheet, hand=Hand(FELT_BLUE, overshoot=0.0), seed=seed))


@pytest.mark.xfail(strict=True, reason="Where crosses touch all corners of a grid, it falls apart into combs")
def test_a_crossed_out_grid_is_found() -> None:
    """A cross in each cell is still a grid."""
    for seed in range(4):
        sheet = small_sheet()
        sheet.grid(12, 12, ["xxxxxx"] * 4)
        assert_exactly_found(filled(sheet, seed=seed))


def test_a_grid_with_a_digit_in_every_cell_is_found() -> None:
    """An exam's marks, all given, with a gel pen; and the smallest grid there is."""
    for seed, rows in enumerate((["26857", "90438", "38920", "85069"], ["12", "34"], ["88888", "69686"])):
        sheet = small_sheet()
        sheet.grid(12, 12, rows)
        assert_exactly_found(filled(sheet, seed=seed))

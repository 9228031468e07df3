"""Combs: rows of boxes, whatever is written in them, told apart from each other and from what is no row."""

from dataclasses import replace

import pytest

from digitizer.document import FieldKind
from samples.handwriting import Hand
from samples.ink import FELT_BLUE, GEL_BLACK
from samples.scanner import Scanner
from samples.sheet import USUAL_BOXES, Boxes, Sheet
from tests.reading.forms import NEAT, assert_exactly_found, astray, fields_on, filled, missed, small_sheet

SPACED = USUAL_BOXES._replace(gap_mm=2.0)


@pytest.mark.parametrize("count", [2, 3, 5, 12])
@pytest.mark.parametrize("boxes", [USUAL_BOXES, SPACED], ids=["adjoining", "spaced"])
def test_combs_of_any_length_are_found(count: int, boxes: Boxes) -> None:
    """Two boxes are a comb, and so are twelve."""
    sheet = small_sheet()
    sheet.comb(5, 20, "1234567890_1"[:count], boxes)

    assert_exactly_found(filled(sheet))


@pytest.mark.parametrize("boxes", [USUAL_BOXES, SPACED], ids=["adjoining", "spaced"])
def test_empty_and_full_combs_are_found(boxes: Boxes) -> None:
    """What is written matters not: nothing, crosses, or a digit in each box."""
    sheet = small_sheet()
    for row, cells in enumerate(("_______", "xxxxxxx", "8888888", "1111111")):
        sheet.comb(10, 8 + 20 * row, cells, boxes)

    assert_exactly_found(filled(sheet))


@pytest.mark.parametrize("seed", range(4))
def test_combs_are_found_under_digits_that_touch_the_lines(seed: int) -> None:
    """Large digits cross the frame and join the boxes' holes; the comb keeps its boxes, at its ends too."""
    sheet = small_sheet()
    for row, cells in enumerate(("80640582", "29375", "4477")):
        sheet.comb(10, 10 + 25 * row, cells)
    hand = Hand(FELT_BLUE, size=0.78, overshoot=0.6)

    page = filled(sheet, hand=hand, seed=seed)
    fields = fields_on(page.pixels)

    assert len(missed(page, fields)) <= 1
    assert not astray(page, fields)


def test_a_wide_gap_in_a_line_parts_two_combs() -> None:
    """Two combs side by side stay two fields, read from left to right."""
    sheet = Sheet(148, 60)
    sheet.comb(10, 20, "1234")
    sheet.comb(56, 20, "567")
    sheet.comb(100, 20, "89012")

    page = filled(sheet)

    assert_exactly_found(page)
    assert [len(field.cells) for field in fields_on(page.pixels)] == [4, 3, 5]


def test_a_gap_narrower_than_a_box_parts_adjoining_boxes() -> None:
    """Where boxes share their lines, five mm of paper begin another comb."""
    sheet = small_sheet()
    sheet.comb(10, 20, "1234")
    sheet.comb(39, 20, "567")
    sheet.comb(10, 50, "12_456_8")

    assert_exactly_found(filled(sheet))


def test_spaced_combs_are_parted_by_a_wider_gap() -> None:
    """Also where the boxes of each stand apart themselves."""
    sheet = Sheet(148, 60)
    sheet.comb(10, 20, "123", SPACED)
    sheet.comb(60, 20, "4567", SPACED)

    assert_exactly_found(filled(sheet))


def test_combs_close_above_each_other_stay_combs() -> None:
    """Rows with paper between them are no grid."""
    sheet = small_sheet()
    for row in range(4):
        sheet.comb(20, 10 + 11 * row, "1234567")

    page = filled(sheet)

    assert_exactly_found(page)
    assert {field.kind for field in fields_on(page.pixels)} == {FieldKind.COMB}


def test_combs_of_different_boxes_share_a_page() -> None:
    """Large and small, thick and thin, black and grey."""
    sheet = small_sheet()
    sheet.comb(10, 8, "123", Boxes(10, 12))
    sheet.comb(10, 30, "45678", Boxes(4.5, 6))
    sheet.comb(10, 46, "90123", Boxes(line_pt=2.0))
    sheet.comb(10, 62, "4567", Boxes(line_pt=0.4))
    sheet.comb(10, 78, "8901", Boxes(colour=(0.75, 0.75, 0.75)))

    assert_exactly_found(filled(sheet, 300))


@pytest.mark.parametrize("angle_deg", [-15.0, -4.0, 4.0, 15.0])
def test_combs_turned_on_their_own_are_found(angle_deg: float) -> None:
    """Skew is each comb's own, not the page's."""
    sheet = small_sheet()
    sheet.comb(20, 45, "130245", Boxes(angle_deg=angle_deg))
    sheet.comb(20, 82, "6789")

    assert_exactly_found(filled(sheet))


def test_a_comb_beside_print_is_found_whole() -> None:
    """A label before, a unit behind and lines of text above and below take no box away and add none."""
    sheet = Sheet(148, 105)
    sheet.paragraph(6, 10, 130, "Write one digit into each box and leave boxes empty that you do not need. " * 3)
    sheet.text(10, 35, "Total")
    sheet.comb(24, 30, "00123")
    sheet.text(56, 35, "EUR", 4)
    sheet.lines([(10, 44), (95, 44)])
    sheet.paragraph(6, 50, 130, "Do not fold this sheet. " * 8)

    assert_exactly_found(filled(sheet))


def test_large_and_low_resolution_boxes_at_once() -> None:
    """At 100 dpi a line is a pixel wide."""
    sheet = Sheet(148, 105)
    sheet.comb(10, 20, "13579", Boxes(12, 15))
    sheet.comb(10, 60, "24680")

    assert_exactly_found(filled(sheet, 100, hand=replace(NEAT, pen=GEL_BLACK), scanner=Scanner(blur_px=0.4)))


def test_one_box_is_no_comb() -> None:
    """Neither alone nor beside boxes of quite another size."""
    sheet = small_sheet()
    sheet.comb(10, 10, "1")
    sheet.comb(10, 40, "2", Boxes(6, 7.5))
    sheet.comb(18, 40, "3", Boxes(13, 16))

    assert fields_on(filled(sheet).pixels) == ()

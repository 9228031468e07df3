"""A drawn page says where its boxes are: the printed lines lie there, whatever was done to the page."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from samples.digits import bundled_pool
from samples.handwriting import Hand
from samples.ink import GEL_BLACK
from samples.page import DrawnField, DrawnPage, turned, write_form
from samples.phone import photograph
from samples.scanner import Scanner, scan, to_grey
from samples.sheet import Boxes, Sheet

DPI = 200


def comb_page(boxes: Boxes) -> DrawnPage:
    """Draw clean paper, 80 x 50 mm, with one comb."""
    sheet = Sheet(80, 50)
    sheet.comb(22, 18, "____", boxes)
    rng = np.random.default_rng(0)
    return write_form(sheet, DPI, Hand(GEL_BLACK), bundled_pool(rng), rng)


def line_shades(pixels: NDArray[np.uint8], field: DrawnField) -> NDArray[np.float64]:
    """Give the shade on the middle of each side of each box: (boxes * 4,), paper 255."""
    grey = pixels if pixels.ndim == 2 else to_grey(pixels)
    middles = (field.quads + np.roll(field.quads, -1, axis=1)) / 2
    x, y = np.rint(middles.reshape(-1, 2)).astype(int).T
    return np.asarray(grey[y, x], np.float64)


def inner_shades(pixels: NDArray[np.uint8], field: DrawnField) -> NDArray[np.float64]:
    """Give the shade in the middle of each box: (boxes,), paper 255."""
    grey = pixels if pixels.ndim == 2 else to_grey(pixels)
    x, y = np.rint(field.quads.mean(axis=1)).astype(int).T
    return np.asarray(grey[y, x], np.float64)


def assert_boxes_lie_there(page: DrawnPage) -> None:
    """Check that every side of every box is dark, and its middle bright."""
    (field,) = page.fields
    assert line_shades(page.pixels, field).max() < 130
    assert inner_shades(page.pixels, field).min() > 180


@pytest.mark.parametrize("angle_deg", [-14.0, 0.0, 9.0])
@pytest.mark.parametrize("gap_mm", [0.0, 2.0])
def test_boxes_lie_where_they_are_printed(angle_deg: float, gap_mm: float) -> None:
    """Also those of a comb that is turned, or whose boxes stand apart."""
    assert_boxes_lie_there(comb_page(Boxes(gap_mm=gap_mm, line_pt=1.4, angle_deg=angle_deg)))


@settings(max_examples=25, deadline=None)
@given(
    skew_deg=st.floats(-12, 12),
    shear=st.floats(-0.01, 0.01),
    stretch=st.floats(-0.02, 0.02),
    shift=st.tuples(st.floats(-20, 20), st.floats(-20, 20)),
)
def test_scanner_says_where_it_put_the_boxes(
    skew_deg: float, shear: float, stretch: float, shift: tuple[float, float]
) -> None:
    """The matrix of a scan takes the boxes to their printed lines in the scan."""
    page = comb_page(Boxes(line_pt=1.4))
    scanner = Scanner(skew_deg, shear, stretch, shift, dust=0.0)

    pixels, matrix = scan(page.pixels, np.random.default_rng(1), scanner)

    assert_boxes_lie_there(page.moved(pixels, matrix))


def test_scanner_puts_the_paper_where_it_is_told() -> None:
    """A shift moves the middle of the paper by as many px; a skew and a stretch leave it where it is."""
    paper = np.full((101, 201, 3), 255, np.uint8)

    _, matrix = scan(paper, np.random.default_rng(0), Scanner(skew_deg=5, stretch=0.01, shift_px=(7, -3)))

    assert matrix @ (100, 50, 1) == pytest.approx((107, 47, 1))


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_turned_page_keeps_the_writers_corners(quarters: int) -> None:
    """The boxes turn with the page, and their first corner stays the writer's top left."""
    page = comb_page(Boxes(line_pt=1.4))

    moved = turned(page, quarters)

    assert_boxes_lie_there(moved)
    across = moved.fields[0].quads[0, 1] - moved.fields[0].quads[0, 0]
    assert np.sign(np.rint(across)).tolist() == {1: [0, 1], 2: [-1, 0], 3: [0, -1]}[quarters]


def test_photo_of_flat_paper_says_where_the_boxes_are() -> None:
    """The perspective of a photo is known exactly when the paper does not curl."""
    page = comb_page(Boxes(line_pt=1.8))

    pixels, matrix = photograph(page.pixels, np.random.default_rng(3), (800, 600), curl=0.0)

    (field,) = page.moved(pixels, matrix).fields
    assert np.all(line_shades(pixels, field).reshape(-1, 4).max(axis=1) < inner_shades(pixels, field) - 50)


def test_scan_changes_neither_its_input_nor_its_mind() -> None:
    """The same paper, seed and scanner give the same scan, and the paper stays as it was."""
    paper = comb_page(Boxes()).pixels
    before = paper.copy()

    first, _ = scan(paper, np.random.default_rng(5))
    second, _ = scan(paper, np.random.default_rng(5))

    assert np.array_equal(first, second)
    assert np.array_equal(paper, before)


@pytest.mark.parametrize("apart", [True, False])
def test_field_written_apart_leaves_the_rest_as_it_was(apart: bool) -> None:
    """Above and below it the page is the same as where it is empty; a field written otherwise shifts what follows."""
    pages = []
    for cells in ("12", "__"):
        sheet = Sheet(60, 60)
        for y_mm, written in ((10, "34"), (25, cells), (40, "56")):
            sheet.comb(10, y_mm, written, apart=apart and y_mm == 25)
        rng = np.random.default_rng(0)
        pages.append(write_form(sheet, DPI, Hand(GEL_BLACK), bundled_pool(rng), rng).pixels)

    same = np.all(pages[0] == pages[1], axis=(1, 2))

    assert not same[200:250].all()
    assert same[300:].all() == apart


def test_fields_are_named_in_reading_order() -> None:
    """Top to bottom; left to right where the middles differ by less than half a box height."""
    sheet = Sheet(120, 80)
    sheet.grid(10, 50, ["12", "34"])
    sheet.comb(70, 20, "5")
    sheet.comb(10, 23, "67")
    rng = np.random.default_rng(0)

    page = write_form(sheet, 100, Hand(GEL_BLACK), bundled_pool(rng), rng)

    assert [(field.name, field.cells) for field in page.fields] == [
        ("field_01", "67"),
        ("field_02", "5"),
        ("field_03", "1234"),
    ]

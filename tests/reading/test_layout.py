"""Fields of a page: found under every condition that a scan may bring, named in reading order, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.document import FieldKind
from samples.digits import bundled_pool
from samples.handwriting import Hand
from samples.ink import BALLPOINT_BLUE, PENCIL
from samples.page import DrawnPage, turned, write_form
from samples.phone import photograph
from samples.scanner import Scanner, to_black_and_white, to_grey
from samples.sheet import USUAL_BOXES, Boxes, Sheet
from tests.reading.forms import (
    DPI,
    MM,
    NEAT,
    Pixels,
    assert_exactly_found,
    astray,
    fields_on,
    filled,
    missed,
    mixed_sheet,
    quads_of,
    small_sheet,
)

LOREM = "Fill in every box with one digit and leave a box empty where nothing is asked. "
PAGES = 4
"""Pages drawn for each condition."""
MIN_FOUND = 0.8
"""Share of their fields to be found under a hard condition; under a usual one it is all."""


class Condition(NamedTuple):
    """How pages are printed, written and scanned."""

    boxes: Boxes = USUAL_BOXES
    dpi: float = DPI
    scanner: Scanner = Scanner()
    finish: Callable[[Pixels], Pixels] | None = None
    hand: Hand = NEAT


def scratched(pixels: Pixels) -> Pixels:
    """Interrupt the lines as a bad printer does: white scratches, 2 px wide, along both axes."""
    rng = np.random.default_rng(pixels.shape[0])
    broken = pixels.copy()
    for _ in range(10):
        y, x = rng.integers(0, pixels.shape)
        broken[:, x : x + 2] = 240
        broken[y : y + 2] = 240
    return broken


def compressed(pixels: Pixels) -> Pixels:
    """Return what JPEG of low quality leaves."""
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 50])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def with_boxes(**changes: float | tuple[float, float, float]) -> Condition:
    """Return the usual condition with other boxes."""
    return Condition(USUAL_BOXES._replace(**changes))  # type: ignore[arg-type]


EASY = {
    "usual": Condition(),
    "300 dpi": Condition(dpi=300),
    "skewed by 2 degrees": Condition(scanner=Scanner(skew_deg=2)),
    "in pencil": Condition(hand=replace(NEAT, pen=PENCIL)),
    "in blue ballpoint": Condition(hand=replace(NEAT, pen=BALLPOINT_BLUE)),
    "spaced by 2 mm": with_boxes(gap_mm=2.0),
    "large boxes": with_boxes(width_mm=10.0, height_mm=12.0),
    "shaded and noisy": Condition(scanner=Scanner(noise=0.03, shading=0.3, gutter=0.2)),
}
HARD = {
    "100 dpi": Condition(dpi=100),
    "400 dpi": Condition(dpi=400),
    "600 dpi": Condition(dpi=600),
    "black and white": Condition(finish=to_black_and_white),
    "black and white, 300 dpi": Condition(dpi=300, finish=to_black_and_white),
    "JPEG of low quality": Condition(finish=compressed),
    "skewed by 7 degrees": Condition(scanner=Scanner(skew_deg=-7)),
    "skewed by 15 degrees": Condition(scanner=Scanner(skew_deg=15)),
    "skewed by -15 degrees": Condition(scanner=Scanner(skew_deg=-15)),
    "light grey lines": with_boxes(colour=(0.8, 0.8, 0.8)),
    "drop-out lines": with_boxes(colour=(1.0, 0.72, 0.68)),
    "thick lines": with_boxes(line_pt=2.5),
    "hair lines": with_boxes(line_pt=0.25),
    "broken lines": Condition(finish=scratched),
    "spaced by 3.5 mm": with_boxes(gap_mm=3.5),
    "small boxes": Condition(USUAL_BOXES._replace(width_mm=3.5, height_mm=4.0), dpi=300),
    "wide boxes": with_boxes(width_mm=8.0, height_mm=6.0),
    "careless hand": Condition(hand=Hand(BALLPOINT_BLUE, overshoot=0.5)),
}


def drawn(condition: Condition, seed: int) -> DrawnPage:
    """Draw one page."""
    page = filled(mixed_sheet(condition.boxes, seed), condition.dpi, condition.hand, seed, condition.scanner)
    return DrawnPage(condition.finish(page.pixels), page.fields) if condition.finish else page


@pytest.mark.parametrize("name", EASY)
def test_every_field_is_found_in_usual_scans(name: str) -> None:
    """Two combs and a grid a page: all found, under their names, every corner within a quarter of a box."""
    for seed in range(PAGES):
        assert_exactly_found(drawn(EASY[name], seed))


@pytest.mark.parametrize("name", HARD)
def test_nearly_every_field_is_found_in_hard_scans(name: str) -> None:
    """Four of five fields are found, every corner within a quarter of a box, and none where none was drawn."""
    pages = [drawn(HARD[name], seed) for seed in range(PAGES)]
    found = [fields_on(page.pixels) for page in pages]

    lost = sum(len(missed(page, fields)) for page, fields in zip(pages, found, strict=True))

    assert lost <= (1 - MIN_FOUND) * sum(len(page.fields) for page in pages)
    assert not any(astray(page, fields) for page, fields in zip(pages, found, strict=True))


@pytest.mark.parametrize("seed", range(3))
def test_fields_are_found_in_a_phone_photo(seed: int) -> None:
    """Perspective, a wooden table, a shadow and paper that is not quite flat leave at most one field in three out."""
    rng = np.random.default_rng(seed)
    page = write_form(mixed_sheet(seed=seed), 300, NEAT, bundled_pool(rng), rng)
    pixels, matrix = photograph(page.pixels, rng, (1632, 1224), curl=0.001)
    photo = page.moved(to_grey(pixels), matrix)

    fields = fields_on(photo.pixels)

    assert len(missed(photo, fields)) <= 1
    assert not astray(photo, fields)


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_turned_page_has_the_upright_pages_fields(turn: int) -> None:
    """Told how to turn it, the finder gives names and corners as the writer saw them, in px of the page as it lies."""
    page = turned(filled(mixed_sheet()), -turn)

    fields = fields_on(page.pixels, turn)

    assert [(field.name, field.rows, field.columns) for field in fields] == [
        (field.name, field.rows, field.columns) for field in page.fields
    ]
    assert not missed(page, fields)


MOVED_PAGE = filled(mixed_sheet(seed=3), 300)
UNMOVED = fields_on(MOVED_PAGE.pixels)


@settings(max_examples=20, deadline=None)
@given(
    turn_deg=st.floats(-3, 3),
    scale=st.floats(0.95, 1.05),
    shift_px=st.tuples(st.floats(-12, 12), st.floats(-12, 12)),
)
def test_corners_move_with_the_page(turn_deg: float, scale: float, shift_px: tuple[float, float]) -> None:
    """A small rotation, change of size and shift of the page moves every corner with it, to half a mm."""
    height, width = MOVED_PAGE.pixels.shape
    matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, scale), [0, 0, 1]])
    matrix[:2, 2] += shift_px
    moved = cv2.warpAffine(MOVED_PAGE.pixels, matrix[:2], (width, height), flags=cv2.INTER_CUBIC, borderValue=(245.0,))

    fields = fields_on(np.asarray(moved, np.uint8))

    assert [(field.rows, field.columns) for field in fields] == [(field.rows, field.columns) for field in UNMOVED]
    for field, before in zip(fields, UNMOVED, strict=True):
        expected = cv2.perspectiveTransform(quads_of(before).reshape(-1, 1, 2), matrix).reshape(-1, 4, 2)
        assert np.linalg.norm(quads_of(field) - expected, axis=2).max() <= 0.5 * 300 / 25.4


def test_fields_are_named_top_to_bottom_and_left_to_right() -> None:
    """Fields whose middles differ by less than half a box height stand in one line."""
    sheet = small_sheet()
    sheet.grid(10, 45, ["123", "4_6"])
    sheet.comb(60, 12, "567")
    sheet.comb(10, 14, "8901")
    sheet.comb(60, 30, "23")

    fields = fields_on(filled(sheet).pixels)

    assert [(field.name, field.kind, len(field.cells)) for field in fields] == [
        ("field_01", FieldKind.COMB, 4),
        ("field_02", FieldKind.COMB, 3),
        ("field_03", FieldKind.COMB, 2),
        ("field_04", FieldKind.GRID, 6),
    ]


def test_cells_of_a_grid_come_row_by_row() -> None:
    """Rows and columns count from 0; corners go clockwise from the top left one."""
    sheet = small_sheet()
    sheet.grid(20, 20, ["123", "456"])

    (field,) = fields_on(filled(sheet).pixels)

    assert [(cell.row, cell.column) for cell in field.cells] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    for cell in field.cells:
        top_left, top_right, bottom_right, bottom_left = cell.quad
        assert top_left[0] < top_right[0]
        assert top_right[1] < bottom_right[1]
        assert bottom_right[0] > bottom_left[0]


def a_table(sheet: Sheet) -> None:
    """Print a table of text: columns wider than a digit."""
    for row in range(7):
        sheet.lines([(8, 8 + 7 * row), (98, 8 + 7 * row)], 0.6)
        for column, word in enumerate(("Region", "Name of the place", "Votes", "Remarks")):
            if row < 6:
                sheet.text(9 + 22.5 * column, 13 + 7 * row, word, 2.4)
    for column in range(5):
        sheet.lines([(8 + 22.5 * column, 8), (8 + 22.5 * column, 50)], 0.6)


def qr_code(sheet: Sheet, x_mm: float, y_mm: float, module_mm: float, seed: int) -> None:
    """Print a matrix of random modules with three finder patterns."""
    side = 29
    dark = np.random.default_rng(seed).random((side, side)) < 0.5
    finder = np.pad(np.pad(np.ones((3, 3), bool), 1), 1, constant_values=True)
    for row, column in ((0, 0), (0, side - 7), (side - 7, 0)):
        dark[max(row - 1, 0) : row + 8, max(column - 1, 0) : column + 8] = False
        dark[row : row + 7, column : column + 7] = finder
    for row, column in np.argwhere(dark):
        sheet.fill(x_mm + module_mm * column, y_mm + module_mm * row, module_mm, module_mm)


def qr_codes(sheet: Sheet) -> None:
    """Print codes of the sizes that forms bear."""
    for number, module_mm in enumerate((0.4, 0.5, 0.8, 0.8)):
        qr_code(sheet, 8 + 50 * (number % 2), 8 + 35 * (number // 2), module_mm, number)


def large_qr_codes(sheet: Sheet) -> None:
    """Print codes of the sizes that posters bear."""
    for number in range(4):
        qr_code(sheet, 6 + 50 * (number % 2), 6 + 45 * (number // 2), 1.4, number)


def a_frame(sheet: Sheet) -> None:
    """Print single frames: large, wide, and as small as a digit box."""
    sheet.frame(5, 5, 95, 64, 1.5)
    sheet.frame(20, 20, 50, 10)
    sheet.frame(80, 40, 6, 7.5)


def big_letters(sheet: Sheet) -> None:
    """Print bold letters as large as boxes."""
    sheet.text(6, 15, "APPLICATION", 8, "Helvetica-Bold")
    sheet.text(6, 35, "HOUSEHOLD", 13, "Helvetica-Bold")
    sheet.text(6, 55, "ELECTION", 16, "Helvetica-Bold")
    sheet.text(6, 72, "BELIEF 2024", 8, "Times-Bold")
    sheet.text(6, 90, "LITTLE HILL", 10, "Courier-Bold")


def letters_with_serifs(sheet: Sheet) -> None:
    """Print bold letters whose serifs nearly touch: two lines with strokes between."""
    for number, text in enumerate(("THE TITLE", "HEADED HIM", "EHHFLITBD", "HHHHH")):
        sheet.text(6, 15 + 14 * number, text, 8, "Times-Bold")


def a_paragraph(sheet: Sheet) -> None:
    """Print small and dense text."""
    sheet.paragraph(6, 8, 130, LOREM * 14, 2.4)


DECOYS = (a_table, qr_codes, a_frame, big_letters, a_paragraph)


@pytest.mark.parametrize("decoy", DECOYS, ids=lambda decoy: str(decoy.__name__))
@pytest.mark.parametrize("scanner", [None, Scanner(skew_deg=1.3)], ids=["clean", "scanned"])
@pytest.mark.parametrize("dpi", [200, 300])
def test_what_is_no_field_is_left_alone(decoy: Callable[[Sheet], None], scanner: Scanner | None, dpi: float) -> None:
    """Tables of text, codes, frames, letters and paragraphs give no field."""
    sheet = Sheet(148, 105)
    decoy(sheet)

    assert fields_on(filled(sheet, dpi, scanner=scanner).pixels) == ()


def test_words_on_a_small_page_are_left_alone() -> None:
    """Body text gives no field where the page is so small that it is enlarged."""
    for text in (LOREM, "Write one digit into each box and leave boxes empty that you do not need. "):
        sheet = Sheet(105, 126)
        sheet.paragraph(6, 10, 92, text * 8)
        sheet.paragraph(6, 60, 92, text * 8, 3.6)
        assert fields_on(filled(sheet).pixels) == ()


@pytest.mark.xfail(strict=True, reason="Large modules and joined serifs are taken for combs")
@pytest.mark.parametrize("decoy", [large_qr_codes, letters_with_serifs], ids=lambda decoy: str(decoy.__name__))
def test_large_patterns_are_left_alone(decoy: Callable[[Sheet], None]) -> None:
    """Codes and letters as large as boxes give no field either."""
    sheet = small_sheet()
    decoy(sheet)

    assert fields_on(filled(sheet, 300, scanner=None).pixels) == ()


def test_a_comb_among_decoys_is_found_alone() -> None:
    """What is left alone does not take the comb beside it along."""
    sheet = Sheet(148, 105)
    a_table(sheet)
    sheet.frame(110, 8, 30, 20)
    sheet.comb(20, 70, "20394")

    assert_exactly_found(filled(sheet))


def woven(seed: int) -> Pixels:
    """Draw cloth: threads across and along, over and under each other."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:1400, 0:1000]
    thread = 13
    over = (rows // thread + columns // thread) % 2
    across = np.abs((rows % thread) - thread / 2) / thread
    along = np.abs((columns % thread) - thread / 2) / thread
    shade = 190 - 200 * np.where(over == 1, across, along) + rng.normal(0, 10, rows.shape)
    return np.asarray(shade.clip(0, 255), np.uint8)


def noise(shape: tuple[int, int]) -> Pixels:
    """Return pixels of any shade."""
    return np.random.default_rng(3).integers(0, 256, shape, np.uint8)


EMPTY_PAGES = {
    "blank": np.full((1169, 827), 255, np.uint8),
    "grey": np.full((1169, 827), 127, np.uint8),
    "black": np.zeros((1169, 827), np.uint8),
    "noise": noise((1169, 827)),
    "black and white noise": np.where(noise((900, 700)) > 200, 0, 255).astype(np.uint8),
    "cloth": woven(1),
    "fine cloth": np.ascontiguousarray(woven(2)[::2, ::2]),
    "one pixel": np.zeros((1, 1), np.uint8),
    "fifteen pixels": noise((5, 3)),
    "one row": noise((1, 500)),
    "one column": noise((500, 1)),
}


@pytest.mark.parametrize("name", EMPTY_PAGES)
def test_pages_without_a_form_have_no_fields(name: str) -> None:
    """Paper, darkness, noise, cloth and next to no pixels at all give no field, and no error."""
    assert fields_on(EMPTY_PAGES[name]) == ()


@pytest.mark.parametrize("shape", [(40, 10000), (10000, 40)])
def test_strips_are_searched_without_harm(shape: tuple[int, int]) -> None:
    """Very wide and very tall pages give no field where there is none."""
    assert fields_on(np.full(shape, 255, np.uint8)) == ()
    fields_on(noise(shape))


def test_pixels_are_not_changed() -> None:
    """Finding leaves the page as it was, also where it cannot be written to."""
    page = filled(mixed_sheet())
    before = page.pixels.copy()
    page.pixels.setflags(write=False)

    fields_on(page.pixels)

    np.testing.assert_array_equal(page.pixels, before)


def test_finding_twice_gives_the_same() -> None:
    """Corners are equal to the last bit, whatever was searched in between."""
    page = filled(mixed_sheet())

    first = fields_on(page.pixels)
    fields_on(EMPTY_PAGES["noise"])
    second = fields_on(page.pixels)

    assert len(first) == len(page.fields)
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(quads_of(one), quads_of(other))


def test_fields_at_the_edge_of_the_page_are_found() -> None:
    """Half a mm of paper beside a comb is enough."""
    sheet = Sheet(60, 30)
    sheet.comb(0.8, 0.8, "1234")

    page = filled(sheet, 300, scanner=None)

    assert_exactly_found(page)
    assert quads_of(fields_on(page.pixels)[0]).min() >= -0.5 * MM

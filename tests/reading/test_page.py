"""A page: its digits are read, whichever way round it lies, and the same whatever was read before."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from digitizer.document import BLANK, UNREADABLE, VOID
from digitizer.reading.classifier import DigitClassifier, load_classifier
from digitizer.reading.page import PageReading, read_page
from samples.ink import BALLPOINT_BLUE
from samples.page import DrawnPage, turned
from samples.scanner import Scanner
from tests.reading.classifiers import Sure
from tests.reading.forms import NEAT, Pixels, filled, missed, quads_of, small_sheet

TURN_OF = {0: 0, 1: 3, 2: 2, 3: 1}
"""Clockwise quarters that set a page upright that was turned clockwise by so many."""


@pytest.fixture(scope="module")
def network() -> DigitClassifier:
    """Return the network that is read with."""
    return load_classifier()


def telling_page(number: int = 0) -> DrawnPage:
    """Draw a page with many digits that tell which way is up."""
    sheet = small_sheet()
    sheet.comb(10, 8, "2347524")
    sheet.comb(10, 26, "7_354")
    sheet.comb(60, 26, "4_27")
    sheet.grid(10, 44, ["24_37", "5_342", "_7254", "43__5"])
    return filled(sheet, 300, replace(NEAT, pen=BALLPOINT_BLUE), seed=number)


def symbols(reading: PageReading) -> list[str]:
    """Return what stands in each field."""
    return ["".join(cell.symbol for cell in cells) for cells in reading.readings]


def agreement(reading: PageReading, page: DrawnPage) -> float:
    """Return the share of cells read as written, 0 if the fields are others."""
    read, true = symbols(reading), [field.cells for field in page.fields]
    if [len(cells) for cells in read] != [len(cells) for cells in true]:
        return 0.0
    return float(np.mean([a == b for a, b in zip("".join(read), "".join(true), strict=True)]))


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
@pytest.mark.parametrize("number", [0, 1])
def test_a_page_is_read_whichever_way_round_it_lies(network: DigitClassifier, quarters: int, number: int) -> None:
    """The turn is found; fields, cells and corners come as the writer saw them, in px of the page as it lies."""
    page = turned(telling_page(number), quarters)

    reading = read_page(page.pixels, network)

    assert reading.turn == TURN_OF[quarters]
    assert [field.name for field in reading.fields] == [field.name for field in page.fields]
    assert not missed(page, reading.fields)
    assert agreement(reading, page) > 0.9


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_blanks_stay_in_their_places_however_the_page_lies(network: DigitClassifier, quarters: int) -> None:
    """The pattern of blank cells is exactly that of the upright page."""
    page = turned(telling_page(), quarters)

    read = symbols(read_page(page.pixels, network))

    assert [[symbol == BLANK for symbol in cells] for cells in read] == [
        [symbol == BLANK for symbol in field.cells] for field in page.fields
    ]


def test_crossed_out_cells_are_void(network: DigitClassifier) -> None:
    """A cross over an empty box and one over a digit are `x`; an 8, a 4 and a plain slash are not."""
    page = cross_page()
    pixels = page.pixels.copy()
    quads = page.fields[0].quads
    for column in (0, 1):
        a, b, c, d = (
            (quads[column].mean(axis=0) + 0.72 * (quads[column] - quads[column].mean(axis=0))).astype(int).tolist()
        )
        cv2.line(pixels, a, c, 40, 6, cv2.LINE_AA)
        cv2.line(pixels, b, d, 40, 6, cv2.LINE_AA)
    slash = np.rint(quads[4, [1, 3]] * 0.7 + quads[4].mean(axis=0) * 0.3).astype(int).tolist()
    cv2.line(pixels, slash[0], slash[1], 40, 6, cv2.LINE_AA)

    read = symbols(read_page(pixels, network))

    assert read[0][:2] == 2 * VOID
    assert VOID not in read[0][2:] + read[1]


def cross_page() -> DrawnPage:
    """Draw two combs; the first one's second box holds a digit to be crossed out, its third and fourth an 8 and a 4."""
    sheet = small_sheet()
    sheet.comb(10, 20, "_184_325")
    sheet.comb(10, 50, "67890123")
    return filled(sheet, 300, replace(NEAT, pen=BALLPOINT_BLUE))


def test_most_written_crosses_are_void(network: DigitClassifier) -> None:
    """Crosses of a hand, from corner to corner."""
    sheet = small_sheet()
    for row, cells in enumerate(("xxx12345", "6xx78901", "xxxx2345", "67890123")):
        sheet.comb(10, 8 + 22 * row, cells)
    page = filled(sheet, 300, replace(NEAT, pen=BALLPOINT_BLUE))

    read, true = "".join(symbols(read_page(page.pixels, network))), "".join(field.cells for field in page.fields)

    crosses = [a for a, b in zip(read, true, strict=True) if b == VOID]
    assert crosses.count(VOID) >= 0.7 * len(crosses)


def test_scribble_is_unreadable(network: DigitClassifier) -> None:
    """Boxes filled with anything but a digit are hardly read as one, and their neighbours are read as they were."""
    sheet = small_sheet()
    sheet.comb(10, 20, "12345")
    sheet.comb(10, 50, "6________7")
    page = filled(sheet, 300)
    rng = np.random.default_rng(1)
    pixels = page.pixels.copy()
    for quad in page.fields[1].quads[1:-1]:
        (left, top), (right, bottom) = np.rint(quad[0] + 9).astype(int), np.rint(quad[2] - 8).astype(int)
        pixels[top:bottom, left:right] = np.repeat(np.repeat(rng.choice([20, 245], (9, 7)), 9, 0), 9, 1)[
            : bottom - top, : right - left
        ]

    result = read_page(pixels, network)

    read, scribbled = symbols(result), result.readings[1][1:-1]
    assert [read[0], read[1][0], read[1][-1]] == ["12345", "6", "7"]
    assert sum(cell.symbol in (UNREADABLE, VOID) for cell in scribbled) >= len(scribbled) - 1
    assert all(cell.confidence < 0.6 for cell in scribbled if cell.symbol.isdigit())


def test_all_inked_cells_are_classified_at_once() -> None:
    """One call for all fields; blank cells are not in it."""
    page = telling_page()
    classifier = Sure()

    reading = read_page(page.pixels, classifier)

    assert classifier.asked == [sum(len(field.cells) - field.cells.count(BLANK) for field in page.fields)]
    assert reading.turn == 0
    assert set("".join(symbols(reading))) == {"3", BLANK}


def test_an_empty_form_has_no_way_up() -> None:
    """Fields of blanks are found as the page lies, and no turn is claimed."""
    sheet = small_sheet()
    sheet.comb(10, 20, "______")

    reading = read_page(filled(sheet).pixels, Sure())

    assert reading.turn is None
    assert symbols(reading) == ["______"]


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((1200, 900), 255, np.uint8),
        np.zeros((600, 400), np.uint8),
        np.random.default_rng(0).integers(0, 256, (500, 400), np.uint8),
        np.zeros((1, 1), np.uint8),
        np.full((40, 10000), 255, np.uint8),
    ],
    ids=["blank", "black", "noise", "one pixel", "strip"],
)
def test_pages_without_fields_give_none(pixels: Pixels, network: DigitClassifier) -> None:
    """No field, no turn, no error."""
    assert read_page(pixels, network) == PageReading(None, (), ())


def test_reading_depends_on_the_page_alone(network: DigitClassifier) -> None:
    """To the last bit the same, whatever was read before; and the pixels stay as they were."""
    page = telling_page()
    before = page.pixels.copy()
    page.pixels.setflags(write=False)

    first = read_page(page.pixels, network)
    read_page(turned(telling_page(1), 2).pixels, network)
    read_page(np.zeros((50, 80), np.uint8), network)
    second = read_page(page.pixels, load_classifier())

    assert first.readings == second.readings
    assert all(np.array_equal(quads_of(a), quads_of(b)) for a, b in zip(first.fields, second.fields, strict=True))
    np.testing.assert_array_equal(page.pixels, before)


@pytest.mark.parametrize("scanner", [Scanner(noise=0.03, shading=0.2), Scanner(skew_deg=5)], ids=["noisy", "skewed"])
def test_most_digits_are_read_in_poorer_scans(network: DigitClassifier, scanner: Scanner) -> None:
    """Nine of ten cells, by the simplest network."""
    sheet = small_sheet()
    for row in range(4):
        sheet.comb(15, 12 + 18 * row, "0123456789"[row:] + "0123456789"[:row])
    page = filled(sheet, 300, scanner=scanner)

    assert agreement(read_page(page.pixels, network), page) >= 0.9

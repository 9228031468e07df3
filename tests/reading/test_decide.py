"""Decisions: blank without asking the network, crossed out or unreadable as the network says."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.document import BLANK, UNREADABLE, VOID, Reading
from digitizer.reading.cells import CellInk, cut_cells
from digitizer.reading.classifier import CROSSED_OUT, NOT_A_DIGIT, load_classifier
from digitizer.reading.decide import decide
from digitizer.reading.mnist_format import to_mnist_format_batch
from samples.handwriting import Hand
from samples.ink import BALLPOINT_BLUE
from samples.page import DrawnPage
from samples.sheet import USUAL_BOXES, Boxes
from tests.reading.forms import NEAT, as_field, filled, small_sheet

CORE = (50, 40)
MARGIN_PX = 12


def ink_of(*strokes: list[tuple[float, float]], width_px: int = 4) -> NDArray[np.uint8]:
    """Draw strokes in a cell; (0, 0) is its top left corner and (1, 1) its bottom right one."""
    ink = np.zeros((CORE[0] + 2 * MARGIN_PX, CORE[1] + 2 * MARGIN_PX), np.uint8)
    for stroke in strokes:
        points = np.array(stroke) * CORE[::-1] + MARGIN_PX
        cv2.polylines(ink, [np.rint(points).astype(np.int32)], False, 255, width_px, cv2.LINE_AA)
    return ink


def cut_of(*inks: NDArray[np.uint8]) -> CellInk:
    """Return cells as they are cut, blank where there is no ink."""
    stack = np.array(inks)
    area_px = (stack > 0).sum(axis=(1, 2))
    return CellInk(stack, area_px == 0, area_px, CORE)


def sure_of(symbol: int, probability: float) -> NDArray[np.float32]:
    """Return probabilities of one cell, the rest spread evenly over the other digits."""
    row = np.zeros(12, np.float32)
    row[:10] = (1 - probability) / (9 if symbol < 10 else 10)
    row[symbol] = probability
    return row


def probabilities_of(digit: float, no_digit: float, crossed_out: float) -> NDArray[np.float32]:
    """Return probabilities of one cell, those of the digits being 7's."""
    row = np.zeros(12, np.float32)
    row[[7, NOT_A_DIGIT, CROSSED_OUT]] = digit, no_digit, crossed_out
    return row


def decided(cut: CellInk, probabilities: NDArray[np.float32]) -> list[Reading]:
    """Decide about cells of which the network saw nothing that matters."""
    return decide(cut, np.zeros((len(probabilities), 28, 28), np.uint8), probabilities)


NOTHING = ink_of()
ONE = ink_of([(0.5, 0.15), (0.5, 0.85)])
SLASH = ink_of([(0.9, 0.1), (0.1, 0.9)])
SEVEN = ink_of([(0.15, 0.15), (0.85, 0.15), (0.3, 0.9)], [(0.3, 0.5), (0.75, 0.5)])


def test_digits_are_said_with_their_probability() -> None:
    """The likeliest digit, and how likely it is."""
    readings = decided(cut_of(ONE, SEVEN), np.array([sure_of(1, 0.99), sure_of(7, 0.8)]))

    assert [reading.symbol for reading in readings] == ["1", "7"]
    assert [reading.confidence for reading in readings] == pytest.approx([0.99, 0.8], abs=1e-6)


def test_blank_cells_take_no_probabilities() -> None:
    """Rows of probabilities belong to the inked cells, in their order."""
    readings = decided(cut_of(NOTHING, ONE, NOTHING, SEVEN), np.array([sure_of(1, 0.99), sure_of(7, 0.99)]))

    assert "".join(reading.symbol for reading in readings) == f"{BLANK}1{BLANK}7"
    assert readings[0].confidence > 0.999


def test_inked_cells_keep_what_the_network_saw() -> None:
    """Each its own crop, row by row; a blank cell has none."""
    crops = np.random.default_rng(0).integers(0, 256, (2, 28, 28), np.uint8)

    first, blank, last = decide(cut_of(ONE, NOTHING, SEVEN), crops, np.array([sure_of(1, 0.99), sure_of(7, 0.99)]))

    assert (first.crop, blank.crop, last.crop) == (crops[0].tobytes(), b"", crops[1].tobytes())


def test_a_field_of_blanks_needs_no_probabilities() -> None:
    """Nothing inked, nothing asked."""
    readings = decided(cut_of(NOTHING, NOTHING), np.empty((0, 12), np.float32))

    assert [reading.symbol for reading in readings] == [BLANK, BLANK]


def test_a_cell_that_is_barely_blank_is_less_sure() -> None:
    """More ink that was left out of account makes a blank less certain, never uncertain."""
    cut = replace(cut_of(NOTHING, NOTHING), area_px=np.array([0, 13]))

    clean, dusty = decided(cut, np.empty((0, 12), np.float32))

    assert 0.5 < dusty.confidence < clean.confidence <= 1


@pytest.mark.parametrize("probability", [0.7, 0.9, 0.999])
def test_ink_that_is_no_digit_is_unreadable(probability: float) -> None:
    """Not a random digit, and with low confidence."""
    (reading,) = decided(cut_of(SLASH), sure_of(NOT_A_DIGIT, probability)[None])

    assert reading.symbol == UNREADABLE
    assert reading.confidence < 0.5


def test_ink_like_no_digit_more_than_another_is_no_sure_digit() -> None:
    """Where the digits share the probability evenly, whatever is said is not certain."""
    (reading,) = decided(cut_of(SLASH), np.full((1, 12), 1 / 12, np.float32))

    assert reading.confidence < 0.5


@pytest.mark.parametrize(
    ("digit", "no_digit", "crossed_out", "symbol"),
    [
        (0.45, 0.30, 0.25, UNREADABLE),
        (0.55, 0.25, 0.20, "7"),
        (0.25, 0.15, 0.12, "7"),
        (0.20, 0.41, 0.39, UNREADABLE),
        (0.20, 0.39, 0.41, VOID),
        (0.40, 0.21, 0.39, UNREADABLE),
        (0.42, 0.17, 0.41, UNREADABLE),
        (0.05, 0.05, 0.90, VOID),
    ],
)
def test_what_the_network_doubts(digit: float, no_digit: float, crossed_out: float, symbol: str) -> None:
    """No digit and crossed out are together weighed against the likeliest digit; void has to be the likeliest."""
    (reading,) = decided(cut_of(SLASH), probabilities_of(digit, no_digit, crossed_out)[None])

    assert reading.symbol == symbol
    assert reading.confidence == pytest.approx(crossed_out if symbol == VOID else digit)


def voids(page: DrawnPage) -> float:
    """Cut a page, read it with the bundled network, and return the share of cells that it takes for crossed out."""
    cuts = cut_cells(page.pixels, [as_field(field) for field in page.fields])
    network = load_classifier()
    crops = [to_mnist_format_batch(list(cut.ink[~cut.blank])) for cut in cuts]
    readings = [decide(cut, own, network.classify(own)) for cut, own in zip(cuts, crops, strict=True)]
    return float(np.mean([reading.symbol == VOID for cells in readings for reading in cells]))


def written(rows: tuple[str, ...], boxes: Boxes) -> DrawnPage:
    """Write rows of combs."""
    sheet = small_sheet()
    for row, cells in enumerate(rows):
        sheet.comb(8, 6 + 18 * row, cells, boxes)
    return filled(sheet, 300, replace(NEAT, pen=BALLPOINT_BLUE))


def test_written_digits_are_hardly_ever_crosses() -> None:
    """All ten digits, and more of those that are most like a cross."""
    assert voids(written(("01234567", "89012345", "88884444", "47748897"), USUAL_BOXES)) <= 0.03


@pytest.mark.parametrize("gap_mm", [0.0, 2.5])
def test_crosses_are_told(gap_mm: float) -> None:
    """Nearly all crosses of a hand, also those over digits, in boxes that adjoin and in boxes apart."""
    assert voids(written(("xxxxxxxx", "xxxxxxxx", "xxxxxxxx"), USUAL_BOXES._replace(gap_mm=gap_mm))) >= 0.9


def test_a_careless_hands_digits_are_no_crosses() -> None:
    """Fours, eights and sevens that fill their boxes."""
    sheet = small_sheet()
    for row in range(5):
        sheet.comb(10, 6 + 18 * row, "484874978")

    assert voids(filled(sheet, 300, Hand(BALLPOINT_BLUE, size=0.78, overshoot=0.5), seed=2)) <= 0.05

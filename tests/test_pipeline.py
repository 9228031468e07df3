"""The pipeline: one result a page, each field judged alone, nothing changed and nothing left over from other pages."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.document import (
    AUTO_FORM,
    BLANK,
    LOW_CONFIDENCE,
    UNREADABLE,
    VOID,
    FieldStatus,
    Page,
    PageResult,
    PageStatus,
)
from digitizer.pipeline import NO_FIELDS, UNREADABLE_CELL, digitize_page, digitize_pages
from digitizer.policy import AcceptancePolicy
from digitizer.reading.classifier import CROSSED_OUT, NOT_A_DIGIT, load_classifier
from samples.page import DrawnPage, turned
from tests.reading.classifiers import Knowing
from tests.reading.forms import Pixels, filled, small_sheet

POLICY = AcceptancePolicy(threshold=0.95)


class Saying:
    """Reads the inked cells of a page as given, all with one probability: digits, `?` no digit, `x` crossed out."""

    def __init__(self, symbols: str, probability: float = 0.999, field_exponent: float = 1.0) -> None:
        self._symbols = symbols
        self._probability = probability
        self.field_exponent = field_exponent

    def classify(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give probabilities (N, 12); of every further page the same again."""
        assert len(crops) == len(self._symbols)
        rows = np.full((len(crops), 12), (1 - self._probability) / 11, np.float32)
        for row, symbol in zip(rows, self._symbols, strict=True):
            row[{UNREADABLE: NOT_A_DIGIT, VOID: CROSSED_OUT}.get(symbol) or int(symbol)] = self._probability
        return rows


def form(*combs: str) -> DrawnPage:
    """Draw a page with a comb in each line."""
    sheet = small_sheet()
    for row, cells in enumerate(combs):
        sheet.comb(20, 10 + 22 * row, cells)
    return filled(sheet)


def page_of(pixels: Pixels, number: int = 1, dpi: float | None = 200) -> Page:
    """Return pixels as a page of a scan."""
    return Page("folder/scan.png", number, pixels, dpi, "ab12")


def digitize(drawn: DrawnPage, said: str, probability: float = 0.999) -> PageResult:
    """Read a drawn page with a classifier that is told what to say."""
    return digitize_page(page_of(drawn.pixels), Saying(said, probability), POLICY)


def test_a_page_tells_where_it_came_from() -> None:
    """Scan, page, resolution and hash are those of the page; nothing is claimed about a template."""
    result = digitize_page(page_of(form("123").pixels, 7), Saying("123"), POLICY)

    assert (result.scan, result.page, result.dpi, result.sha256) == ("folder/scan.png", 7, 200, "ab12")
    assert (result.form, result.status, result.reason) == (AUTO_FORM, PageStatus.DONE, "")
    assert result.residual_mm is None
    assert result.rotation == 0


def test_every_field_is_a_result() -> None:
    """Named in reading order, with its value and cells."""
    result = digitize(form("12_4", "__567"), "124567")

    assert [(field.field, field.value, field.cells) for field in result.fields] == [
        ("field_01", "124", "12_4"),
        ("field_02", "567", "__567"),
    ]
    assert all(field.machine_value == field.value and field.reviewer == "" for field in result.fields)


def test_confidence_is_the_product_of_the_cells() -> None:
    """A value is right if all of its cells are."""
    (field,) = digitize(form("12_45"), "1245", 0.97).fields

    assert len(field.cell_confidences) == len(field.cells) == 5
    assert field.confidence == pytest.approx(math.prod(field.cell_confidences))
    assert field.confidence == pytest.approx(0.97**4, abs=2e-3)


@pytest.mark.parametrize("exponent", [0.5, 2.0])
def test_the_product_is_raised_to_the_power_that_the_model_says(exponent: float) -> None:
    """Errors that hang together make a field surer than its product; the cells stay as they are."""
    page = page_of(form("12_45").pixels)

    (field,) = digitize_page(page, Saying("1245", 0.97, exponent), POLICY).fields

    assert field.confidence == pytest.approx(math.prod(field.cell_confidences) ** exponent)
    assert field.confidence == pytest.approx(0.97 ** (4 * exponent), abs=4e-3)


def test_the_power_decides_what_is_accepted() -> None:
    """The same cells pass or wait, as their errors hang together or not."""
    page = page_of(form("12345").pixels)

    (alone,) = digitize_page(page, Saying("12345", 0.985, 1.0), POLICY).fields
    (together,) = digitize_page(page, Saying("12345", 0.985, 0.5), POLICY).fields

    assert (alone.status, together.status) == (FieldStatus.REVIEW, FieldStatus.ACCEPTED)


def test_crossed_out_cells_are_no_part_of_the_value() -> None:
    """But of what was read, and of its confidence."""
    (field,) = digitize(form("12345"), "12x45").fields

    assert (field.value, field.cells) == ("1245", "12x45")
    assert field.confidence == pytest.approx(0.999**5)
    assert field.status == FieldStatus.ACCEPTED


def test_sure_fields_are_accepted_and_others_are_not() -> None:
    """The same cells pass or wait, as the threshold says."""
    (sure,) = digitize(form("12345"), "12345", 0.995).fields
    (unsure,) = digitize(form("12345"), "12345", 0.985).fields

    assert (sure.status, sure.reason) == (FieldStatus.ACCEPTED, "")
    assert (unsure.status, unsure.reason) == (FieldStatus.REVIEW, LOW_CONFIDENCE)


def test_unreadable_beats_low_confidence() -> None:
    """Ink that is no digit is the reason given, and is no part of the value."""
    (field,) = digitize(form("12345"), "12?45").fields

    assert (field.value, field.cells) == ("1245", "12?45")
    assert (field.status, field.reason) == (FieldStatus.REVIEW, UNREADABLE_CELL)
    assert not POLICY.accepts(field.confidence)


def test_unreadable_is_reviewed_whatever_the_threshold() -> None:
    """A threshold of 0 accepts what was read, not what was not."""
    page = page_of(form("123").pixels)

    (field,) = digitize_page(page, Saying("1?3"), AcceptancePolicy(threshold=0.0)).fields

    assert (field.status, field.reason) == (FieldStatus.REVIEW, UNREADABLE_CELL)


def test_a_blank_field_is_accepted_with_no_value() -> None:
    """Nothing written is an answer."""
    (field,) = digitize(form("_____"), "").fields

    assert (field.value, field.cells) == ("", 5 * BLANK)
    assert (field.status, field.reason) == (FieldStatus.ACCEPTED, "")


@pytest.mark.parametrize(
    "pixels", [np.full((900, 700), 255, np.uint8), np.zeros((1, 1), np.uint8)], ids=["paper", "pixel"]
)
def test_a_page_without_fields_is_rejected(pixels: Pixels) -> None:
    """With a reason, and without a turn."""
    result = digitize_page(page_of(pixels), Saying(""), POLICY)

    assert (result.status, result.reason, result.fields) == (PageStatus.REJECTED, NO_FIELDS, ())
    assert result.rotation is None


@pytest.mark.parametrize(("quarters", "rotation"), [(0, 0), (2, 180), (1, 270)])
def test_a_fields_box_is_on_the_page_as_it_lies(quarters: int, rotation: int) -> None:
    """Left, top, width and height enclose the field's boxes, also where the page is turned."""
    upright = form("2347524", "5372435")
    page = turned(upright, quarters)

    result = digitize_page(page_of(page.pixels), Knowing(upright), POLICY)

    assert len(result.fields) == 2
    for field, drawn in zip(result.fields, page.fields, strict=True):
        low, high = drawn.quads.min(axis=(0, 1)), drawn.quads.max(axis=(0, 1))
        assert (field.x, field.y) == pytest.approx(tuple(low), abs=10)
        assert (field.x + field.width, field.y + field.height) == pytest.approx(tuple(high), abs=10)
    assert result.rotation == rotation


def test_numbers_are_plain() -> None:
    """No numpy type leaves the pipeline: what is written to a file does not depend on how it prints."""
    (field,) = digitize(form("123"), "123").fields

    assert {type(number) for number in (field.x, field.y, field.width, field.height)} == {int}
    assert {type(number) for number in (field.confidence, *field.cell_confidences)} == {float}


def test_pages_keep_their_order_and_are_read_one_by_one() -> None:
    """A page is asked for only when the one before it is done."""
    drawn = form("123")
    alive: list[int] = []

    class Watching(Saying):
        def classify(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
            read.append(alive[-1])
            return super().classify(crops)

    def pages() -> Iterator[Page]:
        for number in (3, 1, 2):
            alive.append(number)
            yield page_of(drawn.pixels, number)

    read: list[int] = []
    results = digitize_pages(pages(), Watching("123"), POLICY)

    assert [result.page for result in results] == [3, 1, 2]
    assert read == [3, 1, 2]


def test_no_pages_give_no_results() -> None:
    """An empty chunk is no error."""
    assert digitize_pages([], Saying(""), POLICY) == []


def test_a_result_does_not_depend_on_the_pages_before() -> None:
    """The same page gives the same result to the last bit, alone, again and after others."""
    classifier = load_classifier()
    page, other = page_of(form("20_45", "789").pixels), page_of(form("33333").pixels)

    alone = digitize_page(page, classifier, POLICY)
    among = digitize_pages([other, page, page_of(np.zeros((9, 9), np.uint8)), page], classifier, POLICY)

    assert among[1] == among[3] == alone


def test_the_page_is_not_changed() -> None:
    """Also where its pixels cannot be written to."""
    pixels = form("123").pixels
    before = pixels.copy()
    pixels.setflags(write=False)

    digitize_page(page_of(pixels), Saying("123"), POLICY)

    np.testing.assert_array_equal(pixels, before)

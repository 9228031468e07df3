"""Whole numbers in one frame: read, however their digits stand, and doubted where they should be."""

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.drawn_numbers import DrawnNumbers, draw_numbers
from digitizer.document import BLANK, UNREADABLE, VOID
from digitizer.reading.classifier import DigitClassifier, load_classifier
from digitizer.reading.numbers import NumberReading, read_numbers
from samples.digits import bundled_pool
from samples.ink import GEL_BLACK, lay_ink, stroke_cover
from tests.reading.classifiers import Sure

FRAME = np.array([[20, 20], [320, 20], [320, 80], [20, 80]], np.float64)


@pytest.fixture(scope="module")
def classifier() -> DigitClassifier:
    """Load the bundled network."""
    return load_classifier()


def empty_box() -> NDArray[np.uint8]:
    """Draw a frame on white paper: (100, 340, 3)."""
    paper = np.full((100, 340, 3), 255, np.uint8)
    for line in (np.s_[19:22, 19:322], np.s_[79:82, 19:322], np.s_[19:82, 19:22], np.s_[19:82, 319:322]):
        paper[line] = 30
    return paper


def stroke(paper: NDArray[np.uint8], points: list[tuple[float, float]], width: float = 4.0) -> None:
    """Draw straight strokes from point to point, in place."""
    cover = stroke_cover(np.array(points, np.float64), width, (paper.shape[0], paper.shape[1]), (0, 0))
    lay_ink(paper, cover, 0, 0, GEL_BLACK, np.random.default_rng(0))


def read_one(paper: NDArray[np.uint8], classifier: DigitClassifier, digits: int = 5) -> NumberReading:
    """Read the box that `empty_box` draws."""
    return read_numbers(paper[:, :, 0], [FRAME], [digits], classifier)[0]


def drawn(seed: int, numbers: tuple[str, ...] = ("80759", "42", "316", "9071")) -> DrawnNumbers:
    """Draw a page of numbers with the digits of the samples."""
    rng = np.random.default_rng(seed)
    pool = bundled_pool(rng)
    return draw_numbers(numbers, lambda number, _: [pool.take(int(digit)) for digit in number], rng)


def read_page(page: DrawnNumbers, classifier: DigitClassifier) -> list[NumberReading]:
    """Read all boxes of a page."""
    return read_numbers(page.pixels, list(page.quads), [len(number) for number in page.numbers], classifier)


def test_most_numbers_are_read_exactly(classifier: DigitClassifier) -> None:
    """Of 20 numbers, 30 % of them written closely, most come out digit for digit."""
    pages = [drawn(seed) for seed in range(5)]
    right = [
        reading.symbols == number
        for page in pages
        for number, reading in zip(page.numbers, read_page(page, classifier), strict=True)
    ]
    assert sum(right) >= 16


def test_a_confidence_belongs_to_each_symbol_and_one_to_all(classifier: DigitClassifier) -> None:
    """No symbol is less certain than the whole number."""
    for reading in read_page(drawn(3), classifier):
        assert len(reading.confidences) == len(reading.symbols)
        assert min(reading.confidences) >= reading.confidence - 1e-9
        assert max(reading.confidences) <= 1


def test_alternatives_are_digits_and_probabilities_that_sum_to_one_at_most(classifier: DigitClassifier) -> None:
    """Rules choose among them: the best comes first, none is longer than its box allows."""
    page = drawn(4)
    for reading, number in zip(read_page(page, classifier), page.numbers, strict=True):
        strings, probabilities = zip(*reading.alternatives, strict=True)
        assert all(string.isdigit() and len(string) <= len(number) for string in strings)
        assert list(probabilities) == sorted(probabilities, reverse=True)
        assert 0 < sum(probabilities) <= 1 + 1e-9


def test_the_true_number_is_among_the_alternatives(classifier: DigitClassifier) -> None:
    """Where the best is wrong, a rule can still find the right one in most cases."""
    pages = [drawn(seed, ("80759", "427", "31669", "9071")) for seed in range(2)]
    found = [
        number in dict(reading.alternatives)
        for page in pages
        for number, reading in zip(page.numbers, read_page(page, classifier), strict=True)
    ]
    assert sum(found) >= 7


def test_an_empty_box_is_blank(classifier: DigitClassifier) -> None:
    """The frame alone is no ink."""
    reading = read_one(empty_box(), classifier)
    assert (reading.symbols, reading.alternatives) == (BLANK, ())
    assert reading.confidence > 0.99


def test_a_speck_leaves_a_box_blank(classifier: DigitClassifier) -> None:
    """Dust is no number, but makes a blank less certain."""
    paper = empty_box()
    paper[48:51, 150:153] = 60
    reading = read_one(paper, classifier)
    assert reading.symbols == BLANK
    assert reading.confidence < read_one(empty_box(), classifier).confidence


class Crossing:
    """Calls all that it sees crossed out."""

    field_exponent = 1.0

    def classify(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give probabilities (N, 12)."""
        return np.tile(np.eye(12, dtype=np.float32)[11], (len(crops), 1))


def test_a_box_crossed_out_as_a_whole_is_void() -> None:
    """Two strokes from corner to corner take the whole box back."""
    paper = empty_box()
    stroke(paper, [(30, 28), (310, 72)])
    stroke(paper, [(310, 28), (30, 72)])
    assert read_numbers(paper[:, :, 0], [FRAME], [5], Crossing())[0].symbols == VOID


def test_digits_crossed_out_one_by_one_are_unreadable() -> None:
    """Several small crosses do not void a box: a person has to see what was meant."""
    paper = empty_box()
    for x in (60, 140, 220):
        stroke(paper, [(x, 30), (x + 35, 70)])
        stroke(paper, [(x + 35, 30), (x, 70)])
    assert set(read_numbers(paper[:, :, 0], [FRAME], [5], Crossing())[0].symbols) == {UNREADABLE}


def test_ink_that_is_no_digit_is_not_read_for_sure(classifier: DigitClassifier) -> None:
    """A wave through the box is called unreadable, or is doubted."""
    paper = empty_box()
    across = np.linspace(40, 300, 60)
    stroke(paper, [(x, 50 + 12 * np.sin(x / 9)) for x in across.tolist()])
    reading = read_one(paper, classifier)
    assert UNREADABLE in reading.symbols or reading.confidence < 0.5


def test_strokes_that_cross_the_frame_stay(classifier: DigitClassifier) -> None:
    """Ones that reach out of the box above and below are still ones."""
    paper = empty_box()
    for x in (60, 120, 180):
        stroke(paper, [(x + 5, 12), (x - 5, 88)])
    assert read_one(paper, classifier).symbols == "111"


def test_a_box_in_which_no_paper_can_be_seen_is_unreadable(classifier: DigitClassifier) -> None:
    """Blackened, by a writer or a censor, is not blank."""
    paper = empty_box()
    paper[19:82, 19:322] = 20
    assert (read_one(paper, classifier).symbols, read_one(paper, classifier).confidence) == (UNREADABLE, 0.0)


@pytest.mark.parametrize("shift", [(-150, 0), (0, 5000)])
def test_a_box_that_is_not_on_the_page_is_unreadable(classifier: DigitClassifier, shift: tuple[int, int]) -> None:
    """A page cut off says nothing about its fields, and those that are there are still read."""
    readings = read_numbers(empty_box()[:, :, 0], [FRAME + shift, FRAME], [5, 5], classifier)
    assert [reading.symbols for reading in readings] == [UNREADABLE, BLANK]


def test_ink_up_to_the_end_of_the_strip_is_cut_out(classifier: DigitClassifier) -> None:
    """Noise all over breaks nothing, and is not read for sure."""
    noise = np.random.default_rng(0).integers(0, 256, (100, 340)).astype(np.uint8)
    assert read_numbers(noise, [FRAME], [5], classifier)[0].confidence < 0.5


def test_all_segments_of_a_page_are_classified_together() -> None:
    """One call for a page, however many boxes it has."""
    classifier = Sure()
    page = drawn(5)
    read_numbers(page.pixels, list(page.quads), [5, 2, 3, 4], classifier)
    assert len(classifier.asked) == 1


def test_no_boxes_give_no_readings(classifier: DigitClassifier) -> None:
    """A page need not have one."""
    assert read_numbers(np.full((50, 50), 255, np.uint8), [], [], classifier) == []


def test_more_digits_than_a_box_is_made_for_are_no_alternative(classifier: DigitClassifier) -> None:
    """A box for two digits in which three are written is doubted rather than cut short."""
    page = drawn(6, ("316", "427"))
    readings = read_numbers(page.pixels, list(page.quads), [2, 2], classifier)
    for reading in readings:
        assert len(reading.symbols) == 3 or reading.confidence < 0.9
        assert all(len(string) <= 2 for string, _ in reading.alternatives)

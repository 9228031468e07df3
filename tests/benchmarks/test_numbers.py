"""The benchmarks of numbers and tick boxes count right, and what they draw is what they say."""

import numpy as np
import pytest

from benchmarks.drawn_marks import COLUMNS, ROWS, draw_marks
from benchmarks.marks import row
from benchmarks.number_methods import METHODS
from benchmarks.numbers import Told, calibration_error, draw_page, edit_distance, figures
from digitizer.reading.classifier import load_classifier
from samples.digits import bundled_pool


@pytest.mark.parametrize(
    ("read", "written", "errors"), [("123", "123", 0), ("13", "123", 1), ("", "12", 2), ("21", "12", 2)]
)
def test_errors_are_digits_to_insert_delete_or_replace(read: str, written: str, errors: int) -> None:
    """As Levenshtein counts."""
    assert edit_distance(read, written) == errors


def test_calibration_error_is_the_distance_of_confidence_and_truth() -> None:
    """All half sure and all right: off by a half."""
    told = [Told("1", touching=False, right=True, errors=0, confidence=0.5)] * 20
    assert calibration_error(told) == pytest.approx(0.5)


def test_figures_count_digits_and_fields() -> None:
    """One of two fields right, and one of four digits wrong."""
    told = [Told("12", False, True, 0, 0.9), Told("34", True, False, 1, 0.4)]
    rows = figures(told)
    assert rows["digits right"] == "3 of 4 (75.0%)"
    assert rows["- digits touching"] == "0 of 1 (0.0%)"


def test_every_method_reads_every_box() -> None:
    """A string and a confidence for each."""
    rng = np.random.default_rng(0)
    page = draw_page(bundled_pool(rng), rng)
    classifier = load_classifier()
    for method in METHODS.values():
        readings = method(page.pixels, list(page.quads), [len(number) for number in page.numbers], classifier)
        assert len(readings) == len(page.numbers)
        assert all(0 <= confidence <= 1 for _, confidence in readings)


def test_drawn_boxes_lie_where_they_are_said_to() -> None:
    """The frame is dark along its four sides."""
    rng = np.random.default_rng(1)
    page = draw_page(bundled_pool(rng), rng)
    for quad in page.quads:
        middles = (quad + np.roll(quad, -1, axis=0)) / 2
        near = [page.pixels[round(y) - 1 : round(y) + 2, round(x) - 1 : round(x) + 2].min() for x, y in middles]
        assert max(near) < 160


def test_a_page_of_marks_says_what_each_means() -> None:
    """An answer and a kind for every box."""
    page = draw_marks(np.random.default_rng(2))
    assert len(page.quads) == len(page.answers) == len(page.kinds) == ROWS * COLUMNS


def test_a_row_of_marks_counts_right_wrong_and_doubtful() -> None:
    """One each."""
    assert row("tick", [("1", "1"), ("1", "_"), ("1", "?")]) == "| tick | 3 | 1 | 1 | 1 |"

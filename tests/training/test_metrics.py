"""Metrics of probabilities: right by hand, and the same for one kind of no digit and for two."""

import numpy as np
import pytest
from numpy.typing import NDArray

from training.metrics import (
    accuracy,
    auroc,
    calibration_error,
    error_at_coverage,
    error_over_coverage,
    read_as_no_digit,
    share_sure,
)

either_width = pytest.mark.parametrize("columns", [10, 11, 12])


def readings(columns: int, *likeliest: tuple[int, float]) -> NDArray[np.float32]:
    """Make a row for each column and its probability; the rest is spread over the other columns."""
    rows = np.empty((len(likeliest), columns), np.float32)
    for row, (column, probability) in zip(rows, likeliest, strict=True):
        row[:] = (1 - probability) / (columns - 1)
        row[column] = probability
    return rows


@either_width
def test_accuracy_counts_right_digits(columns: int) -> None:
    """Two of three digits are right."""
    assert accuracy(readings(columns, (1, 0.9), (2, 0.8), (3, 0.7)), np.array([1, 2, 4])) == pytest.approx(2 / 3)


@pytest.mark.parametrize(("columns", "column"), [(11, 10), (12, 10), (12, 11)])
def test_a_digit_read_as_none_is_not_right(columns: int, column: int) -> None:
    """Every column after the digits is no digit, and no right reading of one."""
    read = readings(columns, (1, 0.9), (column, 0.9))

    assert read_as_no_digit(read).tolist() == [False, True]
    assert accuracy(read, np.array([1, 2])) == 0.5


def test_sure_and_always_right_is_calibrated() -> None:
    """Confidence 1 with accuracy 1 has no calibration error; with accuracy 0.5 it is 0.5."""
    read = readings(12, (1, 1.0), (2, 1.0))

    assert calibration_error(read, np.array([1, 2])) == 0
    assert calibration_error(read, np.array([1, 3])) == 0.5


@either_width
def test_errors_come_in_the_order_of_confidence(columns: int) -> None:
    """The surest crops come first: here the least sure of four is the wrong one."""
    read = readings(columns, (1, 0.5), (2, 0.9), (3, 0.8), (4, 0.7))
    labels = np.array([0, 2, 3, 4])

    assert error_over_coverage(read, labels).tolist() == [0, 0, 0, 0.25]
    assert error_at_coverage(read, labels, 0.75) == 0
    assert error_at_coverage(read, labels, 1.0) == 0.25


def test_no_digit_comes_last_in_coverage() -> None:
    """However sure it is that a crop is no digit, it is accepted after those with a digit."""
    read = readings(12, (10, 0.99), (2, 0.6))

    assert error_over_coverage(read, np.array([5, 2])).tolist() == [0, 0.5]


@either_width
def test_sure_is_over_nine_tenths_of_one_digit(columns: int) -> None:
    """Of three crops one is sure of a digit."""
    assert share_sure(readings(columns, (1, 0.95), (2, 0.85), (3, 0.6))) == pytest.approx(1 / 3)


def test_sure_of_no_digit_is_not_sure_of_one() -> None:
    """The columns after the digits do not count."""
    assert share_sure(readings(12, (10, 0.99), (11, 0.99))) == 0


def test_auroc_is_the_share_of_pairs_in_order() -> None:
    """Of six pairs of a digit and another mark four are in order and one is a tie."""
    digits = readings(12, (1, 0.9), (1, 0.6))
    marks = readings(12, (1, 0.5), (1, 0.6), (1, 0.7))

    assert auroc(marks, digits) == pytest.approx((3 + 1 + 0.5) / 6)


def test_auroc_without_order_is_a_half() -> None:
    """Crops that are all alike cannot be told from each other."""
    same = readings(12, (1, 1.0), (1, 1.0))

    assert auroc(same, same) == 0.5

"""Confidences judged by what reviewers found."""

import numpy as np
import pytest

from digitizer.budget.outcomes import tabulate
from digitizer.budget.recalibration import AS_STATED, recalibrate
from tests.budget.fields import drawn_outcomes


def test_confidences_are_taken_at_their_word_without_outcomes() -> None:
    """A field of 0.999 is wrong once in a thousand."""
    worth = recalibrate(tabulate([]).outcomes(), 0.999)

    assert worth.line == pytest.approx(AS_STATED)
    assert worth.error(np.array([0.999, 0.5])) == pytest.approx([0.001, 0.5])


@pytest.mark.parametrize("worse", [0.3, 1.0, 3.0])
def test_how_much_worse_confidences_are_is_found(worse: float) -> None:
    """Also above the threshold, where only the sample is seen."""
    worth = recalibrate(drawn_outcomes(100_000, 0.999, 1, worse), 0.999)

    assert worth.error(np.array([0.9999])) == pytest.approx([0.0001 * worse], rel=0.8)


def test_bounds_close_in_on_the_mean_error() -> None:
    """With more outcomes the upper bound comes nearer to the likeliest."""
    at, once = np.array([0.999]), np.ones(1)

    few, many = (recalibrate(drawn_outcomes(count, 0.999, 1), 0.999) for count in (300, 30_000))

    slack = [worth.mean_error(at, once, 1.645) / worth.mean_error(at, once, 0) for worth in (few, many)]
    assert slack[0] > slack[1] > 1
    assert many.mean_error(at, once, -1.645) < 0.001 < few.mean_error(at, once, 1.645)


@pytest.mark.parametrize(("threshold", "worse"), [(0.99, 3.0), (0.99, 10.0), (0.999, 10.0)])
def test_errors_above_the_threshold_are_not_underestimated(threshold: float, worse: float) -> None:
    """Though fields below it go wrong no more than nine times in ten, which makes the line steeper there."""
    for seed in range(5):
        worth = recalibrate(drawn_outcomes(20_000, threshold, seed, worse), threshold)

        doubt = (1 - threshold) / 10
        assert worth.mean_error(np.array([1 - doubt]), np.ones(1), 1.645) >= worse * doubt
        assert worth.line[1] <= 1.001


def test_weights_count_fields_as_often_as_they_stand_for() -> None:
    """The mean of one field thrice and another once."""
    worth = recalibrate(tabulate([]).outcomes(), 0.999)

    mean = worth.mean_error(np.array([0.99, 0.9]), np.array([3.0, 1.0]), 0)

    assert mean == pytest.approx((3 * 0.01 + 0.1) / 4)


@pytest.mark.parametrize("confidence", [1.0, 0.5])
def test_outcomes_that_all_agree_leave_the_line_finite(confidence: float) -> None:
    """All right, at confidences of 1: the prior holds it."""
    outcomes = drawn_outcomes(50, 0.999, 1)
    sure = recalibrate(type(outcomes)(np.full(50, confidence), np.ones(50, bool), np.zeros(50, bool)), 0.5)

    assert np.isfinite(sure.line).all()
    assert np.isfinite(sure.covariance).all()

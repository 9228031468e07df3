"""Confidences are held against what was found, in bins, with the uncertainty of few fields."""

import pytest

from digitizer.report.reliability import ReliabilityCount, interval


def test_bins_hold_what_was_stated_and_found() -> None:
    """Three of about 0.96, two of them right; the bins that hold nothing are left out."""
    count = ReliabilityCount()
    for confidence, right in ((0.95, True), (0.96, False), (0.97, True), (1.0, True)):
        count.add(confidence, right=right)

    doubtful, sure = count.bins()

    assert (doubtful.low, doubtful.high, doubtful.count, doubtful.right) == (0.95, 0.98, 3, 2)
    assert doubtful.stated == pytest.approx(0.96)
    assert doubtful.observed == pytest.approx(2 / 3)
    assert (sure.low, sure.high, sure.observed) == (0.9999, 1.0, 1.0)


def test_the_interval_is_that_of_wilson() -> None:
    """The worked example of 7 of 10, and the ends."""
    assert interval(7, 10) == pytest.approx((0.39678, 0.89221), abs=1e-5)
    assert interval(0, 100) == pytest.approx((0.0, 0.0369935), abs=1e-7)
    assert interval(100, 100)[1] == 1.0

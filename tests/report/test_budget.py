"""What an error budget costs is counted exactly, however many fields there are."""

import pytest

from digitizer.report.budget import BudgetCount


def test_fields_pass_from_the_threshold_on() -> None:
    """At 1/1000 a field of 0.999 passes and one a little below does not."""
    count = BudgetCount(0.999)
    for confidence in (0.999, 0.9989999, 1.0):
        count.add(confidence, may_pass=True)

    present = count.budget().present

    assert (present.passing, present.share) == pytest.approx((2, 2 / 3))
    assert present.expected_errors == pytest.approx(0.001)


def test_what_a_person_sees_at_any_confidence_never_passes() -> None:
    """It counts among all fields all the same."""
    count = BudgetCount(0.999)
    count.add(1.0, may_pass=False)
    count.add(1.0, may_pass=True)

    assert [point.share for point in count.budget().named] == [0.5] * 5


def test_a_looser_budget_lets_no_less_through() -> None:
    """The curve goes from 1/100000 to 1/10, and only up."""
    count = BudgetCount(0.95)
    for place in range(1000):
        count.add(1 - place / 5000, may_pass=True)
    budget = count.budget()

    shares = [point.share for point in budget.curve]

    assert shares == sorted(shares)
    assert budget.curve[0].allowed == pytest.approx(1e-5)
    assert (budget.curve[-1].allowed, shares[-1]) == pytest.approx((0.1, 0.501))


def test_the_present_setting_stands_among_the_named_ones() -> None:
    """In its place, and not twice."""
    named = [round(point.allowed, 6) for point in BudgetCount(0.97).budget().named]

    assert named == [1e-5, 1e-4, 1e-3, 1e-2, 0.03, 0.1]
    assert len(BudgetCount(0.999).budget().named) == 5


def test_nothing_read_is_nothing_through() -> None:
    """No field, no share, no rate."""
    present = BudgetCount(0.999).budget().present

    assert (present.passing, present.share, present.expected_rate) == (0, 0.0, None)

"""What other error rates would come to is what `digitizer.budget` says of the same fields."""

from fractions import Fraction

import pytest

from digitizer.budget.estimate import RATES, estimate
from digitizer.budget.outcomes import tabulate
from digitizer.document import FieldResult, FieldStatus
from digitizer.report.curve import BudgetCount
from digitizer.report.findings import Budget
from tests.budget.fields import some_fields
from tests.report.pages_read import a_field

PRESENT = Fraction(1, 1000)


def budget_of(fields: list[FieldResult], settled: list[FieldResult], present: Fraction = PRESENT) -> Budget:
    """Count fields, and have some settled ones speak for them."""
    count = BudgetCount(present)
    for field in fields:
        count.add(field)
    return count.budget(tabulate(settled), 0.02)


def test_the_present_rate_stands_among_the_others_once() -> None:
    """In its place, the strictest first."""
    other = budget_of([], [], Fraction(1, 500))

    assert [each.max_errors for each in budget_of([], []).curve] == sorted(RATES)
    assert [each.max_errors for each in other.curve] == sorted({*RATES, Fraction(1, 500)})
    assert other.now.max_errors == Fraction(1, 500)


def test_each_rate_is_estimated_with_what_people_found() -> None:
    """And with the share of the sample."""
    fields = [a_field(confidence=0.9 + place / 10_010) for place in range(1000)]
    settled = some_fields(200, 200, 0.985, "ballot")

    budget = budget_of(fields, settled)

    assert budget.curve == tuple(
        estimate(tabulate(fields), tabulate(settled), rate, qa_share=0.02) for rate in sorted(RATES)
    )
    assert budget.now.accepted < estimate(tabulate(fields), tabulate([]), PRESENT).accepted
    assert budget.reviewed.reviewed == 400


def test_errors_are_expected_in_what_did_go_straight_through() -> None:
    """By whatever threshold that was; not in what would go through at the one of now."""
    fields = [a_field(confidence=0.9, status=FieldStatus.ACCEPTED)] * 3 + [
        a_field(confidence=0.9995, status=FieldStatus.CONFIRMED)
    ]

    budget = budget_of(fields, [])

    assert budget.expected.errors == pytest.approx(0.3)
    assert budget.now.errors == pytest.approx(0.0005)


def test_what_people_found_speaks_for_what_went_straight_through() -> None:
    """Where fields are wrong more often than confidences say, more errors are expected, and bounds are wider."""
    fields = [a_field(confidence=0.9995)] * 1000

    stated, found = (budget_of(fields, settled).expected for settled in ([], some_fields(150, 50, 0.998)))

    assert stated.errors == pytest.approx(0.5)
    assert found.errors > 2 * stated.errors
    assert found.between[1] > stated.between[1]


def test_nothing_read_comes_to_nothing() -> None:
    """No field, no share, no rate."""
    now = budget_of([], []).now

    assert (now.accepted, now.straight_through_rate, now.error_rate) == (0, 0.0, None)

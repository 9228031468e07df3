"""What an error rate comes to: fields, errors, minutes."""

from fractions import Fraction

import pytest

from digitizer.budget.estimate import estimate
from digitizer.budget.outcomes import tabulate
from digitizer.document import FieldStatus
from tests.budget.fields import a_field, some_fields

RATE = Fraction(1, 100)
NOTHING = tabulate([])


def test_confidences_are_taken_at_their_word_before_review() -> None:
    """Expected errors are the sum of doubts, and scatter by chance alone."""
    table = tabulate([a_field(0.999, FieldStatus.ACCEPTED, "")] * 3000 + [a_field(0.5)] * 1000)

    found = estimate(table, table, RATE)

    assert (found.fields, found.accepted, found.reviewed) == (4000, 3000, 0)
    assert found.straight_through_rate == 0.75
    assert found.errors == pytest.approx(3)
    assert found.error_rate == pytest.approx(0.001)
    assert found.between == (1, 6)


def test_review_takes_a_person_minutes() -> None:
    """For what is not accepted, and for the sample of what is."""
    table = tabulate([a_field(0.9999, FieldStatus.ACCEPTED, "")] * 1000 + [a_field(0.5)] * 90)

    assert estimate(table, table, RATE, qa_share=0.01, seconds_per_field=6).review_minutes == pytest.approx(10)


def test_what_a_rule_sends_to_review_never_goes_through() -> None:
    """However sure it is."""
    table = tabulate([a_field(0.9999, reason="rule:luhn")])

    assert estimate(table, table, RATE).accepted == 0


def test_errors_found_raise_the_estimate() -> None:
    """Reviewed fields that were wrong more often than they said make the accepted ones look worse."""
    sure = [a_field(0.9999, FieldStatus.ACCEPTED, "")] * 5000
    honest, worse = (sure + some_fields(1000 - wrong, wrong, 0.985) for wrong in (15, 200))

    before, after = (estimate(table, table, RATE) for table in map(tabulate, (honest, worse)))

    assert after.errors > 2 * before.errors
    assert after.between[1] > before.between[1]


def test_no_fields_come_to_nothing() -> None:
    """Not even to a rate."""
    found = estimate(NOTHING, NOTHING, RATE)

    assert (found.straight_through_rate, found.error_rate, found.between) == (0.0, None, (0, 0))

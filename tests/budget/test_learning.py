"""From reviews to a policy: by field, by template, by all."""

from fractions import Fraction

import pytest

from digitizer.budget.learning import ALL, ENOUGH, learn
from digitizer.budget.outcomes import tabulate
from digitizer.budget.thresholds import rung_threshold
from digitizer.document import FieldResult, FieldStatus
from digitizer.policy import AcceptancePolicy
from tests.budget.fields import a_field, some_fields

RATE = Fraction(1, 100)
STATED = 0.99


def good(form: str, name: str, count: int = 2000) -> list[FieldResult]:
    """Return fields that are right though they are not sure."""
    return some_fields(count, 0, 0.985, form, name)


def bad(form: str, name: str, count: int = 400) -> list[FieldResult]:
    """Return fields that are often wrong though they are nearly sure."""
    return some_fields(count // 2, count // 2, 0.985, form, name)


def test_nothing_is_learned_from_fields_that_nobody_settled() -> None:
    """The policy is that of the error rate alone."""
    learned = learn(tabulate([a_field(), a_field(0.9999)]), RATE)

    assert learned.policy == AcceptancePolicy.from_max_errors(RATE)
    assert learned.choices[ALL].reviewed == 0


def test_a_bad_field_is_not_hidden_by_good_ones() -> None:
    """It gets a stricter threshold of its own, its template a looser one."""
    policy = learn(tabulate(good("ballot", "total", 6000) + bad("ballot", "date")), RATE).policy

    assert policy.threshold_of("ballot", "date") > STATED
    assert policy.threshold_of("ballot", "total") < STATED


def test_a_field_with_few_reviews_is_judged_by_its_template() -> None:
    """And one that was never seen as well."""
    policy = learn(tabulate(good("ballot", "total") + good("ballot", "rare", ENOUGH - 1)), RATE).policy

    assert policy.threshold_of("ballot", "rare") == policy.threshold_of("ballot", "new") < STATED


def test_proof_is_not_taken_over_by_other_templates() -> None:
    """What is right on one form may be wrong on the next."""
    policy = learn(tabulate(good("ballot", "total")), RATE).policy

    assert policy.threshold_of("card", "number") == STATED


def test_suspicion_is_taken_over_by_other_templates() -> None:
    """Where nothing is known of a form, the network is judged by what it did on others."""
    policy = learn(tabulate(bad("ballot", "total")), RATE).policy

    assert policy.threshold_of("card", "number") > STATED


def test_a_good_template_is_not_held_back_by_a_bad_one() -> None:
    """With enough reviews it speaks for itself."""
    policy = learn(tabulate(bad("ballot", "total", 2000) + good("card", "number")), RATE).policy

    assert policy.threshold_of("card", "number") < STATED < policy.threshold_of("ballot", "total")


def test_what_nobody_has_settled_makes_no_difference() -> None:
    """A run that goes on after a crash, with a part of its own scans read, decides as before."""
    settled = good("ballot", "total") + bad("ballot", "date") + good("card", "number")
    accepted = [a_field(0.9999, FieldStatus.ACCEPTED, ""), a_field(0.3), a_field(0.999, reason="qa_sample")]

    before, after = (learn(tabulate(each), RATE) for each in (settled, accepted + settled + accepted))

    assert before == after


@pytest.mark.parametrize("rate", [Fraction(1, 100), Fraction(1, 30)])
def test_learned_thresholds_stand_on_the_ladder(rate: Fraction) -> None:
    """So that the last bits of sums never move one."""
    policy = learn(tabulate(good("ballot", "total") + bad("card", "date")), rate).policy

    rungs = {rung_threshold(rate, rung) for rung in range(-20, 11)}
    assert policy.learned
    assert {each.threshold for each in policy.learned} <= rungs


def test_fields_without_a_template_are_judged_together() -> None:
    """Their names only count them, and mean another field on another page."""
    policy = learn(tabulate(good("auto", "field_01", 3000) + bad("auto", "field_02")), RATE).policy

    assert {each.field for each in policy.learned} <= {""}

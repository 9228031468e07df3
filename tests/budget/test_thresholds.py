"""Thresholds: as stated, proven by a reference, stricter on suspicion and looser on proof."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.budget.outcomes import tabulate
from digitizer.budget.thresholds import (
    LOOSEST,
    RECENT,
    STRICTEST,
    reference_threshold,
    reviewed_threshold,
    rung_threshold,
)
from digitizer.document import FieldStatus
from tests.budget.fields import a_field, drawn_outcomes

COLUMNS = ("confidence", "correct", "sampled")
HUNDREDTH, THOUSANDTH = Fraction(1, 100), Fraction(1, 1000)


def test_the_ladder_starts_at_the_stated_confidence() -> None:
    """Ten rungs are a factor of ten in doubt; rung 0 is exactly 1 - r."""
    assert rung_threshold(THOUSANDTH, 0) == float(1 - THOUSANDTH)
    assert rung_threshold(THOUSANDTH, 10) == pytest.approx(0.99)
    assert rung_threshold(THOUSANDTH, -10) == pytest.approx(0.9999)
    assert rung_threshold(Fraction(1, 3), LOOSEST) == 0.5
    assert rung_threshold(Fraction(3, 4), LOOSEST) == rung_threshold(Fraction(3, 4), 0)


def test_without_reviews_the_stated_confidence_is_the_threshold() -> None:
    """Nothing speaks against it, and nothing for another."""
    choice = reviewed_threshold(tabulate([]).outcomes(), THOUSANDTH, 0.01)

    assert (choice.rung, choice.threshold) == (0, float(1 - THOUSANDTH))
    assert choice.bounds == pytest.approx((0.0, 1.0), abs=0.01)


def test_no_errors_at_all_means_certainty_at_all() -> None:
    """A rate of 0 accepts confidences of 1 only, whatever was found."""
    assert reviewed_threshold(drawn_outcomes(5000, 0.99, 1, 0.01), Fraction(0), 0.01).threshold == 1.0


def test_confidences_that_hold_leave_the_threshold() -> None:
    """After few nights, and after many."""
    for count in (10_000, 40_000):
        assert reviewed_threshold(drawn_outcomes(count, 0.99, 2), HUNDREDTH, 0.01).rung == 0


@pytest.mark.parametrize("rate", [Fraction(1, 10_000), THOUSANDTH, HUNDREDTH])
def test_knowing_little_is_no_ground_for_suspicion(rate: Fraction) -> None:
    """A handful of right fields far below the threshold leaves it where it is."""
    outcomes = drawn_outcomes(30, 0.9, 1, worse=0.0)

    assert reviewed_threshold(outcomes, rate, 0.01).rung == 0


@given(st.lists(st.floats(0.5, 0.99999), min_size=1, max_size=300), st.sampled_from([HUNDREDTH, THOUSANDTH]))
def test_who_finds_no_error_is_never_suspicious(confidences: list[float], rate: Fraction) -> None:
    """However few there were to find."""
    found = tabulate([a_field(confidence, FieldStatus.CONFIRMED) for confidence in confidences])

    assert reviewed_threshold(found.outcomes(), rate, 0.01).rung >= 0


def test_errors_make_the_threshold_stricter() -> None:
    """Fields that are wrong ten times as often as they say: what then is accepted keeps the rate."""
    choice = reviewed_threshold(drawn_outcomes(20_000, 0.99, 3, worse=10), HUNDREDTH, 0.01)

    doubts = 10 ** np.linspace(-5, np.log10(1 - choice.threshold), 1000)
    assert choice.rung < 0
    assert (10 * doubts).mean() <= 0.01


def test_too_few_errors_make_the_threshold_looser() -> None:
    """Fields that are wrong a tenth as often as they say: enough of them prove it, and the rate is still kept."""
    choice = reviewed_threshold(drawn_outcomes(20_000, 0.99, 4, worse=0.1), HUNDREDTH, 0.01)

    assert choice.rung > 0
    assert 0.1 * (1 - choice.threshold) <= 0.01


def test_few_reviews_prove_nothing() -> None:
    """However good they look."""
    assert reviewed_threshold(drawn_outcomes(1000, 0.99, 4, worse=0.01), HUNDREDTH, 0.01).rung == 0


def test_what_never_errs_is_loosened_no_further_than_the_ladder() -> None:
    """And what always errs is not tightened further."""
    fine = drawn_outcomes(50_000, 0.99, 5)
    never, always = (replace(fine, correct=np.full(len(fine), right)) for right in (True, False))

    assert reviewed_threshold(never, HUNDREDTH, 0.01).rung == LOOSEST
    assert reviewed_threshold(always, HUNDREDTH, 0.01).rung == STRICTEST


def test_order_makes_no_difference() -> None:
    """Of fewer fields than count as recent, the threshold is the same to the last bit in whatever order they come."""
    outcomes = drawn_outcomes(2000, 0.99, 6, worse=4)
    assert len(outcomes) <= RECENT
    shuffled = np.random.default_rng(1).permutation(len(outcomes))
    other = type(outcomes)(outcomes.confidence[shuffled], outcomes.correct[shuffled], outcomes.sampled[shuffled])

    assert reviewed_threshold(outcomes, HUNDREDTH, 0.01) == reviewed_threshold(other, HUNDREDTH, 0.01)


def test_recent_errors_are_not_outvoted_by_a_good_past() -> None:
    """A scanner that went bad makes the threshold stricter within a night, however much was proven before."""
    before, since = drawn_outcomes(40_000, 0.99, 4, worse=0.1), drawn_outcomes(3000, 0.99, 5, worse=10)
    both = type(before)(*(np.concatenate([getattr(before, name), getattr(since, name)]) for name in COLUMNS))

    assert reviewed_threshold(before, HUNDREDTH, 0.01).rung > 0
    assert reviewed_threshold(both, HUNDREDTH, 0.01).rung < 0


def test_the_sample_is_counted_apart() -> None:
    """Its errors are those among accepted fields."""
    outcomes = drawn_outcomes(20_000, 0.99, 7, worse=5)

    choice = reviewed_threshold(outcomes, HUNDREDTH, 0.01)

    assert choice.reviewed == len(outcomes)
    assert choice.sampled == outcomes.sampled.sum()
    assert choice.errors == (~outcomes.correct[outcomes.sampled]).sum()
    assert choice.bounds[0] <= choice.errors / choice.sampled <= choice.bounds[1]


@pytest.mark.parametrize(("worse", "looser"), [(0.02, True), (1.0, True), (30.0, False)])
def test_a_reference_proves_what_its_fields_bear(worse: float, *, looser: bool) -> None:
    """Calibrated fields allow a mean error of r: more than 1 - r for each; bad ones leave the stated confidence."""
    rng = np.random.default_rng(8)
    doubt = 10 ** rng.uniform(-5, 0, 20_000)
    correct = rng.random(20_000) >= np.minimum(doubt * worse, 0.9)

    threshold = reference_threshold(1 - doubt, correct, HUNDREDTH)

    accepted = 1 - doubt >= threshold
    assert (threshold < 0.99) == looser
    assert not looser or (~correct[accepted]).mean() <= 0.01

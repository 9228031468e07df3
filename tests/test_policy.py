"""The acceptance policy: an error rate in, a threshold out."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.errors import UsageError
from digitizer.policy import DEFAULT_MAX_ERRORS, AcceptancePolicy, LearnedThreshold, parse_error_rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("1/1000", Fraction(1, 1000)),
        ("0.001", Fraction(1, 1000)),
        ("0.1%", Fraction(1, 1000)),
        (" 2/1000 ", Fraction(1, 500)),
        ("0.1 %", Fraction(1, 1000)),
        ("1e-3", Fraction(1, 1000)),
        ("0", Fraction(0)),
        ("50%", Fraction(1, 2)),
    ],
)
def test_error_rates_are_read_exactly(text: str, rate: Fraction) -> None:
    """As a fraction, a decimal number or a percentage, with spaces around."""
    assert parse_error_rate(text) == rate


@pytest.mark.parametrize("text", ["", " ", "often", "1/0", "1/", "1:1000", "0,001", "%", "1%%", "nan", "inf"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    """The message repeats what was given and says how to write it."""
    with pytest.raises(UsageError, match="1/1000"):
        parse_error_rate(text)


@pytest.mark.parametrize("text", ["1", "100%", "2", "-0.1", "-1/1000", "1000/1"])
def test_rates_beyond_0_and_1_are_refused(text: str) -> None:
    """A rate of 1 or more would accept everything; below 0 there is none."""
    with pytest.raises(UsageError, match="between 0 and 1"):
        parse_error_rate(text)


@given(st.fractions(0, 1).filter(lambda rate: rate < 1))
def test_a_written_rate_is_read_back(rate: Fraction) -> None:
    """Whatever the fraction."""
    assert parse_error_rate(f"{rate.numerator}/{rate.denominator}") == rate


@given(st.fractions(0, 1).filter(lambda rate: rate < 1), st.floats(0, 1))
def test_accepted_fields_are_wrong_no_more_often_than_allowed(rate: Fraction, confidence: float) -> None:
    """A field goes through exactly if its probability of being wrong is at most the rate."""
    policy = AcceptancePolicy.from_max_errors(rate)

    assert policy.accepts(confidence) == (confidence >= float(1 - rate))


def test_the_threshold_itself_is_accepted() -> None:
    """At least as sure is sure enough; the least bit less is not."""
    policy = AcceptancePolicy(threshold=0.9)

    assert policy.accepts(0.9)
    assert not policy.accepts(0.8999999)


def test_by_default_one_field_in_a_thousand_may_be_wrong() -> None:
    """What the command line promises."""
    assert AcceptancePolicy.from_max_errors(DEFAULT_MAX_ERRORS).threshold == pytest.approx(0.999)


LEARNED = AcceptancePolicy(
    0.999,
    (
        LearnedThreshold("", "", 0.9995),
        LearnedThreshold("ballot", "", 0.998),
        LearnedThreshold("ballot", "date", 0.9999),
    ),
)


@pytest.mark.parametrize(
    ("form", "field", "threshold"),
    [("ballot", "date", 0.9999), ("ballot", "total", 0.998), ("card", "date", 0.9995), ("", "", 0.9995)],
)
def test_what_was_learned_goes_before_what_is_stated(form: str, field: str, threshold: float) -> None:
    """That of the field, else that of its template, else that of all."""
    assert LEARNED.threshold_of(form, field) == threshold
    assert LEARNED.accepts(threshold, form, field)
    assert not LEARNED.accepts(threshold - 1e-9, form, field)


def test_a_field_without_a_threshold_of_its_own_has_the_stated_one() -> None:
    """Also where something was learned about others."""
    policy = AcceptancePolicy(0.999, (LearnedThreshold("ballot", "date", 0.9),))

    assert policy.threshold_of("ballot", "total") == policy.threshold_of("card", "date") == 0.999

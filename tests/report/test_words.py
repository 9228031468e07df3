"""What the report writes never flatters, and does no harm."""

import pytest

from digitizer.report import words


def test_shares_are_rounded_down_and_error_rates_up() -> None:
    """Neither promises more than is so."""
    assert words.share_down(0.4649) == "46.4\u202f%"
    assert words.share_down(0.99999) == "99.999\u202f%"
    assert words.share_down(0.9999999) == "99.999\u202f%"
    assert words.share_down(0.00019) == "0.01\u202f%"
    assert words.share_down(1.0) == "100\u202f%"
    assert words.rate_up(0.000311) == "0.032\u202f%"
    assert words.rate_up(0.0) == "0\u202f%"
    assert words.rate_up(0.03499) == "3.5\u202f%"


def test_bounds_are_rounded_outwards() -> None:
    """An interval is never narrower than it is."""
    assert words.span(0.8669, 0.9511) == "86.6–95.2\u202f%"


@pytest.mark.parametrize(
    ("errors", "written"), [(0.0, "0"), (0.001, "<\u202f0.01"), (0.0331, "0.034"), (3.21, "3.3"), (12.1, "13")]
)
def test_expected_errors_have_two_digits(errors: float, written: str) -> None:
    """Rounded up; of very few it is only said that they are few."""
    assert words.expected(errors) == written


def test_the_noise_of_a_sum_is_not_rounded_up() -> None:
    """600 times 0.0005 is a little more than 0.3 in floats."""
    assert words.expected(sum([0.0005] * 600)) == "0.30"
    assert words.rate_up(0.1 + 0.2) == "30\u202f%"


@pytest.mark.parametrize(
    ("minutes", "written"),
    [(0.1, "1 minute"), (1.0, "1 minute"), (3.9, "4 minutes"), (120, "120 minutes"), (121, "3 hours")],
)
def test_durations_are_rounded_up(minutes: float, written: str) -> None:
    """To minutes, long ones to hours."""
    assert words.duration(minutes) == written


def test_large_counts_have_spaces() -> None:
    """From ten thousand on."""
    assert words.number(1234) == "1234"
    assert words.number(1234567) == "1\u202f234\u202f567"


def test_budgets_are_fractions() -> None:
    """As they are typed, where they are one in a round number; else a percentage."""
    assert words.one_in(0.001) == "1/1000"
    assert words.one_in(1e-5) == "1/100\u202f000"
    assert words.one_in(0.0) == "0"
    assert words.one_in(0.03) == "3\u202f%"


def test_characters_that_deceive_are_shown_as_codes() -> None:
    """Text cannot be turned around, broken or hidden."""
    assert words.plain("a\u202egnp.b\n\x00\u200b") == "a\\u202egnp.b\\u000a\\u0000\\u200b"
    assert words.plain("Größe 7 漢字.png") == "Größe 7 漢字.png"

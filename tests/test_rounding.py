"""Rounding that flatters nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.rounding import expected_errors, percent_down, percent_up, up


@given(st.floats(0, 1))
def test_what_is_good_is_never_told_higher_and_what_is_bad_never_lower(share: float) -> None:
    """But for what no decimal can tell."""
    assert float(percent_down(share).removesuffix("%")) <= 100 * share + 1e-9
    assert float(percent_up(share).removesuffix("%")) >= 100 * share - 1e-9


def test_whole_tenths_stay_as_they_are() -> None:
    """The noise of binary fractions is not rounded away from."""
    assert (percent_down(0.29), percent_up(0.1 + 0.2, 1), up(3 * 0.1, 1)) == ("29.0%", "30.0%", "0.3")
    assert (percent_down(0.9999), percent_up(0.00001), up(9.01)) == ("99.9%", "0.001%", "10")


@pytest.mark.parametrize(
    ("errors", "written"),
    [
        (0.0, "0"),
        (0.001, "<0.01"),
        (0.0331, "0.034"),
        (3.21, "3.3"),
        (9.96, "10"),
        (12.1, "13"),
        (600 * 0.0005, "0.30"),
    ],
)
def test_expected_errors_have_two_digits(errors: float, written: str) -> None:
    """Rounded up; of very few it is only said that they are few."""
    assert expected_errors(errors) == written

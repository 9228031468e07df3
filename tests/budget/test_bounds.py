"""Bounds on error rates: against tables, and against chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.budget.bounds import exact_bounds, lasting_bounds, poisson_interval, trials_needed


@pytest.mark.parametrize(
    ("errors", "trials", "low", "high"),
    [
        (0, 10, 0.0, 0.2589),
        (1, 10, 0.0051, 0.3942),
        (5, 100, 0.0199, 0.1023),
        (10, 10, 0.7411, 1.0),
        (3, 100_000, 0.0000082, 0.0000775),
    ],
)
def test_exact_bounds_are_those_of_the_tables(errors: int, trials: int, low: float, high: float) -> None:
    """Both sides at 95 %: no errors in n trials leave 1 - 0.05 ** (1 / n)."""
    found = exact_bounds(errors, trials, 0.05)

    assert found == pytest.approx((low, high), rel=0.01, abs=1e-7)


def test_nothing_is_known_without_trials() -> None:
    """Any rate is possible."""
    assert exact_bounds(0, 0, 0.05) == (0.0, 1.0)
    assert lasting_bounds(0, 0, 0.05, 0.01) == pytest.approx((0.0, 1.0), abs=0.01)


@pytest.mark.parametrize(("errors", "trials"), [(2, 1), (-1, 5)])
def test_impossible_counts_are_refused(errors: int, trials: int) -> None:
    """More errors than trials, or fewer than none."""
    with pytest.raises(ValueError, match="cannot be"):
        exact_bounds(errors, trials, 0.05)
    with pytest.raises(ValueError, match="cannot be"):
        lasting_bounds(errors, trials, 0.05, 0.01)


@given(st.integers(1, 3000), st.floats(0, 1), st.sampled_from([0.1, 0.01, 0.001]))
def test_lasting_bounds_hold_the_exact_ones_within(trials: int, share: float, around: float) -> None:
    """What may be looked at any number of times is known less exactly."""
    errors = round(share * trials)

    low, high = lasting_bounds(errors, trials, 0.05, around)
    exact_low, exact_high = exact_bounds(errors, trials, 0.05)

    assert low <= exact_low + 1e-9
    assert high >= exact_high - 1e-9


def test_lasting_bounds_hold_at_all_looks() -> None:
    """Looked at after each of 25 nights, they miss the truth at any of them in fewer than one of twenty histories.

    Exact bounds, made for one look, miss it at some look far more often.
    """
    rate, nights, histories = 0.02, 25, 60
    errors = np.cumsum(np.random.default_rng(1).binomial(50, rate, (histories, nights)), axis=1)
    missed = {"lasting": 0, "exact": 0}
    for history in errors.tolist():
        looks = [(count, 50 * (night + 1)) for night, count in enumerate(history)]
        missed["lasting"] += any(not _holds(lasting_bounds(*look, 0.05, 0.01), rate) for look in looks)
        missed["exact"] += any(not _holds(exact_bounds(*look, 0.025), rate) for look in looks)

    assert missed["lasting"] <= 0.05 * histories
    assert missed["exact"] > 0.05 * histories


def test_as_many_trials_as_needed_prove_a_rate() -> None:
    """One fewer does not; at 1/1000 it takes about 4000 without an error, where one look would take 2995."""
    needed = trials_needed(0.001, 0.05)

    assert lasting_bounds(0, needed, 0.05, 0.001)[1] <= 0.001 < lasting_bounds(0, needed - 1, 0.05, 0.001)[1]
    assert 2995 < needed < 4500
    assert trials_needed(0.001, 0.05, errors=2) > needed


@pytest.mark.parametrize(
    ("low", "high", "between"),
    [(0.0, 0.0, (0, 0)), (3.0, 3.0, (1, 6)), (3.0, 10.0, (1, 15)), (1e4, 1e4, (9836, 10165))],
)
def test_counts_scatter_about_their_mean(low: float, high: float, between: tuple[int, int]) -> None:
    """As the tables of the Poisson distribution say; by the normal one where these end."""
    assert poisson_interval(low, high, 0.05) == between


def _holds(bounds: tuple[float, float], rate: float) -> bool:
    return bounds[0] <= rate <= bounds[1]

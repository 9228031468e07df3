"""Bounds on an error rate after some errors were counted: exact for one look, wider for any number of looks."""

import math
from collections.abc import Callable
from functools import cache

import numpy as np

_BISECTIONS = 60
"""Halvings of an interval within 0-1, until nothing more changes."""
_SHAPE = 0.5
"""First parameter of the mixing beta distribution: Jeffreys' choice, open to far fewer errors and to far more."""


def exact_bounds(errors: int, trials: int, alpha: float) -> tuple[float, float]:
    """Bound an error rate from both sides, each bound being wrong with a probability of at most `alpha`.

    The exact bounds of Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the
    binomial" (Biometrika 26, 1934). They hold for one look at a number of trials that was fixed before.

    Parameters
    ----------
    errors, trials
        0 <= errors <= trials; without trials nothing is known.
    alpha
        0-1, for each side.

    Returns
    -------
    tuple
        Lower and upper bound, 0-1.

    Raises
    ------
    ValueError
        If there are more errors than trials, or fewer than none.
    """
    _check(errors, trials)
    return 1 - _exact_upper(trials - errors, trials, alpha), _exact_upper(errors, trials, alpha)


def lasting_bounds(errors: int, trials: int, alpha: float, around: float) -> tuple[float, float]:
    """Bound an error rate such that, however often one looks, both bounds hold at all looks together but for `alpha`.

    For each rate p, the likelihood of the errors under a mixture of rates over that under p is a martingale if p is
    true: Ville's inequality. Robbins, "Statistical methods related to the law of the iterated logarithm" (Annals of
    Mathematical Statistics 41, 1970); the beta-binomial mixture is that of Howard, Ramdas, McAuliffe and Sekhon,
    "Time-uniform, nonparametric, nonasymptotic confidence sequences" (Annals of Statistics 49, 2021).

    Parameters
    ----------
    errors, trials
        0 <= errors <= trials, counted so far.
    alpha
        0-1, for both sides and all looks together.
    around
        Rate, above 0 and below 1, for which the bounds are to be narrow; fixed before anything is counted.

    Returns
    -------
    tuple
        Lower and upper bound, 0-1.

    Raises
    ------
    ValueError
        If there are more errors than trials, or fewer than none.
    """
    _check(errors, trials)
    other = _SHAPE * (1 - around) / around
    right = trials - errors
    mixed = _log_beta(_SHAPE + errors, other + right) - _log_beta(_SHAPE, other)

    def excluded(rate: float) -> float:
        """How far the evidence against a rate is over the limit."""
        if rate >= 1.0:  # the nearest number to a rate just below it
            return math.inf
        return mixed - errors * math.log(rate) - right * math.log1p(-rate) + math.log(alpha)

    seen = errors / trials if trials else around
    low = 0.0 if errors == 0 else _root(lambda rate: -excluded(rate), 0.0, seen)
    high = 1.0 if right == 0 else _root(excluded, seen, 1.0)
    return low, high


@cache
def trials_needed(rate: float, alpha: float, errors: int = 0) -> int:
    """Return of how many trials at most `errors` may be wrong for `lasting_bounds` to stay at or below `rate`."""
    low, high = errors, errors + 1
    while lasting_bounds(errors, high, alpha, rate)[1] > rate:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if lasting_bounds(errors, middle, alpha, rate)[1] > rate:
            low = middle
        else:
            high = middle
    return high


def poisson_interval(mean_low: float, mean_high: float, alpha: float) -> tuple[int, int]:
    """Return between which counts errors fall whose expected number lies between two means, but for `alpha` a side."""
    return _poisson_quantile(mean_low, alpha), _poisson_quantile(mean_high, 1 - alpha)


def _poisson_quantile(mean: float, share: float) -> int:
    """Return the smallest count that is not exceeded with a probability of at least `share`."""
    count, term = 0, math.exp(-mean)
    if term == 0.0:  # a mean of 700 and more: the normal distribution is as good
        slack = math.sqrt(mean) * (1.645 if share > 0.5 else -1.645)
        return max(0, math.ceil(mean + slack))
    total = term
    while total < share:
        count += 1
        term *= mean / count
        total += term
        if term < 1e-18 and count > mean:
            break
    return count


def _check(errors: int, trials: int) -> None:
    if not 0 <= errors <= trials:
        raise ValueError(f"{errors} errors in {trials} trials cannot be.")


def _exact_upper(errors: int, trials: int, alpha: float) -> float:
    """Return the rate under which so few errors have a probability of `alpha`."""
    if errors == trials:
        return 1.0
    counts = np.arange(1, errors + 1)
    log_ways = np.concatenate([[0.0], np.cumsum(np.log((trials - counts + 1) / counts))])
    counts = np.arange(errors + 1)

    def too_likely(rate: float) -> float:
        logs = log_ways + counts * math.log(rate) + (trials - counts) * math.log1p(-rate)
        return alpha - float(np.exp(logs).sum())

    return _root(too_likely, errors / trials, 1.0)


def _log_beta(first: float, second: float) -> float:
    return math.lgamma(first) + math.lgamma(second) - math.lgamma(first + second)


def _root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function that rises between two rates, which it is not asked about, crosses 0."""
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2

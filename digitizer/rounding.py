"""Numbers for people, rounded such that nothing is flattered: what is good down, what is bad up."""

from decimal import ROUND_DOWN, ROUND_UP, Decimal

_LEAST_EXPECTED = 0.01
"""Of fewer errors it is only said that they are fewer."""


def percent_down(share: float, decimals: int = 1) -> str:
    """Write a share, 0-1, as a percentage, rounded down."""
    return f"{_rounded(100 * Decimal(repr(float(share))), decimals, ROUND_DOWN)}%"


def percent_up(rate: float, decimals: int = 3) -> str:
    """Write an error rate, 0-1, as a percentage, rounded up."""
    return f"{_rounded(100 * _summed(rate), decimals, ROUND_UP)}%"


def up(value: float, decimals: int = 0) -> str:
    """Write what is bad, such as errors or minutes, rounded up."""
    return str(_rounded(_summed(value), decimals, ROUND_UP))


def expected_errors(errors: float) -> str:
    """Write how many errors are expected, rounded up: whole from ten on, else with two digits that count."""
    if 0 < errors < _LEAST_EXPECTED:
        return f"<{_LEAST_EXPECTED}"
    return up(errors) if errors >= 10 else str(two_digits_up(errors))


def two_digits_up(value: float) -> Decimal:
    """Round what is bad up to two digits that count, but to no more than six decimals."""
    exact = _summed(value)
    if not exact:
        return Decimal(0)
    rounded = _rounded(exact, min(max(1 - exact.adjusted(), 0), 6), ROUND_UP)
    return rounded if rounded % 1 else rounded.to_integral_value()


def _summed(value: float) -> Decimal:
    """Return what a sum of many floats comes to without the noise of its last bits, which rounding up would blow up."""
    return Decimal(f"{value:.12g}")


def _rounded(value: Decimal, decimals: int, rounding: str) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=rounding)

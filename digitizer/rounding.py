"""Numbers for people, rounded such that nothing is flattered: what is good down, what is bad up."""

from decimal import ROUND_DOWN, ROUND_UP, Decimal

_LEAST_EXPECTED = 0.01
"""Of fewer errors it is only said that they are fewer."""


def percent_down(share: float, decimals: int = 1) -> str:
    """Write a share, 0-1, as a percentage, rounded down."""
    return f"{rounded(100 * exact(share), decimals, ROUND_DOWN)}%"


def percent_up(rate: float, decimals: int = 3) -> str:
    """Write an error rate, 0-1, as a percentage, rounded up."""
    return f"{rounded(100 * _summed(rate), decimals, ROUND_UP)}%"


def up(value: float, decimals: int = 0) -> str:
    """Write what is bad, such as errors or minutes, rounded up."""
    return str(rounded(_summed(value), decimals, ROUND_UP))


def expected_errors(errors: float) -> str:
    """Write how many errors are expected, rounded up: whole from ten on, else with two digits that count."""
    if 0 < errors < _LEAST_EXPECTED:
        return f"<{_LEAST_EXPECTED}"
    return up(errors) if errors >= 10 else str(two_digits_up(errors))


def two_digits_up(value: float) -> Decimal:
    """Round what is bad up to two digits that count, but to no more than six decimals."""
    summed = _summed(value)
    if not summed:
        return Decimal(0)
    return short(rounded(summed, min(max(1 - summed.adjusted(), 0), 6), ROUND_UP))


def six_decimals(rate: float | None, rounding: str) -> float | None:
    """Round a rate, 0-1, for other programs to read, in the direction that does not flatter; None stays."""
    return None if rate is None else float(rounded(exact(rate), 6, rounding))


def exact(value: float) -> Decimal:
    """Return the shortest decimal that is the same float, so that 0.29 does not become 0.2899."""
    return Decimal(repr(float(value)))


def short(value: Decimal) -> Decimal:
    """Leave decimals away where all of them are 0."""
    return value if value % 1 else value.to_integral_value()


def rounded(value: Decimal, decimals: int, rounding: str) -> Decimal:
    """Round to so many decimals, in a direction that `decimal` names."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=rounding)


def _summed(value: float) -> Decimal:
    """Return what a sum of many floats comes to without the noise of its last bits, which rounding up would blow up."""
    return Decimal(f"{value:.12g}")

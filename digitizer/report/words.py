"""Numbers and names as the report writes them: rounded so that nothing is flattered, and harmless."""

import unicodedata
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from fractions import Fraction

from digitizer.rounding import expected_errors, two_digits_up, up

THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
_SHOWN_AS_CODE = {"Cc", "Cf", "Zl", "Zp", "Co", "Cs"}
"""Unicode categories of what breaks lines, turns the direction of text around, or cannot be seen."""


def number(count: int) -> str:
    """Write a count; from ten thousand on with a narrow space between thousands."""
    return str(count) if count < 10_000 else f"{count:,}".replace(",", THIN_SPACE)


def share_down(share: float) -> str:
    """Write a share, 0-1, as a percentage, rounded down: for what is good."""
    decimals = 2 if share < 0.01 else 1 if share < 0.99 else 3
    percent = _rounded(100 * _decimal(share), ROUND_DOWN, decimals)
    return f"{_short(percent)}{THIN_SPACE}%"


def span(low: float, high: float) -> str:
    """Write two shares, 0-1, as bounds of a percentage, rounded outwards."""
    bounds = _rounded(100 * _decimal(low), ROUND_DOWN, 1), _rounded(100 * _decimal(high), ROUND_UP, 1)
    return f"{_short(bounds[0])}–{_short(bounds[1])}{THIN_SPACE}%"


def rate_up(rate: float) -> str:
    """Write an error rate, 0-1, as a percentage of two digits that count, rounded up: for what is bad."""
    return f"{two_digits_up(100 * rate)}{THIN_SPACE}%"


def expected(errors: float) -> str:
    """Write how many errors are expected, rounded up as everywhere."""
    return whole_up(errors) if errors >= 10 else expected_errors(errors).replace("<", f"<{THIN_SPACE}")


def whole_up(value: float) -> str:
    """Write what is bad as a whole number, rounded up."""
    return number(int(up(value)))


def one_in(rate: float) -> str:
    """Write an error rate, 0-1, as a fraction such as `1/1000`."""
    exact = Fraction(rate).limit_denominator(10**6)
    if exact.numerator <= 1:
        return f"{exact.numerator}/{number(exact.denominator)}" if exact else "0"
    return rate_up(rate)


def duration(minutes: float) -> str:
    """Write how long something takes, rounded up: in minutes, from two hours on in hours."""
    if minutes > 120:
        return f"{whole_up(minutes / 60)} hours"
    return f"{whole_up(minutes)} minute{'' if minutes <= 1 else 's'}"


def confidence(probability: float) -> str:
    """Write a probability with four decimals, rounded down, as `fields.csv` has it."""
    return str(_rounded(_decimal(probability), ROUND_DOWN, 4))


def plain(text: str) -> str:
    r"""Write characters that cannot be seen, or that change how others are shown, as `\uNNNN`."""
    return "".join(
        f"\\u{ord(character):04x}" if unicodedata.category(character) in _SHOWN_AS_CODE else character
        for character in text
    )


def _decimal(value: float) -> Decimal:
    """Return the shortest decimal that is the same float, so that 0.29 does not become 0.2899."""
    return Decimal(repr(float(value)))


def _rounded(value: Decimal, rounding: str, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=rounding)


def _short(value: Decimal) -> Decimal:
    """Leave decimals away where all of them are 0."""
    return value if value % 1 else value.to_integral_value()

"""Numbers and names as the report writes them: rounded so that nothing is flattered, and harmless."""

import unicodedata
from decimal import ROUND_DOWN, ROUND_UP
from fractions import Fraction

from digitizer.rounding import exact, expected_errors, rounded, short, two_digits_up, up

THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
_SHOWN_AS_CODE = {"Cc", "Cf", "Zl", "Zp", "Co", "Cs"}
"""Unicode categories of what breaks lines, turns the direction of text around, or cannot be seen."""


def number(count: int) -> str:
    """Write a count; from ten thousand on with a narrow space between thousands."""
    return str(count) if count < 10_000 else f"{count:,}".replace(",", THIN_SPACE)


def share_down(share: float) -> str:
    """Write a share, 0-1, as a percentage, rounded down: for what is good."""
    decimals = 2 if share < 0.01 else 1 if share < 0.99 else 3
    percent = rounded(100 * exact(share), decimals, ROUND_DOWN)
    return f"{short(percent)}{THIN_SPACE}%"


def span(low: float, high: float) -> str:
    """Write two shares, 0-1, as bounds of a percentage, rounded outwards."""
    bounds = rounded(100 * exact(low), 1, ROUND_DOWN), rounded(100 * exact(high), 1, ROUND_UP)
    return f"{short(bounds[0])}–{short(bounds[1])}{THIN_SPACE}%"


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
    fraction = Fraction(rate).limit_denominator(10**6)
    if fraction.numerator <= 1:
        return f"{fraction.numerator}/{number(fraction.denominator)}" if fraction else "0"
    return rate_up(rate)


def duration(minutes: float) -> str:
    """Write how long something takes, rounded up: in minutes, from two hours on in hours."""
    if minutes > 120:
        return f"{whole_up(minutes / 60)} hours"
    return f"{whole_up(minutes)} minute{'' if minutes <= 1 else 's'}"


def confidence(probability: float) -> str:
    """Write a probability with four decimals, rounded down, as `fields.csv` has it."""
    return str(rounded(exact(probability), 4, ROUND_DOWN))


def plain(text: str) -> str:
    r"""Write characters that cannot be seen, or that change how others are shown, as `\uNNNN`."""
    return "".join(
        f"\\u{ord(character):04x}" if unicodedata.category(character) in _SHOWN_AS_CODE else character
        for character in text
    )

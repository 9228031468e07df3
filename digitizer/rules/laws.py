"""Laws for the value of one field that need no table of the world: lengths, ranges, patterns, dates and lists."""

import calendar
import random
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

_MAX_PATTERN, _MAX_VALUE = 200, 64
"""Characters of a pattern, and digits of a value that it is tried on."""
_MAX_OPEN, _MAX_VARIABLE = 3, 8
"""Repeats without an upper bound, and repeats of a variable number in all, that a pattern may have: the time to match
grows with the value's length to the power of their number."""
_LENGTH_SHARE = 0.5
"""What share of the values has an allowed length cannot be known from the length; as many as not tells least."""
_DRAWN, _DRAWN_DIGITS = 300, 20
"""Strings drawn of each length to learn how rare a pattern is, and the greatest such length."""


@dataclass(frozen=True, slots=True)
class Length:
    """Between `low` and `high` digits, both included."""

    low: int
    high: int
    name: str = "length"
    values: None = None
    share: float = _LENGTH_SHARE

    def holds(self, value: str) -> bool:
        """Tell whether a value has an allowed number of digits."""
        return self.low <= len(value) <= self.high


@dataclass(frozen=True, slots=True)
class Range:
    """A number from `low` to `high`, both included; leading zeros are allowed."""

    low: int
    high: int
    share: float
    name: str = "range"
    values: None = None

    def holds(self, value: str) -> bool:
        """Tell whether a value is a number in the range."""
        return len(value) <= _MAX_VALUE and self.low <= int(value) <= self.high


@dataclass(frozen=True, slots=True)
class Pattern:
    """Digits that a regular expression matches from end to end."""

    text: str
    share: float
    name: str = "pattern"
    values: None = None

    def holds(self, value: str) -> bool:
        """Tell whether the whole value matches."""
        return len(value) <= _MAX_VALUE and re.fullmatch(self.text, value) is not None


@dataclass(frozen=True, slots=True)
class Date:
    """A day of the calendar, its parts in a fixed order.

    Attributes
    ----------
    slices
        Where the parts `D`, `M` and `Y` start and end in the value.
    """

    layout: str
    slices: tuple[tuple[str, int, int], ...]
    share: float
    name: str = "date"
    values: None = None

    def holds(self, value: str) -> bool:
        """Tell whether a value is a day (a month, where the layout has no day) that exists.

        A year of two digits may stand for any century, and without a year 29 February exists.
        """
        if len(value) != len(self.layout):
            return False
        parts = {letter: int(value[start:end]) for letter, start, end in self.slices}
        month, year = parts.get("M", 1), parts.get("Y", 2000)
        if "YYYY" not in self.layout:
            year += 2000 if year < 2000 else 0
        return 1 <= month <= 12 and year >= 1 and 1 <= parts.get("D", 1) <= _days(month, year)


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """One of the values of a list, digit for digit."""

    values: tuple[str, ...]
    name: str
    share: float
    _set: frozenset[str] = field(repr=False)

    def holds(self, value: str) -> bool:
        """Tell whether a value stands in the list."""
        return value in self._set


def length(low: int, high: int) -> Length:
    """Allow `low` to `high` digits.

    Raises
    ------
    ValueError
        If not 1 <= low <= high.
    """
    if not 1 <= low <= high:
        raise ValueError(
            f"A length goes from a smaller number, at least 1, to a greater one, not from {low} to {high}."
        )
    return Length(low, high)


def in_range(low: int, high: int) -> Range:
    """Allow the numbers `low` to `high`.

    Raises
    ------
    ValueError
        If not 0 <= low <= high.
    """
    if not 0 <= low <= high:
        raise ValueError(f"A range goes from a smaller number, at least 0, to a greater one, not from {low} to {high}.")
    return Range(low, high, (high - low + 1) / 10 ** len(str(high)))


def pattern(text: str) -> Pattern:
    r"""Allow what a regular expression (of Python's `re`) matches from end to end, such as `1\d{4}|99`.

    Raises
    ------
    ValueError
        If it is none, is too long, or could take very long to match.
    """
    if len(text) > _MAX_PATTERN:
        raise ValueError(f"A pattern has at most {_MAX_PATTERN} characters, not {len(text)}: a list may do better.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)  # what will mean something else one day
            compiled = re.compile(text)
    except (re.error, FutureWarning) as error:
        raise ValueError(f"{text!r} is no regular expression: {error}.") from error
    _refuse_slow(text)
    return Pattern(text, drawn_share(lambda value: compiled.fullmatch(value) is not None) or 1 / _DRAWN)


def date(layout: str) -> Date:
    """Allow the days of the calendar, written as `DDMMYYYY`, `YYMMDD`, `MMYY` and the like.

    Parameters
    ----------
    layout
        DD, MM and YY or YYYY, each at most once and in any order; what separates them (`.`, `-`, `/`, space) is not
        part of the value.

    Raises
    ------
    ValueError
        If it is made of anything else, or has no month.
    """
    bare = re.sub(r"[ ./-]", "", layout)
    parts = [(match[0][0], match.start(), match.end()) for match in re.finditer("DD|MM|YYYY|YY", bare)]
    letters = [letter for letter, _, _ in parts]
    whole = sum(end - start for _, start, end in parts) == len(bare)
    if not whole or len(set(letters)) < max(2, len(letters)) or "M" not in letters:
        raise ValueError(f"A date is written with MM and one or both of DD and YY (or YYYY), not as {layout!r}.")
    return Date(bare, tuple(parts), _date_share(bare))


def listed(values: Iterable[str], source_name: str) -> Listed:
    """Allow the values of a list.

    Parameters
    ----------
    values
        Digits only; those named twice count once.
    source_name
        What the list is called, as its file is: the name of the rule.

    Raises
    ------
    ValueError
        If it is empty, or holds anything but digits.
    """
    unique = tuple(dict.fromkeys(values))
    if not unique:
        raise ValueError(f"The list {source_name} is empty: it needs a value at least.")
    strange = next((value for value in unique if not re.fullmatch("[0-9]+", value)), None)
    if strange is not None:
        raise ValueError(f"The list {source_name} holds {strange!r}: its values are made of the digits 0-9 only.")
    return Listed(unique, source_name, list_share(unique), frozenset(unique))


def list_share(values: Sequence[str]) -> float:
    """Return which share of the digit strings of the commonest length stands in a list, (0-1]."""
    ((digits, count),) = Counter(map(len, values)).most_common(1)
    return float(min(count / 10**digits, 1))


def drawn_share(holds: Callable[[str], bool], strings: int = _DRAWN, most_digits: int = _DRAWN_DIGITS) -> float:
    """Measure a law's share on strings drawn at random, of the length of which most obey; 0.0 if none does.

    The numbers are drawn from a fixed seed: the share of a law is always the same.
    """
    rng = random.Random(1)  # noqa: S311 (no secret)
    return max(
        sum(holds("".join(rng.choices("0123456789", k=digits))) for _ in range(strings)) / strings
        for digits in range(1, most_digits + 1)
    )


def _refuse_slow(text: str) -> None:
    """Refuse a pattern whose matching could take exponential time, or a high power of the value's length."""
    bare = re.sub(r"\[\^?\]?(?:\\.|[^\]\\])*\]", "d", re.sub(r"\\[^\d]|\\\d+", "d", text))
    if len(re.findall(r"[*+]|,\}", bare)) > _MAX_OPEN or len(re.findall(r"[*+]|,\d*\}|[^(]\?", bare)) > _MAX_VARIABLE:
        raise ValueError(
            f"{text!r} could take very long: a pattern has at most {_MAX_OPEN} of * and +, "
            f"and {_MAX_VARIABLE} together with ? and {{,}}."
        )
    while (group := re.search(r"\((?:\?[:=!<P>\w]*)?([^()]*)\)([*+{]?)", bare)) is not None:
        ambiguous = re.search(r"[*+?|~]|,\d*\}", group[1]) is not None
        if ambiguous and group[2]:
            raise ValueError(f"{text!r} could take very long: what repeats may hold neither a repeat nor a choice (|).")
        bare = bare[: group.start()] + ("~" if ambiguous else "d") + bare[group.start(2) :]


@lru_cache(maxsize=64)
def _days(month: int, year: int) -> int:
    return calendar.monthrange(year, month)[1]


def _date_share(layout: str) -> float:
    """Count the dates of a layout among its digit strings."""
    days = 12 if "D" not in layout else 365.2425 if "Y" in layout else 366
    years = 10 ** layout.count("Y")
    return float(days * years / 10 ** len(layout))

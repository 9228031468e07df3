"""What is wrong with a template file: where, of which key, and what to do; gathered, to be told in one go."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

KeyPath = tuple[str | int, ...]
"""Keys and 0-based indices from the top of a file down to one of its values."""

MAX_SHOWN = 50
"""Faults of a file; one that is no template at all would fill the screen."""
_LONGEST_VALUE = 40
"""Characters of a value that a message quotes."""


class Place(NamedTuple):
    """Where something stands in a file, both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong; `text` says what it is and what to do. Without a place it is the file as a whole."""

    place: Place | None
    path: KeyPath
    text: str


class Faults:
    """All that is wrong with one file; of several faults of one value the first is kept.

    Parameters
    ----------
    file
        Its path, as messages show it.
    keys, values
        Where each key and each value stands.
    """

    def __init__(
        self, file: str, keys: Mapping[KeyPath, Place], values: Mapping[KeyPath, Place], known: Iterable[Fault] = ()
    ) -> None:
        self.file = file
        self._keys = keys
        self._values = values
        self._faults: dict[KeyPath, Fault] = {fault.path: fault for fault in known}

    def __len__(self) -> int:
        return len(self._faults)

    def within(self, path: KeyPath) -> bool:
        """Tell whether anything is wrong with a value or with what it holds."""
        return any(fault[: len(path)] == path for fault in self._faults)

    def add(self, path: KeyPath, text: str, *, of_key: bool = False) -> None:
        """Add a fault of a value, or of its key; what is missing is a fault of what it is missing from."""
        there = path
        while there and there not in self._values:
            there = there[:-1]
        places = self._keys if of_key and there in self._keys else self._values
        self._faults.setdefault(path, Fault(places.get(there, Place(1, 1)), there, text))

    def line_of(self, path: KeyPath) -> int:
        """Return the line, from 1, in which a value begins."""
        return self._values[path].line

    def lines(self) -> list[str]:
        """Return a line for each fault, in their order in the file: `file:line:column: path: what is wrong`."""
        faults = sorted(self._faults.values(), key=lambda fault: fault.place or Place(0, 0))
        lines = [_line(self.file, fault) for fault in faults[:MAX_SHOWN]]
        more = len(faults) - MAX_SHOWN
        return [*lines, f"{printable(self.file)}: and {more} more faults"] if more > 0 else lines


def _line(file: str, fault: Fault) -> str:
    where = ":".join([printable(file), *(str(number) for number in fault.place or ())])
    return ": ".join(part for part in (where, dotted(fault.path), fault.text) if part)


def dotted(path: KeyPath) -> str:
    """Return a path as people write it: `fields[3].rules.length`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{printable(part)}" for part in path)
    return text.removeprefix(".")


def shown(value: object) -> str:
    """Return a value as a message quotes it: cut short, and without anything that steers a terminal."""
    if isinstance(value, dict):
        return "keys with values"
    if isinstance(value, tuple):
        return "a list"
    text = (
        {None: "null", True: "true", False: "false"}[value]
        if value is None or value is True or value is False
        else str(value)
    )
    cut = text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
    return f"`{printable(cut)}`"


def did_you_mean(wrong: str, possible: Iterable[str]) -> str:
    """Return `; did you mean ...?` with the nearest of what is possible, or `; possible: ...` where none is near."""
    names = list(possible)
    near = nearest(wrong, names)
    if near is not None:
        return f"; did you mean `{printable(near)}`?"
    return f"; possible: {listing(names)}" if names else ""


def nearest(wrong: str, possible: Iterable[str]) -> str | None:
    """Return what of the possible is spelled most like a wrong word; None where nothing is."""
    by_lower = {name.lower(): name for name in possible}
    near = difflib.get_close_matches(wrong.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[near[0]] if near else None


def listing(names: Iterable[str], most: int = 12) -> str:
    """Return names as a message lists them."""
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(f"`{printable(name)}`" for name in listed[:most]) + more


def printable(text: str) -> str:
    """Return a text with what would steer a terminal written out."""
    return "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in text)

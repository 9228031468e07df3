"""Refuses decisions that none can be, before anything is looked up: clients may send anything."""

import re
from collections.abc import Iterable

from digitizer.ledger.review_records import Decision, FieldKey, Screen

_SYMBOLS = re.compile(r"[0-9_x?]*", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SEEN = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})", re.ASCII)
_LONGEST_NAME, _LONGEST_FIELD, _MOST_CELLS = 100, 1000, 10_000
_MOST_PAGES = 2**31
_MOST_AT_ONCE = 10_000
_ON_SHEETS = frozenset("0123456789x")


def check_decisions(decisions: Iterable[Decision]) -> None:
    """Raise `ValueError` if one of some decisions is none that can be; what it says is not quoted."""
    for decision in decisions:
        check_name(decision.client_id, "client_id")
        check_name(decision.reviewer, "reviewer")
        check_key(decision.key)
        seen_state(decision.seen)
        _check_symbols(decision)


def check_name(name: str, what: str) -> None:
    """Raise `ValueError` unless a name can be stored, and be read in one line."""
    if not (name.strip() and len(name) <= _LONGEST_NAME and name.isprintable()):
        raise ValueError(f"A {what} has 1 to {_LONGEST_NAME} characters, all of which can be printed.")


def check_request(count: int, symbol: str | None = None, check_share: float = 0.0) -> None:
    """Raise `ValueError` unless so much can be asked for, and of such cells."""
    if not 0 < count <= _MOST_AT_ONCE:
        raise ValueError(f"One can ask for 1 to {_MOST_AT_ONCE} at once.")
    if symbol is not None and symbol not in _ON_SHEETS:
        raise ValueError("On a sheet there are cells of one digit, or x: those that were read as crossed out.")
    if not 0 <= check_share <= 1:
        raise ValueError("A share is a number from 0 to 1.")


def check_key(key: FieldKey) -> None:
    """Raise `ValueError` unless there could be such a field."""
    if not _SHA256.fullmatch(key.sha256) or not 0 < key.page < _MOST_PAGES:
        raise ValueError("A field lies on a page, counted from 1, of a scan, told by its SHA-256.")
    if len(key.field) > _LONGEST_FIELD or "\0" in key.field or _has_surrogates(key.field):
        raise ValueError("That is no name of a field.")


def seen_state(seen: str) -> tuple[int, int]:
    """Return of what state something was shown: when its scan was read, and the newest event then.

    Raises
    ------
    ValueError
        If it is no such thing.
    """
    found = _SEEN.fullmatch(seen)
    if found is None:
        raise ValueError("What was seen has to come back as it was given.")
    return int(found[1]), int(found[2])


def _has_surrogates(text: str) -> bool:
    """Tell whether there are halves of characters in a text, which no database takes."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def _check_symbols(decision: Decision) -> None:
    if not _SYMBOLS.fullmatch(decision.before) or not _SYMBOLS.fullmatch(decision.after):
        raise ValueError("A decision is made of digits, _ for blank, x for crossed out and ? for unsure.")
    if max(len(decision.before), len(decision.after)) > _MOST_CELLS:
        raise ValueError(f"No field has more than {_MOST_CELLS} cells.")
    if decision.position is None:
        if decision.screen is Screen.SHEET:
            raise ValueError("On a sheet one decides about cells.")
    elif len(decision.after) != 1 or not 0 <= decision.position < _MOST_CELLS:
        raise ValueError("A cell has a place in its field, and one symbol.")
    elif decision.screen in (Screen.SECOND, Screen.THIRD):
        raise ValueError("A second or third look is at a whole field.")

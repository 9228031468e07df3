"""What stands of a field: what was read of it, and over that what people have said, in the order they said it.

1. The first look is what was said of its cells on sheets, and of the field as a whole: the later word counts. It is
   complete when nothing is left in doubt.
2. Where a second look is wanted, somebody else keys the field blind.
3. If the two values differ, a third decides.

A new reading may doubt other cells, so that a first look is complete no more. A complete third look decides all the
same. A complete second look then stands for the first, unless it says something else than what was said in the first.

All of it follows from what was read and from the words alone, so that it can be found again when the scan is read anew,
and when a word is taken back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import zip_longest

from digitizer.document import BLANK, UNREADABLE, VOID, FieldKind, FieldStatus
from digitizer.ledger.doubt import FieldRead, doubtful_cells
from digitizer.ledger.review_records import UNSURE, Screen


class Look(StrEnum):
    """What a field waits for."""

    SHEET = "sheet"
    """Cells of it are on sheets."""
    FIELD = "field"
    """Somebody is to see it as a whole."""
    UNSURE = "unsure"
    """Somebody has, and could not tell: somebody else is to."""
    SECOND = "second"
    THIRD = "third"


@dataclass(frozen=True, slots=True)
class Word:
    """What a person has said of a field, and not taken back.

    Attributes
    ----------
    number
        Later words have higher ones.
    position
        Place of the cell; None for the field as a whole.
    said
        The symbol of the cell, or the symbols of the field.
    second_look
        Whether a second person is to key the field blind.
    """

    number: int
    reviewer: str
    screen: Screen
    position: int | None
    said: str
    second_look: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How a field stands.

    Attributes
    ----------
    cells
        Its symbols, with what people have said of them.
    reviewer
        Whose word settled it; empty where it is not settled.
    decided
        For each cell the symbol that people say it is; None where nobody has said anything.
    open
        Places of the cells that wait on sheets.
    look
        None where it waits for nobody, or nothing is left to be shown.
    """

    cells: str
    status: FieldStatus
    reviewer: str
    decided: tuple[str | None, ...]
    open: frozenset[int]
    look: Look | None


@dataclass(frozen=True, slots=True)
class _Voice:
    """What one look at a field came to; `cells` and `decided` as in `Standing`.

    Attributes
    ----------
    whole
        Whether the field was keyed as a whole, and not only seen on sheets.
    complete
        Whether it leaves nothing in doubt.
    """

    cells: str
    decided: tuple[str | None, ...]
    reviewer: str
    whole: bool
    complete: bool


def value_of(cells: str) -> str:
    """Return the digits of a field, blanks and voids left out."""
    return "".join(symbol for symbol in cells if symbol not in (BLANK, VOID, UNREADABLE))


def fits(read: FieldRead, position: int | None, said: str) -> bool:
    """Tell whether something can be said of this field: of a cell that it has, or a symbol for each of its cells."""
    if position is not None:
        return read.kind is not FieldKind.BOX and position < len(read.readings) and len(said) == 1
    return read.kind is FieldKind.BOX or len(said) == len(read.readings)


def standing(read: FieldRead, words: Sequence[Word]) -> Standing:
    """Find how a field stands.

    Parameters
    ----------
    words
        In order; all of them fit the field.
    """
    first = _voice(read, [word for word in words if word.screen in (Screen.SHEET, Screen.FIELD)])
    second, third = (
        _voice(read, [word for word in words if word.screen is screen][-1:]) for screen in (Screen.SECOND, Screen.THIRD)
    )
    if third.complete:
        return _settled(read, third)
    if second.complete and _at_odds(first, second):
        return _disputed(read, first if first.complete else second)
    if first.complete:
        seconded = second.complete and second.cells == first.cells
        wanted = not second.complete and any(word.second_look for word in words)
        voice = replace(first, decided=second.decided) if seconded else first
        return _settled(read, voice, Look.SECOND if wanted else None)
    return _settled(read, second) if second.complete else _waiting(read, first)


def _voice(read: FieldRead, words: Sequence[Word]) -> _Voice:
    """Put the words of one look together, the later over the earlier.

    That somebody could not tell is no word against a reading that was accepted, as it may be when the scan is read
    again.
    """
    if not read.reason:
        words = [word for word in words if word.position is None or word.said != UNSURE]
    said: dict[int, str] = {}
    for word in words:
        said |= dict(enumerate(word.said)) if word.position is None else {word.position: word.said}
    decided = tuple(said.get(place) for place in range(len(read.readings)))
    cells = "".join(symbol or as_read for symbol, as_read in zip(decided, read.cells, strict=False))
    if read.kind is FieldKind.BOX:
        cells = words[-1].said if words else read.cells
    whole = any(word.position is None for word in words)
    doubtful = doubtful_cells(read)
    enough = whole or not read.reason or (bool(doubtful) and said.keys() >= set(doubtful))
    complete = bool(words) and enough and UNSURE not in said.values()
    return _Voice(cells, decided, words[-1].reviewer if words else "", whole, complete)


def _at_odds(first: _Voice, second: _Voice) -> bool:
    """Tell whether a second look that is complete disputes the first: if that is not, what was said of its cells."""
    cells = first.cells
    if not first.complete:
        said = zip_longest(first.decided, second.cells, fillvalue="")
        cells = "".join(mine if mine and mine != UNSURE else theirs for mine, theirs in said)
    return value_of(cells) != value_of(second.cells)


def _settled(read: FieldRead, voice: _Voice, look: Look | None = None) -> Standing:
    """Let a complete look decide; `look` is wanted all the same."""
    same = value_of(voice.cells) == value_of(read.cells)
    return Standing(
        cells=voice.cells,
        status=FieldStatus.CONFIRMED if same else FieldStatus.CORRECTED,
        reviewer=voice.reviewer,
        decided=voice.decided,
        open=frozenset(),
        look=look if read.pictured else None,
    )


def _disputed(read: FieldRead, shown: _Voice) -> Standing:
    """Wait for a third look; until then what one of the others said is told."""
    third = _settled(read, shown, Look.THIRD)
    return replace(third, status=FieldStatus.REVIEW, reviewer="")


def _waiting(read: FieldRead, first: _Voice) -> Standing:
    """Say what a field waits for about which nobody has said enough."""
    undecided = [place for place in doubtful_cells(read) if first.decided[place] is None]
    if not read.reason:
        look = None
    elif first.whole:
        look = Look.UNSURE
    else:
        on_sheets = undecided and all(read.readings[place].pictured for place in undecided)
        look = Look.SHEET if on_sheets else Look.FIELD
    return Standing(
        cells=first.cells if read.reason else read.cells,
        status=FieldStatus.REVIEW if read.reason else FieldStatus.ACCEPTED,
        reviewer="",
        decided=first.decided,
        open=frozenset(undecided if look is Look.SHEET else ()),
        look=look if read.pictured or look is Look.SHEET else None,
    )

"""What the templates of the sample forms refer to: pictures of the blank forms, and lists of lawful numbers."""

import zlib
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import NamedTuple

import numpy as np

from digitizer.document import BLANK
from samples.files import save_png, write_csv
from samples.forms.cheque import cheque
from samples.forms.exam import QUESTIONS as EXAM_QUESTIONS
from samples.forms.exam import cover_sheet
from samples.forms.postal import LIST_ROWS, foreign_card, letter_card, redirection_list
from samples.forms.survey import DAYS, HOURS, QUESTIONS, survey_sheet
from samples.scanner import to_grey
from samples.sheet import BLACK, Sheet

REFERENCE_DPI = 126.9999
"""5 px/mm, so that a page of whole mm ends with a pixel; a hair less, for its size in px is rounded up."""


def blank_cheque() -> Sheet:
    """Print a cheque."""
    return cheque(10 * BLANK, 6 * BLANK, 2 * BLANK, "", "")


def blank_cover_sheet() -> Sheet:
    """Print an exam's cover sheet."""
    return cover_sheet(7 * BLANK, EXAM_QUESTIONS * [2 * BLANK], 3 * BLANK)


def blank_survey_sheet() -> Sheet:
    """Print a counting sheet; its code is that of one sheet, another stands on each."""
    counts, tally = len(QUESTIONS) * [3 * BLANK], len(HOURS) * [len(DAYS) * BLANK]
    return survey_sheet(counts, 4 * BLANK, tally, np.random.default_rng(0))


def blank_letter_card() -> Sheet:
    """Print a letter card; the cards that are scanned have boxes in black or in a drop-out colour."""
    return letter_card("", "", "", 5 * BLANK, BLACK)


def blank_card_to_denmark() -> Sheet:
    """Print a card from home to Denmark."""
    return foreign_card((), 5 * BLANK, (), 4 * BLANK)


def blank_card_to_india() -> Sheet:
    """Print a card from Denmark to India."""
    return foreign_card((), 4 * BLANK, (), 6 * BLANK)


def blank_redirection_list() -> Sheet:
    """Print a list of redirections without names."""
    return redirection_list(LIST_ROWS * [("", "")], LIST_ROWS * [(5 * BLANK, 5 * BLANK)], "")


BLANK_FORMS: Mapping[str, Mapping[str, Callable[[], Sheet]]] = {
    "cheque": {"cheque": blank_cheque},
    "exam": {"exam-cover": blank_cover_sheet},
    "postal": {
        "card-to-denmark": blank_card_to_denmark,
        "card-to-india": blank_card_to_india,
        "letter-card": blank_letter_card,
        "redirection-list": blank_redirection_list,
    },
    "survey": {"survey-sheet": blank_survey_sheet},
}
"""The forms of each job, by the ids of their templates."""


class NumberList(NamedTuple):
    """A list of lawful numbers: those that the job writes, and invented ones."""

    file: str
    column: str
    digits: int
    length: int


LISTS = {"exam": NumberList("roster.csv", "student", 7, 120), "postal": NumberList("codes.csv", "code", 5, 400)}


def write_references(job: str, folder: Path) -> None:
    """Draw the blank forms of a job, grey, as `<form>.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    for form, blank in BLANK_FORMS[job].items():
        save_png(folder / f"{form}.png", to_grey(blank().render(REFERENCE_DPI)), round(REFERENCE_DPI))


def write_list(job: str, folder: Path, written: AbstractSet[str]) -> None:
    """Write the list of a job that has one: all numbers of its length that are `written`, hidden among others."""
    if job not in LISTS:
        return
    wanted = LISTS[job]
    rng = np.random.default_rng(zlib.crc32(wanted.file.encode()))
    numbers = {value for value in written if len(value) == wanted.digits}
    while len(numbers) < wanted.length:
        numbers.add(f"{rng.integers(10**wanted.digits):0{wanted.digits}d}")
    write_csv(folder / wanted.file, [wanted.column], [[number] for number in sorted(numbers)])

"""The rows of `fields.csv` and `pages.csv`: what was read, as text that any program can open."""

import csv
import io
import unicodedata
from collections.abc import Iterable
from decimal import ROUND_DOWN, Decimal
from typing import IO, TYPE_CHECKING

from digitizer.document import FieldResult, PageResult

if TYPE_CHECKING:
    from _csv import Writer

FIELD_COLUMNS = (
    "scan",
    "page",
    "form",
    "field",
    "value",
    "cells",
    "confidence",
    "status",
    "reason",
    "cell_confidences",
    "x",
    "y",
    "width",
    "height",
    "machine_value",
    "reviewer",
)
PAGE_COLUMNS = (
    "scan",
    "page",
    "form",
    "status",
    "reason",
    "fields",
    "residual_mm",
    "dpi",
    "rotation",
    "sha256",
)

_CONFIDENCE_STEP = Decimal("0.0001")
_FORMULA_STARTS = ("=", "+", "-", "@", "'")
"""What a spreadsheet takes for a formula; and the apostrophe itself, lest two names become one."""
_LINE_BREAKING = {"Cc", "Zl", "Zp"}
"""Unicode categories of control characters and of line and paragraph separators."""


def in_order(pages: Iterable[PageResult]) -> list[PageResult]:
    """Sort by scan and page; a file that has no page comes with its one row."""
    return sorted(pages, key=lambda page: (page.scan, page.page or 0))


def fields_csv(pages: Iterable[PageResult]) -> str:
    """Return `fields.csv`: one line per page and field, in page order and the pages' own field order."""
    return _table(FIELD_COLUMNS, (field_row(page, field) for page in in_order(pages) for field in page.fields))


def pages_csv(pages: Iterable[PageResult]) -> str:
    """Return `pages.csv`: one line per page, and per file that has none."""
    return _table(PAGE_COLUMNS, (page_row(page) for page in in_order(pages)))


def outside_text(text: str) -> str:
    r"""Make text from outside harmless in a spreadsheet, and one line long.

    Control characters and line separators are written as `\xNN` or `\uNNNN`. Text that a spreadsheet would
    take for a formula gets an apostrophe in front.

    See also: OWASP, "CSV Injection".
    """
    line = "".join(visible(character) for character in text)
    return f"'{line}" if line.startswith(_FORMULA_STARTS) else line


def visible(character: str) -> str:
    r"""Return a character, or `\xNN` for one that would break a line or steer a terminal."""
    if unicodedata.category(character) not in _LINE_BREAKING:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def confidence_text(confidence: float) -> str:
    """Write a probability with four decimals, rounded down: what is written never claims more than is so.

    The digits are those of the shortest decimal that is the same float, so that 0.29, whose binary value
    lies a little below, stays 0.2900.
    """
    return str(Decimal(repr(float(confidence))).quantize(_CONFIDENCE_STEP, rounding=ROUND_DOWN))


def field_row(page: PageResult, field: FieldResult) -> tuple[str, ...]:
    """Return one line of `fields.csv`."""
    return (
        outside_text(page.scan),
        str(page.page),
        field.form,
        outside_text(field.field),
        field.value,
        field.cells,
        confidence_text(field.confidence),
        field.status,
        field.reason,
        " ".join(confidence_text(confidence) for confidence in field.cell_confidences),
        str(field.x),
        str(field.y),
        str(field.width),
        str(field.height),
        field.machine_value,
        outside_text(field.reviewer),
    )


def page_row(page: PageResult) -> tuple[str, ...]:
    """Return one line of `pages.csv`."""
    return (
        outside_text(page.scan),
        "" if page.page is None else str(page.page),
        page.form,
        page.status,
        page.reason,
        str(len(page.fields)),
        "" if page.residual_mm is None else f"{page.residual_mm:.3f}",
        "" if page.dpi is None else f"{page.dpi:.6g}",
        "" if page.rotation is None else str(page.rotation),
        page.sha256,
    )


def table_writer(file: IO[str]) -> "Writer":
    """Return what writes rows as the CSVs have them: quoted where needed, each ended by LF."""
    return csv.writer(file, lineterminator="\n")


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    text = io.StringIO()
    writer = table_writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()

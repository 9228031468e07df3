"""`report.html`: one file that holds all it shows, readable without a network and without a script.

The same findings give the same bytes: nothing in it tells of a time, a path or a machine.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from digitizer.budget.text import learned_lines
from digitizer.document import AUTO_FORM, PageResult
from digitizer.report import charts, words
from digitizer.report.advice import field_meaning, page_advice
from digitizer.report.findings import Attention, DoubtfulCell, FieldTally, Findings, Mistake
from digitizer.report.html_cards import cards
from digitizer.report.html_next import next_commands

MOST_FIELDS, MOST_REASONS, MOST_LEARNED = 40, 20, 15
"""Rows of a table; how many more there are is said."""
_ONE_COLUMN = 8
_TEMPLATE, _STYLE = "report.html.j2", "report.css"


@dataclass(frozen=True, slots=True)
class ReadWith:
    """With what scans were read: one row of a table.

    Attributes
    ----------
    templates
        Each as its name and version; empty where every comb and grid was read.
    threshold
        Confidence from which fields are accepted, 0-1.
    scans
        How many were read so.
    learned
        How many other thresholds held for some forms and fields.
    """

    version: str
    model: str
    model_sha256: str
    templates: tuple[str, ...]
    threshold: float
    scans: int
    learned: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """All that `report.html` shows.

    Attributes
    ----------
    cells, mistakes, unread
        Examples, each with the address of its picture; empty where there is none.
    read_with
        The newest last.
    reviewers
        Of those who were given known answers to find.
    scans_at_hand
        Whether pictures of unread pages were looked for among the scans.
    """

    findings: Findings
    cells: tuple[tuple[DoubtfulCell, str], ...] = ()
    mistakes: tuple[tuple[Mistake, str], ...] = ()
    unread: tuple[tuple[PageResult, str], ...] = ()
    read_with: tuple[ReadWith, ...] = ()
    reviewers: tuple[Attention, ...] = ()
    scans_at_hand: bool = False


def report_html(report: Report) -> str:
    """Write the report."""
    found, style = report.findings, _packaged(_STYLE)
    learned = list(learned_lines(found.budget.now.learned, found.budget.present))
    return _template().render(
        report=report,
        found=found,
        style=Markup(style),  # noqa: S704 - a file of this package
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        cards=cards(found),
        next_commands=next_commands(found),
        budget_chart=charts.budget_chart(found.budget),
        reliability_chart=charts.reliability_chart(found.bins),
        learned=learned[:MOST_LEARNED],
        more_learned=len(learned[MOST_LEARNED:]),
        field_columns=_columns(found.by_field[:MOST_FIELDS]),
        more_fields=len(found.by_field[MOST_FIELDS:]),
        shown_reasons=list(found.field_reasons.items())[:MOST_REASONS],
    )


def _columns(rows: Sequence[FieldTally]) -> list[Sequence[FieldTally]]:
    """Return the rows of a table, of a long one in two halves that stand beside each other."""
    if len(rows) <= _ONE_COLUMN:
        return [rows]
    half = (len(rows) + 1) // 2
    return [rows[:half], rows[half:]]


def _field_bar(tally: FieldTally) -> Markup:
    parts = [("good", tally.accepted), ("settled", tally.settled), ("bad", tally.review)]
    return charts.bar(parts, tally.total)


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "number": words.number,
        "share": words.share_down,
        "rate": words.rate_up,
        "expected": words.expected,
        "whole": words.whole_up,
        "one_in": words.one_in,
        "confidence": words.confidence,
        "plain": words.plain,
        "page_advice": page_advice,
        "field_meaning": field_meaning,
        "field_bar": _field_bar,
    }
    environment.globals |= {"span": words.span, "auto_form": AUTO_FORM}
    return environment.from_string(_packaged(_TEMPLATE))


def _packaged(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")

"""The report knows a meaning and an advice for every reason that the program gives."""

import re
from pathlib import Path

import pytest

from digitizer.document import LOW_CONFIDENCE
from digitizer.forms.registering.registration import NO_TEMPLATE, NOT_REGISTERED
from digitizer.ledger.records import DUPLICATE, PURGED
from digitizer.pipeline import NO_FIELDS, UNREADABLE_CELL
from digitizer.report.advice import field_meaning, page_advice
from digitizer.worker import INTERNAL_ERROR, OUT_OF_MEMORY
from digitizer.workers import CRASHED, TIMEOUT

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
DOCUMENTED = re.findall(r"^\| `(\w+)` \|", OPERATIONS.read_text(encoding="utf-8"), re.MULTILINE)
GIVEN = (NO_FIELDS, NO_TEMPLATE, NOT_REGISTERED, DUPLICATE, PURGED, CRASHED, TIMEOUT, OUT_OF_MEMORY, INTERNAL_ERROR)


@pytest.mark.parametrize("reason", [*GIVEN, "truncated", "encrypted"])
def test_every_reason_of_a_page_is_explained(reason: str) -> None:
    """With what to do about it; the documentation names it too."""
    advice = page_advice(reason)

    assert advice.meaning
    assert advice.advice
    assert reason in DOCUMENTED


@pytest.mark.parametrize("reason", [LOW_CONFIDENCE, UNREADABLE_CELL, "qa_sample", "rule:required"])
def test_every_reason_of_a_field_is_explained(reason: str) -> None:
    """In a sentence."""
    assert field_meaning(reason).endswith(".")


def test_the_rule_that_is_broken_is_named() -> None:
    """Templates name their rules as they like."""
    assert "“sum of votes”" in field_meaning("rule:sum of votes")


def test_nothing_is_said_of_a_reason_that_is_unknown() -> None:
    """A newer program may have written the ledger."""
    assert page_advice("eaten_by_the_dog").advice == field_meaning("eaten_by_the_dog") == ""

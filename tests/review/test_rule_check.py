"""Rules of a template, heard while a person types."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from digitizer.document import FieldKind
from digitizer.forms.template import FormField, FormPage, Template
from digitizer.ledger.ledger import Ledger, open_ledger
from digitizer.ledger.review import FieldKey
from digitizer.review.rule_check import RuleCheck
from digitizer.rules.laws import in_range
from digitizer.rules.laws_across import sums
from digitizer.rules.rule import Rule
from tests.review.scans_to_review import a_field, a_scan, put

DIGEST = "5" * 64


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Provide a ledger of one page with two parts and their total; its form is called `auto` here."""
    fields = [a_field(0, "first", "10"), a_field(1, "second", "20"), a_field(2, "total", "30"), a_field(3, "free", "1")]
    with open_ledger(tmp_path) as ledger:
        put(ledger, a_scan("a.png", DIGEST, fields))
        yield ledger


def broken(ledger: Ledger, field: str, symbols: str) -> list[str] | None:
    """Say what a value would break."""
    fields = (_field("first", in_range(0, 50)), _field("second"), _field("total"), _field("free"))
    side = FormPage("auto", 1, 210.0, 297.0, fields, rules=(sums("sum", ("first", "second"), "total"),))
    check = RuleCheck(ledger, [Template("auto", 1, "", (side,), "")])
    return check.broken(FieldKey(DIGEST, 1, field), symbols)


def _field(name: str, *rules: Rule) -> FormField:
    required = name == "first"
    return FormField(name, FieldKind.COMB, 1, 2, np.zeros((2, 4, 2)), 2, required=required, rules=rules)


def test_what_obeys_breaks_nothing(ledger: Ledger) -> None:
    """Blanks and crossed out cells are no part of the value."""
    assert broken(ledger, "first", "1_0") == []


def test_a_rule_of_the_field_is_named(ledger: Ledger) -> None:
    """And the sum that it spoils."""
    own, across = broken(ledger, "first", "99") or ["", ""]

    assert own == in_range(0, 50).name
    assert across == "sum (with second, total)"


def test_the_other_fields_count_as_they_stand(ledger: Ledger) -> None:
    """A total is held against what the ledger says of its parts."""
    assert broken(ledger, "total", "30") == []
    assert broken(ledger, "total", "31") == ["sum (with first, second)"]


def test_what_is_required_is_missed(ledger: Ledger) -> None:
    """A field in which something has to stand."""
    assert "something has to stand here" in (broken(ledger, "first", "__") or [])


def test_no_rules_are_told_from_rules_obeyed(ledger: Ledger) -> None:
    """The page says nothing where nothing is known."""
    assert broken(ledger, "free", "7") is None
    assert RuleCheck(ledger).broken(FieldKey(DIGEST, 1, "first"), "99") is None
    assert RuleCheck(ledger).broken(FieldKey("0" * 64, 1, "first"), "99") is None

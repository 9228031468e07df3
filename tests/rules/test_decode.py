"""Decoding: the best value that obeys, how sure it is against brute force, and what is left to a person."""

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.document import Reading
from digitizer.rules.decode import decode
from digitizer.rules.evidence import CellEvidence, from_alternatives, from_cells, value_of
from digitizer.rules.formats import check_digit
from digitizer.rules.law import law_of
from digitizer.rules.laws import date, in_range, length, listed
from digitizer.rules.rule import Rule
from tests.rules.readings import cells, drawn_cells, everything, evidence, torn

CODES = listed(["123", "456", "987", "12"], "codes")
LUHN = check_digit("luhn")
RULES: list[tuple[Rule, ...]] = [
    (in_range(3, 40),),
    (listed(["12", "7", "33"], "codes"),),
    (in_range(3, 40), length(2, 2)),
]


def weighed(field: CellEvidence, rules: tuple[Rule, ...]) -> tuple[dict[str, float], float]:
    """Return by brute force what each value of a field weighs under its rules, and what is no value."""
    law, weights, unread = law_of(rules), defaultdict[str, float](float), 0.0
    for symbols, probability in everything(field).items():
        if "?" in symbols:
            unread += probability * law.odds
        else:
            weights[value_of(symbols)] += probability * law.weight(value_of(symbols))
    return weights, unread


@settings(deadline=None)
@given(st.lists(drawn_cells(), min_size=1, max_size=6))
def test_without_rules_a_field_is_what_it_was(readings: list[Reading]) -> None:
    """Symbols and confidence are those of the plain reading, exactly; nothing asks for a person."""
    field = from_cells(readings, 1.76)

    decision = decode(field, ())

    assert (decision.symbols, decision.confidence) == (field.symbols, field.confidence)
    assert (decision.rule_to_review, decision.changed) == ("", False)


@pytest.mark.parametrize("rules", RULES)
@settings(max_examples=25, deadline=None)
@given(readings=st.lists(drawn_cells(), min_size=2, max_size=2))
def test_confidence_is_the_share_of_all_that_may_be(rules: tuple[Rule, ...], readings: list[Reading]) -> None:
    """A value's confidence is its share of all values' weights, which sum to 1 with what is no value."""
    field = from_cells(readings, 1.76)
    weights, unread = weighed(field, rules)

    decision = decode(field, rules)

    if "?" not in field.symbols:
        truth = weights[decision.value] / (sum(weights.values()) + unread)
        assert decision.confidence == pytest.approx(truth, abs=1e-3)
        assert decision.confidence <= truth + 1e-9
        assert weights[decision.value] == pytest.approx(max(weights.values()))


def test_a_listed_value_is_found() -> None:
    """Where the reading is not listed and one torn cell makes it so, that is the value; what was read stays known."""
    decision = decode(torn("723", 0, "1"), (CODES,))

    assert (decision.value, decision.symbols, decision.machine_value) == ("123", "123", "723")
    assert (decision.changed, decision.violated, decision.questioned_by) == (True, "", "codes")


def test_evidence_may_be_overwhelming() -> None:
    """A value that no other listed one comes near needs no person; one with many neighbours in the list does."""
    neighbours = listed([f"1234{last}" for last in range(10)], "codes")
    alone, near = listed(["12345", "99999"], "codes"), torn("12745", 2, "3")

    assert decode(near, (alone,)).rule_to_review == ""
    assert decode(near, (neighbours,)).rule_to_review == "codes"


def test_a_check_digit_corrects_and_asks() -> None:
    """The one torn digit is put right, but any other may be the one that was misread: a person has to look."""
    decision = decode(torn("49937398716", 3, "2"), (LUHN,))

    assert decision.value == "49927398716"
    assert decision.rule_to_review == "luhn"


def test_what_cannot_obey_stays_as_it_was_read() -> None:
    """Where no value that obeys is credible, the plain reading stands, with the rule that it breaks."""
    decision = decode(evidence("333", 0.9999999), (CODES,))

    assert (decision.value, decision.violated, decision.rule_to_review) == ("333", "codes", "codes")


def test_the_strictest_broken_rule_is_named() -> None:
    """Of several broken rules the rarest obeyed one stands in the reason."""
    assert decode(evidence("333", 0.9999999), (length(2, 2), CODES, date("DDMM"))).violated == "codes"


def test_obeying_makes_surer() -> None:
    """A doubtful reading that passes its checksum is far surer than it was."""
    field = evidence("49927398716", 0.998)

    assert field.confidence < 0.98
    assert decode(field, (LUHN,)).confidence > 0.999


def test_a_blank_field_is_exempt() -> None:
    """A field in which nothing is written breaks no rule of its own; one that is void has no value to judge."""
    assert decode(evidence("___"), (CODES,)).rule_to_review == ""
    assert decode(evidence("xxx"), (CODES,)).rule_to_review == ""


def test_voids_and_blanks_are_left_out() -> None:
    """A value is its digits: a crossed-out cell before them does not break the rule."""
    decision = decode(evidence("x12"), (CODES,))

    assert (decision.value, decision.symbols, decision.violated) == ("12", "x12", "")


def test_rules_propose_what_cannot_be_read() -> None:
    """An unreadable cell is filled in with what the rules allow, and stays in the machine's reading for a person."""
    readings = [*cells("12"), Reading("?", 0.3, (0.0, 0.0, 0.0, 0.3, *[0.0] * 6, 0.7, 0.0))]

    decision = decode(from_cells(readings, 1.0), (listed(["123", "456"], "codes"),))

    assert (decision.symbols, decision.machine_symbols, decision.overwhelming) == ("123", "12?", False)
    assert decision.confidence > 0.9998
    assert decision.rule_to_review == "codes"


def test_a_box_is_decoded_from_its_alternatives() -> None:
    """The listed one of the ways to cut a box is chosen, and a person sees it: what else it may say is not known."""
    box = from_alternatives([("723", 0.6), ("7123", 0.2), ("123", 0.15)])

    decision = decode(box, (CODES,))

    assert (decision.value, decision.machine_value, decision.rule_to_review) == ("123", "723", "codes")

"""Decoding under rules across fields: exact on trees, sound with loops, and what is left to a person."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import permutations, product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.document import Reading
from digitizer.rules.decode import decode_page
from digitizer.rules.evidence import Evidence, from_alternatives, from_cells, value_of
from digitizer.rules.law import odds
from digitizer.rules.laws import length, listed, pattern
from digitizer.rules.laws_across import Sums, equal, sums
from digitizer.rules.rule import CrossRule, Rule
from tests.rules.readings import cell, drawn_cells, everything, evidence, torn

CODES = listed(["123", "456", "987", "12"], "codes")
SUM = sums("sum", ["a", "b"], "t")


@settings(max_examples=10, deadline=None)
@given(st.tuples(drawn_cells(), drawn_cells(), drawn_cells()), st.booleans())
def test_a_sum_gives_each_field_its_share(readings: tuple[Reading, ...], joined: bool) -> None:
    """In a tree of rules each field's confidence is that of brute force over all fields together."""
    fields = {name: from_cells([reading], 1.76) for name, reading in zip("abt", readings, strict=True)}
    across: tuple[CrossRule, ...] = (SUM, equal("same", ["a", "c"])) if joined else (SUM,)
    fields |= {"c": from_cells([cell("4", 0.8, "5", 0.1)], 1.0)} if joined else {}
    said: defaultdict[tuple[str, str], float] = defaultdict(float)
    for way in product(*(everything(field).items() for field in fields.values())):
        weight = prod(p for _, p in way)
        values = {name: value_of(s) for name, (s, _) in zip(fields, way, strict=True)}
        unread = {name for name, (s, _) in zip(fields, way, strict=True) if "?" in s}
        for rule in across:
            weight *= 1 if _obeys(rule, values, unread) else odds(rule.share([1] * len(rule.fields)))
        for name in fields:
            said[name, "?" if name in unread else values[name]] += weight

    decisions = decode_page(fields, {}, across)

    for name, decision in decisions.items():
        if "?" not in fields[name].symbols and all(s not in "x?" for f in fields.values() for s in f.symbols):
            whole = sum(mass for (other, _), mass in said.items() if other == name)
            assert decision.confidence == pytest.approx(said[name, decision.value] / whole, abs=2e-3)


def _obeys(rule: CrossRule, values: Mapping[str, str], unread: set[str]) -> bool:
    """Tell whether values obey; what is no digit, or no digit at all but in a part of a sum, does not."""
    needed = [rule.total] if isinstance(rule, Sums) else rule.fields
    return not unread & set(rule.fields) and all(values[field] for field in needed) and rule.holds(values)


def test_the_order_of_rules_does_not_matter() -> None:
    """All orders of rules, of a field and across fields, give the same decisions to the last bit."""
    rules: tuple[Rule, ...] = (CODES, length(3, 3), pattern("[1-9].*"))
    fields = {"a": torn("723", 0, "1"), "b": evidence("__7"), "t": evidence("130"), "u": evidence("_2")}
    across: tuple[CrossRule, ...] = (SUM, equal("same", ["b", "u"]), sums("again", ["a", "b"], "t"))

    pages = [decode_page(fields, {"a": own}, all_) for own in permutations(rules) for all_ in permutations(across)]

    assert all(page == pages[0] for page in pages)


def test_a_sum_says_which_part_was_misread() -> None:
    """The torn part takes the value with which the sum adds up; all of its fields were in question."""
    fields = {"a": torn("_11", 2, "2"), "b": evidence("__7"), "t": evidence("_19")}

    decisions = decode_page(fields, {}, (SUM,))

    assert [decisions[name].value for name in "abt"] == ["12", "7", "19"]
    assert [decisions[name].questioned_by for name in "abt"] == ["sum"] * 3
    assert decisions["a"].rule_to_review == "sum"


def test_a_sum_that_cannot_add_up_is_violated() -> None:
    """Where no credible values add up, all fields stay as read, and each says so."""
    fields = {"a": evidence("_11", 0.9999999), "b": evidence("___"), "t": evidence("_19", 0.9999999)}

    decisions = decode_page(fields, {}, (SUM,))

    assert [decisions[name].symbols for name in "abt"] == ["_11", "___", "_19"]
    assert [decisions[name].violated for name in "abt"] == ["sum"] * 3


def test_a_blank_total_says_nothing() -> None:
    """Without a total the parts are what they are without the rule."""
    fields = {"a": evidence("_11"), "b": evidence("__7"), "t": evidence("___")}

    decisions = decode_page(fields, {}, (SUM,))

    assert [decisions[name].confidence for name in "abt"] == [fields[name].confidence for name in "abt"]


def test_a_rule_that_closes_a_loop_is_checked() -> None:
    """What two rules say of the same fields is not counted twice, but a rule left out of the count is kept."""
    fields = {"a": evidence("_11"), "b": evidence("__7"), "t": evidence("_18")}

    decisions = decode_page(fields, {}, (SUM, equal("two", ["a", "b"])))

    assert {decision.violated for decision in decisions.values()} >= {"two"}


def test_the_same_rule_twice_is_no_news() -> None:
    """A sum that is named twice makes nobody surer than once."""
    fields = {"a": torn("_11", 2, "2"), "b": evidence("__7"), "t": evidence("_19")}

    once, twice = (decode_page(fields, {}, across) for across in ((SUM,), (SUM, sums("tum", ["a", "b"], "t"))))

    assert [once[name].confidence for name in "abt"] == [twice[name].confidence for name in "abt"]


def test_what_nobody_knows_agrees_by_chance() -> None:
    """What else a box may say can make a sum hold now and then: it is surer than alone, and not quite sure."""
    fields: dict[str, Evidence] = {"a": from_alternatives([("12", 0.9)]), "b": evidence("__7"), "t": evidence("_19")}

    decisions = decode_page(fields, {}, (SUM,))

    assert all(0.99 < decision.confidence < 0.9999 for decision in decisions.values())


def test_a_blank_cell_is_not_filled_for_a_sum() -> None:
    """A field in which nothing is written stays so, and the sum stays broken."""
    readings = [Reading("_", 0.9), Reading("_", 0.9)]
    fields = {"a": evidence("_11", 0.9999999), "b": from_cells(readings, 1.0), "t": evidence("_19", 0.9999999)}

    decisions = decode_page(fields, {}, (SUM,))

    assert decisions["b"].symbols == "__"
    assert decisions["b"].violated == decisions["t"].violated == "sum"


def test_what_cannot_be_read_stays_so_where_nothing_adds_up() -> None:
    """No digit is proposed for an unreadable cell if the sum is broken with it."""
    unreadable = Reading("?", 0.3, (0.0, 0.0, 0.0, 0.3, *[0.0] * 6, 0.7, 0.0))
    fields = {"a": from_cells([unreadable], 1.0), "b": evidence("50", 0.9999999), "t": evidence("12", 0.9999999)}

    decisions = decode_page(fields, {}, (SUM,))

    assert (decisions["a"].symbols, decisions["a"].violated) == ("?", "sum")

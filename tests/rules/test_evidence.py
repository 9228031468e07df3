"""What a field may say: probabilities of values, and the confidence that stays as it was."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.document import BLANK, UNREADABLE, Reading
from digitizer.rules.evidence import from_alternatives, from_cells, value_of
from tests.rules.readings import cells, drawn_cells, everything, evidence

EXPONENT = 1.76


@settings(deadline=None)
@given(st.lists(drawn_cells(), min_size=1, max_size=6))
def test_a_plain_reading_keeps_its_confidence(readings: list[Reading]) -> None:
    """The reading's own string has the probability that the field has without rules, to the last few bits."""
    field = from_cells(readings, EXPONENT)

    said = [dict(zip("0123456789?x_", row, strict=True)) for row in field.cells.tolist()]
    plain = [row[reading.symbol] for row, reading in zip(said, readings, strict=True)]

    assert field.confidence == np.prod([reading.confidence for reading in readings]) ** EXPONENT
    if UNREADABLE not in field.symbols:
        assert np.prod(plain) == pytest.approx(field.confidence)
    assert field.cells.sum(axis=1) == pytest.approx(1)


@settings(max_examples=20, deadline=None)
@given(st.lists(drawn_cells(), min_size=1, max_size=3), st.booleans())
def test_values_have_the_probability_of_all_their_strings(readings: list[Reading], blank: bool) -> None:
    """A value's probability is the sum over all ways to write it, voids and blanks left out."""
    field = from_cells([*readings, Reading(BLANK, 0.98)] if blank else readings, EXPONENT)
    truth: defaultdict[str, float] = defaultdict(float)
    for symbols, probability in everything(field).items():
        truth[value_of(symbols)] += probability if UNREADABLE not in symbols else 0

    values = [value for value in truth if len(value) == 2] or ["7"]
    found = field.probabilities(np.array([list(map(int, value)) for value in values], np.uint8))

    assert found == pytest.approx([truth.get(value, 0.0) for value in values])


@settings(max_examples=20, deadline=None)
@given(st.lists(drawn_cells(), min_size=1, max_size=3))
def test_a_value_is_spelt_in_its_likeliest_way(readings: list[Reading]) -> None:
    """Of all strings that have a value the likeliest is given."""
    field = from_cells(readings, EXPONENT)
    strings = everything(field)
    ways = [symbols for symbols in strings if value_of(symbols) == "7" and UNREADABLE not in symbols]

    spelt = field.spelt("7")

    assert value_of(spelt) == "7"
    assert strings[spelt] == pytest.approx(max(strings[way] for way in ways))


def test_what_cells_cannot_say_is_spelt_as_it_is() -> None:
    """A value with more digits than cells has no string; it stands for itself."""
    assert evidence("12").spelt("123") == "123"
    assert evidence("12").spelt("12") == "12"


def test_strings_come_ranked_and_sum_to_one() -> None:
    """All strings of two cells come, the reading first, and nothing is missing."""
    field = evidence("1_", 0.9)

    ranked = list(field.ranked())

    assert ranked[0][0] == "1_"
    assert sum(probability for _, probability in ranked) == pytest.approx(1)
    assert [p for _, p in ranked] == sorted((p for _, p in ranked), reverse=True)


def test_a_doubted_cell_may_be_anything() -> None:
    """However sure a cell looks, each other symbol gets its twelfth of the doubt; a blank cell stays as it is."""
    sure, doubted = from_cells(cells("1_"), 1.0), from_cells(cells("1_"), 1.0).doubted(0.012)

    assert doubted.cells[0, 2] == pytest.approx(0.988 * sure.cells[0, 2] + 0.001)
    assert doubted.cells[1].tolist() == sure.cells[1].tolist()


def test_what_a_list_leaves_open_is_unexplored() -> None:
    """Of ready alternatives the missing mass counts as unknown, more of it when in doubt."""
    ready = from_alternatives([("12", 0.7), ("112", 0.2)])

    assert (ready.symbols, ready.confidence) == ("12", 0.7)
    assert ready.unexplored == pytest.approx(0.1)
    assert ready.doubted(0.1).unexplored > 0.2
    assert ready.probabilities(np.array([[1, 2], [2, 1]], np.uint8)).tolist() == [0.7, 0.0]
    assert (ready.spelt("112"), ready.spelt("5")) == ("112", "5")

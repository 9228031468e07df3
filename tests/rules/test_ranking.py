"""The likeliest combinations: in order, all of them, each once."""

from itertools import islice, pairwise, product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.rules.ranking import best_first

PLACES = st.lists(st.lists(st.floats(0.01, 1), min_size=1, max_size=4), min_size=1, max_size=4)


@settings(deadline=None)
@given(PLACES)
def test_every_combination_comes_once_and_in_order(places: list[list[float]]) -> None:
    """What comes out is the whole product, falling, each with its probability."""
    choices = [[("abcd"[i], p) for i, p in enumerate(sorted(probabilities, reverse=True))] for probabilities in places]
    truth = {"".join(s for s, _ in way): prod(p for _, p in way) for way in product(*choices)}

    ranked = list(best_first(choices))

    assert dict(ranked) == pytest.approx(truth)
    assert len(ranked) == len(truth)
    assert all(a >= b * (1 - 1e-9) for (_, a), (_, b) in pairwise(ranked))


def test_the_first_come_without_the_rest() -> None:
    """Of 12 to the power of 16 combinations the best three are there at once."""
    choices = [[("a", 0.9)] + [(letter, 0.1 / 11) for letter in "bcdefghijkl"]] * 15 + [[("a", 0.6), ("z", 0.4)]]

    best = list(islice(best_first(choices), 2))

    assert [symbols for symbols, _ in best] == ["a" * 16, "a" * 15 + "z"]


def test_no_place_has_one_combination() -> None:
    """Nothing at all is said in one way, surely."""
    assert list(best_first([])) == [("", 1.0)]

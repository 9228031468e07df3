"""Whether a new network is better by the error budget: what speaks against it is said, and nothing else."""

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.budget.comparison import ALPHA, FIELDS_NEEDED, Comparison, Read, compare, objections, sign_test

RATE = Fraction(1, 100)
SURE, DOUBTFUL = 0.999, 0.9
FIELDS = 200


def read(wrong: int, through: int = FIELDS, fields: int = FIELDS, mnist_wrong: int = 5, mnist: int = 1000) -> Read:
    """Return what a network makes of some fields: the first are wrong, the last go straight through."""
    places = np.arange(fields)
    confidence = np.where(places >= fields - through, SURE, DOUBTFUL)
    return Read(confidence, places >= wrong, places >= wrong, np.arange(mnist) >= mnist_wrong)


def compared(before: Read, after: Read, sampled: int = 0, stands_for: float = 1.0) -> Comparison:
    """Compare them where the last fields were drawn by lot."""
    by_lot = np.arange(len(before.right)) >= len(before.right) - sampled
    return compare(before, after, np.where(by_lot, stands_for, 1.0), by_lot, RATE)


def test_nothing_speaks_against_a_better_network() -> None:
    """Fewer are wrong, more go straight through, MNIST is read as before."""
    assert objections(compared(read(40, through=100), read(10, through=150))) == ()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (read(40, 100), read(10, 150, mnist_wrong=6), "6 of MNIST's 1000 held-out digits are wrong, 5 before"),
        (read(40, 100), read(40, 150), "40 of 200 kept fields are wrong, 40 before"),
        (read(40, 100), read(37, 150), "can be chance"),
        (read(40, 100), read(10, 90), "fewer go straight through: 90 fields instead of 100"),
        (read(40, 100), read(10, 100), "neither more fields go straight through nor fewer of them are wrong"),
        (read(40, 100), read(20, 190), "of what goes straight through is wrong"),
        (read(40, 100, mnist=0), read(10, 150, mnist=0), "none of MNIST's held-out digits"),
        (read(20, 20, fields=49), read(1, 40, fields=49), f"49 .* kept for measuring, and {FIELDS_NEEDED} are needed"),
    ],
    ids=["mnist", "no better", "chance", "fewer through", "the same", "over budget", "no mnist", "few"],
)
def test_each_fault_is_named_alone(before: Read, after: Read, said: str) -> None:
    """With the numbers that tell it."""
    (objection,) = objections(compared(before, after))

    assert re.search(said, objection)


def test_fewer_may_go_through_where_too_many_did() -> None:
    """The network before broke the budget: that it let more through is no merit."""
    assert objections(compared(read(60, through=180), read(10, through=150))) == ()


def test_a_field_drawn_by_lot_speaks_for_those_that_were_not() -> None:
    """Better where the old network was in doubt, and worse where it was sure: nobody would have seen that."""
    before, after = read(40, through=100), read(10, through=150)
    spoilt = after.right.copy()
    spoilt[-1] = False
    found = compared(before, Read(after.confidence, spoilt, after.cells_right, after.mnist_right), 20, 50.0)

    assert any("counting fields drawn by lot" in each for each in objections(found))
    assert (found.sampled, found.all_fields, found.after.wrong_of_all) == (20, 180 + 20 * 50, 10 + 50)


def test_figures_are_those_of_the_fields() -> None:
    """Wrong, straight through, wrong among these."""
    found = compared(read(40, through=170), read(10))

    assert (found.before.wrong, found.after.wrong, found.mended, found.spoilt) == (40, 10, 30, 0)
    assert (found.before.through, found.before.errors_through) == (170, 10)
    assert (found.after.through, found.after.errors_through) == (200, 10)


def test_the_sign_test_is_the_textbooks() -> None:
    """Five of five heads come by chance once in 32 times; 8 and more of 10 56 times in 1024."""
    assert sign_test(5, 0) == 1 / 32
    assert sign_test(8, 2) == 56 / 1024
    assert sign_test(0, 0) == 1.0


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_sign_test_weighs_both_sides(mended: int, spoilt: int) -> None:
    """It is a probability, falls with each mended field, and with its mirror image makes 1 and what both hold."""
    there = sign_test(mended, spoilt)

    assert 0 < there <= 1
    assert sign_test(mended + 1, spoilt) <= there
    back = sign_test(spoilt, mended)
    if mended != spoilt:
        assert min(there, back) <= 0.5 <= max(there, back)


fields_read = st.integers(FIELDS_NEEDED, 120).flatmap(
    lambda count: st.tuples(
        *(st.lists(st.booleans(), min_size=count, max_size=count) for _ in range(3)),
        *(st.lists(st.sampled_from([0.5, 0.98, 0.995]), min_size=count, max_size=count) for _ in range(2)),
    )
)


@settings(deadline=None)
@given(fields_read, st.floats(1.0, 100.0))
def test_of_two_networks_at_most_one_is_better(columns: tuple[list[float], ...], stands_for: float) -> None:
    """What is better than another is not worse than it; and nothing is better than itself."""
    first, second, by_lot = (np.array(column, bool) for column in columns[:3])
    digits = np.ones(10, bool)
    one = Read(np.array(columns[3]), first, first, digits)
    other = Read(np.array(columns[4]), second, second, digits)
    weights = np.where(by_lot, stands_for, 1.0)

    there, back = (compare(*pair, weights, by_lot, RATE) for pair in ((one, other), (other, one)))

    assert objections(there) or objections(back)
    assert objections(compare(one, one, weights, by_lot, RATE))
    assert (there.mended, there.spoilt) == (back.spoilt, back.mended)


@settings(deadline=None)
@given(fields_read)
def test_what_is_taken_is_better_on_what_was_kept(columns: tuple[list[float], ...]) -> None:
    """Fewer wrong fields, and not by chance."""
    first, second, by_lot = (np.array(column, bool) for column in columns[:3])
    second |= first  # or hardly any pair would do
    digits = np.ones(10, bool)
    one = Read(np.array(columns[3]), first, first, digits)
    other = Read(np.full(len(first), 0.995), second, second, digits)

    found = compare(one, other, np.ones(len(first)), by_lot, RATE)

    if not objections(found):
        assert found.after.wrong < found.before.wrong
        assert found.by_chance <= ALPHA
        assert found.after.through > found.before.through or found.after.errors_through < found.before.errors_through


@settings(deadline=None)
@given(fields_read, st.floats(0.01, 1000.0))
def test_only_proportions_of_weights_count(columns: tuple[list[float], ...], scale: float) -> None:
    """The verdict is the same for fields counted in dozens."""
    first, second, by_lot = (np.array(column, bool) for column in columns[:3])
    digits = np.ones(10, bool)
    one, other = Read(np.array(columns[3]), first, first, digits), Read(np.array(columns[4]), second, second, digits)

    found, scaled = (compare(one, other, np.full(len(first), each), by_lot, RATE) for each in (1.0, scale))

    assert found.after.at_least == pytest.approx(scaled.after.at_least)
    assert bool(objections(found)) == bool(objections(scaled))

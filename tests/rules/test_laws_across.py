"""Laws across fields: what they allow, and what the others' evidence says of each, against brute force."""

import operator
from collections.abc import Callable
from itertools import product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.rules.laws_across import Ascending, Equal, Sums, ascending, equal, sums
from digitizer.rules.rule import Masses, Plus

SUM = sums("sum", ["a", "b"], "t")
SAME = equal("same", ["a", "b", "t"])
UP = ascending("up", ["a", "b", "t"])
FIELD = st.dictionaries(st.integers(0, 6), st.floats(0.01, 1), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("rule", "values", "holds"),
    [
        (SUM, ("12", "7", "19"), True),
        (SUM, ("12", "", "12"), True),
        (SUM, ("012", "7", "20"), False),
        (SUM, ("12", "7", ""), True),
        (SAME, ("7", "07", ""), True),
        (SAME, ("7", "8", ""), False),
        (UP, ("7", "", "7"), True),
        (UP, ("7", "9", "8"), False),
    ],
)
def test_what_obeys(rule: Sums | Equal | Ascending, values: tuple[str, ...], holds: bool) -> None:
    """Blank parts count 0; where a total, or a field to compare, is blank, it says nothing."""
    assert rule.holds(dict(zip(("a", "b", "t"), values, strict=True))) is holds


@pytest.mark.parametrize(
    ("rule", "digits", "share"),
    [
        (SUM, (2, 2, 3), 1e-3),
        (SUM, (2, 2, 0), 1),
        (SAME, (2, 2, 0), 1e-2),
        (SAME, (2, 0, 0), 1),
        (UP, (1, 2, 3), 1 / 6),
    ],
)
def test_share(rule: Sums | Equal | Ascending, digits: tuple[int, ...], share: float) -> None:
    """The more digits must agree, the rarer it is by chance; 1 where too much is blank to say anything."""
    assert rule.share(digits) == pytest.approx(share)


@pytest.mark.parametrize("rule", [SUM, SAME, UP], ids=lambda rule: rule.name)
@pytest.mark.parametrize("plus", [operator.add, max])
@settings(max_examples=40, deadline=None)
@given(fields=st.tuples(FIELD, FIELD, FIELD))
def test_support_is_that_of_all_agreeing_ways(
    rule: Sums | Equal | Ascending, plus: Plus, fields: tuple[Masses, ...]
) -> None:
    """For each number of each field: all (or the best of) the ways to fill the others that make the rule hold."""
    supports, dropped = rule.support(fields, plus)

    for i, field in enumerate(fields):
        for number in field:
            mass = 0.0
            for others in product(*(one.items() for j, one in enumerate(fields) if j != i)):
                numbers = [str(n) for n, _ in others]
                filled = dict(zip("abt", [*numbers[:i], str(number), *numbers[i:]], strict=True))
                mass = plus(mass, prod(p for _, p in others)) if rule.holds(filled) else mass
            assert supports[i][number] == pytest.approx(mass)
    assert plus is max or dropped == pytest.approx(0, abs=1e-6)


def test_parts_without_digits_count_0() -> None:
    """A part that may be void adds that mass to 0; a total without digits agrees with nothing."""
    supports, _ = SUM.support([{None: 0.2, 5: 0.8}, {3: 1.0}, {3: 0.5, 8: 0.4, None: 0.1}], operator.add)

    assert supports[2] == pytest.approx({3: 0.2, 8: 0.8, None: 0.0})
    assert supports[0] == pytest.approx({None: 0.5, 5: 0.4})


def test_blank_fields_are_not_compared() -> None:
    """A field that says nothing neither agrees nor contradicts."""
    supports, _ = SAME.support([{7: 0.6, 8: 0.4}, {None: 1.0}, {7: 0.9}], operator.add)

    assert supports[0] == pytest.approx({7: 0.9, 8: 0.0})
    assert UP.support([{7: 0.6, 8: 0.4}, {None: 1.0}, {7: 0.9}], operator.add)[0][0] == pytest.approx({7: 0.9, 8: 0})


def test_what_is_dropped_is_told() -> None:
    """Of more sums than are kept apart the lightest fall away, and their share of the mass comes with the result."""
    wide: Masses = dict.fromkeys(range(3000), 1 / 3000)

    _, dropped = SUM.support([wide, {0: 1.0}, {1: 1.0}], operator.add)

    assert dropped == pytest.approx(2 / 3, rel=0.01)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: sums("s", [], "t"), "no parts"),
        (lambda: sums("s", ["a"], "a"), "field a twice"),
        (lambda: equal("e", ["a"]), "two fields at least"),
        (lambda: ascending("u", ["a", "a"]), "field a twice"),
    ],
)
def test_wrong_arguments_are_explained(make: Callable[[], object], complaint: str) -> None:
    """What cannot be a rule raises an error that says what is possible."""
    with pytest.raises(ValueError, match=complaint):
        make()

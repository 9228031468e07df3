"""The rules of a field as one law: how much likelier they make a value."""

import pytest

from digitizer.rules.law import FREE, law_of, odds
from digitizer.rules.laws import in_range, length, listed

CODES = listed(["30", "12", "7", "99"], "codes")


def test_odds_are_those_of_the_prior() -> None:
    """Where a tenth of everything obeys, 0.01 of what is written is spread over the other nine tenths."""
    assert odds(0.1) == pytest.approx((0.01 / 0.9) / (0.99 / 0.1))


def test_what_everything_obeys_is_not_taken_for_certain() -> None:
    """Breaking a rule that nearly all strings obey weighs no less than breaking one that half of them obey."""
    assert odds(1.0) == odds(0.5) == pytest.approx(0.01 / 0.99)


def test_the_strictest_share_stands_for_all() -> None:
    """Rules that overlap do not multiply: a second, looser one leaves the odds as they were."""
    strict, loose = in_range(1, 5), length(1, 2)

    assert law_of((strict, loose)).odds == law_of((strict,)).odds == odds(strict.share)


def test_values_are_weighed() -> None:
    """1 for what obeys all rules, the odds for what breaks one, and for no digits what is as likely either way."""
    law = law_of((CODES, length(2, 2)))

    assert law.weight("12") == 1
    assert law.weight("7") == law.weight("55") == law.odds
    assert law.weight("") == pytest.approx(CODES.share / 0.99)


def test_a_list_is_cut_down_by_the_other_rules() -> None:
    """Of the listed values only those that obey the other rules too are candidates, whichever rule comes first."""
    tables = [law_of(rules).table for rules in ((CODES, in_range(10, 50)), (in_range(10, 50), CODES))]

    assert [[table.tolist() for table in each or ()] for each in tables] == [[[[1, 2], [3, 0]]]] * 2


def test_without_rules_everything_is_as_likely() -> None:
    """No rule weighs nothing and nothing breaks it."""
    assert law_of(()) is FREE
    assert (FREE.weight("7"), FREE.weight(""), FREE.broken_by("7")) == (1, 1, "")

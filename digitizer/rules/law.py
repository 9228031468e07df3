"""The rules of one field as one law: what it allows, and how much likelier that makes a value."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from digitizer.rules.rule import Rule

OBEYED = 0.99
"""Probability that what was written obeys: writers slip, and lists are not quite complete."""
_MAX_SHARE = 0.5
"""A rule that nearly all strings obey says little; how little is not known exactly enough to say it says nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """All rules of a field together.

    Attributes
    ----------
    odds
        Weight of a value that breaks a rule; one that obeys all has 1.
    unknown
        Weight of a value that nobody knows: it obeys as often as any does.
    empty
        Weight of no digits at all (all crossed out), of which rules say nothing.
    table
        All values that obey, if they are known: (N, L) uint8 digits for each length L; else None.
    """

    rules: tuple[Rule, ...]
    odds: float
    unknown: float
    empty: float
    table: tuple[NDArray[np.uint8], ...] | None

    def weight(self, value: str) -> float:
        """Return how much likelier, 0-1, the rules make a value, against one that obeys."""
        if not value:
            return self.empty
        return 1.0 if all(rule.holds(value) for rule in self.rules) else self.odds

    def broken_by(self, value: str) -> str:
        """Name the strictest rule that a value breaks; empty if there is none."""
        broken = [(rule.share, rule.name) for rule in self.rules if value and not rule.holds(value)]
        return min(broken)[1] if broken else ""


FREE = Law((), 1.0, 1.0, 1.0, None)
"""No rule."""


@lru_cache(maxsize=1024)
def law_of(rules: tuple[Rule, ...]) -> Law:
    """Put rules together; their order does not matter.

    The prior is that `OBEYED` of what is written obeys all of them, and else is any value that does not. Rules of one
    field overlap, so that their shares do not multiply: that of the strictest stands for them all, which makes less
    of them than they may say and never more.
    """
    if not rules:
        return FREE
    share = min(rule.share for rule in rules)
    lists = sorted((rule.share, rule.name, rule.values) for rule in rules if rule.values is not None)
    table = None
    if lists:
        table = _tables(value for value in lists[0][2] if all(rule.holds(value) for rule in rules))
    return Law(rules, odds(share), by_chance(share), min(share, _MAX_SHARE) / OBEYED, table)


def by_chance(share: float) -> float:
    """Return the weight of a value that nobody knows, against one that obeys, if a share of everything obeys."""
    return share + (1 - share) * odds(share)


def odds(share: float) -> float:
    """Return the weight of what breaks a rule against what obeys it, if it is obeyed by a share of everything."""
    share = min(share, _MAX_SHARE)
    return (1 - OBEYED) / (1 - share) / (OBEYED / share)


def _tables(values: Iterable[str]) -> tuple[NDArray[np.uint8], ...]:
    """Sort values by length, and take them apart."""
    by_length: defaultdict[int, list[list[int]]] = defaultdict(list)
    for value in sorted(values):
        by_length[len(value)].append(list(map(int, value)))
    return tuple(np.array(rows, np.uint8) for _, rows in sorted(by_length.items()))

"""What fields say together: messages between the fields of a page and the rules that join them.

Sum-product and max-product on a factor graph (Kschischang, Frey and Loeliger, "Factor graphs and the sum-product
algorithm", IEEE Transactions on Information Theory 47, 2001). The graph is kept free of loops, where both are exact.
"""

import math
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from digitizer.rules.law import by_chance, odds
from digitizer.rules.options import Option, Options
from digitizer.rules.rule import CrossRule, Masses, Plus


@dataclass(frozen=True, slots=True)
class Factor:
    """A rule that says something of the fields of this page.

    Attributes
    ----------
    odds
        Weight of values that break it; those that obey have 1.
    unknown
        Weight of values that nobody knows, which obey as often as any do.
    """

    rule: CrossRule
    odds: float
    unknown: float


@dataclass(frozen=True, slots=True)
class _Message:
    """What a rule tells a field.

    Attributes
    ----------
    weights
        For each number that the field may say, 0-1.
    unread, unknown
        The same for ink that is no digit, which cannot obey, and for what nobody knows.
    slack
        How much more, 0-1, it could be for any of them, by what the others say and nobody looked at.
    """

    weights: Mapping[int | None, float]
    unread: float
    unknown: float
    slack: float


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a field says to a rule.

    Attributes
    ----------
    masses, unread, unknown, lost
        Of its numbers; of ink that is no digit; of what nobody knows; the most that all other numbers may have.
    """

    masses: Masses
    unread: float
    unknown: float
    lost: float

    def whole(self, plus: Plus) -> float:
        """Put everything together; the best way to fill the field leaves out what nobody looked at."""
        others = self.unread if plus is max else self.unread + self.unknown + self.lost
        return reduce(plus, self.masses.values(), others)


_TINY = 1e-300
"""Instead of 0, to divide by."""

_Messages = dict[tuple[int, str], _Message]
"""From each rule, by its index, to each of its fields."""


def factors_of(rules: Iterable[CrossRule], written: Mapping[str, int]) -> list[Factor]:
    """Choose the rules that say something, and close no loop: in order of their names.

    A rule that closes a loop is left out: it can be checked in the end, but the messages would go round in circles
    and take their own echo for news. To know less is sound.

    Parameters
    ----------
    written
        How many digits each field holds, 0 for a blank one.
    """
    group = {field: field for field in written}
    factors = []
    for rule in sorted(rules, key=lambda rule: (rule.name, rule.fields)):
        share = rule.share([written[field] for field in rule.fields])
        joined = {group[field] for field in rule.fields}
        if share < 1 and len(joined) == len(rule.fields):
            factors.append(Factor(rule, odds(share), by_chance(share)))
            group = {field: rule.fields[0] if old in joined else old for field, old in group.items()}
    return factors


def likeliest(options: Mapping[str, Options], factors: Sequence[Factor]) -> dict[str, Option]:
    """Return for each field its value in the heaviest way to fill all fields at once."""
    messages = _messages(options, factors, max)
    best = {}
    for field, known in options.items():
        beliefs = _beliefs(known, [m for (_, other), m in messages.items() if other == field])
        if beliefs:
            best[field] = max(beliefs, key=lambda pair: (pair[1], pair[0].weight))[0]
    return best


def posteriors(options: Mapping[str, Options], factors: Sequence[Factor]) -> dict[str, dict[str, float]]:
    """Return for each field the probability, 0-1, of each value; what was not looked at counts against all of them."""
    messages = _messages(options, factors, operator.add)
    found = {}
    for field, known in options.items():
        heard = _hear(known, [m for (_, other), m in messages.items() if other == field], operator.add)
        whole = heard.whole(operator.add)
        beliefs = _beliefs(known, [m for (_, other), m in messages.items() if other == field])
        found[field] = {option.value: belief / whole for option, belief in beliefs if whole > 0}
    return found


def _beliefs(options: Options, messages: Iterable[_Message]) -> list[tuple[Option, float]]:
    told = [message.weights for message in messages]
    return [(option, option.weight * math.prod(weights[option.number] for weights in told)) for option in options.known]


def _messages(options: Mapping[str, Options], factors: Sequence[Factor], plus: Plus) -> _Messages:
    """Pass messages round until each rule has heard of every other: as often as there are rules."""
    messages: _Messages = {}
    for _ in factors:
        messages = {
            (i, field): message
            for i, factor in enumerate(factors)
            for field, message in _tell(i, factor, options, messages, plus).items()
        }
    return messages


def _tell(
    index: int, factor: Factor, options: Mapping[str, Options], messages: _Messages, plus: Plus
) -> dict[str, _Message]:
    """Return what a rule tells its fields, after what all other rules have told these."""
    fields = factor.rule.fields
    heard = []
    for field in fields:
        others = [m for (i, other), m in messages.items() if other == field and i != index]
        heard.append(_hear(options[field], others, plus))
    supports, dropped = factor.rule.support([each.masses for each in heard], plus)
    told = {}
    for i, field in enumerate(fields):
        rest = [heard[j] for j in range(len(fields)) if j != i]
        whole = math.prod(each.whole(plus) for each in rest)
        wholes = [max(each.whole(operator.add), _TINY) for each in rest]
        sure = math.prod(1 - each.lost / all_of_it for each, all_of_it in zip(rest, wholes, strict=True))
        known = math.prod(1 - each.unknown / all_of_it for each, all_of_it in zip(rest, wholes, strict=True))
        told[field] = _Message(
            {n: _softened(mass / whole if whole > 0 else 0.0, factor.odds, plus) for n, mass in supports[i].items()},
            factor.odds,
            factor.unknown,
            1 - sure + dropped + (1 - known) * factor.unknown,
        )
    return told


def _softened(agreeing: float, odds_against: float, plus: Plus) -> float:
    """Return the weight of a number with which a share of all else agrees, and the remainder breaks the rule."""
    if plus is max:
        return max(agreeing, odds_against)
    return agreeing + odds_against * max(0.0, 1 - agreeing)


def _hear(options: Options, messages: Sequence[_Message], plus: Plus) -> _Heard:
    """Return what a field says, after what rules have told it."""
    masses: dict[int | None, float] = {}
    for option, belief in _beliefs(options, messages):
        masses[option.number] = plus(masses.get(option.number, 0.0), belief)
    unread = options.unread * math.prod(message.unread for message in messages)
    unknown = options.unknown * math.prod(message.unknown for message in messages)
    everything = math.fsum(option.weight for option in options.known) + options.lost
    lost = options.lost + sum(message.slack for message in messages) * everything
    return _Heard(masses, unread, unknown, lost)

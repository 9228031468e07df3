"""What a field may say, by the recogniser and its own rules: values with their weights, and what is not among them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from digitizer.document import UNREADABLE
from digitizer.rules.evidence import Evidence, value_of
from digitizer.rules.law import Law

_SETTLED = 1e-5
"""Probability of all strings not looked at below which the search ends: a hundredth of the usual error rate."""
_SURE = 0.9999
"""How sure a plain reading that obeys its rules has to become: what is left can only make it surer."""
_SETTLED_JOINED = 1e-7
"""The same for fields that a rule joins to others: what each leaves out adds up, and counts against what agrees, of
which there may be little."""
_MOST_STRINGS = 1000
"""Strings of symbols that are looked at in a field at most."""
_NEGLIGIBLE = 1e-9
"""Share of the likeliest listed value's probability below which others are not kept apart."""


@dataclass(frozen=True, slots=True)
class Option:
    """A value that a field may have.

    Attributes
    ----------
    weight
        Its probability by the recogniser times its weight by the law, 0-1.
    """

    value: str
    weight: float

    @property
    def number(self) -> int | None:
        """The value as a number; None if it has no digit."""
        return int(self.value) if self.value else None


@dataclass(frozen=True, slots=True)
class Options:
    """All values that a field may have.

    Attributes
    ----------
    known
        The heaviest first.
    unread
        What strings weigh that are no value, for they hold ink that is no digit.
    unknown
        What values weigh that nobody knows: ink in a cell that looks blank, another way to cut a box.
    lost
        The most that all other values can weigh together.
    """

    known: tuple[Option, ...]
    unread: float
    unknown: float
    lost: float


def weigh(evidence: Evidence, law: Law, *, alone: bool = True) -> Options:
    """Weigh what a field may say: every value of a list, or else the likeliest strings, until hardly any is left.

    Parameters
    ----------
    alone
        Whether no rule joins the field to others: if it obeys its own, less has to be looked at.
    """
    value = value_of(evidence.symbols)
    obeys = value != "" and UNREADABLE not in evidence.symbols and law.weight(value) == 1
    if alone and obeys and evidence.confidence >= _SURE:
        return Options((Option(value, evidence.confidence),), 0.0, 0.0, 1 - evidence.confidence)
    if law.table is not None:
        return _listed(evidence, law)
    if not alone:
        return _searched(evidence, law, _SETTLED_JOINED)
    return _searched(evidence, law, 1 - _SURE if obeys else _SETTLED)


def _listed(evidence: Evidence, law: Law) -> Options:
    """Weigh all listed values, and the plain reading; of all others it is known that they break the law."""
    options, listed = [], 0.0
    for digits in law.table or ():
        probabilities = evidence.probabilities(digits)
        listed += float(probabilities.sum())
        for i in np.flatnonzero(probabilities > _NEGLIGIBLE * max(probabilities.max(initial=0.0), _NEGLIGIBLE)):
            value = "".join(map(str, digits[i]))
            options.append(Option(value, float(probabilities[i])))
    lost = listed - sum(option.weight for option in options)
    others = list(_unlisted(evidence, law))
    options += [Option(value, probability * law.weight(value)) for value, probability in others]
    broken = max(0.0, 1 - evidence.unexplored - listed - sum(probability for _, probability in others)) * law.odds
    return Options(_falling(options), 0.0, evidence.unexplored * law.unknown, max(0.0, lost) + broken)


def _unlisted(evidence: Evidence, law: Law) -> Iterator[tuple[str, float]]:
    """Yield the values, with their probabilities, that count for themselves without being listed.

    These are nothing, where all is crossed out, and the plain reading.
    """
    plain = value_of(evidence.symbols)
    values = [""] if UNREADABLE in evidence.symbols or law.weight(plain) == 1 else ["", plain]
    for value in dict.fromkeys(values):
        (probability,) = evidence.probabilities(np.array([list(map(int, value))], np.uint8).reshape(1, -1))
        if probability > 0:
            yield value, float(probability)


def _searched(evidence: Evidence, law: Law, settled: float) -> Options:
    """Weigh the likeliest strings; what is not looked at counts as if it obeyed."""
    weights: defaultdict[str, float] = defaultdict(float)
    unseen, unread = 1.0, 0.0
    for symbols, probability in _worth_a_look(evidence, settled):
        unseen -= probability
        if UNREADABLE in symbols:
            unread += probability * law.odds
        else:
            value = value_of(symbols)
            weights[value] += probability * law.weight(value)
    options = [Option(value, weight) for value, weight in weights.items()]
    lost = max(0.0, unseen - evidence.unexplored)
    return Options(_falling(options), unread, evidence.unexplored * law.unknown, lost)


def _falling(options: Sequence[Option]) -> tuple[Option, ...]:
    return tuple(sorted(options, key=lambda option: (-option.weight, option.value)))


def _worth_a_look(evidence: Evidence, settled: float) -> Iterator[tuple[str, float]]:
    left = 1 - evidence.unexplored
    for count, (symbols, probability) in enumerate(evidence.ranked(), 1):
        yield symbols, probability
        left -= probability
        if left < settled or count == _MOST_STRINGS:
            return

"""Laws for the values of several fields: sums, equality and order."""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from digitizer.rules.rule import Masses, Plus

Support = tuple[list[dict[int | None, float]], float]
"""For each field and number the mass of all that agrees with it; and the share of all mass, 0-1, that was dropped."""

_MOST_SUMS = 2000
"""Partial sums that are kept apart; the lightest others are dropped."""
_NEGLIGIBLE = 1e-8
"""Share of the heaviest way to a partial sum below which others are not followed."""


@dataclass(frozen=True, slots=True)
class Sums:
    """The numbers in `parts` add up to the one in `total`; blank parts count 0, a blank total says nothing."""

    name: str
    parts: tuple[str, ...]
    total: str

    @property
    def fields(self) -> tuple[str, ...]:
        """Parts, then total."""
        return (*self.parts, self.total)

    def holds(self, values: Mapping[str, str]) -> bool:
        """Tell whether the parts add up."""
        return not values[self.total] or sum(int(values[part] or 0) for part in self.parts) == int(values[self.total])

    def share(self, digits: Sequence[int]) -> float:
        """Return the share of totals, of as many digits, that are right."""
        return float(10.0 ** -digits[-1])

    def support(self, masses: Sequence[Masses], plus: Plus) -> Support:
        """Add up what the others say, from both ends of the sum, in which the total is a part below 0."""
        terms = [_numbers(part, plus) for part in masses[:-1]]
        terms.append({-n: mass for n, mass in masses[-1].items() if n is not None})
        before, after = _running_sums(terms, plus), _running_sums(terms[::-1], plus)[::-1]
        supports: list[dict[int | None, float]] = []
        for i, field in enumerate(masses):
            sign = 1 if i == len(masses) - 1 else -1
            supports.append(
                {
                    n: 0.0 if n is None and sign > 0 else _meeting(before[i][0], after[i + 1][0], sign * (n or 0), plus)
                    for n in field
                }
            )
        return supports, before[-1][1] + after[0][1]


@dataclass(frozen=True, slots=True)
class Equal:
    """All fields that are not blank hold the same number."""

    name: str
    fields: tuple[str, ...]

    def holds(self, values: Mapping[str, str]) -> bool:
        """Tell whether the numbers are equal, leading zeros aside."""
        return len({int(values[field]) for field in self.fields if values[field]}) <= 1

    def share(self, digits: Sequence[int]) -> float:
        """Return the share of second numbers, of as many digits, that are equal to the first."""
        written = sorted(count for count in digits if count)
        return float(10.0 ** -sum(written[:-1]))

    def support(self, masses: Sequence[Masses], plus: Plus) -> Support:
        """Multiply what the others say of the same number."""
        del plus
        supports = []
        for i, field in enumerate(masses):
            others = [other for j, other in enumerate(masses) if j != i and not _is_blank(other)]
            supports.append({n: math.prod(o.get(n, 0.0) for o in others) if n is not None else 0.0 for n in field})
        return supports, 0.0


@dataclass(frozen=True, slots=True)
class Ascending:
    """No number is smaller than that of a field before it; blank fields aside."""

    name: str
    fields: tuple[str, ...]

    def holds(self, values: Mapping[str, str]) -> bool:
        """Tell whether the numbers never fall."""
        return all(a <= b for a, b in pairwise(int(values[field]) for field in self.fields if values[field]))

    def share(self, digits: Sequence[int]) -> float:
        """Return the share of orders that ascend."""
        return 1 / math.factorial(sum(count > 0 for count in digits))

    def support(self, masses: Sequence[Masses], plus: Plus) -> Support:
        """Follow the numbers up from the first field and down from the last."""
        written = [i for i, field in enumerate(masses) if not _is_blank(field)]
        up = _chain([masses[i] for i in written], plus, 1)
        down = _chain([masses[i] for i in reversed(written)], plus, -1)[::-1]
        supports: list[dict[int | None, float]] = [dict.fromkeys(field, 0.0) for field in masses]
        for i, below, above in zip(written, up, down, strict=True):
            supports[i] = {n: below.get(n, 0.0) * above.get(n, 0.0) for n in masses[i]}
        return supports, 0.0


def sums(name: str, parts: Sequence[str], total: str) -> Sums:
    """Let the numbers in the fields `parts` add up to the one in `total`.

    Raises
    ------
    ValueError
        If there is no part, or a field is named twice.
    """
    if not parts:
        raise ValueError(f"The sum {name} has no parts: name a field at least.")
    _refuse_twice(name, [*parts, total])
    return Sums(name, tuple(parts), total)


def equal(name: str, fields: Sequence[str]) -> Equal:
    """Let fields hold the same number.

    Raises
    ------
    ValueError
        If there are fewer than two, or one is named twice.
    """
    _refuse_few(name, fields)
    return Equal(name, tuple(fields))


def ascending(name: str, fields: Sequence[str]) -> Ascending:
    """Let the numbers in fields never fall, in the order in which the fields are named.

    Raises
    ------
    ValueError
        If there are fewer than two, or one is named twice.
    """
    _refuse_few(name, fields)
    return Ascending(name, tuple(fields))


def _refuse_few(name: str, fields: Sequence[str]) -> None:
    if len(fields) < 2:
        raise ValueError(f"{name} compares two fields at least, not {len(fields)}.")
    _refuse_twice(name, fields)


def _refuse_twice(name: str, fields: Sequence[str]) -> None:
    twice = next((field for field in fields if list(fields).count(field) > 1), None)
    if twice is not None:
        raise ValueError(f"{name} names the field {twice} twice: each may stand in a rule once.")


def _is_blank(masses: Masses) -> bool:
    return masses.keys() <= {None}


def _numbers(masses: Masses, plus: Plus) -> dict[int, float]:
    """Let a part without digits count 0."""
    numbers = {n: mass for n, mass in masses.items() if n is not None}
    if None in masses:
        numbers[0] = plus(numbers.get(0, 0.0), masses[None])
    return numbers


def _running_sums(terms: Sequence[Mapping[int, float]], plus: Plus) -> list[tuple[dict[int, float], float]]:
    """Add up terms one by one, by convolution: the sums before each term and after the last, and the share dropped."""
    running: list[tuple[dict[int, float], float]] = [({0: 1.0}, 0.0)]
    for term in terms:
        sums_so_far, dropped = running[-1]
        longer = _convolved(_heaviest(sums_so_far), _heaviest(term), plus)
        whole = math.fsum(sums_so_far.values()) * math.fsum(term.values())
        kept = math.fsum(longer.values())
        running.append((longer, dropped + (max(0.0, 1 - kept / whole) if whole > 0 else 0.0)))
    return running


def _heaviest(masses: Mapping[int, float]) -> list[tuple[int, float]]:
    return sorted(masses.items(), key=lambda item: (-item[1], item[0]))[:_MOST_SUMS]


def _convolved(
    sums_so_far: Sequence[tuple[int, float]], term: Sequence[tuple[int, float]], plus: Plus
) -> dict[int, float]:
    """Add each number to each sum, the heaviest first, until what remains is negligible."""
    longer: dict[int, float] = {}
    least = _NEGLIGIBLE * sums_so_far[0][1] * term[0][1] if sums_so_far and term else 0.0
    for total, mass in sums_so_far:
        for number, weight in term:
            if mass * weight < least:
                break
            reached = total + number
            longer[reached] = plus(longer.get(reached, 0.0), mass * weight)
    return longer


def _meeting(before: Mapping[int, float], after: Mapping[int, float], target: int, plus: Plus) -> float:
    """Put together all pairs of sums that add up to the target."""
    shorter, longer = sorted((before, after), key=len)
    mass = 0.0
    for total, weight in shorter.items():
        mass = plus(mass, weight * longer.get(target - total, 0.0))
    return mass


def _chain(masses: Sequence[Masses], plus: Plus, sign: int) -> list[dict[int | None, float]]:
    """Return for each field, and each of its numbers, the mass of all chains of those before it that lead up to it.

    Parameters
    ----------
    sign
        1 for chains that never fall, -1 for those that never rise.
    """
    chains: list[dict[int | None, float]] = [{n: 1.0 for n in masses[0] if n is not None}] if masses else []
    for earlier, field in pairwise(masses):
        reached = sorted((sign * n, mass * chains[-1][n]) for n, mass in earlier.items() if n is not None)
        sofar = list(accumulate((mass for _, mass in reached), plus, initial=0.0))
        places = [n for n, _ in reached]
        chains.append({n: sofar[bisect_right(places, sign * n)] for n in field if n is not None})
    return chains

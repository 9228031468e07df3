"""The likeliest combinations of independent choices, one by one."""

import heapq
import math
from collections.abc import Iterator, Sequence

Choice = tuple[str, float]
Changes = tuple[tuple[int, int], ...]
"""Which places take another than their best choice, ascending, and which: 1 is the second best."""


def best_first(choices: Sequence[Sequence[Choice]]) -> Iterator[tuple[str, float]]:
    """Yield one symbol for each place, joined, and the product of their probabilities: exactly, the greatest first.

    Lazy: the next one costs a few operations on a heap. With the places ordered by what their second choice costs, a
    combination has three successors, none of them likelier, and (but for the first) one predecessor: the last changed
    place goes to its next choice, or the place after it is changed too, or instead of it. (Lawler, "A procedure for
    computing the k best solutions to discrete optimization problems", Management Science 18, 1972, has the principle.)

    Parameters
    ----------
    choices
        For each place its symbols and their probabilities above 0, falling; none empty.
    """
    best = [ranking[0][0] for ranking in choices]
    open_places = [place for place, ranking in enumerate(choices) if len(ranking) > 1]
    order = sorted(open_places, key=lambda place: -choices[place][1][1] / choices[place][0][1])
    factors = [[p / choices[place][0][1] for _, p in choices[place]] for place in order]
    top = math.prod(ranking[0][1] for ranking in choices)
    heap: list[tuple[float, Changes]] = [(-top, ())]
    while heap:
        negative, changes = heapq.heappop(heap)
        symbols = best.copy()
        for turn, rank in changes:
            symbols[order[turn]] = choices[order[turn]][rank][0]
        yield "".join(symbols), -negative
        for successor, ratio in _successors(changes, factors):
            heapq.heappush(heap, (negative * ratio, successor))


def _successors(changes: Changes, factors: Sequence[Sequence[float]]) -> Iterator[tuple[Changes, float]]:
    """Yield the successors of a combination, and by which factor, at most 1, they are less likely."""
    if not changes:
        if factors:
            yield ((0, 1),), factors[0][1]
        return
    turn, rank = changes[-1]
    if rank + 1 < len(factors[turn]):
        yield (*changes[:-1], (turn, rank + 1)), factors[turn][rank + 1] / factors[turn][rank]
    if turn + 1 < len(factors):
        yield (*changes, (turn + 1, 1)), factors[turn + 1][1]
        if rank == 1:
            yield (*changes[:-1], (turn + 1, 1)), factors[turn + 1][1] / factors[turn][1]

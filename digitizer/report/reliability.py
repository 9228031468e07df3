"""Whether confidences hold: what was stated against what was found, where somebody has checked."""

import math
from bisect import bisect_right
from dataclasses import dataclass

EDGES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999)
"""Lower bounds of confidence of the bins: finer where decisions are made. The last one reaches up to 1."""
_Z = 1.959963984540054
"""Of a normal distribution, for 95 %."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Fields of about the same confidence that were checked.

    Attributes
    ----------
    low, high
        Bounds of confidence, 0-1.
    stated
        Mean confidence, 0-1.
    count, right
        Fields, and those of them that are right.
    """

    low: float
    high: float
    stated: float
    count: int
    right: int

    @property
    def observed(self) -> float:
        """Share that is right, 0-1."""
        return self.right / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """Where the share that is right lies with 95 %, 0-1."""
        return interval(self.right, self.count)


class ReliabilityCount:
    """Counts checked fields by confidence."""

    def __init__(self) -> None:
        self._counts = [0] * len(EDGES)
        self._rights = [0] * len(EDGES)
        self._sums = [0.0] * len(EDGES)

    def add(self, confidence: float, *, right: bool) -> None:
        """Count a field that was checked."""
        place = bisect_right(EDGES, confidence) - 1
        self._counts[place] += 1
        self._rights[place] += right
        self._sums[place] += confidence

    def bins(self) -> tuple[Bin, ...]:
        """Return the bins that hold a field, the least sure first."""
        highs = (*EDGES[1:], 1.0)
        return tuple(
            Bin(low, high, total / count, count, right)
            for low, high, total, count, right in zip(EDGES, highs, self._sums, self._counts, self._rights, strict=True)
            if count
        )


def interval(hits: int, count: int) -> tuple[float, float]:
    """Return where a share lies with 95 %, given that `hits` of `count` were drawn (Wilson 1927).

    Parameters
    ----------
    count
        At least 1.
    """
    square = _Z * _Z
    centre = (hits + square / 2) / (count + square)
    half = _Z / (count + square) * math.sqrt(hits * (count - hits) / count + square / 4)
    return (0.0 if hits == 0 else max(centre - half, 0.0)), (1.0 if hits == count else min(centre + half, 1.0))

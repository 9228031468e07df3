"""What an error budget costs: how much would go straight through at other thresholds, counted as fields come by."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

NAMED_RATES = tuple(Fraction(1, 10**power) for power in (5, 4, 3, 2, 1))
"""Allowed errors per field that a table names."""
_STEPS_PER_DECADE = 20
_RATES = (*(10 ** (step / _STEPS_PER_DECADE - 5) for step in range(4 * _STEPS_PER_DECADE + 1)),)
"""Allowed errors per field that a curve is drawn through: 1/100000 to 1/10."""


@dataclass(frozen=True, slots=True)
class BudgetPoint:
    """What one error budget would let through.

    Attributes
    ----------
    threshold
        Confidence, 0-1, from which fields would be accepted.
    passing
        Fields that would be.
    share
        Of all fields, 0-1.
    expected_errors
        Wrong fields among those that pass, as their confidences say.
    """

    threshold: float
    passing: int
    share: float
    expected_errors: float

    @property
    def allowed(self) -> float:
        """Allowed errors per field, 0-1."""
        return float(1 - Fraction(self.threshold).limit_denominator(10**9))

    @property
    def expected_rate(self) -> float | None:
        """Expected errors per field that passes, 0-1; None if none does."""
        return self.expected_errors / self.passing if self.passing else None


@dataclass(frozen=True, slots=True)
class Budget:
    """What other error budgets would let through, the strictest first.

    Attributes
    ----------
    named
        Those of round numbers, and that of now.
    """

    curve: tuple[BudgetPoint, ...]
    named: tuple[BudgetPoint, ...]
    present: BudgetPoint


class BudgetCount:
    """Counts fields between thresholds, so that memory does not grow with their number.

    Parameters
    ----------
    present
        The threshold of now, 0-1.
    """

    def __init__(self, present: float) -> None:
        self._present = present
        self._named = tuple(float(1 - rate) for rate in NAMED_RATES)
        self._curve = tuple(1 - rate for rate in _RATES)
        self._thresholds = sorted({*self._named, *self._curve, present})
        self._fields = 0
        self._counts = [0] * (len(self._thresholds) + 1)
        self._doubts = [0.0] * (len(self._thresholds) + 1)

    def add(self, confidence: float, *, may_pass: bool) -> None:
        """Count a field; one that a person sees at any confidence may not pass."""
        self._fields += 1
        if may_pass:
            place = bisect_right(self._thresholds, confidence)
            self._counts[place] += 1
            self._doubts[place] += 1.0 - confidence

    def budget(self) -> Budget:
        """Return what was counted."""
        named = sorted({*self._named, self._present}, reverse=True)
        return Budget(self._points(self._curve), self._points(named), self._point(self._present))

    def _points(self, thresholds: Iterable[float]) -> tuple[BudgetPoint, ...]:
        return tuple(self._point(each) for each in thresholds)

    def _point(self, threshold: float) -> BudgetPoint:
        place = bisect_right(self._thresholds, threshold)
        passing = sum(self._counts[place:])
        share = passing / self._fields if self._fields else 0.0
        return BudgetPoint(threshold, passing, share, sum(self._doubts[place:]))

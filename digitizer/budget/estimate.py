"""What an error rate comes to: how much goes straight through, how many errors with it, how many minutes of review."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from digitizer.budget.bounds import poisson_interval
from digitizer.budget.learning import ALL, QA_SHARE, Learned, learn
from digitizer.budget.outcomes import FieldTable
from digitizer.budget.recalibration import Recalibration, recalibrate

Floats = NDArray[np.float64]

SECONDS_PER_FIELD = 6.0
"""What a person needs for a doubtful field: to look, to type, to go on."""
RATES = tuple(Fraction(1, each) for each in (10_000, 3_000, 1_000, 300, 100, 30))
"""Error rates to choose from."""
ALPHA = 0.05
"""Probability with which each bound may be wrong."""
_Z = 1.645


@dataclass(frozen=True, slots=True)
class Estimate:
    """What some fields come to at an error rate.

    Attributes
    ----------
    max_errors
        Wrong fields per accepted field.
    learned
        The thresholds, and what reviewers found that speaks for them.
    fields, accepted
        All, and those that go straight through; the sample drawn from them by lot counts among them.
    errors
        Expected number of wrong fields among the accepted ones.
    between
        Within which that number will lie, each side wrong with a probability of `ALPHA`: by chance, and for what is
        not known of what confidences are worth. Before any review these are taken at their word.
    review_minutes
        What people will need for the others and for the sample.
    """

    max_errors: Fraction
    learned: Learned
    fields: int
    accepted: int
    errors: float
    between: tuple[int, int]
    review_minutes: float

    @property
    def straight_through_rate(self) -> float:
        """Accepted among all fields, 0-1; 0 without any."""
        return self.accepted / self.fields if self.fields else 0.0

    @property
    def error_rate(self) -> float | None:
        """Expected errors per accepted field, 0-1; None if none is accepted."""
        return self.errors / self.accepted if self.accepted else None

    @property
    def reviewed(self) -> int:
        """Fields that people have settled and that tell about thresholds."""
        return self.learned.choices[ALL].reviewed


def estimate(
    table: FieldTable,
    max_errors: Fraction,
    *,
    qa_share: float = QA_SHARE,
    seconds_per_field: float = SECONDS_PER_FIELD,
) -> Estimate:
    """Say what fields come to at an error rate, by what reviewers found in them and by their confidences.

    Fields that were settled count as if they came again.
    """
    learned = learn(table, max_errors, qa_share)
    thresholds = np.array([learned.policy.threshold_of(*place) for place in table.places])
    passed = table.passes & (table.confidence >= thresholds[table.place])
    settled, accepted = table.outcomes(), int(passed.sum())
    worth = recalibrate(settled, float(1 - max_errors)) if len(settled) else None
    mean, low, high = _errors(table.confidence[passed], worth)
    reviewed = len(table) - accepted + qa_share * accepted
    return Estimate(
        max_errors=max_errors,
        learned=learned,
        fields=len(table),
        accepted=accepted,
        errors=mean,
        between=poisson_interval(low, high, ALPHA),
        review_minutes=reviewed * seconds_per_field / 60,
    )


def _errors(confidence: Floats, worth: Recalibration | None) -> tuple[float, float, float]:
    """Return how many of some fields are expected to be wrong, and between what means that is thought to lie."""
    if not len(confidence):
        return 0.0, 0.0, 0.0
    if worth is None:
        stated = float((1 - confidence).sum())
        return stated, stated, stated
    each = np.ones(len(confidence))
    low, mean, high = (len(confidence) * worth.mean_error(confidence, each, z) for z in (-_Z, 0.0, _Z))
    return mean, low, high

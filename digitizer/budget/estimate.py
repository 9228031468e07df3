"""What an error rate comes to: how much goes straight through, how many errors with it, how many minutes of review."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from digitizer.budget.bounds import poisson_interval
from digitizer.budget.doubts import confidences
from digitizer.budget.learning import ALL, Learned, learn
from digitizer.budget.outcomes import FieldTable, Outcomes
from digitizer.budget.recalibration import recalibrate
from digitizer.policy import QA_SHARE

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


@dataclass(frozen=True, slots=True)
class Expected:
    """What is to be expected of fields that were accepted.

    Attributes
    ----------
    errors
        Number of wrong fields among them.
    between
        Within which that number will lie, see `Estimate`.
    """

    errors: float
    between: tuple[int, int]


def estimate(
    table: FieldTable,
    evidence: FieldTable,
    max_errors: Fraction,
    *,
    qa_share: float = QA_SHARE,
    seconds_per_field: float = SECONDS_PER_FIELD,
) -> Estimate:
    """Say what fields come to at an error rate, by what reviewers found and by their confidences.

    Fields that were settled count as if they came again.

    Parameters
    ----------
    table
        The fields, in any order.
    evidence
        Those that people have settled and that were read with the present network, the oldest first.
    """
    learned = learn(evidence, max_errors, qa_share)
    thresholds = np.array([learned.policy.threshold_of(*place) for place in table.places])
    passed = table.passes & (table.confidence >= thresholds[table.place])
    accepted = int(passed.sum())
    confidence = table.confidence[passed]
    expected = _expected(confidence, np.ones(accepted), evidence.outcomes(), max_errors)
    return Estimate(
        max_errors=max_errors,
        learned=learned,
        fields=len(table),
        accepted=accepted,
        errors=expected.errors,
        between=expected.between,
        review_minutes=review_minutes(len(table) - accepted + qa_share * accepted, seconds_per_field),
    )


def expected_errors(stated: float, doubts: Mapping[int, int], outcomes: Outcomes, max_errors: Fraction) -> Expected:
    """Say how many of some accepted fields are wrong.

    Parameters
    ----------
    stated
        How many by their confidences.
    doubts
        How many of them are how doubtful, see `digitizer.budget.doubts`.
    outcomes
        What people have found in fields that were read with the same network.
    max_errors
        The error rate by which they were accepted.
    """
    if not len(outcomes):
        return Expected(stated, poisson_interval(stated, stated, ALPHA))
    return _expected(*confidences(doubts), outcomes, max_errors)


def review_minutes(fields: float, seconds_per_field: float = SECONDS_PER_FIELD) -> float:
    """Return how long people need for some fields."""
    return fields * seconds_per_field / 60


def _expected(confidence: Floats, counts: Floats, outcomes: Outcomes, max_errors: Fraction) -> Expected:
    """Take confidences for what they are worth, or at their word where nobody has found out."""
    number = float(counts.sum())
    if not number:
        return Expected(0.0, (0, 0))
    if not len(outcomes):
        stated = float(counts @ (1 - confidence))
        return Expected(stated, poisson_interval(stated, stated, ALPHA))
    worth = recalibrate(outcomes, float(1 - max_errors))
    low, mean, high = (number * worth.mean_error(confidence, counts, z) for z in (-_Z, 0.0, _Z))
    return Expected(mean, poisson_interval(low, high, ALPHA))

"""Fields as reviewers leave them, for tests of the error budget."""

import numpy as np

from digitizer.budget.outcomes import Outcomes
from digitizer.document import FieldResult, FieldStatus


def a_field(
    confidence: float = 0.99,
    status: FieldStatus = FieldStatus.REVIEW,
    reason: str = "low_confidence",
    form: str = "ballot",
    name: str = "total",
) -> FieldResult:
    """Return a field of one digit."""
    return FieldResult(form, name, "7", "7", confidence, status, reason, (confidence,), 1, 2, 3, 4, "7")


def some_fields(
    right: int, wrong: int, confidence: float, form: str = "ballot", name: str = "total"
) -> list[FieldResult]:
    """Return fields of one confidence that a person has settled."""
    confirmed = a_field(confidence, FieldStatus.CONFIRMED, form=form, name=name)
    corrected = a_field(confidence, FieldStatus.CORRECTED, form=form, name=name)
    return [confirmed] * right + [corrected] * wrong


def drawn_outcomes(count: int, threshold: float, seed: int, worse: float = 1.0, qa_share: float = 0.01) -> Outcomes:
    """Return what review finds in fields that are wrong `worse` times as often as their confidences say."""
    rng = np.random.default_rng(seed)
    doubt = 10 ** rng.uniform(-5, 0, count)
    wrong = rng.random(count) < np.minimum(doubt * worse, 0.9)
    accepted = 1 - doubt >= threshold
    sampled = accepted & (rng.random(count) < qa_share)
    return Outcomes(1 - doubt, ~wrong, sampled).some(sampled | ~accepted)

"""Which confidence is enough for an error rate: as stated, by a reference, and by what reviewers found.

Thresholds stand on a fixed ladder of doubts, ten rungs to a factor of ten, so that what is found moves a threshold by
whole rungs and the last bits of a sum never do. Rung 0 is the rule before anybody has reviewed anything.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from digitizer.budget.bounds import exact_bounds, lasting_bounds, trials_needed
from digitizer.budget.outcomes import Outcomes
from digitizer.budget.recalibration import Recalibration, recalibrate, telling

Floats = NDArray[np.float64]

ALPHA = 0.05
"""Probability with which a bound may be wrong."""
_Z = 1.645
"""Standard deviations that a normal distribution exceeds with `ALPHA`."""
RUNGS_PER_TENFOLD = 10
STRICTEST, LOOSEST = -20, 10
"""A hundredth of the doubt that the error rate allows as stated, and ten times as much."""
_MOST_DOUBT = 0.5
RECENT = 1000
"""Latest reviewed fields that have to be above suspicion by themselves: about a night."""
_FEW, _TENFOLD, _SPREAD_EVENLY = 20, 10, np.geomspace(0.01, 1, 21)
"""With fewer sampled fields above a threshold, their doubts are taken to be a tenth of those of the fields less than a
tenfold below it; where these are as few, to spread evenly over two tenfolds from it, on a logarithmic scale."""
_ERRORS_BORNE = 2
"""Errors that a proof is to survive: it waits for so many fields."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A threshold, and what speaks for it.

    Attributes
    ----------
    rung
        On the ladder: below 0 stricter than the error rate alone would have it, above 0 looser.
    threshold
        Confidence from which a field is accepted, 0-1.
    reviewed, sampled, errors
        Fields that were reviewed; those of them that had been accepted and were drawn by lot; the errors among these.
    bounds
        Of the error rate among accepted fields, 0-1, by the sample alone, however often it is looked at.
    """

    rung: int
    threshold: float
    reviewed: int
    sampled: int
    errors: int
    bounds: tuple[float, float]


def rung_threshold(max_errors: Fraction, rung: int) -> float:
    """Return the threshold of a rung; on rung 0 exactly 1 - `max_errors`."""
    if rung == 0:
        return float(1 - max_errors)
    doubt = float(max_errors)
    return 1.0 - min(doubt * 10 ** (rung / RUNGS_PER_TENFOLD), max(doubt, _MOST_DOUBT))


def reference_threshold(
    confidence: Floats, correct: NDArray[np.bool_], max_errors: Fraction, alpha: float = ALPHA
) -> float:
    """Return the lowest threshold at which reference fields prove the error rate among accepted ones.

    From the strictest rung down, as long as the exact upper bound is within the rate; rungs with too few fields to
    prove anything are passed over. This is selection with guaranteed risk (Geifman and El-Yaniv, "Selective
    classification for deep neural networks", NeurIPS 2017), tested in a fixed order (Angelopoulos, Bates, Candès,
    Jordan and Lei, "Learn then test", Annals of Applied Statistics 19, 2025). It holds for fields that are like the
    reference, and for no others.

    Returns
    -------
    float
        0-1; that of rung 0 where nothing looser is proven.
    """
    proven = 0
    for rung in range(STRICTEST, LOOSEST + 1):
        above = confidence >= rung_threshold(max_errors, rung)
        count = int(above.sum())
        if exact_bounds(0, count, alpha)[1] > max_errors:
            continue
        if exact_bounds(int((above & ~correct).sum()), count, alpha)[1] > max_errors:
            break
        proven = rung
    return rung_threshold(max_errors, max(proven, 0))


def reviewed_threshold(outcomes: Outcomes, max_errors: Fraction, qa_share: float, alpha: float = ALPHA) -> Choice:
    """Choose a threshold by what reviewers found: stricter on suspicion, looser on proof.

    Parameters
    ----------
    outcomes
        Of fields that one threshold is to serve, the oldest first: the latest are also judged by themselves, for a
        scanner may have been changed since.
    qa_share
        Share of accepted fields, above 0, that are drawn by lot for review.
    """
    rate = float(max_errors)
    sample = outcomes.some(outcomes.sampled)
    errors = int((~sample.correct).sum())
    if rate == 0:  # nothing can prove that no error will ever be made
        return Choice(0, 1.0, len(outcomes), len(sample), errors, (0.0, 1.0))
    bounds = lasting_bounds(errors, len(sample), alpha, rate)
    rung = 0
    if len(outcomes):
        rung = _unsuspected(outcomes, max_errors, qa_share, _proven(outcomes, max_errors, alpha))
        rung = _unsuspected(outcomes.latest(RECENT), max_errors, qa_share, rung)
    return Choice(rung, rung_threshold(max_errors, rung), len(outcomes), len(sample), errors, bounds)


def _unsuspected(outcomes: Outcomes, max_errors: Fraction, qa_share: float, proven: int) -> int:
    """Return the highest rung up to the proven one on which recalibrated confidences, at their upper bound, will do."""
    stated = rung_threshold(max_errors, 0)
    if not _more_wrong_than_stated(telling(outcomes, stated)):
        return proven
    worth = recalibrate(outcomes, stated)
    weights = np.where(outcomes.sampled, 1 / qa_share, 1.0)
    for rung in range(proven, STRICTEST, -1):
        threshold = rung_threshold(max_errors, rung)
        if _mean_error(worth, outcomes, weights, threshold) <= max_errors:
            return rung
    return STRICTEST


def _more_wrong_than_stated(outcomes: Outcomes) -> bool:
    """Tell whether there is any ground for suspicion: a bound is wide where little was seen, and few are no worse."""
    return float((~outcomes.correct).sum()) > float((1 - outcomes.confidence).sum())


def _mean_error(worth: Recalibration, outcomes: Outcomes, weights: Floats, threshold: float) -> float:
    """Bound the mean error of accepted fields from above."""
    above = outcomes.confidence >= threshold
    if (above & outcomes.sampled).sum() >= _FEW:
        return worth.mean_error(outcomes.confidence[above], weights[above], _Z)
    doubt = 1 - outcomes.confidence
    near = doubt[~above & (doubt <= _TENFOLD * (1 - threshold))]
    alike = 1 - (near / _TENFOLD if len(near) >= _FEW else (1 - threshold) * _SPREAD_EVENLY)
    return worth.mean_error(alike, np.ones(len(alike)), _Z)


def _proven(outcomes: Outcomes, max_errors: Fraction, alpha: float) -> int:
    """Return the highest rung from 0 down to which reviewed fields prove the rate by themselves.

    What would newly go through has been reviewed, every field of it. If its error rate is within the budget, so is that
    of all accepted fields, for those above are no worse: nothing but this order of confidences is taken for granted.
    Rungs are tested in a fixed order; which are passed over for want of fields does not hang on errors.
    """
    rate, proven = float(max_errors), 0
    needed = trials_needed(rate, alpha, _ERRORS_BORNE)
    below = outcomes.confidence < rung_threshold(max_errors, 0)
    for rung in range(1, LOOSEST + 1):
        band = outcomes.some(below & (outcomes.confidence >= rung_threshold(max_errors, rung)))
        if len(band) < needed:
            continue
        if lasting_bounds(int((~band.correct).sum()), len(band), alpha, rate)[1] > rate:
            break
        proven = rung
    return proven

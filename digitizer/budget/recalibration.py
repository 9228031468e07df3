"""What confidences are worth, judged by what reviewers found: a straight line on the scale of log-odds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitizer.budget.outcomes import Outcomes

Floats = NDArray[np.float64]

AS_STATED = np.array([0.0, 1.0])
"""The line under which a field is wrong as often as its confidence says: no offset at the threshold, slope 1."""
SPREAD = np.array([0.7, 0.3])
"""Standard deviations about it that are thought likely before anything is known: a factor of two, a third of the slope.
Were they much wider, knowing nothing would be ground for suspicion."""
NO_STEEPER = np.array([0.7, 1e-4])
"""The same with the slope as stated. Errors that fall faster than confidences say near the threshold may not do so
above it, where few are ever seen: the line is continued no more steeply than stated."""
REACH, LEAST_CONFIDENCE = 30, 0.5
"""Fields of up to so many times the doubt at the threshold tell about those above it, if they are as sure as that."""
_NEARLY = 1e-9
"""How near to 0 and 1 a confidence is taken to come."""
_STEPS = 50


@dataclass(frozen=True, slots=True)
class Recalibration:
    """Log-odds of being wrong = centre + line[0] + line[1] * (those that the confidence states - centre).

    Attributes
    ----------
    centre
        Log-odds of being wrong that the threshold states.
    line
        (2,) float64, offset and slope, the likeliest.
    covariance
        (2, 2) float64, of the two.
    """

    centre: float
    line: Floats
    covariance: Floats

    def error(self, confidence: Floats) -> Floats:
        """Return the probability, 0-1, that fields of (N,) confidences are wrong."""
        return _sigmoid(self.centre + _features(confidence, self.centre) @ self.line)

    def mean_error(self, confidence: Floats, weights: Floats, z: float) -> float:
        """Bound the mean probability that fields are wrong, each counted `weights` times.

        Parameters
        ----------
        z
            Standard deviations above the likeliest, by the delta method on the logarithm; 0 for the likeliest itself.
        """
        features, errors = _features(confidence, self.centre), self.error(confidence)
        shares = weights / weights.sum()
        mean = float(shares @ errors)
        slope = (shares * errors * (1 - errors)) @ features / mean
        return min(1.0, mean * float(np.exp(z * np.sqrt(slope @ self.covariance @ slope))))


def recalibrate(outcomes: Outcomes, threshold: float) -> Recalibration:
    """Fit the line to reviewed fields, starting from `AS_STATED`; without any it stays there.

    Logistic regression on the stated log-odds: Platt, "Probabilistic outputs for support vector machines" (1999), with
    a normal prior and Laplace's approximation. Which fields were reviewed hangs on their confidence alone and on
    chance, so that nothing has to be weighted (selection on what is conditioned on is ignorable: Rubin, "Inference and
    missing data", Biometrika 63, 1976). Only fields near the threshold are used: the line is straight for so far.

    Parameters
    ----------
    threshold
        0-1, of the fields that are to be judged.
    """
    used = telling(outcomes, threshold)
    centre = float(_log_odds(np.array([threshold]))[0])
    free = _fitted(used, centre, SPREAD)
    return free if free.line[1] <= AS_STATED[1] else _fitted(used, centre, NO_STEEPER)


def telling(outcomes: Outcomes, threshold: float) -> Outcomes:
    """Return the fields that are near enough to a threshold, 0-1, to tell about those above it."""
    return outcomes.some(outcomes.confidence >= max(1 - REACH * (1 - threshold), LEAST_CONFIDENCE))


def _fitted(outcomes: Outcomes, centre: float, spread: Floats) -> Recalibration:
    """Find the likeliest line by Newton's method."""
    features, wrong = _features(outcomes.confidence, centre), ~outcomes.correct
    precision = np.diag(spread**-2)
    line = AS_STATED.copy()
    curvature = precision
    for _ in range(_STEPS):
        errors = _sigmoid(centre + features @ line)
        gradient = features.T @ (errors - wrong) + precision @ (line - AS_STATED)
        curvature = (features * (errors * (1 - errors))[:, None]).T @ features + precision
        step = np.linalg.solve(curvature, gradient)
        line = line - np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    return Recalibration(centre, line, np.asarray(np.linalg.inv(curvature), np.float64))


def _features(confidence: Floats, centre: float) -> Floats:
    """Return (N, 2): 1, and how far the log-odds of being wrong that a confidence states lie from the centre."""
    return np.column_stack([np.ones(len(confidence)), _log_odds(confidence) - centre])


def _log_odds(confidence: Floats) -> Floats:
    """Return the log-odds of being wrong that (N,) confidences state."""
    doubt = np.clip(1 - confidence, _NEARLY, 1 - _NEARLY)
    return np.asarray(np.log(doubt / (1 - doubt)))


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(values / 2)))

"""Calibration: making confidence match observed accuracy, and measuring how well it does.

Temperature scaling and the expected calibration error are those of Guo, Pleiss, Sun and Weinberger, "On
calibration of modern neural networks" (ICML 2017); scores become probabilities as in Platt, "Probabilistic
outputs for support vector machines" (1999).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15
"""Bins of equal width, as in the paper."""
TEMPERATURES = (0.05, 20.0)
"""Where a temperature is looked for."""

Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """How often the readings of one span of confidence were right.

    Attributes
    ----------
    low, high
        The span, low < confidence <= high.
    count
        Readings in it.
    confidence, accuracy
        Their means, 0-1; 0 if there is no reading in the bin.
    """

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def softmax(logits: Floats, temperature: float = 1.0) -> NDArray[np.float64]:
    """Turn logits (N, C) into probabilities (N, C), rows summing to 1; a higher temperature is less sure."""
    scaled = np.asarray(logits, np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def negative_log_likelihood(probabilities: Floats, labels: NDArray[np.integer]) -> float:
    """Return the mean of -log p(label) over (N, C) probabilities and (N,) labels."""
    of_label = np.asarray(probabilities, np.float64)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(of_label, 1e-300)).mean())


def fit_temperature(logits: Floats, labels: NDArray[np.integer]) -> float:
    """Find the temperature under which validation data are most likely.

    Parameters
    ----------
    logits
        (N, C), of data that the network was not trained on; log-probabilities will do.
    labels
        (N,) in 0..C-1.

    Raises
    ------
    ValueError
        If there is no data.
    """
    if len(labels) == 0:
        raise ValueError("A temperature cannot be fitted without data.")
    low, high = np.log(TEMPERATURES[0]), np.log(TEMPERATURES[1])
    shrink = (np.sqrt(5) - 1) / 2
    for _ in range(60):  # golden-section search: the likelihood has a single peak in 1 / temperature
        left, right = high - shrink * (high - low), low + shrink * (high - low)
        if _nll_at(logits, labels, left) < _nll_at(logits, labels, right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def fit_platt(scores: Floats, positive: NDArray[np.bool_], prior: float) -> tuple[float, float]:
    """Find scale and offset that make 1 / (1 + exp(-(scale * score + offset))) a probability.

    Parameters
    ----------
    scores, positive
        (N,) of validation data, and whether each is a positive.
    prior
        Share of positives, 0-1, in what will be read; the data may hold another share.
    """
    share = positive.mean()
    if not 0 < share < 1:
        raise ValueError("Scores can only be calibrated on positives and negatives.")
    weights = np.where(positive, prior / share, (1 - prior) / (1 - share))
    terms = np.column_stack([np.asarray(scores, np.float64), np.ones(len(scores))])
    beta = np.array([1.0, np.log(prior / (1 - prior))])
    for _ in range(50):  # Newton's method, damped by a small ridge
        probability = logistic(terms @ beta)
        gradient = terms.T @ (weights * (probability - positive))
        curvature = (terms.T * (weights * probability * (1 - probability))) @ terms
        beta -= np.linalg.solve(curvature + 1e-6 * len(scores) * np.eye(2), gradient)
    return float(beta[0]), float(beta[1])


def logistic(scores: Floats) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-score)) without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * np.asarray(scores, np.float64))))


def reliability_table(confidence: Floats, correct: NDArray[np.bool_], bins: int = BINS) -> list[ReliabilityBin]:
    """Group (N,) confidences into bins of equal width and compare each with its accuracy."""
    confidence = np.asarray(confidence, np.float64)
    index = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    counts = np.bincount(index, minlength=bins)
    filled = np.maximum(counts, 1)
    confidences = np.bincount(index, confidence, bins) / filled
    accuracies = np.bincount(index, np.asarray(correct, np.float64), bins) / filled
    return [
        ReliabilityBin(i / bins, (i + 1) / bins, int(counts[i]), float(confidences[i]), float(accuracies[i]))
        for i in range(bins)
    ]


def expected_calibration_error(confidence: Floats, correct: NDArray[np.bool_], bins: int = BINS) -> float:
    """Return the mean distance, 0-1, of confidence from accuracy over the readings, by bins; 0 without any."""
    table = reliability_table(confidence, correct, bins)
    total = max(sum(row.count for row in table), 1)
    return sum(row.count * abs(row.confidence - row.accuracy) for row in table) / total


def _nll_at(logits: Floats, labels: NDArray[np.integer], log_temperature: float) -> float:
    return negative_log_likelihood(softmax(logits, float(np.exp(log_temperature))), labels)

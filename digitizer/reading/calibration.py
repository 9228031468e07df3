"""Calibration: making confidence match observed accuracy, and measuring how well it does.

Temperature scaling and the expected calibration error are those of Guo, Pleiss, Sun and Weinberger, "On
calibration of modern neural networks" (ICML 2017); with an offset for each class besides, it is the
bias-corrected temperature scaling of Alexandari, Kundaje and Shrikumar (ICML 2020), which lies between their
temperature and their vector scaling.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15
"""Bins of equal width, as in the paper."""
TEMPERATURES = (0.05, 20.0)
"""Where a temperature is looked for."""
EXPONENTS = (0.02, 50.0)
"""Where the exponent of a field's confidence is looked for."""
_NEARLY = 1e-12
"""How near to 0 and 1 a probability is taken to come, so that one miss does not outweigh all the rest."""
_STEPS = 100
_NO_GAIN = 1e-9
"""Newton's method ends after so many steps, about ten being needed, or where a step makes the data no likelier."""

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


def softmax(logits: Floats, temperature: float = 1.0, offsets: Floats | None = None) -> NDArray[np.float64]:
    """Turn logits (N, C) into probabilities (N, C), rows summing to 1.

    Parameters
    ----------
    temperature
        What logits are divided by; the higher, the less sure.
    offsets
        (C,), added after that; none if None.
    """
    scaled = np.asarray(logits, np.float64) / temperature
    if offsets is not None:
        scaled += offsets
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
    return _likeliest(lambda t: negative_log_likelihood(softmax(logits, t), labels), *TEMPERATURES)


def fit_temperature_and_offsets(
    logits: Floats, labels: NDArray[np.integer], weights: Floats | None = None
) -> tuple[float, NDArray[np.float64]]:
    """Find the temperature and the offset of each class under which validation data are most likely.

    The loss is convex in the offsets and in 1 / temperature, so Newton's method finds its only minimum. A
    standard normal prior around 1 and 0, next to nothing beside many samples, keeps both finite where a class
    is missing or the data are separable, and makes the offsets sum to 0.

    Parameters
    ----------
    logits
        (N, C), of data that the network was not trained on.
    labels
        (N,) in 0..C-1.
    weights
        (N,) >= 0, how much each sample counts, such as what its kind is expected to come to in use over what
        it comes to here; only their proportions matter. All alike if None.

    Returns
    -------
    tuple
        The temperature, and (C,) offsets, as `softmax` takes them.

    Raises
    ------
    ValueError
        If there is no data, or the logits speak against the labels, so that no temperature makes sense.
    """
    z = np.asarray(logits, np.float64)
    counts = np.ones(len(z)) if weights is None else np.asarray(weights, np.float64)
    if counts.sum() <= 0:
        raise ValueError("Temperature and offsets cannot be fitted without data.")
    counts = counts * (len(z) / counts.sum())
    beta = np.zeros(1 + z.shape[1])
    for _ in range(_STEPS):
        step, gain = _newton_step(beta, z, labels, counts)
        while _penalized_loss(beta + step, z, labels, counts) > _penalized_loss(beta, z, labels, counts):
            step /= 2
        beta += step
        if gain < _NO_GAIN:
            break
    if 1 + beta[0] <= 1 / TEMPERATURES[1]:
        raise ValueError("The logits do not speak for the labels: no temperature makes probabilities of them.")
    return float(1 / (1 + beta[0])), beta[1:]


def fit_field_exponent(products: Floats, right: NDArray[np.bool_]) -> float:
    """Find the power g for which product ** g is most likely the probability that a field is right.

    Parameters
    ----------
    products
        (M,) 0-1, of each field the product of its cells' confidences.
    right
        (M,), whether its value was right.

    Raises
    ------
    ValueError
        If no field was right, or none wrong: any power would do.
    """
    if not 0 < np.count_nonzero(right) < len(right):
        raise ValueError("The exponent of a field's confidence can only be fitted on fields right and wrong.")
    logs = np.log(np.clip(np.asarray(products, np.float64), _NEARLY, 1 - _NEARLY))

    def loss(exponent: float) -> float:
        return float(-(exponent * logs[right].sum() + np.log(-np.expm1(exponent * logs[~right])).sum()))

    return _likeliest(loss, *EXPONENTS)


def fit_isotonic(confidence: Floats, correct: NDArray[np.bool_]) -> Callable[[Floats], NDArray[np.float64]]:
    """Find the likeliest map of confidences (N,) to accuracies (N,) that never falls: isotonic regression.

    By pooling adjacent violators, as in Zadrozny and Elkan, "Transforming classifier scores into accurate
    multiclass probability estimates" (KDD 2002); linear between the confidences seen. It takes no shape for
    granted, and says little about confidences seen seldom: a reference for methods with few parameters.

    Parameters
    ----------
    confidence, correct
        (N,) of data that the network was not trained on.
    """
    if len(confidence) == 0:
        raise ValueError("A map of confidence cannot be fitted without data.")
    levels, index, counts = np.unique(np.asarray(confidence, np.float64), return_inverse=True, return_counts=True)
    pools: list[tuple[float, int, int]] = []  # right, readings, levels
    for right, count in zip(np.bincount(index, correct).tolist(), counts.tolist(), strict=True):
        pools.append((right, count, 1))
        while len(pools) > 1 and pools[-2][0] * pools[-1][1] >= pools[-1][0] * pools[-2][1]:
            above, below = pools.pop(), pools.pop()
            pools.append((above[0] + below[0], above[1] + below[1], above[2] + below[2]))
    accuracies = np.repeat([right / count for right, count, _ in pools], [size for _, _, size in pools])
    return lambda confidence: np.asarray(np.interp(confidence, levels, accuracies))


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


def _likeliest(loss: Callable[[float], float], low: float, high: float) -> float:
    """Search the least loss between two positive bounds by golden sections of its logarithm; it has one valley."""
    left, right = np.log(low), np.log(high)
    shrink = (np.sqrt(5) - 1) / 2
    for _ in range(60):
        a, b = right - shrink * (right - left), left + shrink * (right - left)
        if loss(float(np.exp(a))) < loss(float(np.exp(b))):
            right = b
        else:
            left = a
    return float(np.exp((left + right) / 2))


def _penalized_loss(
    beta: NDArray[np.float64], z: NDArray[np.float64], labels: NDArray[np.integer], weights: NDArray[np.float64]
) -> float:
    """Return the loss of labels and prior, but for a constant, at `beta`: 1 / temperature - 1, and the offsets."""
    scaled = z * (1 + beta[0]) + beta[1:]
    scaled -= scaled.max(axis=1, keepdims=True)
    of_label = scaled[np.arange(len(z)), labels] - np.log(np.exp(scaled).sum(axis=1))
    return float(beta @ beta / 2 - weights @ of_label)


def _newton_step(
    beta: NDArray[np.float64], z: NDArray[np.float64], labels: NDArray[np.integer], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Return the step to the minimum of the loss's parabola at `beta`, and what that would gain."""
    p = softmax(z * (1 + beta[0]) + beta[1:])
    mean = (p * z).sum(axis=1, keepdims=True)
    weighted = weights[:, None] * p
    residual = weighted.copy()
    residual[np.arange(len(z)), labels] -= weights
    gradient = np.r_[(residual * z).sum(), residual.sum(axis=0)] + beta
    curvature = np.eye(len(beta))
    curvature[0, 0] += (weighted * z * (z - mean)).sum()
    curvature[0, 1:] = curvature[1:, 0] = (weighted * (z - mean)).sum(axis=0)
    curvature[1:, 1:] += np.diag(weighted.sum(axis=0)) - weighted.T @ p
    step = -np.linalg.solve(curvature, gradient)
    return step, float(-gradient @ step / 2)

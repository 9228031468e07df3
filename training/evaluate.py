"""How well a trained model reads: accuracy, calibration, coverage, and what it makes of ink that is no digit."""

from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from digitizer.reading.calibration import (
    expected_calibration_error,
    fit_platt,
    fit_temperature,
    logistic,
    negative_log_likelihood,
    softmax,
)
from digitizer.reading.model_card import NotADigit
from training.networks import reader_network
from training.rejection import as_input

METHOD = "a hidden layer on the convolutional features, trained with drawn letters, signs, scribbles and crossings-out"
PRIOR = 0.05
"""Share of written cells that hold no digit, as the calibrated probability takes for granted."""
COVERAGES = (0.99, 0.95, 0.90)
SURE = 0.9


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the networks give for N images, not calibrated.

    Attributes
    ----------
    digits
        (N, 10) float64, log-probabilities.
    negative
        (N,) float64, the head's log-odds that it is no digit.
    """

    digits: NDArray[np.float64]
    negative: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns outputs into probabilities; it stands in the card."""

    temperature: float
    not_a_digit: NotADigit

    def probabilities(self, outputs: Outputs) -> NDArray[np.float64]:
        """Return (N, 11) probabilities of 0-9 and of no digit."""
        negative = logistic(self.not_a_digit.scale * outputs.negative + self.not_a_digit.offset)[:, None]
        return np.hstack([(1 - negative) * softmax(outputs.digits, self.temperature), negative])


def run_networks(network: keras.Model, head: keras.Model, images: NDArray[np.uint8]) -> Outputs:
    """Run both networks on (N, 28, 28) images, ink 255."""
    both = reader_network(network, head)
    probabilities, score = both.predict(as_input(images), batch_size=256, verbose=0)
    return Outputs(
        np.log(np.maximum(probabilities.astype(np.float64), np.finfo(np.float32).tiny)), score[:, 0].astype(np.float64)
    )


def calibrate(digits: Outputs, varied: Outputs, negatives: Outputs, labels: NDArray[np.uint8]) -> Calibration:
    """Calibrate on validation: the temperature on digits as they are, the rejection on all.

    Parameters
    ----------
    digits, varied
        Of the same digits as they are and rewritten.
    labels
        (N,) uint8, what these digits are.
    """
    scores = np.concatenate([digits.negative, varied.negative, negatives.negative])
    is_negative = np.arange(len(scores)) >= 2 * len(labels)
    scale, offset = fit_platt(scores, is_negative, PRIOR)
    not_a_digit = NotADigit(method=METHOD, scale=scale, offset=offset, prior=PRIOR)
    return Calibration(fit_temperature(digits.digits, labels), not_a_digit)


def digit_metrics(probabilities: NDArray[np.float64], labels: NDArray[np.uint8]) -> dict[str, float]:
    """Measure (N, 11) probabilities of digits: accuracy, calibration, error at coverage, digits lost."""
    confidence, read = probabilities.max(axis=1), probabilities.argmax(axis=1)
    correct = read == labels
    order = np.argsort(-confidence, kind="stable")
    metrics = {
        "images": len(labels),
        "accuracy": correct.mean(),
        "accuracy_among_digits": (probabilities[:, :10].argmax(axis=1) == labels).mean(),
        "calibration_error": expected_calibration_error(confidence, correct),
        "negative_log_likelihood": negative_log_likelihood(probabilities, labels),
        "read_as_no_digit": (read == 10).mean(),
        "no_digit_above_0.05": (probabilities[:, 10] > 0.05).mean(),
    }
    for coverage in COVERAGES:
        kept = order[: round(coverage * len(order))]
        metrics[f"error_at_{coverage:.0%}_coverage"] = 1 - correct[kept].mean()
    return _rounded(metrics)


def rejection_metrics(calibration: Calibration, digits: Outputs, negatives: Outputs) -> dict[str, float]:
    """Measure how digits are told from negatives, beside the largest softmax probability alone."""
    truth = np.r_[np.zeros(len(digits.negative)), np.ones(len(negatives.negative))]
    probabilities = calibration.probabilities(negatives)
    largest = np.r_[digits.digits.max(axis=1), negatives.digits.max(axis=1)]
    metrics = {
        "images": len(negatives.negative),
        "auroc": roc_auc_score(truth, np.r_[digits.negative, negatives.negative]),
        "auroc_of_max_softmax": roc_auc_score(truth, -largest),
        "read_as_no_digit": (probabilities.argmax(axis=1) == 10).mean(),
        "over_0.9_sure_of_a_digit": (probabilities[:, :10].max(axis=1) > SURE).mean(),
        "over_0.9_sure_by_softmax_alone": (np.exp(negatives.digits.max(axis=1)) > SURE).mean(),
    }
    return _rounded(metrics)


def _rounded(metrics: dict[str, float]) -> dict[str, float]:
    return {name: value if isinstance(value, int) else round(float(value), 6) for name, value in metrics.items()}

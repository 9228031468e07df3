"""How well a trained model reads: accuracy, calibration, coverage, and what it makes of ink that is no digit."""

from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from digitizer.reading.calibration import (
    expected_calibration_error,
    fit_temperature,
    logistic,
    negative_log_likelihood,
    softmax,
)
from digitizer.reading.model_card import NotADigit
from training.rejection import Samples, as_input, calibrate_head, score

COVERAGES = (0.99, 0.95, 0.90)
SURE = 0.9


@dataclass(frozen=True, slots=True)
class Reader:
    """A trained and calibrated model, as `digitizer` will read with it."""

    network: keras.Model
    head: keras.Model
    temperature: float
    not_a_digit: NotADigit

    def classify(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return (N, 11) probabilities of 0-9 and of no digit for (N, 28, 28) images, ink 255."""
        scores = score(self.network, self.head, images)
        negative = logistic(self.not_a_digit.scale * scores + self.not_a_digit.offset)[:, None]
        digits = softmax(log_probabilities(self.network, images), self.temperature)
        return np.hstack([(1 - negative) * digits, negative])


def calibrate(network: keras.Model, head: keras.Model, samples: Samples, labels: NDArray[np.uint8]) -> Reader:
    """Calibrate on validation samples: the temperature on MNIST's digits, the head on all of them."""
    temperature = fit_temperature(log_probabilities(network, samples.digits), labels)
    fit = calibrate_head(score(network, head, samples.images), samples.is_negative)
    return Reader(network, head, temperature, fit)


def log_probabilities(network: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the uncalibrated log-probabilities, (N, 10), of (N, 28, 28) images."""
    probabilities = network.predict(as_input(images), batch_size=256, verbose=0)
    return np.log(np.maximum(probabilities.astype(np.float64), np.finfo(np.float32).tiny))


def digit_metrics(probabilities: NDArray[np.float64], labels: NDArray[np.uint8]) -> dict[str, float]:
    """Measure (N, 11) probabilities of digits: accuracy, calibration, error at coverage, digits lost."""
    confidence, read = probabilities.max(axis=1), probabilities.argmax(axis=1)
    correct = read == labels
    order = np.argsort(-confidence, kind="stable")
    metrics = {
        "images": float(len(labels)),
        "accuracy": correct.mean(),
        "calibration_error": expected_calibration_error(confidence, correct),
        "negative_log_likelihood": negative_log_likelihood(probabilities, labels),
        "read_as_no_digit": (read == 10).mean(),
        "no_digit_above_0.05": (probabilities[:, 10] > 0.05).mean(),
    }
    for coverage in COVERAGES:
        kept = order[: round(coverage * len(order))]
        metrics[f"error_at_{coverage:.0%}_coverage"] = 1 - correct[kept].mean()
    return {name: round(float(value), 6) for name, value in metrics.items()}


def rejection_metrics(reader: Reader, samples: Samples) -> dict[str, float]:
    """Measure how digits are told from negatives, beside the largest softmax probability alone."""
    digits = np.concatenate([samples.digits, samples.varied])
    of_digits, of_negatives = reader.classify(digits), reader.classify(samples.negatives)
    truth = np.r_[np.zeros(len(digits)), np.ones(len(samples.negatives))]
    plain_digits, plain_negatives = (
        log_probabilities(reader.network, images).max(axis=1) for images in (digits, samples.negatives)
    )
    metrics = {
        "auroc": roc_auc_score(truth, np.r_[of_digits[:, 10], of_negatives[:, 10]]),
        "auroc_of_max_softmax": roc_auc_score(truth, -np.r_[plain_digits, plain_negatives]),
        "negatives_read_as_no_digit": (of_negatives.argmax(axis=1) == 10).mean(),
        "negatives_over_0.9_sure_of_a_digit": (of_negatives[:, :10].max(axis=1) > SURE).mean(),
        "the_same_by_softmax_alone": (np.exp(plain_negatives) > SURE).mean(),
    }
    return {name: round(float(value), 6) for name, value in metrics.items()}

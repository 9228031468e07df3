"""Calibration on writers that the network has not seen: of crops, then of fields."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitizer.reading.calibration import (
    expected_calibration_error,
    fit_field_exponent,
    fit_isotonic,
    fit_temperature,
    fit_temperature_and_offsets,
    negative_log_likelihood,
    softmax,
)
from digitizer.reading.classifier import CROSSED_OUT, NOT_A_DIGIT
from digitizer.reading.model_card import CalibrationCard
from training.dataset import Crops

Logits = NDArray[np.float64]
Read = Callable[[NDArray[np.uint8]], Logits]
"""What runs a network on (N, 28, 28) uint8 images, ink 255: (N, classes)."""

PRIORS = {NOT_A_DIGIT: 0.04, CROSSED_OUT: 0.02}
"""Share of written cells that hold no digit or are crossed out, as probabilities take for granted."""


@dataclass(frozen=True, slots=True)
class Held:
    """Crops of held-out writers and what the network makes of them.

    Attributes
    ----------
    logits
        (N, classes) float64.
    labels
        (N,) uint8 as in `Crops`.
    """

    logits: Logits
    labels: NDArray[np.uint8]

    def weights(self) -> NDArray[np.float64]:
        """Weigh each crop such that no digit and void come to `PRIORS`."""
        weights = np.ones(len(self.labels))
        for label, prior in PRIORS.items():
            mine = self.labels == label
            weights[mine] = prior / (1 - sum(PRIORS.values())) * (self.labels < NOT_A_DIGIT).sum() / max(mine.sum(), 1)
        return weights


def held(read: Read, *several: Crops) -> Held:
    """Run a network on crops."""
    images = np.concatenate([crops.images for crops in several])
    return Held(read(images), np.concatenate([crops.labels for crops in several]))


def calibrate(read: Read, crops: Held, fields: tuple[Crops, NDArray[np.intp]]) -> CalibrationCard:
    """Fit temperature and offsets on crops, then the exponent on fields.

    A network that knows digits only gets a temperature alone.
    """
    classes = crops.logits.shape[1]
    if classes > NOT_A_DIGIT:
        temperature, offsets = fit_temperature_and_offsets(crops.logits, crops.labels, crops.weights())
        method = "temperature and offsets on digits of held-out writers, as they are and from sheets, and on no digits"
    else:
        temperature, offsets = fit_temperature(crops.logits, crops.labels), np.zeros(classes)
        method = "temperature on digits of held-out writers"
    products, right = read_fields(softmax(read(fields[0].images), temperature, offsets), *fields)
    return CalibrationCard(
        method=method,
        temperature=temperature,
        offsets=tuple(offsets.tolist()),
        field_exponent=fit_field_exponent(products, right) if 0 < right.sum() < len(right) else 1.0,
    )


def calibrated(read: Read, calibration: CalibrationCard, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Read (N, 28, 28) uint8 images, ink 255: (N, classes) calibrated probabilities."""
    return softmax(read(images), calibration.temperature, np.array(calibration.offsets))


def read_fields(
    probabilities: NDArray[np.float64], crops: Crops, fields: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Judge fields by their crops: the product of confidences (M,), and whether all were right (M,)."""
    _, place = np.unique(fields, return_inverse=True)
    count = int(place.max()) + 1
    logs = np.bincount(place, np.log(probabilities.max(axis=1)), count)
    wrong = np.bincount(place, probabilities.argmax(axis=1) != crops.labels, count)
    return np.exp(logs), wrong == 0


def compare_methods(crops: Held, rng: np.random.Generator) -> dict[str, dict[str, float]]:
    """Compare ways to calibrate: fitted on one half of the crops, measured on the other, and the other way round.

    Returns
    -------
    dict
        For each method its calibration error, 0-1, and its negative log-likelihood (of being right, for isotonic
        regression, which says nothing of the other classes).
    """
    half = rng.random(len(crops.labels)) < 0.5
    figures: dict[str, list[tuple[float, float]]] = {}
    for fitted in (half, ~half):
        logits, labels, weights = crops.logits[fitted], crops.labels[fitted], crops.weights()[fitted]
        others, truth = crops.logits[~fitted], crops.labels[~fitted]
        temperature = fit_temperature(logits, labels)
        scaled, offsets = fit_temperature_and_offsets(logits, labels, weights)
        for name, probabilities in (
            ("none", softmax(others)),
            ("temperature", softmax(others, temperature)),
            ("temperature and offsets", softmax(others, scaled, offsets)),
        ):
            right = probabilities.argmax(axis=1) == truth
            error = expected_calibration_error(probabilities.max(axis=1), right)
            figures.setdefault(name, []).append((error, negative_log_likelihood(probabilities, truth)))
        seen, unseen = softmax(logits), softmax(others)
        confidence = fit_isotonic(seen.max(axis=1), seen.argmax(axis=1) == labels)(unseen.max(axis=1))
        right = unseen.argmax(axis=1) == truth
        likely = np.clip(np.where(right, confidence, 1 - confidence), 1e-6, 1)
        figures.setdefault("isotonic", []).append(
            (expected_calibration_error(confidence, right), float(-np.log(likely).mean()))
        )
    return {
        name: dict(zip(("calibration_error", "nll"), np.mean(pair, axis=0).round(6).tolist(), strict=True))
        for name, pair in figures.items()
    }

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
    softmax,
)
from digitizer.reading.classifier import CROSSED_OUT, NOT_A_DIGIT
from digitizer.reading.model_card import CalibrationCard
from training.dataset import Crops

Logits = NDArray[np.float64]
Read = Callable[[NDArray[np.uint8]], Logits]
"""What runs a network on (N, 28, 28) uint8 images, ink 255: (N, classes)."""

PRIORS = {NOT_A_DIGIT: 0.04, CROSSED_OUT: 0.015}
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
    plain
        (N,) bool: from MNIST as it is, not from a sheet.
    """

    logits: Logits
    labels: NDArray[np.uint8]
    plain: NDArray[np.bool_]

    def weights(self) -> NDArray[np.float64]:
        """Weigh each crop such that no digit and void come to `PRIORS`."""
        weights = np.ones(len(self.labels))
        digits = (self.labels < NOT_A_DIGIT).sum() / (1 - sum(PRIORS.values()))
        for label, prior in PRIORS.items():
            mine = self.labels == label
            weights[mine] = prior * digits / max(mine.sum(), 1)
        return weights


def joined(plain: Held, boxed: Held) -> Held:
    """Put digits of MNIST and crops from sheets together."""
    parts = plain, boxed
    return Held(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("logits", "labels", "plain")))


def calibrate(read: Read, crops: Held, fields: tuple[Crops, NDArray[np.intp]]) -> CalibrationCard:
    """Fit temperature and offsets on crops, then the exponent on fields."""
    temperature, offsets = fit_crops(crops.logits, crops)
    products, right = read_fields(softmax(read(fields[0].images), temperature, offsets), *fields)
    return CalibrationCard(
        method="temperature on held-out writers' digits; offsets of no digit and void for their shares, on sheets; "
        "exponent on numbers of one writer each",
        temperature=temperature,
        offsets=tuple(offsets.tolist()),
        field_exponent=fit_field_exponent(products, right) if 0 < right.sum() < len(right) else 1.0,
    )


def fit_crops(logits: Logits, crops: Held) -> tuple[float, NDArray[np.float64]]:
    """Fit the temperature on MNIST's digits, and offsets of the two classes that are no digits on all crops.

    Sheets are drawn worse than most pages are: a temperature fitted on them makes plain digits look doubtful. The
    offsets move from the shares of training to `PRIORS`.
    """
    temperature = fit_temperature(logits[crops.plain], crops.labels[crops.plain])
    offsets = np.zeros(logits.shape[1])
    if len(offsets) > NOT_A_DIGIT:
        _, fitted = fit_temperature_and_offsets(logits, crops.labels, crops.weights())
        offsets[NOT_A_DIGIT:] = fitted[NOT_A_DIGIT:] - fitted[:NOT_A_DIGIT].mean()
    return temperature, offsets


def calibrated(logits: Logits, calibration: CalibrationCard) -> NDArray[np.float64]:
    """Turn (N, classes) logits into calibrated probabilities."""
    return softmax(logits, calibration.temperature, np.array(calibration.offsets))


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
        For each method its calibration error, 0-1, on MNIST's digits and on crops from sheets.
    """
    half = rng.random(len(crops.labels)) < 0.5
    figures: dict[str, list[tuple[float, float]]] = {}
    for fitted in (half, ~half):
        known = Held(crops.logits[fitted], crops.labels[fitted], crops.plain[fitted])
        logits, labels = known.logits, known.labels
        others, truth, plain = crops.logits[~fitted], crops.labels[~fitted], crops.plain[~fitted]
        vector = fit_temperature_and_offsets(logits, labels, known.weights())
        seen, unseen = softmax(logits), softmax(others)
        isotonic = fit_isotonic(seen.max(axis=1), seen.argmax(axis=1) == labels)
        for name, probabilities, confidence in (
            ("none", unseen, None),
            ("temperature, all crops", softmax(others, fit_temperature(logits, labels)), None),
            ("temperature and all offsets", softmax(others, *vector), None),
            ("as shipped", softmax(others, *fit_crops(logits, known)), None),
            ("isotonic", unseen, isotonic(unseen.max(axis=1))),
        ):
            sure = probabilities.max(axis=1) if confidence is None else confidence
            right = probabilities.argmax(axis=1) == truth
            pair = [expected_calibration_error(sure[some], right[some]) for some in (plain, ~plain)]
            figures.setdefault(name, []).append((pair[0], pair[1]))
    return {
        name: dict(zip(("plain", "sheets"), np.mean(pairs, axis=0).round(6).tolist(), strict=True))
        for name, pairs in figures.items()
    }

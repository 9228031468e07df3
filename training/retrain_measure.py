"""How an old and a new network read what people settled, field by field, as a run would."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitizer.document import UNREADABLE, VOID
from digitizer.reading.calibration import expected_calibration_error
from digitizer.reading.cells import CellInk
from digitizer.reading.classifier import CROSSED_OUT, NOT_A_DIGIT
from digitizer.reading.decide import decide
from digitizer.reading.model_card import CalibrationCard
from training.calibrate import calibrated
from training.metrics import digit_metrics
from training.quantize import onnx_logits
from training.retrain_settled import Settled
from training.train import Split

_LABELS = {UNREADABLE: NOT_A_DIGIT, VOID: CROSSED_OUT} | {str(digit): digit for digit in range(10)}


@dataclass(frozen=True, slots=True)
class Reader:
    """A network as ONNX, and how its logits become probabilities."""

    network: bytes
    calibration: CalibrationCard

    def __call__(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Read (N, 28, 28) uint8 images, ink 255: (N, 12) probabilities."""
        return calibrated(onnx_logits(self.network, images), self.calibration)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a network makes of settled fields.

    Attributes
    ----------
    products
        (F,) float64, 0-1: the product of the confidences of a field's cells, blank ones among them.
    right
        (F,) bool: all its cells.
    cells_right
        (N,) bool.
    """

    products: NDArray[np.float64]
    right: NDArray[np.bool_]
    cells_right: NDArray[np.bool_]


def compare(old: Reader, new: Reader, kept: Settled, split: Split) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Let both networks read the fields kept for measuring, and the digits of held-out writers.

    Returns
    -------
    tuple
        Metrics for the card of the new one, and what each of F fields, N cells and M digits came to:
        `before_confidence` (F,) float64, 0-1; `before_right` (F,), `before_cells_right` (N,) and `mnist_before_right`
        (M,) bool; the same with `after`; `share` and `sampled` (F,) as settled.
    """
    metrics: dict[str, Any] = {"kept": {}}
    measured: dict[str, NDArray[Any]] = {"share": kept.fields.share, "sampled": kept.fields.sampled}
    for when, reader in (("before", old), ("after", new)):
        outcome = judge(reader(kept.images), kept)
        plain = reader(split.unseen)
        metrics["kept"][when] = summary(outcome, kept, reader.calibration.field_exponent)
        metrics["validation"] = digit_metrics(plain, split.truth)
        measured[f"{when}_confidence"] = outcome.products**reader.calibration.field_exponent
        measured[f"{when}_right"], measured[f"{when}_cells_right"] = outcome.right, outcome.cells_right
        measured[f"mnist_{when}_right"] = plain.argmax(axis=1) == split.truth
    return metrics, measured


def save(path: Path, measured: Mapping[str, NDArray[Any]]) -> None:
    """Write what `compare` measured as `.npz`; the same arrays give the same bytes."""
    columns: dict[str, Any] = dict(measured)
    np.savez(path, **columns)


def judge(probabilities: NDArray[np.float64], settled: Settled) -> Outcome:
    """Compare (N, 12) calibrated probabilities of N crops with what people said."""
    nothing = np.zeros(len(settled.labels), np.intp)
    cut = CellInk(np.zeros((len(nothing), 0, 0), np.uint8), nothing > 0, nothing, (0, 0))
    readings = decide(cut, settled.images, np.asarray(probabilities, np.float32))
    said = np.array([_LABELS[reading.symbol] for reading in readings], np.uint8)
    logs = np.log(np.array([reading.confidence for reading in readings], np.float64).clip(1e-300))
    cells_right = said == settled.labels
    count = len(settled.fields.part)
    products = np.exp(np.bincount(settled.field, logs, count)) * settled.fields.rest
    wrong = np.bincount(settled.field, ~cells_right, count) > 0
    return Outcome(products, settled.fields.possible & ~wrong, cells_right)


def summary(outcome: Outcome, settled: Settled, exponent: float) -> dict[str, Any]:
    """Summarize for a card: accuracy of cells and fields, and how far the fields' confidences hold.

    Means are of all fields: one drawn by lot counts for all those that it was drawn from.
    """
    confidence, weights = outcome.products**exponent, np.rint(1 / settled.fields.share).astype(int)
    all_right, all_confidence = np.repeat(outcome.right, weights), np.repeat(confidence, weights)
    figures = {
        "cells": len(outcome.cells_right),
        "cell_accuracy": float(outcome.cells_right.mean()) if len(outcome.cells_right) else 0.0,
        "fields": len(outcome.right),
        "fields_right": int(outcome.right.sum()),
        "field_accuracy": float(all_right.mean()),
        "mean_confidence": float(all_confidence.mean()),
        "calibration_error": expected_calibration_error(all_confidence, all_right),
    }
    return {name: round(value, 6) for name, value in figures.items()}

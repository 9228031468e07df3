"""How good probabilities are: accuracy, calibration, error over coverage, and telling digits from other ink.

Probabilities are (N, C), rows summing to 1: columns 0-9 are the digits, each later column is a kind of ink that is
no digit. Labels are (N,), 0-9.
"""

import numpy as np
from numpy.typing import NDArray

from digitizer.reading.calibration import expected_calibration_error
from training.dataset import Crops, Source

DIGITS = 10
COVERAGES = (0.99, 0.95, 0.90)
SURE = 0.9
"""From this probability on a network counts as sure."""

Probabilities = NDArray[np.floating]
Labels = NDArray[np.integer]


def digit_confidence(probabilities: Probabilities) -> NDArray[np.float64]:
    """Return the probability of the likeliest digit, (N,) float64: what a reading would be accepted on."""
    return np.asarray(probabilities[:, :DIGITS].max(axis=1), np.float64)


def read_as_no_digit(probabilities: Probabilities) -> NDArray[np.bool_]:
    """Tell which crops are likelier no digit than any digit, (N,) bool."""
    return np.asarray(probabilities.argmax(axis=1) >= DIGITS)


def accuracy(probabilities: Probabilities, labels: Labels) -> float:
    """Return the share of digits that are read right; one read as no digit is not."""
    return float((probabilities.argmax(axis=1) == labels).mean())


def calibration_error(probabilities: Probabilities, labels: Labels) -> float:
    """Return the expected calibration error, 0-1, of what each crop is read as, be it a digit or none."""
    return expected_calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)


def error_over_coverage(probabilities: Probabilities, labels: Labels) -> NDArray[np.float64]:
    """Return the share of wrong digits among the 1, 2, ... N crops surest of theirs, (N,) float64.

    The risk-coverage curve of El-Yaniv and Wiener, "On the foundations of noise-free selective classification" (2010).
    """
    order = np.argsort(-digit_confidence(probabilities), kind="stable")
    wrong = probabilities[:, :DIGITS].argmax(axis=1)[order] != labels[order]
    return np.asarray(np.cumsum(wrong) / np.arange(1, len(labels) + 1))


def error_at_coverage(probabilities: Probabilities, labels: Labels, coverage: float) -> float:
    """Return the share of wrong digits among the `coverage`, 0-1, of the crops that are surest of theirs."""
    kept = max(1, round(coverage * len(labels)))
    return float(error_over_coverage(probabilities, labels)[kept - 1])


def share_sure(probabilities: Probabilities) -> float:
    """Return the share of crops with more than `SURE` for one digit."""
    return float((digit_confidence(probabilities) > SURE).mean())


def auroc(no_digits: Probabilities, digits: Probabilities) -> float:
    """Return the area under the ROC curve of telling other ink from digits by the confidence in a digit.

    The probability that a digit is surer of a digit than other ink is, ties counting half (Hanley and McNeil, "The
    meaning and use of the area under a receiver operating characteristic curve", 1982).
    """
    scores = np.concatenate([digit_confidence(digits), digit_confidence(no_digits)])
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middle_ranks = np.cumsum(counts) - (counts - 1) / 2
    won = middle_ranks[place[: len(digits)]].sum() - len(digits) * (len(digits) + 1) / 2
    return float(won / (len(digits) * len(no_digits)))


def digit_metrics(probabilities: Probabilities, labels: Labels) -> dict[str, float]:
    """Summarize readings of digits for a card: accuracy, calibration, digits lost, error at coverage."""
    metrics = {
        "images": len(labels),
        "accuracy": accuracy(probabilities, labels),
        "calibration_error": calibration_error(probabilities, labels),
        "read_as_no_digit": float(read_as_no_digit(probabilities).mean()),
    }
    for coverage in COVERAGES:
        metrics[f"error_at_{coverage:.0%}_coverage"] = error_at_coverage(probabilities, labels, coverage)
    return {name: round(value, 6) for name, value in metrics.items()}


def sheet_metrics(probabilities: Probabilities, crops: Crops) -> dict[str, dict[str, float]]:
    """Summarize readings of crops from sheets for a card: for each source, how many are right and how many sure."""
    figures = {}
    for source in Source:
        mine = crops.sources == source
        if mine.any():
            right = probabilities[mine].argmax(axis=1) == crops.labels[mine]
            sure = {"over_0.9_sure_of_a_digit": share_sure(probabilities[mine])} if source >= Source.NO_DIGIT else {}
            values = {"crops": int(mine.sum()), "accuracy": float(right.mean()), **sure}
            figures[source.name.lower()] = {name: round(value, 6) for name, value in values.items()}
    return figures

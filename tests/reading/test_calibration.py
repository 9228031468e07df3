"""Calibration: what is fitted is recovered from data drawn with it, and errors are measured by hand-made cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digitizer.reading.calibration import (
    expected_calibration_error,
    fit_platt,
    fit_temperature,
    logistic,
    negative_log_likelihood,
    reliability_table,
    softmax,
)


def drawn_labels(probabilities: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> np.ndarray:
    """Draw a label from each row."""
    rng = np.random.default_rng(2)
    return np.asarray((probabilities.cumsum(axis=1) > rng.random((len(probabilities), 1))).argmax(axis=1))


@pytest.mark.parametrize("true_temperature", [0.4, 1.0, 2.5])
def test_temperature_is_recovered(true_temperature: float) -> None:
    """Labels drawn from softmax(logits / T) give T back, within 5 %."""
    logits = np.random.default_rng(1).normal(0, 3, (8000, 10))
    labels = drawn_labels(softmax(logits, true_temperature))

    assert fit_temperature(logits, labels) == pytest.approx(true_temperature, rel=0.05)


def test_temperature_makes_labels_more_likely() -> None:
    """The fitted temperature beats both its neighbours and none."""
    logits = np.random.default_rng(1).normal(0, 3, (2000, 10))
    labels = drawn_labels(softmax(logits, 3.0))
    fitted = fit_temperature(logits, labels)

    at_fit = negative_log_likelihood(softmax(logits, fitted), labels)
    for other in (1.0, fitted * 0.9, fitted * 1.1):
        assert at_fit < negative_log_likelihood(softmax(logits, other), labels)


def test_temperature_needs_data() -> None:
    """Fitting on nothing is refused."""
    with pytest.raises(ValueError, match="without data"):
        fit_temperature(np.empty((0, 10)), np.empty(0, int))


@given(arrays(np.float32, (5, 10), elements=st.floats(-1e4, 1e4, width=32)), st.floats(0.05, 20))
def test_softmax_rows_sum_to_one(logits: np.ndarray, temperature: float) -> None:
    """Probabilities sum to 1 and keep the order of any logits, without overflow."""
    probabilities = softmax(logits, temperature)

    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert (probabilities[np.arange(5), logits.argmax(axis=1)] == probabilities.max(axis=1)).all()


def test_calibration_error_by_hand() -> None:
    """Ten readings at 0.95 with nine right and ten at 0.55 with five right: (0.05 + 0.05) / 2."""
    confidence = np.repeat([0.95, 0.55], 10)
    correct = np.array([True] * 9 + [False] + [True] * 5 + [False] * 5)

    assert expected_calibration_error(confidence, correct) == pytest.approx(0.05)


def test_calibration_error_of_nothing() -> None:
    """Without readings there is no error."""
    assert expected_calibration_error(np.empty(0), np.empty(0, bool)) == 0


def test_reliability_bins() -> None:
    """Every reading falls into one bin, the extremes 0 and 1 included, upper edges closed."""
    table = reliability_table(np.array([0.0, 0.2, 0.21, 1.0]), np.array([False, True, True, True]), bins=5)

    assert [row.count for row in table] == [2, 1, 0, 0, 1]
    assert table[0].confidence == pytest.approx(0.1)
    assert table[0].accuracy == pytest.approx(0.5)
    assert (table[4].low, table[4].high) == (0.8, 1.0)


def test_platt_recovers_scale_and_offset() -> None:
    """Labels drawn from logistic(2 s - 1) give 2 and -1 back when the prior is that of the data."""
    rng = np.random.default_rng(3)
    scores = rng.normal(0, 2, 40_000)
    positive = rng.random(40_000) < logistic(2 * scores - 1)

    scale, offset = fit_platt(scores, positive, float(positive.mean()))

    assert scale == pytest.approx(2, rel=0.05)
    assert offset == pytest.approx(-1, abs=0.1)


def test_platt_obeys_the_prior() -> None:
    """A rarer positive is less probable at the same score; the mean probability is the prior."""
    rng = np.random.default_rng(3)
    positive = np.arange(2000) % 2 == 0
    scores = rng.normal(np.where(positive, 1, -1), 1)

    scale, offset = fit_platt(scores, positive, 0.05)

    probability = logistic(scale * scores + offset)
    weights = np.where(positive, 0.05, 0.95)
    assert np.average(probability, weights=weights) == pytest.approx(0.05, abs=1e-3)


def test_platt_of_separable_scores_is_finite() -> None:
    """Scores that separate perfectly give a steep but finite probability."""
    scale, offset = fit_platt(np.array([-3.0, -2.0, 2.0, 3.0]), np.array([False, False, True, True]), 0.5)

    assert np.isfinite([scale, offset]).all()
    assert scale > 0


def test_platt_needs_both_kinds() -> None:
    """Only positives are refused."""
    with pytest.raises(ValueError, match="positives and negatives"):
        fit_platt(np.array([1.0]), np.array([True]), 0.5)

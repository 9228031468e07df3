"""Calibration: what is fitted is recovered from data drawn with it, and errors are measured by hand-made cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digitizer.reading.calibration import (
    expected_calibration_error,
    fit_field_exponent,
    fit_isotonic,
    fit_temperature,
    fit_temperature_and_offsets,
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


def test_offsets_are_added_after_the_temperature() -> None:
    """An offset of log 3 makes a class three times as likely, whatever the temperature; the logits stay as they are."""
    logits = np.zeros((1, 2))

    probabilities = softmax(logits, 5.0, np.array([np.log(3), 0]))

    np.testing.assert_allclose(probabilities, [[0.75, 0.25]])
    assert not logits.any()


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


OFFSETS = np.array([0.5, -0.5, 1.0, -1.0])


def with_offsets(count: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Draw logits, and labels from softmax(logits / 2 + OFFSETS)."""
    logits = np.random.default_rng(1).normal(0, 4, (count, 4))
    return logits, drawn_labels(softmax(logits, 2.0, OFFSETS))


def test_temperature_and_offsets_are_recovered() -> None:
    """Labels drawn from softmax(logits / T + offsets) give both back; the offsets sum to 0."""
    temperature, offsets = fit_temperature_and_offsets(*with_offsets())

    assert temperature == pytest.approx(2, rel=0.05)
    np.testing.assert_allclose(offsets, OFFSETS, atol=0.08)
    assert offsets.sum() == pytest.approx(0, abs=1e-9)


def test_nothing_near_is_likelier() -> None:
    """The fit is the minimum: moving the temperature or an offset makes the labels less likely."""
    logits, labels = with_offsets(2000)
    temperature, offsets = fit_temperature_and_offsets(logits, labels)

    at_fit = negative_log_likelihood(softmax(logits, temperature, offsets), labels)
    for moved in (*0.1 * np.eye(4), *-0.1 * np.eye(4)):
        assert at_fit < negative_log_likelihood(softmax(logits, temperature, offsets + moved), labels)
    for other in (temperature * 0.9, temperature * 1.1):
        assert at_fit < negative_log_likelihood(softmax(logits, other, offsets), labels)


def test_weights_count_like_copies() -> None:
    """A sample of weight 2 is two samples, one of weight 0 is none; only proportions matter."""
    logits, labels = with_offsets(500)
    weights = np.arange(500) % 3

    temperature, offsets = fit_temperature_and_offsets(logits, labels, weights * 0.1)

    copies = np.repeat(np.arange(500), weights)
    expected = fit_temperature_and_offsets(logits[copies], labels[copies])
    assert temperature == pytest.approx(expected[0], rel=0.01)
    np.testing.assert_allclose(offsets, expected[1], atol=0.01)


def test_weights_set_what_is_taken_for_granted() -> None:
    """A class that is expected ten times rarer than in the data is given so much less probability."""
    logits, labels = with_offsets()

    _, offsets = fit_temperature_and_offsets(logits, labels, np.where(labels == 2, 0.1, 1.0))

    assert offsets[2] - offsets[0] == pytest.approx(0.5 - np.log(10), abs=0.15)


@pytest.mark.parametrize("count", [1, 3, 300])
def test_data_that_separate_or_lack_a_class_give_finite_numbers(count: int) -> None:
    """Perfect logits, far from the fit's start, and no sample of the last class."""
    labels = np.arange(count) % 3
    logits = 1000.0 * np.eye(4)[labels] - 500

    temperature, offsets = fit_temperature_and_offsets(logits, labels)

    assert 0 < temperature < 20
    assert np.isfinite(offsets).all()
    assert (softmax(logits, temperature, offsets).argmax(axis=1) == labels).all()


def test_a_standard_normal_prior_holds_the_offsets() -> None:
    """Where logits say nothing, the pull of the labels and that of the prior cancel out; the temperature stays 1."""
    labels = np.zeros(10, int)

    temperature, offsets = fit_temperature_and_offsets(np.zeros((10, 3)), labels)

    assert temperature == 1
    expected, seen = softmax(offsets[None])[0] * 10, np.array([10, 0, 0])
    np.testing.assert_allclose(offsets, seen - expected, atol=1e-4)


def test_temperature_and_offsets_need_data_and_logits_that_tell() -> None:
    """Nothing, weights of nothing, and logits that are high for the wrong class are refused."""
    logits, labels = with_offsets(200)

    with pytest.raises(ValueError, match="without data"):
        fit_temperature_and_offsets(np.empty((0, 4)), np.empty(0, int))
    with pytest.raises(ValueError, match="without data"):
        fit_temperature_and_offsets(logits, labels, np.zeros(200))
    with pytest.raises(ValueError, match="do not speak for"):
        fit_temperature_and_offsets(-logits, labels)


@pytest.mark.parametrize("exponent", [0.5, 1.0, 2.0])
def test_the_field_exponent_is_recovered(exponent: float) -> None:
    """Fields that are right with the probability product ** g give g back, sure ones included."""
    rng = np.random.default_rng(4)
    products = np.concatenate([rng.random(5000), np.ones(100)])
    right = rng.random(5100) < products**exponent

    assert fit_field_exponent(products, right) == pytest.approx(exponent, rel=0.05)


def test_errors_that_hang_together_lower_the_exponent() -> None:
    """Where whole fields are either sound or spoilt, cells are wrong as often, but more fields are right."""
    rng = np.random.default_rng(5)
    hard = rng.random(8000) < 0.1
    right_cells = rng.random((8000, 8)) < np.where(hard, 0.6, 1.0)[:, None]
    products = np.full(8000, right_cells.mean() ** 8)

    assert fit_field_exponent(products, np.asarray(right_cells.all(axis=1))) < 0.5


@pytest.mark.parametrize("right", [[True, True], [False, False], []])
def test_the_field_exponent_needs_both_kinds(right: list[bool]) -> None:
    """Fields that are all right would make any of them certain."""
    with pytest.raises(ValueError, match="right and wrong"):
        fit_field_exponent(np.full(len(right), 0.9), np.array(right, bool))


def test_impossible_and_certain_fields_can_be_fitted() -> None:
    """A right field of confidence 0 and a wrong one of 1 count much, but not without end."""
    products = np.r_[0.0, 1.0, np.full(98, 0.9)]
    right = np.r_[True, False, np.arange(98) % 10 > 0]

    assert 0.05 < fit_field_exponent(products, right) < 2


def test_isotonic_regression_by_hand() -> None:
    """Neighbours that fall are pooled, ties count together, the rest is linear and beyond the ends level."""
    confidence = np.array([0.1, 0.2, 0.4, 0.4, 0.6, 0.8])
    correct = np.array([False, True, False, False, True, True])

    fitted = fit_isotonic(confidence, correct)

    np.testing.assert_allclose(fitted(np.array([0.0, 0.1, 0.2, 0.4, 0.5, 0.6, 1.0])), [0, 0, 1 / 3, 1 / 3, 2 / 3, 1, 1])


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=60))
def test_isotonic_regression_never_falls_and_keeps_the_mean(readings: list[tuple[int, bool]]) -> None:
    """The map rises from 0 at least to 1 at most, and expects as many right readings as there were."""
    confidence, correct = np.array([level for level, _ in readings]) / 20, np.array([right for _, right in readings])

    fitted = fit_isotonic(confidence, correct)

    everywhere = fitted(np.linspace(0, 1, 101))
    assert (np.diff(everywhere) >= -1e-12).all()
    assert everywhere[0] >= 0
    assert everywhere[-1] <= 1
    assert fitted(confidence).sum() == pytest.approx(correct.sum())


def test_isotonic_regression_needs_data() -> None:
    """Fitting on nothing is refused."""
    with pytest.raises(ValueError, match="without data"):
        fit_isotonic(np.empty(0), np.empty(0, bool))

"""Calibration: what counts how much, fields judged by their cells, and methods compared on crops they did not see."""

import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.reading.calibration import expected_calibration_error, softmax
from training.calibrate import PRIORS, Held, calibrate, compare_methods, read_fields
from training.dataset import Crops

COUNT = 6000


def overconfident(seed: int) -> Held:
    """Logits of a network that is twice as sure as it may be; a third is plain, a sixth each no digit and void."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (COUNT, 12))
    plain = np.arange(COUNT) < COUNT // 3
    logits[plain, 10:] = -30
    probabilities = softmax(logits, 2.0)
    labels = (probabilities.cumsum(axis=1) > rng.random((COUNT, 1))).argmax(axis=1).astype(np.uint8)
    return Held(logits, labels, plain)


def as_images(logits: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Give crops numbers in their first two px, so that a fake network can look its logits up."""
    images = np.zeros((len(logits), 28, 28), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.divmod(np.arange(len(logits)), 256)
    return images


def test_weights_come_to_the_shares_stated() -> None:
    """No digit and void weigh what they are expected to come to."""
    held = overconfident(1)
    weights = held.weights()

    for label, prior in PRIORS.items():
        assert weights[held.labels == label].sum() / weights.sum() == pytest.approx(prior)


def test_calibration_takes_overconfidence_away() -> None:
    """A network twice as sure as it may be is given a temperature of about two, and a power for its fields."""
    held = overconfident(2)
    crops = Crops(as_images(held.logits), held.labels, np.zeros(COUNT, np.uint8))

    def read(images: NDArray[np.uint8]) -> NDArray[np.float64]:
        return held.logits[images[:, 0, 0].astype(int) * 256 + images[:, 0, 1]]

    card = calibrate(read, held, (crops, np.arange(COUNT) // 2))

    assert card.temperature == pytest.approx(2, rel=0.15)
    assert 0.5 < card.field_exponent < 2


def test_fields_are_right_when_all_cells_are() -> None:
    """The product of the confidences, and one wrong cell makes a field wrong; numbers may leave gaps."""
    probabilities = np.full((4, 12), 0.0)
    probabilities[[0, 1, 2, 3], [1, 2, 3, 4]] = [0.9, 0.8, 0.5, 0.7]
    crops = Crops(np.zeros((4, 28, 28), np.uint8), np.array([1, 2, 9, 4], np.uint8), np.zeros(4, np.uint8))

    products, right = read_fields(probabilities, crops, np.array([3, 3, 7, 7]))

    np.testing.assert_allclose(products, [0.72, 0.35])
    assert right.tolist() == [True, False]


def test_methods_are_compared_on_both_kinds() -> None:
    """Any method makes an overconfident network honest; without one it stays far off."""
    figures = compare_methods(overconfident(3), np.random.default_rng(1))

    for kind in ("plain", "sheets"):
        for method in set(figures) - {"none"}:
            assert figures[method][kind] < 0.6 * figures["none"][kind]
    held = overconfident(3)
    raw = softmax(held.logits)
    right = raw.argmax(axis=1) == held.labels
    assert figures["none"]["sheets"] == pytest.approx(
        expected_calibration_error(raw[~held.plain].max(axis=1), right[~held.plain]), abs=0.03
    )

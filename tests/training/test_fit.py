"""Fitting: what an epoch shows, and the average of weights that is left at the end."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow")

import keras

from training.dataset import Crops
from training.fit import CALM_SHEETS, CURVES, Batches, fit_network
from training.recipe import CHECKPOINT_FILE, HISTORY_FILE, Recipe

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras")
"""Keras 3 asks TensorFlow for an array in a way that NumPy 2 warns about."""
ARRAYS = np.load(Path(__file__).parents[1] / "reading" / "data" / "mnist_digits.npz")
DIGITS, LABELS = ARRAYS["x"], ARRAYS["y"]
SHEETS = Crops(np.full((30, 28, 28), 7, np.uint8), np.full(30, 10, np.uint8), np.full(30, 3, np.uint8))
STILL = Recipe(epochs=4, batch=10, distortion=0.0, damage=0.0, from_sheets=1.0, calm=0.5)


def test_an_epoch_shows_every_digit_once() -> None:
    """Each digit as it is, once, with its label, beside as many crops from sheets as asked for."""
    batches = list(Batches(DIGITS, LABELS, SHEETS, STILL, 12)(0))
    images = np.concatenate([images for images, _ in batches])[..., 0]
    labels = np.concatenate([targets for _, targets in batches]).argmax(axis=1)

    drawn = labels == 10
    assert drawn.sum() == 50
    read = [np.rint(image * 255).astype(np.uint8).tobytes() for image in images[~drawn]]
    shown = sorted(zip(read, labels[~drawn].tolist(), strict=True))
    assert shown == sorted(zip([digit.tobytes() for digit in DIGITS], LABELS.tolist(), strict=True))


def test_the_last_epochs_show_fewer_crops_from_sheets() -> None:
    """From the calm epochs on; the count of steps, by which the rate falls, knows it."""
    batches = Batches(DIGITS, LABELS, SHEETS, STILL, 12)
    lengths = [len(list(batches(epoch))) for epoch in range(4)]

    assert lengths == [10, 10, *[int((50 + CALM_SHEETS * 50) // 10)] * 2]
    assert batches.steps() == sum(lengths)


def test_batches_follow_the_seed() -> None:
    """The same seed and epoch show the same, another epoch something else."""
    recipe = Recipe(epochs=2, batch=25)
    first, again, other = (next(iter(Batches(DIGITS, LABELS, SHEETS, recipe, 12)(epoch)))[0] for epoch in (0, 0, 1))

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def fitted(averaging: float, out: Path) -> keras.Model:
    """Train the plain network for two epochs, always from the same weights."""
    keras.utils.set_random_seed(1)
    recipe = Recipe("seed", epochs=2, batch=10, averaging=averaging, sheets=0)
    return fit_network(recipe, DIGITS, LABELS, None, (DIGITS, LABELS), out)


def test_the_average_of_the_weights_is_left(tmp_path: Path) -> None:
    """With a slow average the network has hardly moved, beside one without."""
    slow, slower, plain = (fitted(averaging, tmp_path).get_weights()[0] for averaging in (0.999, 0.9999, 0.0))

    assert np.abs(slow - slower).max() < 0.1 * np.abs(plain - slower).max()


def test_training_leaves_curves_and_the_network(tmp_path: Path) -> None:
    """A line for each epoch under a header, and the network as it is returned."""
    network = fitted(0.99, tmp_path)

    lines = (tmp_path / HISTORY_FILE).read_text(encoding="utf-8").splitlines()
    assert [lines[0], len(lines)] == [",".join(CURVES), 3]
    kept = keras.models.load_model(tmp_path / CHECKPOINT_FILE)
    np.testing.assert_array_equal(kept.get_weights()[0], network.get_weights()[0])

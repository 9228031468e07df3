"""Fitting a network: batches of digits and crops from sheets, distorted anew, and the schedule."""

from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from digitizer.reading.classifier import COLUMNS
from training.dataset import Crops
from training.distortion import damaged, distorted
from training.networks import NETWORKS
from training.recipe import Recipe

Image = NDArray[np.uint8]
Labels = NDArray[np.uint8]

SHEET_DISTORTION = 0.4
"""Crops from sheets were rewritten and scanned before: so much is done to them of what is done to MNIST's."""
CALM_STRENGTH, CALM_SHEETS = 0.5, 0.6
"""Of distortion and damage, and of the crops from sheets, what is left in the calm epochs at the end."""


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of an epoch: every digit once, and crops from sheets, in random order.

    Parameters
    ----------
    digits, labels
        (N, 28, 28) uint8, ink 255, and (N,) uint8.
    sheets
        None to train on digits alone.
    classes
        Of the network, 10 or 12.
    """

    def __init__(self, digits: Image, labels: Labels, sheets: Crops | None, recipe: Recipe, classes: int) -> None:
        super().__init__(workers=1)
        self._images = digits if sheets is None else np.concatenate([digits, sheets.images])
        self._targets = np.eye(COLUMNS, dtype=np.float32)[labels if sheets is None else np.r_[labels, sheets.labels]]
        self._targets = self._targets[:, :classes] * (1 - recipe.smoothing) + recipe.smoothing / classes
        self._digits, self._recipe = len(digits), recipe
        self._next_epoch = 0
        self.on_epoch_begin()

    def on_epoch_begin(self) -> None:
        """Choose and order the crops of the next epoch."""
        self._epoch, self._next_epoch = self._next_epoch, self._next_epoch + 1
        rng = np.random.default_rng((self._recipe.seed, self._epoch))
        drawn = len(self._images) - self._digits
        order = np.arange(self._digits)
        if drawn:
            share = self._recipe.from_sheets * (1.0 if self._is_rough() else CALM_SHEETS)
            count = round(share * self._digits)
            order = np.concatenate([order, self._digits + rng.choice(drawn, count, replace=drawn < count)])
        self._order = rng.permutation(order)

    def __len__(self) -> int:
        return len(self._order) // self._recipe.batch

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return (batch, 28, 28, 1) images, ink 1, and their (batch, classes) targets."""
        rng = np.random.default_rng((self._recipe.seed, self._epoch, index))
        chosen = self._order[index * self._recipe.batch : (index + 1) * self._recipe.batch]
        strength = self._recipe.distortion * (1.0 if self._is_rough() else CALM_STRENGTH)
        images = self._images[chosen]
        for some, share in ((chosen < self._digits, 1.0), (chosen >= self._digits, SHEET_DISTORTION)):
            if strength > 0:
                images[some] = distorted(images[some], rng, strength * share)
        images = damaged(images, rng, self._recipe.damage * strength)
        return as_input(images), np.asarray(self._targets[chosen], np.float32)

    def _is_rough(self) -> bool:
        return self._epoch < self._recipe.calm * self._recipe.epochs


def fit_network(
    recipe: Recipe,
    digits: Image,
    labels: Labels,
    sheets: Crops | None,
    validation: tuple[Image, Labels],
    checkpoint: Path,
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Train a network; return it and, per epoch, `accuracy`, `loss`, `val_accuracy` and `val_loss`.

    The weights returned are the moving average; the curves, and what is written to `checkpoint` after each epoch, are of
    those before averaging.
    """
    network = NETWORKS[recipe.network]()
    classes = network.output_shape[1]
    batches = Batches(digits, labels, sheets, recipe, classes)
    network.compile(
        _optimizer(recipe, len(batches) * recipe.epochs),
        keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=False,
    )
    images, truth = validation
    known = as_input(images), np.eye(classes, dtype=np.float32)[truth]
    fit = network.fit(
        batches,
        epochs=recipe.epochs,
        validation_data=known,
        validation_batch_size=500,
        verbose=2,
        callbacks=[keras.callbacks.ModelCheckpoint(checkpoint)],
    )
    return network, fit.history


def logits_of(network: keras.Model, images: Image) -> NDArray[np.float64]:
    """Run a network on (N, 28, 28) uint8 images, ink 255: (N, classes) logits."""
    return np.asarray(network.predict(as_input(images), batch_size=500, verbose=0), np.float64)


def as_input(images: Image) -> NDArray[np.float32]:
    """Turn (N, 28, 28) uint8 images into what the networks see: (N, 28, 28, 1) float32, ink 1."""
    return np.asarray(images[..., None] / np.float32(255), np.float32)


def _optimizer(recipe: Recipe, steps: int) -> keras.optimizers.Optimizer:
    warm_up = round(recipe.warm_up * steps)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0 if warm_up else recipe.peak_rate,
        steps - warm_up,
        warmup_target=recipe.peak_rate if warm_up else None,
        warmup_steps=warm_up,
    )
    optimizer = keras.optimizers.AdamW(
        rate,
        weight_decay=recipe.weight_decay,
        use_ema=recipe.averaging > 0,
        ema_momentum=recipe.averaging,
        ema_overwrite_frequency=None,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "beta"])
    return optimizer

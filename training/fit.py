"""Fitting a network: batches of digits and crops from sheets, distorted anew, and the schedule."""

import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from digitizer.reading.classifier import COLUMNS
from training.dataset import Crops, as_input
from training.distortion import damaged, distorted
from training.networks import NETWORKS
from training.recipe import CHECKPOINT_FILE, HISTORY_FILE, Recipe

Image = NDArray[np.uint8]
Labels = NDArray[np.uint8]

AHEAD = 4
"""Batches that are made while the network learns from another."""
CURVES = ("epoch", "accuracy", "loss", "val_accuracy", "val_loss")
SHEET_DISTORTION = 0.4
"""Crops from sheets were rewritten and scanned before: so much is done to them of what is done to MNIST's."""
CALM_STRENGTH, CALM_SHEETS = 0.5, 0.5
"""Of distortion and damage, and of the crops from sheets, what is left in the calm epochs at the end."""


class Batches:
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
        self._images = digits if sheets is None else np.concatenate([digits, sheets.images])
        targets = np.eye(COLUMNS, dtype=np.float32)[labels if sheets is None else np.r_[labels, sheets.labels]]
        self._targets = targets[:, :classes] * (1 - recipe.smoothing) + recipe.smoothing / classes
        self._digits, self._recipe = len(digits), recipe

    def __call__(self, epoch: int) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Yield (batch, 28, 28, 1) images, ink 1, and (batch, classes) targets, while the next ones are made."""
        order = self._order(epoch)
        starts = range(0, len(order) - self._recipe.batch + 1, self._recipe.batch)
        with ThreadPoolExecutor(1) as ahead:
            waiting: deque[Future[tuple[NDArray[np.float32], NDArray[np.float32]]]] = deque()
            for start in starts:
                waiting.append(ahead.submit(self._batch, epoch, start, order[start : start + self._recipe.batch]))
                if len(waiting) > AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def steps(self) -> int:
        """Count the batches of all epochs."""
        sizes = [self._digits + self._from_sheets(epoch) for epoch in range(self._recipe.epochs)]
        return sum(size // self._recipe.batch for size in sizes)

    def _order(self, epoch: int) -> NDArray[np.intp]:
        rng = np.random.default_rng((self._recipe.seed, epoch))
        drawn, count = len(self._images) - self._digits, self._from_sheets(epoch)
        some = rng.choice(drawn, count, replace=drawn < count) if count else np.zeros(0, np.intp)
        return rng.permutation(np.concatenate([np.arange(self._digits), self._digits + some]))

    def _from_sheets(self, epoch: int) -> int:
        if len(self._images) == self._digits:
            return 0
        return round(self._recipe.from_sheets * (1.0 if self._is_rough(epoch) else CALM_SHEETS) * self._digits)

    def _batch(
        self, epoch: int, start: int, chosen: NDArray[np.intp]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        rng = np.random.default_rng((self._recipe.seed, epoch, start))
        strength = self._recipe.distortion * (1.0 if self._is_rough(epoch) else CALM_STRENGTH)
        images = self._images[chosen]
        for some, share in ((chosen < self._digits, 1.0), (chosen >= self._digits, SHEET_DISTORTION)):
            if strength > 0:
                images[some] = distorted(images[some], rng, strength * share)
        images = damaged(images, rng, self._recipe.damage * strength)
        return as_input(images), np.asarray(self._targets[chosen], np.float32)

    def _is_rough(self, epoch: int) -> bool:
        return epoch < self._recipe.calm * self._recipe.epochs


def fit_network(
    recipe: Recipe,
    digits: Image,
    labels: Labels,
    sheets: Crops | None,
    validation: tuple[Image, Labels],
    out: Path,
) -> keras.Model:
    """Train a network.

    The weights returned, and left in `out` at the end, are the moving average; the curves, and the checkpoints after
    each epoch, are of those before averaging.
    """
    network = NETWORKS[recipe.network]()
    classes = network.output_shape[1]
    batches = Batches(digits, labels, sheets, recipe, classes)
    network.compile(
        make_optimizer(recipe, batches.steps()),
        keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=False,
    )
    known = as_input(validation[0]), np.eye(classes, dtype=np.float32)[validation[1]]
    history = []
    for epoch in range(recipe.epochs):
        begin = time.monotonic()
        learnt = [network.train_on_batch(images, targets, return_dict=True) for images, targets in batches(epoch)]
        held = network.evaluate(*known, batch_size=500, verbose=0, return_dict=True)
        means = [float(np.mean([of_batch[name] for of_batch in learnt])) for name in CURVES[1:3]]
        history.append([epoch, *means, held["accuracy"], held["loss"]])
        _say(history[-1], recipe.epochs, time.monotonic() - begin)
        network.save(out / CHECKPOINT_FILE)
    if recipe.averaging:
        network.optimizer.finalize_variable_values(network.trainable_variables)
        network.save(out / CHECKPOINT_FILE)
    np.savetxt(out / HISTORY_FILE, history, "%.6g", ",", header=",".join(CURVES), comments="")
    return network


def _say(figures: Sequence[float], epochs: int, seconds: float) -> None:
    epoch, accuracy, _, held, _ = figures
    line = (
        f"epoch {epoch + 1:.0f} of {epochs}: {accuracy:.2%} of training, {held:.2%} of held-out digits; {seconds:.0f} s"
    )
    print(line, file=sys.stderr, flush=True)


def make_optimizer(recipe: Recipe, steps: int) -> keras.optimizers.Optimizer:
    """Make what moves the weights in so many steps: the rate rises, then falls to nothing; weights are averaged."""
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

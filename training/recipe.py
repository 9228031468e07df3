"""What a training run can be asked for, and what the two shipped networks were trained with."""

from dataclasses import dataclass

import numpy as np

PARTS = ("sheets", "validation", "fields")
"""What is drawn from a seed of its own."""
HISTORY_FILE, CHECKPOINT_FILE = "history.csv", "checkpoint.keras"
"""Learning curves, and the network as it is after each epoch, in the folder that is trained into."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is trained.

    Attributes
    ----------
    network
        Its name, see `training.networks`.
    epochs
        Each shows every training digit once, and some crops from sheets.
    batch
        Crops a step.
    peak_rate, warm_up
        Learning rate, and the share of the steps in which it rises to it; it then falls as a half cosine
        (Loshchilov and Hutter, "SGDR", ICLR 2017).
    weight_decay
        Of AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019), not on biases and norms.
    averaging
        Momentum of the exponential moving average of the weights; 0 for none.
    smoothing
        Label smoothing (Szegedy et al., "Rethinking the inception architecture", CVPR 2016).
    distortion, calm
        Strength of distortion, and the share of the epochs after which it and the crops from sheets become less.
    damage
        Share of crops that are damaged after that, until then.
    sheets, from_sheets
        Sheets to draw, 0 to train on MNIST alone; and crops from them an epoch, for each of MNIST's.
    integers
        Whether crops are read with 8-bit integers.
    seed
        Of everything random.
    """

    network: str = "default"
    epochs: int = 36
    batch: int = 256
    peak_rate: float = 4e-3
    warm_up: float = 0.1
    weight_decay: float = 0.01
    averaging: float = 0.998
    smoothing: float = 0.0
    distortion: float = 1.0
    calm: float = 0.7
    damage: float = 0.22
    sheets: int = 4000
    from_sheets: float = 1.2
    integers: bool = True
    seed: int = 1

    def seed_of(self, part: str) -> int:
        """Return a seed for one part of the run, of its own."""
        return int(np.random.default_rng(self.seed).integers(2**31, size=len(PARTS))[PARTS.index(part)])


RECIPES = {
    "default": Recipe(),
    "seed": Recipe("seed", 5, 128, 1e-3, 0.0, 0.0, 0.0, distortion=0.0, damage=0.0, sheets=0, integers=False),
}


@dataclass(frozen=True, slots=True)
class Course:
    """How a trained network learns further, from what people settled; docs/training/README.md has what was compared.

    Attributes
    ----------
    epochs, steps, batch
        Epochs of so many batches, of so many crops.
    peak_rate, averaging
        As in `Recipe`.
    settled, drawn
        Shares of what is shown that are settled crops and crops from drawn sheets; the rest is MNIST's.
    settled_distortion, distortion
        Strength of distortion of settled crops, and of the others.
    blend
        0-1: how far the weights go from those of before to those learned.
    sheets
        Sheets to draw to learn from; for calibration and for fields half as many each.
    seed
        Of everything random.
    """

    epochs: int = 6
    steps: int = 160
    batch: int = 256
    peak_rate: float = 2e-3
    averaging: float = 0.99
    settled: float = 0.1
    drawn: float = 0.15
    settled_distortion: float = 0.4
    distortion: float = 0.3
    blend: float = 0.6
    sheets: int = 300
    seed: int = 1

    def recipe(self) -> Recipe:
        """Return what is said of the optimiser."""
        return Recipe(epochs=self.epochs, batch=self.batch, peak_rate=self.peak_rate, averaging=self.averaging)

    def seed_of(self, part: str) -> int:
        """Return a seed for one part, of its own."""
        return Recipe(seed=self.seed).seed_of(part)

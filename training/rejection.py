"""Training the head that tells digits from everything else, on features of the finished network.

Of the detectors compared (docs/training.md) a small head on the convolutional features, trained with drawn
negatives, was best by far; max softmax, energy, Mahalanobis distance, nearest neighbours and ViM all miss most
letters. Its digits are MNIST's own and the same rewritten with other pens, so that being unlike MNIST is not
mistaken for being no digit.
"""

from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from digitizer.reading.calibration import fit_platt
from digitizer.reading.model_card import NotADigit
from training.negatives import negatives
from training.networks import feature_network, reject_head
from training.variation import varied

METHOD = (
    "a hidden layer on the convolutional features, trained with drawn letters, signs, scribbles, crossed-out digits"
)
PRIOR = 0.05
"""Share of written cells that hold no digit, as the calibrated probability takes for granted."""
HEAD_EPOCHS = 12
BATCH = 128


@dataclass(frozen=True, slots=True)
class Samples:
    """Images to train or calibrate a head with.

    Attributes
    ----------
    digits, varied, negatives
        (N, 28, 28) uint8 each, ink 255: MNIST's, the same rewritten in the same order, and no digits.
    """

    digits: NDArray[np.uint8]
    varied: NDArray[np.uint8]
    negatives: NDArray[np.uint8]

    @property
    def images(self) -> NDArray[np.uint8]:
        """All of them, in this order."""
        return np.concatenate([self.digits, self.varied, self.negatives])

    @property
    def is_negative(self) -> NDArray[np.bool_]:
        """Which of `images` are no digit."""
        return np.arange(len(self.images)) >= len(self.digits) + len(self.varied)


def draw_samples(digits: NDArray[np.uint8], count: int, rng: np.random.Generator) -> Samples:
    """Draw `count` digits, as many of them rewritten, and as many negatives as both."""
    chosen = digits[rng.choice(len(digits), min(count, len(digits)), replace=False)]
    return Samples(chosen, varied(chosen, rng), negatives(digits, 2 * len(chosen), rng))


def train_head(network: keras.Model, samples: Samples, epochs: int = HEAD_EPOCHS) -> keras.Model:
    """Train a head for a network, which itself stays as it is."""
    features = feature_network(network).predict(as_input(samples.images), batch_size=256, verbose=0)
    head = reject_head(features.shape[1])
    head.compile(keras.optimizers.AdamW(2e-3, weight_decay=0.02), keras.losses.BinaryCrossentropy(from_logits=True))
    head.fit(features, samples.is_negative.astype(np.float32), batch_size=BATCH, epochs=epochs, verbose=0)
    return head


def score(network: keras.Model, head: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the head's log-odds, (N,) float64, that each of (N, 28, 28) images is no digit."""
    features = feature_network(network).predict(as_input(images), batch_size=256, verbose=0)
    return np.asarray(head.predict(features, batch_size=256, verbose=0)[:, 0], np.float64)


def calibrate_head(scores: NDArray[np.float64], is_negative: NDArray[np.bool_]) -> NotADigit:
    """Fit the probability to scores of images that neither network nor head has seen."""
    scale, offset = fit_platt(scores, is_negative, PRIOR)
    return NotADigit(method=METHOD, scale=scale, offset=offset, prior=PRIOR)


def as_input(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn (N, 28, 28) uint8 images into what the networks see: (N, 28, 28, 1) float32, ink 1."""
    return images[..., None] / np.float32(255)

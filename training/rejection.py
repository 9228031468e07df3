"""Training the head that tells digits from everything else, on features of the finished network.

Of the detectors compared (docs/training/README.md) a small head on the convolutional features, trained with drawn
negatives, was best by far; max softmax, energy, Mahalanobis distance, nearest neighbours and ViM all miss most
letters. Its digits are MNIST's own and the same rewritten with other pens, so that being unlike MNIST is not
mistaken for being no digit.
"""

from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from training.negatives import negatives
from training.networks import feature_network, reject_head
from training.variation import varied

BATCH = 256


@dataclass(frozen=True, slots=True)
class Samples:
    """Images to train or calibrate a head with.

    Attributes
    ----------
    digits, varied
        (N, 28, 28) uint8, ink 255: MNIST's, and the same rewritten, in the same order.
    labels
        (N,) uint8, what both say.
    negatives
        (2 N, 28, 28) uint8, ink 255: no digits.
    """

    digits: NDArray[np.uint8]
    varied: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    negatives: NDArray[np.uint8]


def draw_samples(digits: NDArray[np.uint8], labels: NDArray[np.uint8], count: int, rng: np.random.Generator) -> Samples:
    """Choose `count` digits, rewrite each of them, and draw as many negatives as both."""
    chosen = rng.permutation(len(digits))[:count]
    return Samples(digits[chosen], varied(digits[chosen], rng), labels[chosen], negatives(digits, 2 * len(chosen), rng))


def train_head(network: keras.Model, samples: Samples, epochs: int) -> keras.Model:
    """Train a head for a network, which itself stays as it is."""
    images = np.concatenate([samples.digits, samples.varied, samples.negatives])
    is_negative = np.arange(len(images)) >= 2 * len(samples.digits)
    features = feature_network(network).predict(as_input(images), batch_size=256, verbose=0)
    head = reject_head(features.shape[1])
    steps = epochs * -(-len(images) // BATCH)
    optimizer = keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(2e-3, steps), weight_decay=0.02)
    head.compile(optimizer, keras.losses.BinaryCrossentropy(from_logits=True))
    head.fit(features, is_negative.astype(np.float32), batch_size=BATCH, epochs=epochs, verbose=0)
    return head


def as_input(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn (N, 28, 28) uint8 images into what the networks see: (N, 28, 28, 1) float32, ink 1."""
    return np.asarray(images[..., None] / np.float32(255), np.float32)

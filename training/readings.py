"""What networks are measured on, and what each makes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitizer.reading.classifier import DigitClassifier
from digitizer.reading.mnist_format import to_mnist_format_batch
from training.corruptions import CORRUPTIONS, corrupted
from training.cost import Cost, measure_cost
from training.crop_sets import CropSet
from training.metrics import accuracy
from training.mnist import Mnist
from training.negatives import crossed_out, no_digit

SEED = 1
"""Of what is drawn: corruptions and negatives."""
Draw = Callable[[NDArray[np.uint8], NDArray[np.uint8], np.random.Generator], NDArray[np.uint8]]
Say = Callable[[str], None]
"""What is called with a line at each step."""


@dataclass(frozen=True, slots=True)
class Material:
    """What networks are measured on.

    Attributes
    ----------
    mnist
        The test set.
    corruptions, raw_corruptions
        The test set with each corruption, labelled as it is, brought to MNIST format and not.
    digits
        Other people's digits, labelled.
    drawn
        Ink that is no digit, drawn by this project from the test set.
    not_digits
        Other ink that is no digit.
    """

    mnist: CropSet
    corruptions: Sequence[CropSet]
    raw_corruptions: Sequence[CropSet]
    digits: Sequence[CropSet]
    drawn: Sequence[CropSet]
    not_digits: Sequence[CropSet]

    def sets(self) -> list[CropSet]:
        """Return all sets."""
        several = self.corruptions, self.raw_corruptions, self.digits, self.drawn, self.not_digits
        return [self.mnist, *chain.from_iterable(several)]


@dataclass(frozen=True, slots=True)
class Readings:
    """What one network makes of it.

    Attributes
    ----------
    title
        What the network is called in tables.
    probabilities
        Of each set, (N, C) float32.
    """

    title: str
    probabilities: dict[CropSet, NDArray[np.float32]]
    cost: Cost


def errors(network: Readings, sets: Sequence[CropSet]) -> list[float]:
    """Return the share of wrong readings of each labelled set, 0-1."""
    return [1 - accuracy(network.probabilities[each], each.labels) for each in sets]


def gather(mnist: Mnist, digits: Sequence[CropSet], not_digits: Sequence[CropSet], say: Say) -> Material:
    """Corrupt the test set and draw what is no digit, once for all networks, beside other people's sets."""
    images, labels = mnist.test_images, mnist.test_labels
    raw = []
    for name in CORRUPTIONS:
        say(f"corrupting: {name}")
        raw.append(CropSet(f"{name}, as it is", corrupted(images, name, SEED), labels))
    say("drawing what is no digit")
    drawn = [CropSet("drawn", _draw(no_digit, mnist)), CropSet("crossed out", _draw(crossed_out, mnist))]
    say("bringing all to MNIST format")
    return Material(
        CropSet("MNIST", images, labels),
        [
            CropSet(name, to_mnist_format_batch(list(each.crops)), labels)
            for name, each in zip(CORRUPTIONS, raw, strict=True)
        ],
        raw,
        digits,
        drawn,
        not_digits,
    )


def read(title: str, folder: Path, classifier: DigitClassifier, material: Material, say: Say) -> Readings:
    """Let one network read all sets, and measure what it costs."""
    probabilities = {}
    for each in material.sets():
        say(f"{title}: reading {each.name}")
        probabilities[each] = classifier.classify(each.crops)
    say(f"{title}: timing")
    return Readings(title, probabilities, measure_cost(classifier, folder, material.mnist.crops))


def _draw(draw: Draw, mnist: Mnist) -> NDArray[np.uint8]:
    """Draw as many crops as there are test images."""
    rng = np.random.default_rng(SEED)
    images, labels = mnist.test_images, mnist.test_labels
    return to_mnist_format_batch([draw(images, labels, rng) for _ in range(len(images))])

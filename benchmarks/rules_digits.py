"""Handwritten digits as the network reads them, rightly and wrongly, for the benchmark of rules."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitizer.document import Reading
from digitizer.reading.cells import CellInk
from digitizer.reading.classifier import DigitClassifier
from digitizer.reading.decide import decide
from digitizer.reading.mnist_format import SIZE_PX, to_mnist_format
from samples.digits import BUNDLED_FILE
from training.distortion import damaged, distorted

CROPS = 20_000
STRENGTH = 0.7
"""Of the distortion; 1 is what training has."""
DAMAGED = 0.12
"""Share of the crops that come as they come; those that are misread are chosen among as many that all are damaged."""

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class DigitReadings:
    """Readings of crops, by the digit that they show.

    Attributes
    ----------
    some, misread
        As they come; and those of damaged crops that were read as another digit.
    """

    some: tuple[tuple[Reading, ...], ...]
    misread: tuple[tuple[Reading, ...], ...]

    def any_of(self, digit: int, rng: Rng) -> Reading:
        """Give one as it comes."""
        return self.some[digit][rng.integers(len(self.some[digit]))]

    def right(self, digit: int, rng: Rng) -> Reading:
        """Give one that is right."""
        while True:
            reading = self.any_of(digit, rng)
            if reading.symbol == str(digit):
                return reading

    def wrong(self, digit: int, rng: Rng) -> Reading:
        """Give one that is another digit."""
        return self.misread[digit][rng.integers(len(self.misread[digit]))]


def read_digits(classifier: DigitClassifier, *, tuning: bool, crops: int = CROPS) -> DigitReadings:
    """Distort the bundled digits as hands do, damage some as scans do, and read them.

    Parameters
    ----------
    tuning
        Take the half of the digits that parameters of `digitizer.rules` were chosen on, else the other half. None of
        them was trained on.
    """
    with np.load(BUNDLED_FILE, allow_pickle=False) as arrays:
        images, labels = arrays["x_test"], arrays["y_test"]
    order = np.argsort(labels, kind="stable")
    half = order[np.arange(len(order)) % 2 == int(tuning)]
    rng = np.random.default_rng([3, int(tuning)])
    chosen = rng.choice(half, crops)
    written = distorted(images[chosen], rng, STRENGTH)
    some = _read(classifier, damaged(written, rng, DAMAGED))
    spoilt = _read(classifier, damaged(written, rng, 1.0))
    other = [
        reading.symbol.isdigit() and reading.symbol != str(label)
        for reading, label in zip(spoilt, labels[chosen], strict=True)
    ]
    return DigitReadings(
        tuple(tuple(some[i] for i in np.flatnonzero(labels[chosen] == digit)) for digit in range(10)),
        tuple(tuple(spoilt[i] for i in np.flatnonzero((labels[chosen] == digit) & other)) for digit in range(10)),
    )


def _read(classifier: DigitClassifier, images: NDArray[np.uint8]) -> list[Reading]:
    crops = np.array([to_mnist_format(image) for image in images], np.uint8)
    inked = CellInk(crops, np.zeros(len(crops), np.bool_), np.full(len(crops), SIZE_PX, np.intp), (SIZE_PX, SIZE_PX))
    return decide(inked, crops, classifier.classify(crops))

"""Handwritten digits to fill the forms with: MNIST's test images, each used once."""

from collections import defaultdict
from copy import copy
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

BUNDLED_FILE = Path(__file__).with_name("digits.npz")
"""The last ten of each digit in the MNIST test set, for tests and benchmarks."""


FAINT = 80
"""Ink up to this shade (0-255) does not hold a stroke together."""


class DigitPool:
    """Hands out images of digits in a shuffled order, each once before any comes again.

    Parameters
    ----------
    images
        (N, 28, 28) uint8, ink 255.
    labels
        (N,) uint8, 0-9; every digit at least once.
    """

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.uint8], rng: np.random.Generator) -> None:
        self._images = images
        self._order = {digit: rng.permutation(np.flatnonzero(labels == digit)) for digit in range(10)}
        self._used: defaultdict[int, int] = defaultdict(int)

    def take(self, digit: int) -> NDArray[np.uint8]:
        """Give the next image of `digit`: (28, 28) uint8, ink 255."""
        order = self._order[digit]
        place = order[self._used[digit] % len(order)]
        self._used[digit] += 1
        return np.asarray(self._images[place], np.uint8)

    @cached_property
    def spare(self) -> "DigitPool":
        """The same images from the last to the first: what it hands out changes nothing in this pool's order."""
        spare = copy(self)
        spare._order = {digit: order[::-1] for digit, order in self._order.items()}
        spare._used = defaultdict(int)
        return spare


def load_pool(file: Path, rng: np.random.Generator) -> DigitPool:
    """Load the test digits of an MNIST file in Keras' layout (`x_test`, `y_test`), but for broken ones."""
    with np.load(file, allow_pickle=False) as arrays:
        images, labels = arrays["x_test"], arrays["y_test"]
    whole = [is_whole(image) for image in images]
    return DigitPool(images[whole], labels[whole], rng)


def bundled_pool(rng: np.random.Generator) -> DigitPool:
    """Load the digits that come with the samples."""
    return load_pool(BUNDLED_FILE, rng)


def is_whole(image: NDArray[np.uint8]) -> bool:
    """Tell whether a digit, (28, 28) uint8, ink 255, is written in one or two pieces.

    More pieces are what faint scans left of a digit: nobody could say what the truth is.
    """
    parts, _ = cv2.connectedComponents((image > FAINT).astype(np.uint8), connectivity=8)
    return int(parts) - 1 <= 2

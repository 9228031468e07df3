"""Two other ways to read a number in one frame, to compare the one of `digitizer` with."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitizer.document import BLANK, UNREADABLE
from digitizer.reading.classifier import NOT_A_DIGIT
from digitizer.reading.mnist_format import to_mnist_format_batch
from digitizer.reading.numbers import read_numbers
from digitizer.reading.numbers_strips import Strip, cut_strips
from digitizer.reading.page import Classifier

Quads = Sequence[NDArray[np.float64]]
Readings = list[tuple[str, float]]
"""Symbols and confidence of each box."""
_WIDTH = 0.85
"""Usual width of a digit that others touch, in heights."""
_WINDOWS_PER_HEIGHT, _WINDOW = 8, 1.0
"""Places of the window per height of a digit, and its width in heights."""


def by_paths(pixels: NDArray[np.uint8], quads: Quads, digits: Sequence[int], classifier: Classifier) -> Readings:
    """Read as `digitizer` does."""
    return [(each.symbols, each.confidence) for each in read_numbers(pixels, quads, digits, classifier)]


def by_width(pixels: NDArray[np.uint8], quads: Quads, _: Sequence[int], classifier: Classifier) -> Readings:
    """Read what stands apart as a digit each, wide pieces as so many digits as fit their width, cut straight."""
    return [_by_width(strip, classifier) if strip.count else (BLANK, 1.0) for strip in cut_strips(pixels, quads)]


def by_window(pixels: NDArray[np.uint8], quads: Quads, _: Sequence[int], classifier: Classifier) -> Readings:
    """Slide a window along the box, and read what is read twice or more in a row (Graves et al., CTC, ICML 2006)."""
    return [_by_window(strip, classifier) if strip.count else (BLANK, 1.0) for strip in cut_strips(pixels, quads)]


METHODS = {"paths": by_paths, "pieces, cut by width": by_width, "sliding window": by_window}


def _by_width(strip: Strip, classifier: Classifier) -> tuple[str, float]:
    runs = _runs(strip)
    height = _height(strip, runs)
    crops = []
    for first, last in runs:
        count = max(round((last - first) / (_WIDTH * height)), 1)
        ends = np.linspace(first, last, count + 1).round().astype(int)
        crops += [strip.ink[:, start:stop] for start, stop in itertools.pairwise(ends)]
    probabilities = classifier.classify(to_mnist_format_batch(crops))
    symbols = ["0123456789??"[place] for place in probabilities.argmax(axis=1)]
    confidence = math.prod(float(each) for each in probabilities.max(axis=1))
    return "".join(symbols), confidence


def _by_window(strip: Strip, classifier: Classifier) -> tuple[str, float]:
    height = _height(strip, _runs(strip))
    width, step = round(_WINDOW * height), max(round(height / _WINDOWS_PER_HEIGHT), 1)
    padded = np.pad(strip.ink, ((0, 0), (width // 2, width)))
    crops = [padded[:, start : start + width] for start in range(0, strip.ink.shape[1], step)]
    probabilities = classifier.classify(to_mnist_format_batch(crops))
    probabilities[[not crop.any() for crop in crops]] = np.eye(12)[NOT_A_DIGIT]
    read = np.minimum(probabilities.argmax(axis=1), NOT_A_DIGIT)
    ends = np.flatnonzero(np.diff(read, prepend=-1, append=-1))
    symbols, confidence = "", 1.0
    for first, last in itertools.pairwise(ends):
        if read[first] < NOT_A_DIGIT and last - first > 1:
            symbols += str(read[first])
            confidence *= float(probabilities[first:last, read[first]].max())
    return (symbols, confidence) if symbols else (UNREADABLE, 0.0)


def _runs(strip: Strip) -> list[tuple[int, int]]:
    """First and last column, exclusive, of what stands apart."""
    ends = np.flatnonzero(np.diff(strip.pieces.any(axis=0), prepend=False, append=False)).tolist()
    return list(zip(ends[::2], ends[1::2], strict=True))


def _height(strip: Strip, runs: list[tuple[int, int]]) -> float:
    heights = np.array([np.ptp(np.flatnonzero(strip.pieces[:, first:last].any(axis=1))) + 1 for first, last in runs])
    return float(np.median(heights[heights >= 0.5 * heights.max()]))

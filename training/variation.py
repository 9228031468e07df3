"""MNIST's digits as other pens and scanners give them: thicker, thinner, slanted, 1-bit, blurred."""

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.reading.mnist_format import SIZE_PX, to_mnist_format

Image = NDArray[np.uint8]


def varied(digits: Image, rng: np.random.Generator) -> Image:
    """Write and scan each digit anew.

    Parameters
    ----------
    digits
        (N, 28, 28) uint8, ink 255.

    Returns
    -------
    NDArray
        (N, 28, 28) uint8, ink 255, in MNIST format.
    """
    return np.stack([to_mnist_format(as_scanned(rewritten(digit, rng), rng)) for digit in digits])


def rewritten(digit: Image, rng: np.random.Generator, size_px: int = 96) -> Image:
    """Write a digit with another pen and slant: (size_px, size_px) uint8, two-valued, ink 255."""
    turn, slant = rng.normal(0, 0.08), rng.normal(0, 0.1)
    matrix = np.array([[np.cos(turn), -np.sin(turn) + slant], [np.sin(turn), np.cos(turn)]])
    matrix = matrix * (size_px / 32 * rng.uniform([[0.85], [0.9]], [[1.1], [1.05]]))
    shift = size_px / 2 - matrix @ [SIZE_PX / 2, SIZE_PX / 2]
    large = cv2.warpAffine(digit, np.column_stack([matrix, shift]), (size_px, size_px), flags=cv2.INTER_CUBIC)
    ink = np.where(large > rng.uniform(70, 180), np.uint8(255), np.uint8(0))
    return _with_pen(ink, int(rng.integers(-3, 5)))


def as_scanned(ink: Image, rng: np.random.Generator) -> Image:
    """Scan writing at 60 to 400 dpi, sharp or blurred, grey or 1-bit: (H, W) uint8, ink up to 255."""
    share = rng.uniform(0.25, 1.0)
    size = (max(8, round(ink.shape[1] * share)), max(8, round(ink.shape[0] * share)))
    blurred = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.3, 1.5))
    small = cv2.resize(blurred, size, interpolation=cv2.INTER_AREA)
    if rng.random() < 0.4:
        small = np.where(small > min(127, int(small.max()) // 2), np.uint8(255), np.uint8(0))
    return np.asarray(small, np.uint8)


def _with_pen(ink: Image, wider_px: int) -> Image:
    """Widen strokes by about `wider_px`, or narrow them, but never until they break off."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(wider_px) + 1, abs(wider_px) + 1))
    if wider_px >= 0:
        return np.asarray(cv2.dilate(ink, kernel), np.uint8)
    thinner = np.asarray(cv2.erode(ink, kernel), np.uint8)
    broken = cv2.connectedComponents(thinner)[0] != cv2.connectedComponents(ink)[0]
    return ink if broken else thinner

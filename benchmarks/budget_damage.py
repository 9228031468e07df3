"""Ten ways in which offices spoil digits and that no network here was trained or calibrated on, for the error budget.

Five are of MNIST-C (see `training.corruptions`), five of paper and scanners. Each comes lightly or at its worst.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from training.corruptions import CORRUPTIONS

Image = NDArray[np.uint8]
Rng = np.random.Generator
Damage = Callable[[Image, float, Rng], Image]
"""Spoils (28, 28) uint8, ink 255, by a severity of 0-1: the same shape, not in MNIST format."""

FOLD_PX, JERK_PX, COPY_PX = 5, 7, (4, 3)
"""Widest crease, farthest slip and farthest offset, at severity 1."""
SHOWN_THROUGH, COPIED = 0.75, 0.85
"""Shade of another digit, as a share of the ink's, at severity 1."""


def fold(image: Image, severity: float, rng: Rng) -> Image:
    """Lose the ink on a crease through the middle of the digit, level or upright."""
    width, level = round(severity * FOLD_PX), rng.random() < 0.5
    first = int(rng.integers(8, 20 - width))
    spoilt = image.copy()
    crease = spoilt[first : first + width] if level else spoilt[:, first : first + width]
    crease[:] = 0
    return _unless_empty(spoilt, image)


def feed_jerk(image: Image, severity: float, rng: Rng) -> Image:
    """Slip while the paper is fed: what lies below a line is moved to one side."""
    slip = round(severity * JERK_PX) * (1 if rng.random() < 0.5 else -1)
    spoilt, row = image.copy(), int(rng.integers(9, 19))
    spoilt[row:] = np.roll(image[row:], slip, axis=1)
    return spoilt


def show_through(image: Image, severity: float, rng: Rng) -> Image:
    """See the back of the sheet: the digit's own mirror image, askew, in a lighter shade."""
    askew = cv2.getRotationMatrix2D((13.5, 13.5), float(rng.uniform(-40, 40)), float(rng.uniform(0.8, 1.2)))
    back = cv2.GaussianBlur(cv2.warpAffine(image[:, ::-1], askew, (28, 28)), (0, 0), 0.7)
    return np.maximum(image, np.asarray(back * (severity * SHOWN_THROUGH), np.uint8))


def ink_bleed(image: Image, severity: float, _rng: Rng) -> Image:
    """Let ink spread into the paper until loops fill."""
    wide = cv2.dilate(cv2.resize(image, (84, 84), interpolation=cv2.INTER_CUBIC), np.ones((3, 3), np.uint8))
    spread = cv2.GaussianBlur(wide, (0, 0), 0.5 + 7.5 * severity).astype(np.float32)
    inked = np.clip((spread - 60) * 6, 0, 255).astype(np.uint8)
    return _unless_empty(np.asarray(cv2.resize(inked, (28, 28), interpolation=cv2.INTER_AREA), np.uint8), image)


def carbon_copy(image: Image, severity: float, rng: Rng) -> Image:
    """Write it twice: a second copy of the digit, lighter and beside the first."""
    x, y = (rng.choice([-1, 1]) * severity * reach for reach in COPY_PX)
    copy = cv2.warpAffine(image, np.array([[1, 0, x], [0, 1, y]], np.float64), (28, 28))
    return np.maximum(image, np.asarray(copy * COPIED, np.uint8))


def _blended(name: str) -> Damage:
    """Take a corruption of MNIST-C, mixed with the plain digit by the severity."""
    corrupt = CORRUPTIONS[name]

    def spoil(image: Image, severity: float, rng: Rng) -> Image:
        mixed = (1 - severity) * image + severity * corrupt(image, rng)
        return _unless_empty(np.rint(mixed).astype(np.uint8), image)

    return spoil


def _unless_empty(spoilt: Image, image: Image) -> Image:
    return spoilt if spoilt.any() else image


DAMAGES: dict[str, Damage] = {
    **{name: _blended(name) for name in ("spatter", "zigzag", "dotted line", "motion blur", "shot noise")},
    "fold": fold,
    "feed jerk": feed_jerk,
    "show-through": show_through,
    "ink bleed": ink_bleed,
    "carbon copy": carbon_copy,
}

OTHER_DAMAGES: dict[str, Damage] = {
    name: _blended(name) for name in ("impulse noise", "stripe", "canny edges", "translate")
}
"""What the rule was chosen on."""

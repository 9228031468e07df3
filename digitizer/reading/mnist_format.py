"""MNIST format, the one normaliser: a digit's ink in a 20 × 20 box, centred by mass in 28 × 28 px.

The method of MNIST itself (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
recognition", Proc. IEEE 86(11), 1998, section III-A): size-normalised with the aspect ratio kept and
anti-aliasing, then moved by whole pixels until the centre of mass lies in the middle pixel.
Scaling and moving are one resampling, so a digit in MNIST format already comes out unchanged.
"""

import math
from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

SIZE_PX = 28
"""Width and height of an image in MNIST format."""
BOX_PX = 20
"""The longer side of the ink in MNIST format."""
EDGE_SHARE = 0.25
"""The ink's bounding box ends where the ink is weaker than this share of its peak: an anti-aliased fringe
is below it, the outermost row of 99.98 % of MNIST digits above it."""
_PLAIN, _PLAIN_SHARE = 0.08, 0.25
"""A background is plain if at least this share of the border (the second) is below this share of the peak."""
_STROKE_SHARE = 0.4
"""Share of a crop's longer side that no stroke is as wide as."""

ROUNDING = 1e-5
"""Keeps the rounding errors of a centre of mass from moving a digit by a pixel."""


class Polarity(StrEnum):
    """Which end of the grey scale is ink."""

    INK_BRIGHT = "ink_bright"
    """Ink 255 on a background of 0, as in MNIST."""
    INK_DARK = "ink_dark"
    """Ink 0 on paper of 255, as on a page."""


def to_mnist_format(crop: NDArray[np.uint8], polarity: Polarity = Polarity.INK_BRIGHT) -> NDArray[np.uint8]:
    """Bring the ink of one crop to MNIST format.

    Parameters
    ----------
    crop
        (H, W) uint8, any size, nothing but one digit's ink on a plain background of 0 (or 255 if
        `polarity` says so). It is not changed. Where even its border is no plain background, what is wider
        than strokes is taken for background and subtracted.

    Returns
    -------
    NDArray
        (28, 28) uint8, ink 255 on 0, brightest pixel 255; all 0 if there is no ink.
    """
    ink = np.bitwise_not(crop) if polarity is Polarity.INK_DARK else crop
    if not ink.any():
        return np.zeros((SIZE_PX, SIZE_PX), np.uint8)
    ink = _on_plain_background(ink)
    top, bottom, left, right = _ink_box(ink)
    step = max(bottom - top, right - left) / BOX_PX
    fringe = math.ceil(step)
    body = ink[max(top - fringe, 0) : bottom + fringe, max(left - fringe, 0) : right + fringe].astype(np.float32)
    down = _resampling(body.sum(axis=1), step)
    across = _resampling(body.sum(axis=0), step)
    image = down @ body @ across.T
    return np.asarray(np.rint(image * (255 / image.max())), np.uint8)


def to_mnist_format_batch(
    crops: Sequence[NDArray[np.uint8]], polarity: Polarity = Polarity.INK_BRIGHT
) -> NDArray[np.uint8]:
    """Bring N crops of any sizes to MNIST format: (N, 28, 28) uint8, see `to_mnist_format`."""
    batch = np.zeros((len(crops), SIZE_PX, SIZE_PX), np.uint8)
    for image, crop in zip(batch, crops, strict=True):
        image[:] = to_mnist_format(crop, polarity)
    return batch


def _on_plain_background(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Subtract a background that is not 0: what is left of bright things after opening by more than a stroke's width.

    The white top-hat (Meyer, "Contrast features extraction", 1979). Crops whose border is plain are left as they are.
    """
    border = np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])
    if not border.any() or np.quantile(border, _PLAIN_SHARE) <= _PLAIN * int(ink.max()):
        return ink
    import cv2  # no crop that reading cuts out comes here

    size = max(3, round(_STROKE_SHARE * max(ink.shape)))
    tophat = cv2.morphologyEx(ink, cv2.MORPH_TOPHAT, np.ones((size, size), np.uint8), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(tophat, np.uint8) if tophat.any() else ink


def _ink_box(ink: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """Return where the ink begins and ends: top, bottom, left, right in px, the ends exclusive."""
    row_peaks, column_peaks = ink.max(axis=1), ink.max(axis=0)
    edge = EDGE_SHARE * int(row_peaks.max())
    rows, columns = np.flatnonzero(row_peaks > edge), np.flatnonzero(column_peaks > edge)
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _resampling(profile: NDArray[np.float32], step: float) -> NDArray[np.float32]:
    """Return the (28, length) weights that bring one axis to MNIST format.

    The centre of mass comes to lie in the middle pixel, 14 <= centre < 15 as in MNIST, by whole pixels of the
    result. Each pixel of the result averages the `step` pixels of the crop that it covers, by the area that
    they share (Heckbert, "Fundamentals of texture mapping", 1989, box filter); when enlarging it averages
    one pixel's width, which is linear interpolation.

    Parameters
    ----------
    profile
        (length,) float32, the ink's mass along the axis.
    step
        Pixels of the crop per pixel of the result.
    """
    pixels = np.arange(profile.size, dtype=np.float32)
    centre_px = (float(pixels @ profile) / float(profile.sum()) + 0.5) / step
    first = math.ceil(SIZE_PX / 2 - centre_px - ROUNDING)
    width = max(step, 1.0)
    begins = ((np.arange(SIZE_PX, dtype=np.float32) + (0.5 - first)) * step - width / 2)[:, None]
    overlap = np.minimum(begins + width, pixels + 1) - np.maximum(begins, pixels)
    weights: NDArray[np.float32] = np.maximum(overlap, 0) / np.float32(width)
    return weights

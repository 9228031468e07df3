"""Strips: the part of a page around a field, upright and small, as a person wants to see it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.reading.rulings import reduce

_CELL_PX = 64
"""Height of a cell in a strip, at most: thin strokes and small print beside it can still be read."""
_LONGEST_PX = 1600
"""Side of a strip, at most: a grid as large as its page stays below 300 kB."""
_MARGIN_CELLS = 0.5
"""What is shown around a field, in heights of its cells: labels stand there, and what was written beside its place."""
_MIN_MARGIN_PX = 8
_JPEG_QUALITY = 70
"""Found by looking at strips of the samples: below it, grey dots stand around strokes."""


def cut_strip(
    pixels: NDArray[np.uint8], quads: tuple[tuple[float, ...], ...], turn: int
) -> tuple[bytes, tuple[int, int, int, int]]:
    """Cut the part of a page around a field.

    Parameters
    ----------
    pixels
        (height, width) uint8, grey, paper 255.
    quads
        For each of its cells x and y of the four corners, px: top left, top right, bottom right, bottom left.
    turn
        Clockwise turns by 90 degrees after which the page stands upright.

    Returns
    -------
    jpeg
        Grey, upright. It is reduced, both ways alike, if its cells are higher than 64 px or itself is longer than 1600;
        the scale is its size over that of the box. Empty for a field that is not on the page.
    box
        x, y, width, height of the part on the page as it lies, px.
    """
    corners = np.array(quads).reshape(-1, 4, 2)
    cell_px = float(np.median(np.linalg.norm(corners[:, 3] - corners[:, 0], axis=1)))
    margin = max(_MARGIN_CELLS * cell_px, _MIN_MARGIN_PX)
    size = pixels.shape[::-1]
    left, top = np.clip(np.floor(corners.min(axis=(0, 1)) - margin), 0, size).astype(int).tolist()
    right, bottom = np.clip(np.ceil(corners.max(axis=(0, 1)) + margin), 0, size).astype(int).tolist()
    width, height = right - left, bottom - top
    if not width or not height:
        return b"", (left, top, width, height)
    scale = min(1.0, _CELL_PX / max(cell_px, 1.0), _LONGEST_PX / max(width, height))
    return _jpeg(_upright(pixels[top:bottom, left:right], scale, turn)), (left, top, width, height)


def _upright(part: NDArray[np.uint8], scale: float, turn: int) -> NDArray[np.uint8]:
    """Reduce a part of a page and turn it by quarters, clockwise."""
    if scale < 1:
        height, width = part.shape
        blocks = reduce(part, int(1 / scale))
        smaller = max(1, round(width * scale)), max(1, round(height * scale))
        # Of what is left, less than half goes: no line falls between four neighbours. The area takes 6 times as long.
        part = np.asarray(cv2.resize(blocks, smaller, interpolation=cv2.INTER_LINEAR), np.uint8)
    return np.ascontiguousarray(np.rot90(part, -turn))


def _jpeg(image: NDArray[np.uint8]) -> bytes:
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return bytes(np.asarray(encoded, np.uint8))

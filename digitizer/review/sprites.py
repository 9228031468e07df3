"""All crops of a sheet as one picture: a browser loads one file at once, and 360 slowly."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

COLUMNS = 24
CROP_PX = 28
MARGIN_PX = 2
"""Paper around each crop, so that an enlarged one does not show its neighbour's edge."""
PITCH_PX = CROP_PX + 2 * MARGIN_PX
_PNG_LEVEL = 1
"""Fast: the picture travels within the machine."""


@dataclass(frozen=True, slots=True)
class Sprite:
    """A picture of crops, `columns` beside each other; crop i stands in row i // columns."""

    png: bytes
    columns: int
    rows: int


def sprite_of(crops: Sequence[bytes]) -> Sprite:
    """Lay crops out side by side.

    Parameters
    ----------
    crops
        28 * 28 bytes each, row by row, ink 255; an empty one stays paper.
    """
    rows = max(1, math.ceil(len(crops) / COLUMNS))
    image = np.full((rows, PITCH_PX, COLUMNS, PITCH_PX), 255, np.uint8)
    inner = slice(MARGIN_PX, MARGIN_PX + CROP_PX)
    for index, crop in enumerate(crops):
        if crop:
            ink = np.frombuffer(crop, np.uint8).reshape(CROP_PX, CROP_PX)
            image[index // COLUMNS, inner, index % COLUMNS, inner] = 255 - ink
    flat = image.reshape(rows * PITCH_PX, COLUMNS * PITCH_PX)
    _, png = cv2.imencode(".png", flat, [cv2.IMWRITE_PNG_COMPRESSION, _PNG_LEVEL])
    return Sprite(bytes(np.asarray(png, np.uint8)), COLUMNS, rows)

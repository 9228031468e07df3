"""Pens, and how their ink looks on paper."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Pen:
    """What the writer holds.

    Attributes
    ----------
    colour
        Red, green, blue, 0-255, of a full stroke on white paper.
    grain
        0-1: how much of the ink is missing where it is thinnest.
    grain_px
        Size of the grain's spots (standard deviation of their blur).
    line
        Width of the stroke that crosses a box out, as a part of the box height.
    """

    colour: tuple[int, int, int]
    grain: float
    grain_px: float
    line: float


BALLPOINT_BLUE = Pen((28, 46, 128), 0.30, 1.6, 0.075)
BALLPOINT_BLACK = Pen((34, 34, 40), 0.25, 1.6, 0.075)
GEL_BLACK = Pen((16, 16, 20), 0.08, 2.0, 0.08)
FELT_BLUE = Pen((12, 30, 110), 0.05, 2.5, 0.10)
PENCIL = Pen((92, 92, 96), 0.55, 0.7, 0.085)


def lay_ink(
    paper: NDArray[np.uint8], cover: NDArray[np.float32], x: int, y: int, pen: Pen, rng: np.random.Generator
) -> None:
    """Lay ink onto `paper` in place; what would fall off the paper is lost.

    Parameters
    ----------
    paper
        (height, width, 3) uint8, red-green-blue, paper 255.
    cover
        (h, w) float32, 0-1: how much ink covers each pixel; its first pixel lies at (x, y).
    """
    top, left = max(y, 0), max(x, 0)
    bottom, right = min(y + cover.shape[0], paper.shape[0]), min(x + cover.shape[1], paper.shape[1])
    if top >= bottom or left >= right:
        return
    spots = cv2.GaussianBlur(rng.standard_normal(cover.shape).astype(np.float32), (0, 0), pen.grain_px)
    spots = (spots - spots.min()) / max(float(np.ptp(spots)), 1e-6)
    strength = (cover * (1 - pen.grain * spots))[top - y : bottom - y, left - x : right - x, None]
    # Ink filters the light: over a printed line both darken.
    passed = 1 - strength * (1 - np.array(pen.colour, np.float32) / 255)
    paper[top:bottom, left:right] = np.rint(paper[top:bottom, left:right] * passed).astype(np.uint8)


def stroke_cover(
    points: NDArray[np.float64], width_px: float, shape: tuple[int, int], origin: tuple[int, int]
) -> NDArray[np.float32]:
    """Draw a smooth pen stroke through points.

    Parameters
    ----------
    points
        (N, 2) float64, (x, y) in px on the page.
    shape, origin
        (height, width) of the result, and the (x, y) on the page of its first pixel.

    Returns
    -------
    (height, width) float32, 0-1.
    """
    scale = 4
    line = np.rint((points - origin) * scale * 16).astype(np.int32).reshape(-1, 1, 2)
    canvas = np.zeros((shape[0] * scale, shape[1] * scale), np.uint8)
    cv2.polylines(canvas, [line], False, 255, max(1, round(width_px * scale)), cv2.LINE_AA, 4)
    small = cv2.resize(canvas, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(small / 255, np.float32)

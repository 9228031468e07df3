"""A hand that fills boxes: digits, blanks, crossed-out boxes, and a signature."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.document import BLANK, VOID
from samples.digits import DigitPool
from samples.ink import Pen, lay_ink, stroke_cover

ENLARGED = 10
"""How much an image of a digit is enlarged before its strokes are made crisp."""


@dataclass(frozen=True, slots=True)
class Hand:
    """A writer's habits.

    Attributes
    ----------
    size
        Height of a digit as a part of the box height.
    slant_deg
        Clockwise lean added to that of the digit itself.
    spread
        Standard deviation of a digit's place, as a part of the box.
    overshoot
        Part of the digits that are written carelessly: larger and farther off, onto or over the lines.
    """

    pen: Pen
    size: float = 0.68
    slant_deg: float = 0.0
    spread: float = 0.04
    overshoot: float = 0.06


def fill_boxes(
    paper: NDArray[np.uint8],
    quads: NDArray[np.float64],
    cells: str,
    hand: Hand,
    pool: DigitPool,
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """Write into boxes.

    Parameters
    ----------
    paper
        (height, width, 3) uint8, red-green-blue, paper 255.
    quads
        (N, 4, 2) float64, corners of the boxes in px: top left, top right, bottom right, bottom left.
    cells
        A character a box: a digit, `BLANK` or `VOID`.

    Returns
    -------
    The paper with the writing on it; `paper` itself is not changed.
    """
    written = paper.copy()
    for quad, symbol in zip(quads, cells, strict=True):
        if symbol == VOID:
            _cross_out(written, quad, hand, pool, rng)
        elif symbol != BLANK:
            _write_digit(written, quad, pool.take(int(symbol)), hand, rng)
    return written


def sign(
    paper: NDArray[np.uint8],
    place: tuple[float, float],
    size: tuple[float, float],
    hand: Hand,
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """Give the paper with a scribbled signature on it; `place` is its (x, y), `size` (width, height), in px."""
    signed = paper.copy()
    turns = np.linspace(0, 1, 160)
    loops = rng.uniform(4, 7) * 2 * np.pi
    swing = 0.5 * np.interp(turns, np.linspace(0, 1, 9), rng.uniform(0.15, 1.0, 9))
    x = place[0] + size[0] * (turns + 0.07 * np.cos(loops * turns))
    y = place[1] + size[1] * (0.5 - 0.15 * turns + swing * np.sin(loops * turns + rng.uniform(0, 6)))
    _draw_stroke(signed, np.column_stack([x, y]), 0.05 * size[1], hand.pen, rng)
    return signed


def crisp_strokes(image: NDArray[np.uint8], width_px: float) -> NDArray[np.float32]:
    """Turn a small blurred digit into large strokes with a clear edge, about as wide as one pen writes.

    Parameters
    ----------
    image
        (28, 28) uint8, ink 255.
    width_px
        Width of the strokes, in px of `image`; approached as far as the digit keeps its form.

    Returns
    -------
    (h, w) float32, 0-1, cut to the ink: `ENLARGED` px for a px of the image.
    """
    ink = image.astype(np.float32) / 255
    size = (ink.shape[1] * ENLARGED, ink.shape[0] * ENLARGED)
    large = cv2.GaussianBlur(cv2.resize(ink, size, interpolation=cv2.INTER_CUBIC), (0, 0), 0.35 * ENLARGED)
    inside = (large > 0.33).astype(np.uint8)
    # Faint hair lines belong to the digit: a lower threshold keeps them, the width is set below.
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    outside = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
    # Along a stroke's middle the depth is half its width; the mean over the stroke is half of that.
    found_px = 4 * float(depth[inside > 0].mean())
    wider_px = np.clip(width_px * ENLARGED, 0.7 * found_px, 1.4 * found_px) - found_px
    cover = np.clip((depth - outside + wider_px / 2) / (0.16 * ENLARGED) + 0.5, 0, 1)
    rows, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
    return np.asarray(cover[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], np.float32)


def _write_digit(
    paper: NDArray[np.uint8], quad: NDArray[np.float64], image: NDArray[np.uint8], hand: Hand, rng: np.random.Generator
) -> None:
    """Write one digit somewhere about the middle of its box."""
    # An MNIST digit is 20 px high.
    strokes = crisp_strokes(image, 20 * hand.pen.line / hand.size)
    across, down = quad[1] - quad[0], quad[3] - quad[0]
    width_px, height_px = float(np.linalg.norm(across)), float(np.linalg.norm(down))
    careless = rng.random() < hand.overshoot
    size = np.clip(rng.normal(hand.size, 0.05), 0.55, 0.8) * (1.15 if careless else 1.0)
    # A digit is as tall as the hand makes it, unless it would then be wider than the box.
    scale = min(size * height_px / max(strokes.shape[0], 10 * ENLARGED), 0.92 * width_px / strokes.shape[1])
    spread = np.clip(rng.normal(0, hand.spread * (2.6 if careless else 1.0), 2), -0.3, 0.3)
    middle = quad.mean(axis=0) + spread[0] * across + spread[1] * down
    tilt = np.arctan2(across[1], across[0]) + np.radians(rng.normal(0, 2.5))
    lean = np.tan(np.radians(hand.slant_deg + rng.normal(0, 3)))
    shape = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]]) @ [[1, -lean], [0, 1]] * scale
    _stamp(paper, strokes, shape, middle, hand.pen, rng)


def _stamp(
    paper: NDArray[np.uint8],
    strokes: NDArray[np.float32],
    shape: NDArray[np.float64],
    middle: NDArray[np.float64],
    pen: Pen,
    rng: np.random.Generator,
) -> None:
    """Lay strokes on the paper, transformed by the 2x2 `shape`, their middle at `middle`."""
    fine = 4
    centre = (np.array(strokes.shape[::-1]) - 1) / 2
    reach = int(np.ceil(np.abs(shape) @ centre).max()) + 3
    corner = np.floor(middle).astype(int) - reach
    side = 2 * reach + 1
    linear = shape * fine
    offset = (middle - corner + 0.5) * fine - 0.5 - linear @ centre
    # Drawn larger and then averaged: a small scale would otherwise skip the thin strokes.
    drawn = cv2.warpAffine(
        strokes, np.column_stack([linear, offset]), (side * fine, side * fine), flags=cv2.INTER_LINEAR
    )
    cover = cv2.resize(drawn, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    lay_ink(paper, cover, int(corner[0]), int(corner[1]), pen, rng)


def _cross_out(
    paper: NDArray[np.uint8], quad: NDArray[np.float64], hand: Hand, pool: DigitPool, rng: np.random.Generator
) -> None:
    """Cross a box out: mostly empty, sometimes over a digit."""
    if rng.random() < 0.3:
        _write_digit(paper, quad, pool.take(int(rng.integers(10))), hand, rng)
    centre = quad.mean(axis=0)
    corners = centre + (quad - centre) * rng.uniform(0.72, 1.0)
    width_px = hand.pen.line * float(np.linalg.norm(quad[3] - quad[0]))
    for start, end in ((corners[0], corners[2]), (corners[1], corners[3])):
        ends = np.array([start, end]) + rng.uniform(-0.06, 0.06, (2, 2)) * np.linalg.norm(end - start)
        bow = rng.uniform(-0.06, 0.06) * np.array([ends[1, 1] - ends[0, 1], ends[0, 0] - ends[1, 0]])
        along = np.linspace(0, 1, 24)[:, None]
        stroke = ends[0] + along * (ends[1] - ends[0]) + 4 * along * (1 - along) * bow
        _draw_stroke(paper, stroke, width_px, hand.pen, rng)


def _draw_stroke(
    paper: NDArray[np.uint8], points: NDArray[np.float64], width_px: float, pen: Pen, rng: np.random.Generator
) -> None:
    corner = np.floor(points.min(axis=0) - width_px - 2).astype(int)
    far = np.ceil(points.max(axis=0) + width_px + 2).astype(int)
    shape = (int(far[1] - corner[1]), int(far[0] - corner[0]))
    cover = stroke_cover(points, width_px, shape, (int(corner[0]), int(corner[1])))
    lay_ink(paper, cover, int(corner[0]), int(corner[1]), pen, rng)

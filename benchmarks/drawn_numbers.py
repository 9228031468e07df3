"""Numbers written freely into one frame each: at any pitch, touching or apart, on a base line that is not even."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from samples.digits import DigitPool
from samples.handwriting import Hand, crisp_strokes, fill_boxes
from samples.ink import BALLPOINT_BLACK, BALLPOINT_BLUE, GEL_BLACK, PENCIL
from samples.scanner import scan, some_scanner, to_black_and_white, to_grey
from samples.sheet import Sheet

PENS = (BALLPOINT_BLUE, BALLPOINT_BLACK, GEL_BLACK, PENCIL)
TakeDigits = Callable[[str, np.random.Generator], Sequence[NDArray[np.uint8]]]
"""A number -> the image of each of its digits, (28, 28) uint8, ink 255."""
_ROOM_MM = 16.0
"""Height of a row: boxes stand one below the other."""
_TOUCHING_SHARE = 0.3
"""Share of the numbers that are written so closely that digits touch."""


@dataclass(frozen=True, slots=True)
class DrawnNumbers:
    """A page of boxes with numbers in them.

    Attributes
    ----------
    pixels
        (height, width) uint8, grey, paper bright.
    quads
        (N, 4, 2) float64, the middle of the frames in px.
    numbers
        What is written in each.
    touching
        (N,) bool, whether some of its digits touch each other.
    """

    pixels: NDArray[np.uint8]
    quads: NDArray[np.float64]
    numbers: tuple[str, ...]
    touching: NDArray[np.bool_]


def draw_numbers(numbers: Sequence[str], take: TakeDigits, rng: np.random.Generator) -> DrawnNumbers:
    """Print a page with a box for each number, fill and scan it; at most `BOXES` numbers."""
    dpi = float(rng.choice([150, 200, 300]))
    heights = rng.uniform(7, 11, len(numbers))
    widths = np.array([max(len(number), 2) for number in numbers]) * heights * rng.uniform(0.72, 1.0, len(numbers))
    sheet = Sheet(float(widths.max()) + 20, _ROOM_MM * len(numbers) + 10)
    line_pt = float(rng.uniform(0.5, 2.0))
    quads_mm = np.empty((len(numbers), 4, 2))
    for row, (width, height) in enumerate(zip(widths, heights, strict=True)):
        left, top = 10.0, 8 + _ROOM_MM * row
        sheet.frame(left, top, width, height, line_pt)
        quads_mm[row] = [[left, top], [left + width, top], [left + width, top + height], [left, top + height]]
    paper, quads = sheet.render(dpi), quads_mm * dpi / 25.4 - 0.5
    pen = PENS[rng.integers(len(PENS))]
    own = replace(pen, line=float(rng.uniform(0.05, 0.11)))
    hand = Hand(own, spread=0.0, overshoot=0.05, slant_deg=float(rng.normal(4, 6)))
    touching = np.array(
        [_write(paper, quad, number, take(number, rng), hand, rng) for quad, number in zip(quads, numbers, strict=True)]
    )
    pixels, matrix = scan(paper, rng, some_scanner(rng))
    coarse = rng.random() < 0.3 and pen is not PENCIL  # in 1 bit, pencil falls apart
    grey = to_black_and_white(pixels) if coarse else to_grey(pixels)
    moved = cv2.perspectiveTransform(quads.reshape(-1, 1, 2), matrix).reshape(quads.shape)
    return DrawnNumbers(grey, np.asarray(moved, np.float64), tuple(numbers), touching)


def _write(
    paper: NDArray[np.uint8],
    quad: NDArray[np.float64],
    number: str,
    images: Sequence[NDArray[np.uint8]],
    hand: Hand,
    rng: np.random.Generator,
) -> bool:
    """Write a number into its box, in place, and tell whether digits touch."""
    height = float(np.linalg.norm(quad[3] - quad[0])) * rng.uniform(0.75, 1.0)
    places, reach = _places(images, height * hand.size, rng)
    room = float(np.linalg.norm(quad[1] - quad[0])) * 0.96 - reach
    if room < 0:
        places, height = places * (1 + room / reach), height * (1 + room / reach)
    start = quad[0, 0] + 0.02 * (quad[1, 0] - quad[0, 0]) + max(room, 0) * rng.uniform(0, 1)
    slope, middle = rng.normal(0, 0.03), quad[:, 1].mean()
    clean = np.full_like(paper, 255)
    for place, image in zip(places, images, strict=True):
        x, y = start + place, middle + slope * (place - reach / 2) + rng.normal(0, 0.04) * height
        own = np.array([[-2, -0.5], [2, -0.5], [2, 0.5], [-2, 0.5]]) * height + (x, y)
        pool = DigitPool(image[None], np.zeros(1, np.uint8), rng)  # what is written is in the image
        clean[:] = fill_boxes(clean, own[None], "0", hand, pool, rng)
    paper[:] = np.rint(paper * (clean / 255.0)).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats((clean[:, :, 0] < 170).astype(np.uint8), connectivity=8)
    return int((np.asarray(stats)[1:, cv2.CC_STAT_AREA] > 0.01 * height**2).sum()) < len(number)


def _places(
    images: Sequence[NDArray[np.uint8]], height: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], float]:
    """Middles of digits of about `height` px that follow each other, in px from the start, and the length of all."""
    masks = [crisp_strokes(image, 2.5) > 0.5 for image in images]
    close = rng.random() < _TOUCHING_SHARE
    gap = height * (rng.uniform(-0.03, 0.04) if close else rng.uniform(0.06, 0.5))
    scales = [height / max(mask.shape[0], 100) for mask in masks]
    middles = [masks[0].shape[1] * scales[0] / 2]
    for before, mask, old, new in zip(masks, masks[1:], scales, scales[1:], strict=False):
        distance = _nearest(before, mask, old, new) + gap + height * (0.015 if close else 0.06) * rng.standard_normal()
        middles.append(middles[-1] + max(distance, 0.25 * height))
    return np.array(middles), middles[-1] + masks[-1].shape[1] * scales[-1] / 2


def _nearest(left: NDArray[np.bool_], right: NDArray[np.bool_], left_scale: float, right_scale: float) -> float:
    """Distance of the middles of two digits, their vertical middles level, at which they just touch."""
    rows = np.arange(-120, 121, 4)
    ends = _contour(left[:, ::-1], rows) * left_scale
    starts = _contour(right, rows) * right_scale
    return float((left.shape[1] * left_scale + right.shape[1] * right_scale) / 2 - (ends + starts).min())


def _contour(mask: NDArray[np.bool_], rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """How far the ink is from the left side, at rows from the middle; far where there is none."""
    place = mask.shape[0] // 2 + rows
    spread = cv2.dilate(mask.astype(np.uint8), np.ones((25, 1), np.uint8)).astype(bool)
    near = spread[np.clip(place, 0, mask.shape[0] - 1)]
    inked = near.any(axis=1) & (place > -12) & (place < mask.shape[0] + 12)
    return np.where(inked, near.argmax(axis=1), 1000).astype(np.float64)

"""What else is written in a digit's box: letters, signs, scribbles, crossings-out, several digits at once.

All of it is drawn from a seed and from MNIST's own digits, so that training needs no other data.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.reading.mnist_format import to_mnist_format
from training.variation import as_scanned, rewritten

Image = NDArray[np.uint8]
Stroke = NDArray[np.float64]

CANVAS_PX = 96
SCALE_PX = 12.0
"""One unit of a letter's grid."""

LETTERS = {
    "A": "06 20 46|13 33",
    "C": "41 30 10 01 05 16 36 45",
    "D": "00 06|00 20 41 45 26 06",
    "E": "40 00 06 46|03 33",
    "E round": "40 10 01 12 33 12 04 05 16 46",
    "F": "40 00 06|03 33",
    "H": "00 06|40 46|03 43",
    "J": "30 35 26 16 05",
    "J barred": "10 40|30 35 26 16 05",
    "K": "00 06|40 03 46",
    "L": "00 06 46",
    "M": "06 00 23 40 46",
    "N": "06 00 46 40",
    "P": "00 06|00 30 41 42 33 03",
    "Q": "20 01 05 26 45 41 20|24 46",
    "R": "00 06|00 30 41 42 33 03|23 46",
    "T": "00 40|20 26",
    "U": "00 04 16 36 44 40",
    "V": "00 26 40",
    "W": "00 16 22 36 40",
    "X": "00 46|40 06",
    "Y": "00 23 40|23 26",
    "a": "42 22 03 05 26 45|42 46",
    "d": "42 22 04 26 45|40 46",
    "e": "04 44 42 21 03 05 26 45",
    "f": "41 30 20 11 16|03 33",
    "h": "00 06|04 13 33 44 46",
    "k": "00 06|33 04 46",
    "m": "02 06|03 12 22 26|23 32 42 46",
    "n": "02 06|03 12 32 43 46",
    "r": "02 06|04 12 32",
    "t": "20 25 36 46|02 42",
    "u": "02 05 16 36 45|42 46",
    "w": "02 16 24 36 42",
    "x": "02 46|42 06",
}
"""Strokes on a grid 4 wide and 6 high, `xy` per point, `|` between strokes. Letters that are written as some
write a digit are left out: B b G g I i l O o q S s Z z y."""

SIGNS = {
    "plus": "20 26|03 43",
    "minus": "03 43",
    "equals": "02 42|04 44",
    "hash": "10 06|40 36|02 42|04 44",
    "tick": "03 16 40",
    "star": "20 26|01 45|41 05",
    "percent": "40 06|00 10 11 01 00|35 45 46 36 35",
    "box": "00 40 46 06 00",
    "square bracket": "40 00 06 46",
    "triangle": "20 46 06 20",
    "arrow": "03 43|31 43 35",
    "colon": "11 11|15 15",
    "grid": "00 06|40 46|00 40|06 46|03 43",
}


def negatives(digits: Image, count: int, rng: np.random.Generator) -> Image:
    """Draw `count` crops that are no digit, in MNIST format.

    Parameters
    ----------
    digits
        (N, 28, 28) uint8, ink 255: what the crossed-out and the crowded boxes are made of.

    Returns
    -------
    NDArray
        (count, 28, 28) uint8, ink 255.
    """
    kinds: list[Callable[[], Image]] = [
        lambda: _written(LETTERS, 0.6, rng),
        lambda: _written(SIGNS, 0.0, rng),
        lambda: _scribble(rng),
        lambda: _crossed_out(digits, rng),
        lambda: _crowd(digits, rng),
        lambda: _blot(rng),
    ]
    chosen = rng.choice(len(kinds), count, p=[0.44, 0.16, 0.12, 0.12, 0.12, 0.04])
    return np.stack([to_mnist_format(as_scanned(kinds[kind](), rng)) for kind in chosen])


def parse_strokes(text: str) -> list[Stroke]:
    """Read strokes such as `06 20 46|13 33`: a list of (points, 2) float64 as (x, y)."""
    return [np.array([[int(xy[0]), int(xy[1])] for xy in stroke.split()], float) for stroke in text.split("|")]


def _written(alphabet: dict[str, str], rounded: float, rng: np.random.Generator) -> Image:
    """Write one sign as a hand does: its points jittered, a share of them with rounded corners, all slanted."""
    strokes = parse_strokes(alphabet[rng.choice(list(alphabet))])
    round_corners = rng.random() < rounded
    jittered = [stroke + rng.normal(0, 0.25, stroke.shape) for stroke in strokes]
    return _draw([_spline(stroke) if round_corners else stroke for stroke in jittered], rng)


def _scribble(rng: np.random.Generator) -> Image:
    """Draw one to three wandering lines."""
    strokes = []
    for _ in range(rng.integers(1, 4)):
        wander = np.cumsum(rng.normal(0, 1.5, (rng.integers(5, 25), 2)), axis=0)
        reach = np.maximum(np.ptp(wander, axis=0), 1e-6)
        strokes.append(_spline((wander - wander.min(axis=0)) / reach * [4, 6]))
    return _draw(strokes, rng)


def _crossed_out(digits: Image, rng: np.random.Generator) -> Image:
    """Write a digit and cross it out: an X, several bars or a zigzag over it."""
    page = rewritten(digits[rng.integers(len(digits))], rng, CANVAS_PX)
    bars = [[[0, y], [4, y + rng.normal(0, 0.3)]] for y in rng.uniform(1.5, 4.5, rng.integers(2, 5))]
    zigzag = [[x, 1 + 4 * (i % 2)] for i, x in enumerate(np.linspace(-0.2, 4.2, rng.integers(5, 9)))]
    shapes: list[list[list[list[float]]]] = [[[[0, 0], [4, 6]], [[4, 0], [0, 6]]], bars, [zigzag]]
    shape = shapes[rng.integers(len(shapes))]
    return np.maximum(page, _draw([np.array(s, float) + rng.normal(0, 0.2, (len(s), 2)) for s in shape], rng))


def _crowd(digits: Image, rng: np.random.Generator) -> Image:
    """Write two or three digits into one box, side by side or one above the other."""
    count = rng.integers(2, 4)
    several = [rewritten(digits[rng.integers(len(digits))], rng, CANVAS_PX) for _ in range(count)]
    trimmed = [image[12:-12, 16:-16] for image in several]
    return np.hstack(trimmed) if rng.random() < 0.8 else np.vstack(trimmed)


def _blot(rng: np.random.Generator) -> Image:
    """Draw a filled blot, or a few specks."""
    page = np.zeros((CANVAS_PX, CANVAS_PX), np.uint8)
    for _ in range(rng.integers(1, 4)):
        corners = rng.normal(0, 1, (rng.integers(4, 9), 2)) * rng.uniform(3, 16) + rng.uniform(30, 66, 2)
        cv2.fillPoly(page, [cv2.convexHull(corners.astype(np.int32))], 255, cv2.LINE_AA)
    return page


def _draw(strokes: list[Stroke], rng: np.random.Generator) -> Image:
    """Draw strokes of grid units with a random pen, slant and aspect: (96, 96) uint8, ink 255."""
    turn, slant = rng.normal(0, 0.1), rng.normal(0, 0.12)
    matrix = np.array([[np.cos(turn), -np.sin(turn) + slant], [np.sin(turn), np.cos(turn)]])
    matrix = matrix * (SCALE_PX * rng.uniform([[0.7], [0.75]], [[1.2], [1.05]]))
    page = np.zeros((CANVAS_PX, CANVAS_PX), np.uint8)
    pen_px = int(rng.integers(3, 12))
    for stroke in strokes:
        points = (stroke - [2, 3]) @ matrix.T + CANVAS_PX / 2
        cv2.polylines(page, [np.round(points * 16).astype(np.int32)], False, 255, pen_px, cv2.LINE_AA, 4)
    return page


def _spline(points: Stroke, per_segment: int = 6) -> Stroke:
    """Round a polyline: the uniform Catmull-Rom spline through its points (Catmull and Rom, 1974)."""
    if len(points) < 3:
        return points
    p = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, per_segment, endpoint=False)[:, None, None]
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return np.vstack([curve.transpose(1, 0, 2).reshape(-1, 2), points[-1:]])

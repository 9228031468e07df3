"""Letters, signs and digits as strokes on a grid, and how a hand draws them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from training.pens import CANVAS_PX

Image = NDArray[np.uint8]
Stroke = NDArray[np.float64]

_SCALE_PX = 8.0
"""One unit of the grid."""

LETTERS = {
    "A": "06 20 46|13 33",
    "C": "41 30 10 01 05 16 36 45",
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
}
"""Strokes on a grid 4 wide and 6 high, `xy` per point, `|` between strokes. Letters that are written as some
write a digit are left out (B b D G g I i l O o q S s Z z y), and X, which crosses a box out."""

SIGNS = {
    "plus": "20 26|03 43",
    "minus": "03 43",
    "equals": "02 42|04 44",
    "hash": "10 06|40 36|02 42|04 44",
    "tick": "03 16 40",
    "star": "20 26|01 45|41 05",
    "percent": "40 06|00 10 11 01 00|35 45 46 36 35",
    "square bracket": "40 00 06 46",
    "triangle": "20 46 06 20",
    "arrow": "03 43|31 43 35",
    "colon": "11 11|15 15",
    "grid": "00 06|40 46|00 40|06 46|03 43",
}

DIGITS = {
    "0": ["00 40 46 06 00"],
    "1": ["13 20 26", "04 20 26", "03 20 26|06 46", "13 20 26|16 36"],
    "2": ["00 40 43 03 06 46", "01 10 30 41 42 06 46", "01 20 41 42 14 06 46", "00 40 42 03 06 46"],
    "3": ["00 40 46 06|03 43", "00 40 23 43 45 36 06", "01 10 30 41 42 23 43 45 36 16 05"],
    "4": ["20 04 44|32 36", "00 03 43|40 46", "30 04 44|30 36"],
    "5": ["40 00 03 43 46 06", "40 00 02 32 43 45 36 06", "40 10 02 32 43 45 36 16 05"],
    "6": ["40 00 06 46 43 03", "30 10 02 05 16 36 45 43 32 12 03", "30 11 04 16 36 44 33 13 04"],
    "7": ["00 40 46", "00 40 16", "00 40 26|13 43", "01 00 40 16|13 33", "02 00 40 16"],
    "8": ["03 43 46 06 03|03 00 40 43"],
    "9": ["43 03 00 40 46 06", "43 12 01 10 30 41 43 35 16", "40 10 01 03 13 43|40 46"],
}
"""Digits as they are taught in various countries, where these differ from most of MNIST: 1 with a long upstroke or a
foot, 7 with a bar, open and closed 4; and as they are drawn along the seven segments that some forms print. Some have
sharp corners; both ways round are drawn."""


def parse_strokes(text: str) -> list[Stroke]:
    """Read strokes such as `06 20 46|13 33`: a list of (points, 2) float64 as (x, y)."""
    return [np.array([[int(xy[0]), int(xy[1])] for xy in stroke.split()], float) for stroke in text.split("|")]


def write_by_hand(strokes: list[Stroke], rounded: float, rng: np.random.Generator, jitter: float = 0.25) -> Image:
    """Write strokes as a hand does: points jittered, corners round in a share `rounded` of the signs; see `draw`."""
    round_corners = rng.random() < rounded
    jittered = [stroke + rng.normal(0, jitter, stroke.shape) for stroke in strokes]
    return draw([spline(stroke) if round_corners else stroke for stroke in jittered], rng)


def draw(strokes: list[Stroke], rng: np.random.Generator, widest_px: int = 9) -> Image:
    """Draw strokes of grid units with a random pen, slant and aspect: (CANVAS_PX, CANVAS_PX) uint8, ink 255."""
    turn, slant = rng.normal(0, 0.1), rng.normal(0, 0.12)
    matrix = np.array([[np.cos(turn), -np.sin(turn) + slant], [np.sin(turn), np.cos(turn)]])
    matrix = matrix * (_SCALE_PX * rng.uniform([[0.7], [0.75]], [[1.2], [1.05]]))
    page = np.zeros((CANVAS_PX, CANVAS_PX), np.uint8)
    pen_px = int(rng.integers(2, widest_px + 1))
    for stroke in strokes:
        points = (stroke - [2, 3]) @ matrix.T + CANVAS_PX / 2
        cv2.polylines(page, [np.round(points * 16).astype(np.int32)], False, 255, pen_px, cv2.LINE_AA, 4)
    return page


def spline(points: Stroke, per_segment: int = 6) -> Stroke:
    """Round a polyline: the uniform Catmull-Rom spline through its points (Catmull and Rom, 1974)."""
    if len(points) < 3:
        return points
    p = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, per_segment, endpoint=False)[:, None, None]
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return np.vstack([curve.transpose(1, 0, 2).reshape(-1, 2), points[-1:]])

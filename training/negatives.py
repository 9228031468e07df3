"""What else is written in a digit's box: letters, signs, scribbles, doodles, several digits; and boxes crossed out.

All of it is drawn from a seed, from MNIST's training digits and from fonts, so that training needs no other data.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from training.alphabets import LETTERS, SIGNS, Stroke, draw, parse_strokes, spline, write_by_hand
from training.pens import CANVAS_PX, rewritten
from training.printed import foreign_glyphs

Image = NDArray[np.uint8]
Draw = Callable[[], Image]

TURNED = {90: "2345679", 180: "347", 270: "2345679", -1: "3479"}
"""Digits that are none when turned clockwise by so many degrees, or mirrored (-1); lying 1s are minus signs."""
_BARRED = "7"
"""Written with a bar by many."""
_SLASHED = "01"
"""A 0 is written with a slash by many; on a 1 none shows."""
_FINE_PEN_PX = 5
"""Widest pen for what has many strokes."""


def no_digit(digits: Image, labels: NDArray[np.uint8], rng: np.random.Generator) -> Image:
    """Draw ink that is no digit: (H, W) uint8, ink 255.

    Parameters
    ----------
    digits, labels
        (N, 28, 28) uint8, ink 255, and (N,): what crowded boxes and turned digits are made of.
    """
    kinds: list[tuple[float, Draw]] = [
        (0.16, lambda: write_by_hand(parse_strokes(LETTERS[rng.choice(list(LETTERS))]), 0.6, rng)),
        (0.24, lambda: _glyph(rng)),
        (0.18, lambda: _invented_letter(rng)),
        (0.10, lambda: _doodle(rng)),
        (0.06, lambda: _outline(rng)),
        (0.08, lambda: write_by_hand(parse_strokes(SIGNS[rng.choice(list(SIGNS))]), 0.0, rng)),
        (0.08, lambda: _crowd(digits, rng)),
        (0.06, lambda: _turned(digits, labels, rng)),
        (0.03, lambda: _scribble(rng)),
        (0.03, lambda: _blot(rng)),
    ]
    shares = np.array([share for share, _ in kinds])
    return kinds[rng.choice(len(kinds), p=shares / shares.sum())][1]()


def crossed_out(digits: Image, labels: NDArray[np.uint8], rng: np.random.Generator) -> Image:
    """Cross a box out, empty or with a digit in it: (CANVAS_PX, CANVAS_PX) uint8, ink 255.

    An X with or without a digit; a slash, two bars, hatching or a zigzag over a digit. A bar through a 7 and a
    slash through a 0 are left out, for many write these digits so.
    """
    place = int(rng.integers(len(digits)))
    digit = str(labels[place])
    page = rewritten(digits[place], rng)
    kinds: list[tuple[float, list[Stroke]]] = [
        (0.5, [np.array([[0, 0], [4, 6]], float), np.array([[4, 0], [0, 6]], float)]),
        (0.0 if digit in _SLASHED else 0.2, [np.array([[4.4, -0.4], [-0.4, 6.4]])]),
        (0.04, [np.array([[-0.4, -0.4], [4.4, 6.4]])]),
        (0.0 if digit in _BARRED else 0.05, [np.array([[-1, y], [5, y]], float) for y in (2.4, 3.6)]),
        (0.08, [np.array([[x, 6.2], [x + 3, -0.2]]) for x in (-0.8, 0.4, 1.6)]),
        (0.13, [_zigzag(rng)]),
    ]
    shares = np.array([share for share, _ in kinds])
    kind = int(rng.choice(len(kinds), p=shares / shares.sum()))
    strokes = [stroke + rng.normal(0, 0.22, stroke.shape) for stroke in kinds[kind][1]]
    if kind == 0:
        strokes = [_bowed(stroke, rng) for stroke in strokes]
        if rng.random() < 0.5:
            page = np.zeros_like(page)
    return np.maximum(page, draw(strokes, rng))


def _glyph(rng: np.random.Generator) -> Image:
    """Draw a letter or sign of a font, as printed or as if written by hand."""
    glyphs = foreign_glyphs()
    glyph = glyphs[rng.integers(len(glyphs))]
    return glyph if rng.random() < 0.2 else rewritten(np.pad(glyph, 4), rng, warp_px=2.0)


def _invented_letter(rng: np.random.Generator) -> Image:
    """Draw two to five strokes that touch or cross, as in letters of scripts that no one here can list."""
    strokes: list[Stroke] = [_random_stroke(rng, rng.uniform([0, 0], [4, 6]))]
    for _ in range(rng.choice([1, 2, 2, 3, 3, 4])):
        before = strokes[rng.integers(len(strokes))]
        strokes.append(_random_stroke(rng, before[rng.integers(len(before))] + rng.normal(0, 0.3, 2)))
    return draw(_fitted(strokes, rng), rng, _FINE_PEN_PX)


def _random_stroke(rng: np.random.Generator, start: Stroke) -> Stroke:
    """Draw a line, corner, arc, hook, wave or loop from `start`, (points, 2)."""
    turn = np.pi / 4 * rng.integers(8) + rng.normal(0, 0.2)
    length = rng.uniform(1.5, 5)
    steps = np.linspace(0, 1, 12)
    bend = rng.choice([0.0, 0.0, 1.2, 2.4, 4.0, 6.5]) * rng.choice([-1, 1]) * rng.uniform(0.7, 1.2)
    headings = turn + bend * (np.sin(3 * np.pi * steps) if rng.random() < 0.15 else steps)
    if rng.random() < 0.25:
        headings = headings + np.where(steps > rng.uniform(0.3, 0.7), rng.choice([-1, 1]) * np.pi / 2, 0)
    path = np.cumsum(np.stack([np.cos(headings), np.sin(headings)], axis=1), axis=0) * length / len(steps)
    return np.asarray(start + path - path[0])


def _doodle(rng: np.random.Generator) -> Image:
    """Draw two to six plain shapes over and beside each other: ellipses, polygons, rays, spirals."""
    strokes: list[Stroke] = []
    for _ in range(rng.integers(2, 7)):
        centre, reach = rng.uniform([0.5, 0.5], [3.5, 5.5]), rng.uniform(0.4, 2.5, 2)
        corners = rng.choice([3, 4, 5, 24, 24])
        turns = float(rng.choice([1.0, 1.0, 0.5, 2.5]))
        angle = np.linspace(0, 2 * np.pi * turns, int(corners * turns) + 1) + rng.uniform(0, 6)
        growth = np.linspace(0.2, 1, len(angle)) if turns > 1 else np.ones(len(angle))
        outline = np.stack([np.cos(angle), np.sin(angle)], axis=1) * growth[:, None] * reach
        strokes.append(centre + outline + rng.normal(0, 0.08, outline.shape))
    return draw(_fitted(strokes, rng), rng, _FINE_PEN_PX)


def _outline(rng: np.random.Generator) -> Image:
    """Draw one closed shape that no one writes a 0 as: with corners, or wider than high, or with something in it."""
    corners = int(rng.integers(3, 8))
    angle = np.linspace(0, 2 * np.pi, corners + 1) + rng.uniform(0, 6)
    radius = np.r_[rng.uniform(0.6, 1.2, corners), 0]
    radius[-1] = radius[0]
    shape = np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius[:, None] * [rng.uniform(1.2, 2.6), 1.6] + [2, 3]
    starts = shape[rng.integers(len(shape), size=rng.integers(0, 3))] * 0.6 + [0.8, 1.2]
    outline = spline(shape, 8) if rng.random() < 0.4 else shape
    return draw(_fitted_wide([outline, *(_random_stroke(rng, start) for start in starts)]), rng, _FINE_PEN_PX)


def _crowd(digits: Image, rng: np.random.Generator) -> Image:
    """Draw two to six digits in one box: side by side, one above the other, or here and there."""
    count = int(rng.integers(2, 7))
    several = [_small(rewritten(digits[rng.integers(len(digits))], rng)) for _ in range(count)]
    if count <= 3:
        return np.hstack(several) if rng.random() < 0.7 else np.vstack(several)
    page = np.zeros((3 * several[0].shape[0], 3 * several[0].shape[1]), np.uint8)
    for place, image in zip(rng.permutation(9), several, strict=False):
        top, left = place // 3 * image.shape[0], place % 3 * image.shape[1]
        page[top : top + image.shape[0], left : left + image.shape[1]] = image
    return page


def _small(canvas: Image) -> Image:
    return canvas[7:-7, 10:-10]


def _turned(digits: Image, labels: NDArray[np.uint8], rng: np.random.Generator) -> Image:
    """Draw a digit on its side, upside down or mirrored, where that is no digit."""
    while True:
        place = int(rng.integers(len(digits)))
        turn = int(rng.choice([90, 180, 270, -1]))
        if str(labels[place]) in TURNED[turn]:
            break
    turned = digits[place, :, ::-1] if turn == -1 else np.rot90(digits[place], -turn // 90)
    return rewritten(np.ascontiguousarray(turned), rng)


def _scribble(rng: np.random.Generator) -> Image:
    """Draw one to three wandering lines."""
    strokes = [np.cumsum(rng.normal(0, 1.5, (rng.integers(6, 25), 2)), axis=0) for _ in range(rng.integers(1, 4))]
    return draw([spline(stroke) for stroke in _fitted(strokes, rng)], rng)


def _blot(rng: np.random.Generator) -> Image:
    """Draw filled blots."""
    page = np.zeros((CANVAS_PX, CANVAS_PX), np.uint8)
    for _ in range(rng.choice([1, 1, 2, 3])):
        corners = rng.normal(0, 1, (rng.integers(4, 9), 2)) * rng.uniform(3, 13) + rng.uniform(22, 50, 2)
        cv2.fillPoly(page, [cv2.convexHull(corners.astype(np.int32))], 255, cv2.LINE_AA)
    return page


def _zigzag(rng: np.random.Generator) -> Stroke:
    """Draw a line to and fro over the whole box, across or upright."""
    count = int(rng.integers(5, 10))
    along, to_and_fro = np.linspace(-0.2, 1.2, count), np.arange(count) % 2
    points = np.stack([along * 4, to_and_fro * 6.0] if rng.random() < 0.6 else [to_and_fro * 4.4, along * 6], axis=1)
    return spline(points) if rng.random() < 0.5 else points


def _bowed(line: Stroke, rng: np.random.Generator) -> Stroke:
    """Bend a straight line slightly."""
    way = line[1] - line[0]
    steps = np.linspace(0, 1, 9)[:, None]
    bow = rng.normal(0, 0.06) * np.array([-way[1], way[0]])
    return np.asarray(line[0] + steps * way + 4 * steps * (1 - steps) * bow)


def _fitted_wide(strokes: list[Stroke]) -> list[Stroke]:
    """Bring strokes together onto the grid and keep their shape."""
    points = np.concatenate(strokes)
    low, reach = points.min(axis=0), np.ptp(points, axis=0).max()
    return [(stroke - low) * (5 / max(reach, 0.5)) + [-0.5, 0.5] for stroke in strokes]


def _fitted(strokes: list[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """Bring strokes together onto the grid, 4 wide and 6 high, not always in that shape."""
    points = np.concatenate(strokes)
    low, reach = points.min(axis=0), np.ptp(points, axis=0)
    reach = np.maximum(reach, max(0.4 * reach.max(), 0.5))  # a lone line stays thin
    grid = np.array([4, 6]) * (1 if rng.random() < 0.7 else rng.uniform(0.6, 1.2, 2))
    scale = grid / reach
    return [(stroke - low) * scale for stroke in strokes]

"""Tick boxes drawn with what people put into them, and with what gets into them by chance."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.drawn_numbers import PENS
from digitizer.document import BLANK, VOID
from digitizer.reading.marks import TICKED
from samples.ink import Pen, lay_ink, stroke_cover
from samples.scanner import scan, some_scanner, to_black_and_white, to_grey
from samples.sheet import Sheet

Points = NDArray[np.float64]
"""(N, 2) of a stroke, where the box is the unit square, (0, 0) its top left corner."""
_WIDTHS = {"blackened": 1.7, "speck": 0.4}
"""Widths of strokes, in widths of the pen."""
ROWS, COLUMNS = 6, 5
"""Tick boxes on a drawn page."""
_ANSWERS = {BLANK: 0.5, TICKED: 0.4, VOID: 0.1}
"""Shares of what is meant."""


@dataclass(frozen=True, slots=True)
class DrawnMarks:
    """A page of tick boxes.

    Attributes
    ----------
    pixels
        (height, width) uint8, grey, paper bright.
    quads
        (N, 4, 2) float64, the middle of the frames in px.
    answers
        (N,) what is meant by each: `BLANK`, `TICKED` or `VOID`.
    kinds
        What was drawn into each.
    """

    pixels: NDArray[np.uint8]
    quads: NDArray[np.float64]
    answers: tuple[str, ...]
    kinds: tuple[str, ...]


def draw_marks(rng: np.random.Generator) -> DrawnMarks:
    """Print a page of tick boxes, mark and scan it."""
    dpi = float(rng.choice([100, 150, 200, 300]))
    size_mm = float(rng.uniform(3.0, 6.5))
    paper, quads = _printed(size_mm, dpi, rng)
    pen = PENS[rng.integers(len(PENS))]
    width_px = float(rng.uniform(0.3, 0.9)) * dpi / 25.4
    if rng.random() < 0.3:
        _show_through(paper, rng)
    answers = tuple(str(each) for each in rng.choice(list(_ANSWERS), len(quads), p=list(_ANSWERS.values())))
    kinds = []
    for quad, answer in zip(quads, answers, strict=True):
        choices = STROKES[answer]
        kind = str(rng.choice(list(choices)))
        kinds.append(kind)
        wide = _WIDTHS.get(kind, 1.0)
        for points in choices[kind](rng):
            _draw(paper, quad, points, wide * width_px, pen, rng)
    pixels, matrix = scan(paper, rng, replace(some_scanner(rng), dust=float(rng.uniform(2, 60))))
    grey = to_black_and_white(pixels) if rng.random() < 0.25 else to_grey(pixels)
    moved = np.asarray(cv2.perspectiveTransform(quads.reshape(-1, 1, 2), matrix), np.float64).reshape(quads.shape)
    return DrawnMarks(grey, moved + rng.normal(0, 0.1 * dpi / 25.4, (len(quads), 1, 2)), answers, tuple(kinds))


def _printed(size_mm: float, dpi: float, rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Print the boxes, each with a word beside it: the paper, (H, W, 3) uint8, and their frames in px."""
    pitch_mm = size_mm + rng.uniform(1.5, 5.0), size_mm + 14.0
    sheet = Sheet(COLUMNS * pitch_mm[1] + 14, ROWS * pitch_mm[0] + 14)
    shade = float(rng.choice([0.0, 0.0, 0.35]))
    line_pt = float(rng.uniform(0.4, 1.8))
    quads = np.empty((ROWS * COLUMNS, 4, 2))
    for number, quad in enumerate(quads):
        x, y = 7 + number % COLUMNS * pitch_mm[1], 7 + number // COLUMNS * pitch_mm[0]
        quad[:] = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * size_mm + (x, y)
        sheet.lines([*quad, quad[0], quad[1]], line_pt, (shade, shade, shade))
        sheet.text(x + size_mm + 1.2, y + 0.8 * size_mm, "Yes No"[3 * (number % 2) :][:3], 0.8 * size_mm)
    return sheet.render(dpi), quads * dpi / 25.4 - 0.5


def _draw(
    paper: NDArray[np.uint8], quad: NDArray[np.float64], points: Points, width_px: float, pen: Pen,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Draw a stroke over a box, in place."""
    stroke = quad[0] + points[:, :1] * (quad[1] - quad[0]) + points[:, 1:] * (quad[3] - quad[0])
    corner = np.floor(stroke.min(axis=0) - width_px - 2).astype(int)
    far = np.ceil(stroke.max(axis=0) + width_px + 2).astype(int)
    shape = int(far[1] - corner[1]), int(far[0] - corner[0])
    cover = stroke_cover(stroke, width_px, shape, (int(corner[0]), int(corner[1])))
    lay_ink(paper, cover, int(corner[0]), int(corner[1]), pen, rng)


def _show_through(paper: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Let what stands on the other side be seen faintly, in place."""
    layer = np.zeros(paper.shape[:2], np.uint8)
    for _ in range(25):
        start = rng.uniform(0, 1, 2) * paper.shape[1::-1]
        points = start + np.cumsum(rng.normal(0, 0.02 * paper.shape[1], (12, 2)), axis=0)
        cv2.polylines(layer, [np.rint(points).astype(np.int32)], False, 255, max(1, paper.shape[1] // 200), cv2.LINE_AA)
    blurred = cv2.GaussianBlur(layer, (0, 0), 1.0) / 255
    paper[:] = np.rint(paper * (1 - rng.uniform(0.06, 0.2) * blurred[..., None])).astype(np.uint8)


def _around(rng: np.random.Generator, points: list[tuple[float, float]], spread: float = 0.08) -> Points:
    """Points that a hand misses by a bit, joined smoothly."""
    corners = np.array(points) + rng.normal(0, spread, (len(points), 2))
    along, dense = np.arange(len(points)), np.linspace(0, len(points) - 1, 12 * len(points))
    return np.column_stack([np.interp(dense, along, corners[:, axis]) for axis in (0, 1)])


def _tick(rng: np.random.Generator) -> list[Points]:
    tall = rng.uniform(0.0, 0.6)
    return [_around(rng, [(0.2, 0.5), (0.42, 0.85), (0.85 + 0.6 * tall, 0.15 - tall)])]


def _cross(rng: np.random.Generator) -> list[Points]:
    size = rng.uniform(0.25, 0.6)
    low, high = 0.5 - size, 0.5 + size
    return [_around(rng, [(low, low), (high, high)]), _around(rng, [(high, low), (low, high)])]


def _stroke(rng: np.random.Generator) -> list[Points]:
    turn, size = rng.uniform(0, np.pi), rng.uniform(0.3, 0.6)
    way = size * np.cos(turn), size * np.sin(turn)
    return [_around(rng, [(0.5 - way[0], 0.5 - way[1]), (0.5 + way[0], 0.5 + way[1])])]


def _dot(rng: np.random.Generator) -> list[Points]:
    turns, size = np.linspace(0, 6 * np.pi, 40), rng.uniform(0.12, 0.25)
    ring = np.linspace(0, size, 40)
    middle = rng.uniform(0.35, 0.65, 2)
    return [np.column_stack([middle[0] + ring * np.cos(turns), middle[1] + ring * np.sin(turns)])]


def _scribble(rng: np.random.Generator) -> list[Points]:
    turns = np.linspace(0, 1, 90)
    x = 0.5 + 0.38 * np.sin(2 * np.pi * turns * rng.uniform(1, 1.6) + rng.uniform(0, 6))
    y = 0.5 + 0.38 * np.sin(2 * np.pi * turns * rng.uniform(2, 3.5) + rng.uniform(0, 6))
    return [np.column_stack([x, y])]


def _blackened(rng: np.random.Generator) -> list[Points]:
    """Lines so close that no paper is left between them, there and back."""
    rows = np.linspace(0.06, 0.94, 26)
    ends = np.tile([[0.06], [0.94]], (13, 1))[:, 0] + rng.normal(0, 0.03, 26)
    turned = rng.random() < 0.5
    points = np.column_stack([ends, rows])
    return [points[:, ::-1] if turned else points] * 2


def _nothing(_: np.random.Generator) -> list[Points]:
    return []


def _speck(rng: np.random.Generator) -> list[Points]:
    place = rng.uniform(0.15, 0.85, 2)
    return [place + rng.normal(0, 0.015, (6, 2))]


def _intruder(rng: np.random.Generator) -> list[Points]:
    """Draw a stroke that comes from elsewhere and ends a little way inside."""
    turn, deep = rng.uniform(0, 2 * np.pi), rng.uniform(0.05, 0.3)
    way = np.array([np.cos(turn), np.sin(turn)])
    edge = 0.5 / np.abs(way).max()
    ends = np.array([0.5, 0.5]) + np.outer([edge + rng.uniform(0.5, 1.5), edge - deep], way)
    return [_around(rng, [tuple(end) for end in ends.tolist()], 0.03)]


STROKES: dict[str, dict[str, Callable[[np.random.Generator], list[Points]]]] = {
    BLANK: {"nothing": _nothing, "nothing at all": _nothing, "speck": _speck, "intruder": _intruder},
    TICKED: {"tick": _tick, "cross": _cross, "stroke": _stroke, "dot": _dot, "scribble": _scribble},
    VOID: {"blackened": _blackened},
}
"""What is drawn for each answer."""

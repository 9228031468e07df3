"""The people of a simulated office: each writes digits in a way of their own, with a pen of their own."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.office_shapes import Shape, shape, usual
from digitizer.reading.mnist_format import to_mnist_format_batch
from samples.ink import Pen
from training.alphabets import spline

FINE = 4
"""Digits are drawn so many times as large as wanted, and averaged."""
HEIGHT_PX = 60.0
"""Of a digit where nobody says otherwise: that of 5 mm at 300 dpi."""
USUAL_MM = 5.0
"""Height of a digit by which the width of a pen's stroke is seen when no size is said."""
SECOND_SHARE = 0.12
"""Share of a digit's occurrences that a writer forms in another way than usual."""

Rng = np.random.Generator
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tool:
    """What an office has to write with.

    Attributes
    ----------
    ink
        Colour and grain (`samples.ink`); its line is not used.
    width_mm
        Narrowest and widest stroke among such pens.
    nib
        0-1: by how much the stroke is thinner along the nib than across it.
    skips
        Share of the way on which next to no ink flows.
    """

    ink: Pen
    width_mm: tuple[float, float]
    nib: float = 0.0
    skips: float = 0.0


TOOLS = {
    "ball pen, blue": Tool(Pen((30, 50, 140), 0.35, 1.2, 0.0), (0.35, 0.5), skips=0.05),
    "ball pen, black, worn": Tool(Pen((40, 40, 46), 0.45, 1.0, 0.0), (0.3, 0.42), skips=0.12),
    "felt tip": Tool(Pen((18, 18, 26), 0.06, 2.5, 0.0), (0.7, 1.0)),
    "pencil": Tool(Pen((105, 105, 108), 0.55, 0.7, 0.0), (0.45, 0.7), skips=0.02),
    "fountain pen": Tool(Pen((22, 30, 92), 0.15, 2.0, 0.0), (0.55, 0.85), nib=0.6),
}


@dataclass(frozen=True, slots=True)
class Writer:
    """One person; all lengths but the pen's are parts of the digit's height.

    Attributes
    ----------
    shapes
        By digit: the way it is usually written, and the other way.
    tool, width_mm
        What it is written with, and how wide that draws.
    height_mm
        Of a digit, in boxes with room for it.
    broad
        Width against that of the shape as it is taught.
    slant_deg
        Lean to the right.
    rounds
        Whether corners become curves.
    shaky, careless
        Standard deviation of the control points, and of place (as a part of the box), from one digit to the next.
    """

    shapes: dict[int, tuple[Shape, Shape]]
    tool: Tool
    width_mm: float
    height_mm: float
    broad: float
    slant_deg: float
    rounds: bool
    shaky: float
    careless: float

    def digit(self, digit: int, rng: Rng, height_px: float = HEIGHT_PX, px_per_mm: float = 0.0) -> NDArray[np.uint8]:
        """Write a digit.

        Parameters
        ----------
        height_px
            How high it is to be, about.
        px_per_mm
            Resolution, which says how wide the pen draws; 0 for that at which the digit is `USUAL_MM` high.

        Returns
        -------
        NDArray
            (H, W) uint8, cover by ink 255 on 0, cut to the ink but for a margin of a px or two.
        """
        usual_shape, other = self.shapes[digit]
        chosen = other if rng.random() < SECOND_SHARE else usual_shape
        scale = height_px * FINE * rng.normal(1, 0.04)
        strokes = [scale * self._moved(stroke, rng) for stroke in self._paths(chosen, rng)]
        width_px = self.width_mm * (px_per_mm or height_px / USUAL_MM) * FINE * rng.normal(1, 0.06)
        return _drawn(strokes, width_px, self.tool, rng)

    def _paths(self, chosen: Shape, rng: Rng) -> list[Points]:
        """Draw smooth lines through the control points, which are never met twice alike."""
        paths = []
        for points, corners in zip(chosen.strokes, chosen.corners, strict=True):
            met = points + rng.normal(0, self.shaky, points.shape)
            ends = [0, *(np.flatnonzero(corners) if not self.rounds else []), len(met) - 1]
            pieces = [spline(met[start : end + 1], 12) for start, end in pairwise(ends)]
            paths.append(np.vstack(pieces))
        return paths

    def _moved(self, path: Points, rng: Rng) -> Points:
        lean, turn = np.tan(np.radians(self.slant_deg + rng.normal(0, 2.5))), np.radians(rng.normal(0, 2))
        rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        wide = self.broad * rng.normal(1, 0.05)
        return np.asarray(path @ (rotation @ [[wide, -lean], [0, 1]]).T, np.float64)


@dataclass(frozen=True, slots=True)
class Office:
    """Where people learnt to write alike, though each has a hand of their own.

    Attributes
    ----------
    style
        Which of `benchmarks.office_shapes.STYLES`.
    weights
        By digit: the shapes there are, and how usual each is in this office.
    """

    style: str
    weights: dict[int, dict[str, float]]

    def writer(self, rng: Rng) -> Writer:
        """Draw a person."""
        tool = list(TOOLS.values())[rng.integers(len(TOOLS))]
        own = rng.uniform(0.02, 0.045)
        return Writer(
            shapes={digit: self._two_shapes(digit, own, rng) for digit in range(10)},
            tool=tool,
            width_mm=float(rng.uniform(*tool.width_mm)),
            height_mm=float(rng.uniform(3.9, 5.3)),
            broad=float(np.exp(rng.normal(0, 0.13))),
            slant_deg=float(rng.normal(6, 8)),
            rounds=bool(rng.random() < 0.2),
            shaky=float(rng.uniform(0.012, 0.028)),
            careless=float(rng.uniform(0.02, 0.05)),
        )

    def _two_shapes(self, digit: int, own: float, rng: Rng) -> tuple[Shape, Shape]:
        names, weights = zip(*self.weights[digit].items(), strict=True)
        first, second = (_worn(shape(names[rng.choice(len(names), p=weights)]), own, rng) for _ in range(2))
        return first, second


def office(style: str, seed: int) -> Office:
    """Draw an office of a style: which of its shapes are usual differs from one to the next."""
    rng = np.random.default_rng([*style.encode(), seed])
    weights = {}
    for digit in range(10):
        shares = usual(style, digit)
        drawn = rng.dirichlet(6 * np.array(list(shares.values())))
        weights[digit] = dict(zip(shares, drawn.tolist(), strict=True))
    return Office(style, weights)


def crops(of: Office, writers: int, per_digit: int, rng: Rng) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Write every digit `per_digit` times by each of some people, as if cut out of a good scan.

    Returns
    -------
    tuple
        (N, 28, 28) uint8 in MNIST format, and (N,) uint8 digits, writer after writer.
    """
    people = [of.writer(rng) for _ in range(writers)]
    labels = np.tile(np.repeat(np.arange(10, dtype=np.uint8), per_digit), writers)
    inks = [
        cv2.GaussianBlur(writer.digit(digit, rng, HEIGHT_PX * writer.height_mm / USUAL_MM), (0, 0), 0.9)
        for writer in people
        for digit in np.repeat(np.arange(10), per_digit).tolist()
    ]
    return to_mnist_format_batch([np.asarray(ink, np.uint8) for ink in inks]), labels


def _worn(taught: Shape, own: float, rng: Rng) -> Shape:
    """Change a shape as a person does in the course of years; `own` is the standard deviation."""
    return Shape(tuple(points + rng.normal(0, own, points.shape) for points in taught.strokes), taught.corners)


def _drawn(strokes: list[Points], width_px: float, tool: Tool, rng: Rng) -> NDArray[np.uint8]:
    """Draw strokes given in fine px; see `Writer.digit`."""
    margin = width_px + 2 * FINE
    low = np.vstack(strokes).min(axis=0) - margin
    size = np.ceil((np.vstack(strokes).max(axis=0) + margin - low) / FINE).astype(int)
    fine = np.zeros((size[1] * FINE, size[0] * FINE), np.uint8)
    for stroke in strokes:
        _draw_stroke(fine, stroke - low, width_px, tool, rng)
    return np.asarray(cv2.resize(fine, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA), np.uint8)


def _draw_stroke(fine: NDArray[np.uint8], stroke: Points, width_px: float, tool: Tool, rng: Rng) -> None:
    """Draw a stroke piece by piece: its width follows its direction, and the ink may fail for a while."""
    steps = np.diff(stroke, axis=0)
    across = np.abs(np.sin(np.arctan2(steps[:, 1], steps[:, 0]) + np.pi / 4))
    widths = width_px * (1 - tool.nib + tool.nib * across) * rng.normal(1, 0.04, len(steps)).clip(0.8, 1.2)
    flow = np.interp(np.linspace(0, 1, len(steps)), np.linspace(0, 1, 9), rng.random(9))
    shades = np.where(flow < tool.skips, 90, 255)
    ends = np.rint(stroke * 16).astype(int)
    # The palest first, so that what is written over a gap covers it.
    for place in np.argsort(shades, kind="stable"):
        start, end = ends[place].tolist(), ends[place + 1].tolist()
        cv2.line(fine, start, end, int(shades[place]), max(1, round(float(widths[place]))), cv2.LINE_AA, 4)

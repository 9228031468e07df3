"""The rungs of a comb between its rails: which upright strokes are the sides of boxes, and which are digits."""

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.reading.rails import MIN_RAIL, Rails
from digitizer.reading.rulings import Rulings
from digitizer.reading.support import sample

_MIN_RULED, _MIN_INKED = 0.65, 0.88
"""Share of the way between the rails that a rung covers: as a line, or (where a stroke runs along it) as ink."""
_RUNG_ROWS = 21
_SLIVER = 0.4
"""Boxes narrower than this share of the usual width are the inside of a double line."""
_PITCH_SD = 0.13
"""Standard deviation of a box's width, in usual widths: hand-ruled forms are uneven."""
_SKIP_COST, _LOST_COST, _SLIVER_COST, _BOX_GAIN = 3.0, 4.0, 2.8, 2.0
"""Negative log-likelihoods, about: of a full-height stroke that is no rung, of a rung that left no trace,
of a double line; and what every box earns, so that the longest row wins."""
_STRENGTH_POWER = 8
"""A rung is inked from rail to rail; a stroke seldom is."""
_MAX_STRAYS = 8
"""Strokes between two rungs."""
_MAX_WIDTHS = 4
"""Box widths that are tried on a row."""


def read_rungs(
    rails: Rails, quads: NDArray[np.float64], rulings: Rulings
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find the boxes between the rungs of a ladder.

    Returns
    -------
    quads
        (N, 4, 2) corners on the page, from left to right.
    evidence
        (N,) 0-1, how much of the weaker of its two rungs is there.
    """
    beyond = float(np.median(np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1))) + 4
    x = np.arange(rails.start - beyond, rails.end + beyond)
    top, bottom = rails.top(x), rails.bottom(x)
    down = np.linspace(0.04, 0.96, _RUNG_ROWS)[:, None]
    y = top + (bottom - top) * down
    lean = rails.shear * (y - (top + bottom) / 2)
    places = rails.to_page(np.stack([x + lean, y], axis=-1))
    ruled = cv2.dilate(sample(rulings.mask, places).astype(np.uint8), np.ones((1, 3), np.uint8)).mean(axis=0)
    inked = sample(rulings.ink, places).mean(axis=0)
    edges = np.diff(np.concatenate([[0], ((ruled >= _MIN_RULED) | (inked >= _MIN_INKED)).astype(np.int8), [0]]))
    firsts, lasts = np.flatnonzero(edges > 0), np.flatnonzero(edges < 0)
    if len(firsts) < 2:
        return _NO_BOXES
    rungs = x[0] + (firsts + lasts - 1) / 2
    strengths = np.array([inked[first:last].max() for first, last in zip(firsts, lasts, strict=True)])
    widths = _possible_widths(rungs[strengths > _MIN_RULED], float(np.median(bottom - top)), quads)
    (_, chosen), usual = min(
        ((_likeliest_rungs(rungs, strengths, width), width) for width in widths), key=lambda row: row[0][0]
    )
    left, right, evidence = _boxes_between(rungs[chosen], strengths[chosen], usual)
    if not len(left):
        return _NO_BOXES
    railed = _railed(rails, left, right, rulings.ink)
    return rails.boxes(left[railed], right[railed]), evidence[railed]


_NO_BOXES = np.empty((0, 4, 2)), np.empty(0)


def _possible_widths(rungs: NDArray[np.float64], height: float, quads: NDArray[np.float64]) -> list[float]:
    """Collect the commonest distances of rungs, and of the sides of the boxes seen: a box may be so wide."""
    seen = np.linalg.norm((quads[:, 1] + quads[:, 2] - quads[:, 0] - quads[:, 3]) / 2, axis=1)
    steps = np.concatenate([seen, *(rungs[order:] - rungs[:-order] for order in (1, 2, 3))])
    steps = np.sort(steps[(steps > 0.5 * height) & (steps < 1.8 * height)])
    widths: list[float] = []
    while len(steps) and len(widths) < _MAX_WIDTHS:
        votes = np.searchsorted(steps, steps * 1.08) - np.searchsorted(steps, steps * 0.92)
        commonest = steps[int(np.argmax(votes))]
        alike = np.abs(steps / commonest - 1) < 0.12
        widths.append(float(np.median(steps[alike])))
        steps = steps[~alike]
    return widths or [float(np.median(seen))]


def _likeliest_rungs(
    rungs: NDArray[np.float64], strengths: NDArray[np.float64], usual: float
) -> tuple[float, NDArray[np.intp]]:
    """Choose the rungs that make the evenest row and leave out strokes as high as a box (dynamic programming).

    Returns the cost and the places of the chosen rungs.
    """
    skipping = np.concatenate([[0], np.cumsum(_SKIP_COST * strengths**_STRENGTH_POWER)])
    best = skipping[:-1].copy()
    before = np.full(len(rungs), -1)
    for index in range(1, len(rungs)):
        for earlier in range(max(0, index - _MAX_STRAYS - 1), index):
            cost = best[earlier] + skipping[index] - skipping[earlier + 1]
            cost += _step_cost((rungs[index] - rungs[earlier]) / usual)
            if cost < best[index]:
                best[index], before[index] = cost, earlier
    total = best + skipping[-1] - skipping[1:]
    last, path = int(np.argmin(total)), []
    while last >= 0:
        path.append(last)
        last = int(before[last])
    return float(total.min()), np.array(path[::-1])


def _step_cost(boxes: float) -> float:
    """Cost of two successive rungs at a distance of so many box widths; below 0 for an ordinary box."""
    if boxes < _SLIVER:
        return _SLIVER_COST
    count = max(1, round(boxes))
    return ((boxes - count) / _PITCH_SD) ** 2 / count + _LOST_COST * (count - 1) - _BOX_GAIN


def _boxes_between(
    rungs: NDArray[np.float64], strengths: NDArray[np.float64], usual: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Left side, right side and evidence of each box; where rungs were lost, boxes are filled in without any."""
    left: list[float] = []
    right: list[float] = []
    evidence: list[float] = []
    for index in range(len(rungs) - 1):
        start, end = rungs[index], rungs[index + 1]
        if end - start >= _SLIVER * usual:
            count = max(1, round((end - start) / usual))
            sides = np.linspace(start, end, count + 1)
            left += sides[:-1].tolist()
            right += sides[1:].tolist()
            evidence += [float(strengths[index : index + 2].min()) if count == 1 else 0.0] * count
    return np.array(left), np.array(right), np.array(evidence)


def _railed(
    rails: Rails, left: NDArray[np.float64], right: NDArray[np.float64], ink: NDArray[np.uint8]
) -> NDArray[np.bool_]:
    """Which boxes have both rails along them, as lines or under strokes."""
    x = left[:, None] + (right - left)[:, None] * np.linspace(0.1, 0.9, 12)
    off = np.arange(-2, 3)[:, None, None]
    sides = []
    for rail in (rails.top, rails.bottom):
        y = rail(x) + off
        near = sample(ink, rails.to_page(np.stack([np.broadcast_to(x, y.shape), y], axis=-1)))
        sides.append(near.any(axis=0).mean(axis=1))
    return np.asarray((sides[0] >= MIN_RAIL) & (sides[1] >= MIN_RAIL))

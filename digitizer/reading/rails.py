"""The two long lines of a comb, followed along the page.

A comb is a ladder on its side. Digits that touch the frame spoil single boxes but neither its rails, which go on
on both sides, nor its rungs (`rungs.py`), which run from one rail to the other where strokes seldom do.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from digitizer.reading.support import sample

_SHIFTS_PX = np.arange(-3, 4)
"""How far from its supposed place the continuation of a rail is looked for."""
_MANY_POINTS = 16
"""Points from which a rail may be curved."""
_INWARD_WEIGHT = 0.1
_LINE_SHARE = 0.9
"""A line is as thick as it is covered by nearly as much as where it is covered most."""
_SNAP_PX = 5
"""How far the sides of the boxes seen may be off the rail that they stand for."""
MIN_RAIL = 0.6
"""Share of a stretch of rail that is covered by line."""
_MIN_FOLLOWED = 0.45
"""The same while a rail is followed: there may be gaps between the boxes."""
_MAX_MISSING = 1
"""Stretches without rail between two with one; a stretch is as long as a box is wide."""
_MEMORY = 12
"""Points of a rail that its direction is taken from."""
MAX_BOXES = 200
"""Boxes of the longest row."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A polynomial of (x - centre) / scale; coefficients from the highest power down."""

    centre: float
    scale: float
    coefficients: tuple[float, ...]

    def __call__(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Its values at x."""
        place = (x - self.centre) / self.scale
        y = np.zeros_like(place)
        for coefficient in self.coefficients:
            y = y * place + coefficient
        return y


@dataclass(frozen=True, slots=True)
class Rails:
    """Top and bottom line of a row of boxes in a frame of its own: x along the row, y down, px of the reduced page.

    Attributes
    ----------
    axes
        (2, 2) rows are the unit vectors of x and y on the page.
    shear
        How far the rungs lean: x per y.
    top, bottom
        y over x.
    start, end
        x of the ends.
    """

    axes: NDArray[np.float64]
    shear: float
    top: Curve
    bottom: Curve
    start: float
    end: float

    @classmethod
    def through(cls, quads: NDArray[np.float64]) -> "Rails":
        """Rails through the tops and bottoms of boxes, (N, 4, 2), N >= 1, from left to right."""
        along = (quads[-1][1] + quads[-1][2] - quads[0][0] - quads[0][3]) / 2
        along /= np.linalg.norm(along)
        axes = np.array([along, [-along[1], along[0]]])
        level = quads @ axes.T
        lean = (level[:, (3, 2), 0] - level[:, (0, 1), 0]) / (level[:, (3, 2), 1] - level[:, (0, 1), 1])
        x = level[..., 0]
        return cls(
            axes=axes,
            shear=float(np.median(lean) if len(quads) > 2 else lean.flat[np.abs(lean).argmin()]),
            top=_robust_fit(x[:, :2].ravel(), level[:, :2, 1].ravel(), outward=-1),
            bottom=_robust_fit(x[:, 2:].ravel(), level[:, 2:, 1].ravel(), outward=1),
            start=float(x.min()),
            end=float(x.max()),
        )

    def to_level(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Page (x, y) -> frame of the row."""
        return np.asarray(points @ self.axes.T)

    def to_page(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Frame of the row -> page (x, y)."""
        return np.asarray(points @ self.axes)

    def density(
        self, mask: NDArray[np.uint8], x: NDArray[np.float64], down: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Share of a mask that is set, for each place between the rails `down` (0 the upper, 1 the lower one).

        Parameters
        ----------
        mask
            (H, W) uint8 of the reduced page.
        x, down
            (M,) and (N,) places.

        Returns
        -------
        density
            (N,) float64, 0-1.
        """
        y = self.top(x) + (self.bottom(x) - self.top(x)) * down[:, None]
        return np.asarray(sample(mask, self.to_page(np.stack([np.broadcast_to(x, y.shape), y], axis=-1))).mean(axis=1))

    def boxes(self, left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
        """Corners on the page of the boxes between rungs at x `left` and `right` (half way down)."""
        corners = []
        for x, rail in ((left, self.top), (right, self.top), (right, self.bottom), (left, self.bottom)):
            y = rail(x)
            middle = (self.top(x) + self.bottom(x)) / 2
            corners.append(np.stack([x + self.shear * (y - middle), y], axis=1))
        return self.to_page(np.stack(corners, axis=1))


def _robust_fit(x: NDArray[np.float64], y: NDArray[np.float64], outward: int = 0) -> Curve:
    """Least absolute deviations by reweighting: a line, or a parabola where there are enough points (paper curls).

    A stroke that joins the frame makes a box smaller, never larger: with `outward` -1 or 1, points that lie
    to the other side count less.
    """
    centre, scale = float(x.mean()), max(float(x.max() - x.min()), 1.0)
    place = (x - centre) / scale
    fit_to = _parabola if len(x) >= _MANY_POINTS else _line
    weights = np.ones_like(y)
    for _ in range(4):
        coefficients = fit_to(place, y, weights)
        curve = Curve(0.0, 1.0, coefficients)
        residual = y - curve(place)
        weights = 1 / np.maximum(np.abs(residual), 0.5)
        if outward:
            weights[residual * outward < 0] *= _INWARD_WEIGHT
    return Curve(centre, scale, coefficients)


def _line(x: NDArray[np.float64], y: NDArray[np.float64], weights: NDArray[np.float64]) -> tuple[float, ...]:
    """Weighted least squares of a line: slope and intercept."""
    total = weights.sum()
    mean_x, mean_y = weights @ x / total, weights @ y / total
    off = x - mean_x
    slope = (weights * off) @ (y - mean_y) / max((weights * off) @ off, 1e-12)
    return float(slope), float(mean_y - slope * mean_x)


def _parabola(x: NDArray[np.float64], y: NDArray[np.float64], weights: NDArray[np.float64]) -> tuple[float, ...]:
    """Weighted least squares of a parabola, highest power first."""
    basis = np.stack([x * x, x, np.ones_like(x)])
    weighted = basis * weights
    return tuple(np.linalg.solve(weighted @ basis.T + 1e-9 * np.eye(3), weighted @ y).tolist())


def follow_rails(rails: Rails, quads: NDArray[np.float64], mask: NDArray[np.uint8]) -> Rails:
    """Follow both rails beyond the given boxes as far as they go.

    Parameters
    ----------
    rails
        `Rails.through` the boxes.
    quads
        (N, 4, 2) boxes, from left to right.
    mask
        (H, W) uint8, 255 on lines.
    """
    width = float(np.median(np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1)))
    middles = np.linspace(rails.start, rails.end, max(2 * len(quads), 4))
    tops, bottoms = (_snapped(rails, middles, rail(middles), width, mask) for rail in (rails.top, rails.bottom))
    ends = []
    for direction in (-1, 1):
        end, new_tops, new_bottoms = _follow(rails, tops[::direction], bottoms[::direction], direction * width, mask)
        ends.append(end)
        tops = np.concatenate([tops, new_tops])
        bottoms = np.concatenate([bottoms, new_bottoms])
    followed = replace(
        rails,
        top=_robust_fit(tops[:, 0], tops[:, 1]),
        bottom=_robust_fit(bottoms[:, 0], bottoms[:, 1]),
        start=ends[0],
        end=ends[1],
    )
    return _refitted(followed, width, mask)


def _refitted(rails: Rails, width: float, mask: NDArray[np.uint8]) -> Rails:
    """Lay both rails onto the lines beside them, over their whole length."""
    x = np.linspace(rails.start, rails.end, max(4, round(2 * (rails.end - rails.start) / width)))
    top, bottom = (_robust_fit(*_snapped(rails, x, rail(x), width, mask).T) for rail in (rails.top, rails.bottom))
    return replace(rails, top=top, bottom=bottom)


_Points = NDArray[np.float64]


def _snapped(
    rails: Rails, x: NDArray[np.float64], y: NDArray[np.float64], width: float, mask: NDArray[np.uint8]
) -> _Points:
    """Points (N, 2) of a rail, moved onto the line beside them where there is one."""
    shifts = np.arange(-_SNAP_PX, _SNAP_PX + 1)
    along = x[:, None, None] + width * np.linspace(-0.25, 0.25, 9)
    down = np.broadcast_to((y[:, None] + shifts)[..., None], (len(x), len(shifts), along.shape[2]))
    places = np.stack([np.broadcast_to(along, down.shape), down], axis=-1)
    covered = sample(mask, rails.to_page(places)).mean(axis=2)
    most = covered.max(axis=1, keepdims=True)
    on_line = most[:, 0] >= MIN_RAIL
    middle = (covered >= _LINE_SHARE * most) * covered
    snapped = np.stack([x, y + middle @ shifts / np.maximum(middle.sum(axis=1), 1e-9)], axis=1)
    return snapped[on_line] if on_line.sum() >= 2 else np.stack([x, y], axis=1)


def _follow(
    rails: Rails, tops: _Points, bottoms: _Points, step: float, mask: NDArray[np.uint8]
) -> tuple[float, _Points, _Points]:
    """Follow two rails from their last points in steps of `step` (negative: to the left).

    Returns the x where they end and the (N, 2) points found on each.
    """
    count = _MEMORY if len(tops) == len(bottoms) else 2
    known = np.stack([tops[-count:], bottoms[-count:]])
    found: list[NDArray[np.float64]] = []
    x = end = tops[-1, 0]
    missing = 0
    while missing <= _MAX_MISSING and len(found) < MAX_BOXES:
        stretch = x + step * np.linspace(0.1, 1, 10)
        x += step
        heights = _rails_at(rails, known, stretch, mask)
        if heights is None:
            missing += 1
            continue
        missing, end = 0, x
        found.append(np.stack([np.full(2, stretch.mean()), heights], axis=1))
        known = np.concatenate([known[:, -_MEMORY + 1 :], found[-1][:, None]], axis=1)
    new = np.array(found).reshape(-1, 2, 2)
    return float(end), new[:, 0], new[:, 1]


def _rails_at(
    rails: Rails, known: NDArray[np.float64], stretch: NDArray[np.float64], mask: NDArray[np.uint8]
) -> NDArray[np.float64] | None:
    """Y of the upper and the lower rail over a stretch just beyond the known points, None where one does not go on.

    Parameters
    ----------
    known
        (2, N, 2) points (x, y) of both rails.
    """
    mean = known.mean(axis=1, keepdims=True)
    offset = known - mean
    slope = (offset[..., 0] * offset[..., 1]).sum(axis=1) / np.maximum((offset[..., 0] ** 2).sum(axis=1), 1e-9)
    y = mean[..., 1] + slope[:, None] * (stretch - mean[..., 0])
    y = y[:, None] + _SHIFTS_PX[:, None]
    on_page = rails.to_page(np.stack([np.broadcast_to(stretch, y.shape), y], axis=-1))
    covered = sample(mask, on_page).mean(axis=2)
    best = np.argmax(covered - 0.02 * np.abs(_SHIFTS_PX), axis=1)
    if (covered[(0, 1), best] < _MIN_FOLLOWED).any():
        return None
    return np.asarray(y[(0, 1), best].mean(axis=1))

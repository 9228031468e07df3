"""Full black squares on a page, and where they say that a template lies."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.forms.registering.geometry import Matrix, Points, fit_map, project
from digitizer.forms.template import FiducialKind, FormPage

_LEAST_PX, _MOST_PX = 6, 90
"""Sides of squares on the reduced page: about 1.5 to 22 mm on A4."""
_BLACK = 0.55
"""Part of the paper's brightness below which a square is black."""
_PAPER_STEP, _PAPER_PX = 4, 31
"""The paper's brightness is taken on every so many px, within squares of this side there: wider than any mark."""
_FULL = 0.86
"""Share of its smallest rectangle that a square fills."""
_SIDE_RATIO = 1.35
"""Longer over shorter side, at most: a camera tilted by 15 degrees makes 1.05 of 1, blurred edges the rest."""
_MOST_SQUARES = 60
"""Squares that are looked at, the largest first."""
_SIZE_RATIO = 1.35
"""How much larger or smaller than by their distance squares may be."""
_THIRD_SHARE = 0.12
"""How far off the third of three squares may be, as a share of the distance of the first two."""
_NEAR_MM, _CLOSE_MM = 6.0, 2.0
"""How far off squares may be while the map is fitted, and in the end."""
_BASES = 3
"""Triples of a template's squares that are tried."""
_GUESSES = 3


@dataclass(frozen=True, slots=True)
class Squares:
    """Black squares on a page: (N, 2) px centres and (N,) px sides."""

    centres: Points
    sides: NDArray[np.float64]


def find_squares(small: NDArray[np.uint8], factor: float) -> Squares:
    """Find all full black squares of a page that was reduced by `factor`."""
    coarse = small[::_PAPER_STEP, ::_PAPER_STEP]
    paper = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, np.ones((_PAPER_PX, _PAPER_PX), np.uint8))
    paper = cv2.resize(cv2.convertScaleAbs(paper, alpha=_BLACK), small.shape[::-1], interpolation=cv2.INTER_LINEAR)
    black = np.asarray(cv2.compare(small, paper, cv2.CMP_LT), np.uint8)
    _, components, stats, centroids = cv2.connectedComponentsWithStats(black, connectivity=4, ltype=cv2.CV_32S)
    width, height, area = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    fair = (np.minimum(width, height) >= _LEAST_PX) & (np.maximum(width, height) <= 1.5 * _MOST_PX)
    fair &= (np.maximum(width, height) <= 1.5 * np.minimum(width, height)) & (area >= 0.45 * width * height)
    fair[0] = False
    labels = np.asarray(components, np.int32)
    found = [
        place for place in np.flatnonzero(fair) if _is_square(labels, np.asarray(stats[place], np.int32), int(place))
    ]
    found = sorted(found, key=lambda place: -area[place])[:_MOST_SQUARES]
    centres = np.asarray(centroids, np.float64)[found].reshape(-1, 2)
    return Squares((centres + 0.5) * factor - 0.5, np.sqrt(area[found].astype(np.float64)) * factor)


def _is_square(labels: NDArray[np.int32], stats: NDArray[np.int32], label: int) -> bool:
    left, top, width, height, area = stats.tolist()
    own = (labels[top : top + height, left : left + width] == label).astype(np.uint8)
    rows, columns = np.nonzero(own)
    (_, _), (one, other), _ = cv2.minAreaRect(np.stack([columns, rows], axis=1).astype(np.float32))
    one, other = one + 1, other + 1
    return bool(max(one, other) <= _SIDE_RATIO * min(one, other) and area >= _FULL * one * other)


def square_places(page: FormPage) -> tuple[Points, NDArray[np.float64]]:
    """Centres (N, 2) and sides (N,) of a template's squares, mm."""
    squares = [mark for mark in page.fiducials if mark.kind is FiducialKind.SQUARE]
    return np.array([mark.centre_mm for mark in squares]).reshape(-1, 2), np.array([mark.size_mm for mark in squares])


def square_guesses(page: FormPage, seen: Squares) -> list[Matrix]:
    """Where a template may lie by its squares, likeliest first: maps page px <- mm.

    Three squares that lie far apart are looked for among those of the page, by their distances and sizes; each three
    that fit are a guess, which is fitted to all squares that it meets.
    """
    centres, sides = square_places(page)
    if len(centres) < 3 or len(seen.centres) < 3:
        return []
    guesses = np.concatenate([_guesses(centres, sides, base, seen) for base in _bases(centres)])
    if not len(guesses):
        return []
    for _ in range(3):
        index, off_mm = _nearest(guesses, centres, seen)
        weights = 1 / (1 + (off_mm / _CLOSE_MM) ** 2) ** 2 * (off_mm < _NEAR_MM)
        guesses = fit_map(centres, seen.centres[index], weights)
    _, off_mm = _nearest(guesses, centres, seen)
    quality = np.maximum(1 - (off_mm / _CLOSE_MM) ** 2, 0).sum(axis=1)
    chosen: list[Matrix] = []
    for place in np.argsort(-quality, kind="stable"):
        if quality[place] < 2.5 or len(chosen) == _GUESSES:
            break
        if np.linalg.det(guesses[place]) > 0 and all(
            _apart_mm(guesses[place], other, centres) > _CLOSE_MM for other in chosen
        ):
            chosen.append(guesses[place])
    return chosen


def _bases(centres: Points) -> list[tuple[int, int, int]]:
    """Triples of squares that lie far apart, without one or the other square, for that may be covered."""
    bases: list[tuple[int, int, int]] = []
    left_out: list[int] = []
    while len(bases) < _BASES and len(centres) - len(left_out) >= 3:
        kept = np.delete(np.arange(len(centres)), left_out)
        apart = np.linalg.norm(centres[kept, None] - centres[kept], axis=2)
        one, other = np.unravel_index(int(apart.argmax()), apart.shape)
        way = centres[kept[other]] - centres[kept[one]]
        off = centres[kept] - centres[kept[one]]
        third = int(np.abs(way[0] * off[:, 1] - way[1] * off[:, 0]).argmax())
        bases.append((int(kept[one]), int(kept[other]), int(kept[third])))
        left_out.append(int(kept[one]))
    return bases


def _guesses(centres: Points, sides: NDArray[np.float64], base: tuple[int, int, int], seen: Squares) -> Matrix:
    """Fit maps (M, 3, 3) that bring three squares of a template to three of a page."""
    one, other, third = base
    first, second = (index.ravel() for index in np.indices((len(seen.centres), len(seen.centres))))
    spot = seen.centres[:, 0] + 1j * seen.centres[:, 1]
    own = centres[:, 0] + 1j * centres[:, 1]
    turn = (spot[second] - spot[first]) / (own[other] - own[one])
    scale = np.maximum(np.abs(turn), 1e-9)
    fair = first != second
    for place, mark in ((first, one), (second, other)):
        ratio = seen.sides[place] / (scale * sides[mark])
        fair &= (ratio < _SIZE_RATIO) & (ratio > 1 / _SIZE_RATIO)
    first, second, turn = first[fair], second[fair], turn[fair]
    expected = spot[first] + turn * (own[third] - own[one])
    off = np.abs(expected[:, None] - spot)
    allowed = _THIRD_SHARE * np.abs(turn) * abs(own[other] - own[one])
    guess, last = np.nonzero(off < allowed[:, None])
    target = seen.centres[np.stack([first[guess], second[guess], last], axis=1)]
    return fit_map(centres[list(base)], target)


def _nearest(guesses: Matrix, centres: Points, seen: Squares) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Which square of the page is nearest to each of the template's, and how far, mm; both (M, N)."""
    off_px = np.linalg.norm(project(guesses, centres)[:, :, None] - seen.centres, axis=3)
    scale = np.maximum(np.sqrt(np.abs(np.linalg.det(guesses[:, :2, :2]))), 1e-9)[:, None]
    return off_px.argmin(axis=2), off_px.min(axis=2) / scale


def _apart_mm(one: Matrix, other: Matrix, points: Points) -> float:
    scale = float(np.sqrt(abs(np.linalg.det(one[:2, :2]))))
    return float(np.linalg.norm(project(one, points) - project(other, points), axis=1).mean()) / max(scale, 1e-9)


def squares_under(page: FormPage, matrix: Matrix, seen: Squares) -> tuple[Points, Points]:
    """Squares of a template that are seen where a map puts them: (K, 2) mm and px."""
    centres, sides = square_places(page)
    if not len(centres) or not len(seen.centres):
        return np.empty((0, 2)), np.empty((0, 2))
    index, off_mm = _nearest(matrix[None], centres, seen)
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    ratio = seen.sides[index[0]] / (scale * sides)
    met = (off_mm[0] < np.minimum(_CLOSE_MM, sides)) & (ratio < 1.5) & (ratio > 1 / 1.5)
    return centres[met], seen.centres[index[0][met]]

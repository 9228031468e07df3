"""Page -> mask of its ruled lines: what is long, thin and straight, with its gaps closed.

Digits, text and stamps leave the mask; frames of boxes stay, also when they are tilted, light or interrupted.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

WORKING_LENGTH_PX = 2000
"""Lines are looked for on a page reduced to about this long side: about 170 dpi on A4."""

_ROUND_DOWN = 0.35
"""A page is reduced by a whole number, rounded down where that leaves it larger by no more than this."""
_ENLARGE_BELOW = 0.5
"""Share of that length below which a page is enlarged: lines then merge with what they touch."""

_BACKGROUND_PX = 25
"""Dark things narrower than this are ink, wider ones are background."""
_MIN_CONTRAST = 8
"""Grey levels that a line is darker than the paper beside it, at least, on clean paper ..."""
_CONTRAST_PER_GRAIN = 2.0
"""... and more of them on grainy paper: per grey level of the median darkness of a px against its surroundings."""
_RINGING_PX, _RINGING = 15, 0.12
"""JPEG compression puts ripples of this share of a stroke's darkness so far around it."""
_THIN_PX = 9
"""Thickness up to which a line is told from text by thickness alone."""
_THICK_PX = 22
"""Thickness of the thickest line; beyond, it is an area."""
_THIN_RUN_PX = 15
"""Length without interruption of a thin line, after it was thickened by `_THICKENING_PX`: less would keep strokes
that join a line, more would lose small boxes and tilted lines."""
_THICKENING_PX = 3
"""A tilted thin line is made of short steps; thickening by this joins them (those of a page askew are levelled)."""
_THICK_RUN_PX = 25
"""Length without interruption of a thick line."""
_MIN_LINE_PX = 13
"""Shortest piece of a line that counts: the side of the smallest box."""
_MAX_WAVINESS = 0.3
"""Thickness over length (both standard deviations) above which a piece is no line."""
_SAMPLE_ROWS, _SAMPLE_COLUMNS = 2, 4
"""Pieces are labelled and measured on every so many rows and columns."""
_GAP_PX = 9
"""How far a line is continued over the place where another stroke crosses it, or where it is broken."""
_GAP_SHARE = 0.15
"""The same for short lines, as a share of their length."""
_MIN_GAP_PX = 4
"""The same for the shortest: as far as a corner needs."""
_MIN_MEETING_PX = 2.5
"""A continuation that meets a line sooner has met its own end."""
_LEVEL_DEG = 4.0
"""Tilt from which a page is turned level."""
_LONG_PX = 30
"""Shortest line that tells how a page is tilted."""


@dataclass(frozen=True, slots=True)
class Rulings:
    """The ruled lines of a page, on its image reduced and, where it lies askew, turned level.

    Attributes
    ----------
    mask
        (H, W) uint8, 255 on lines.
    ink
        (H, W) uint8, 255 on everything narrow and dark, lines among it.
    work
        (H, W) uint8, that image, paper 255.
    factor
        Page px per px of it.
    to_page
        (2, 3) float64, affine: px of the page <- px of the three.
    """

    mask: NDArray[np.uint8]
    ink: NDArray[np.uint8]
    work: NDArray[np.uint8]
    factor: float
    to_page: NDArray[np.float64]

    def on_page(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points (..., 2) as (x, y) on the mask -> on the page."""
        return np.asarray(points @ self.to_page[:, :2].T + self.to_page[:, 2])


def find_rulings(pixels: NDArray[np.uint8]) -> Rulings:
    """Find the ruled lines of a page.

    A line that is tilted is a flight of steps, the shorter the more it is tilted, and harder to tell from the
    strokes that join it: so a page that lies askew is turned level, and its lines are found again.

    Parameters
    ----------
    pixels
        (height, width) uint8, grey, paper 255.
    """
    factor = _working_factor(pixels.shape)
    work = reduce(pixels, factor)
    to_page = np.array([[factor, 0, (factor - 1) / 2], [0, factor, (factor - 1) / 2]])
    mask, ink, tilt_deg = _rulings(work)
    if abs(tilt_deg) > _LEVEL_DEG:
        work, to_work = _levelled(work, tilt_deg)
        to_page = np.hstack([factor * to_work[:, :2], factor * to_work[:, 2:] + (factor - 1) / 2])
        mask, ink, _ = _rulings(work)
    return Rulings(mask=mask, ink=ink, work=work, factor=factor, to_page=to_page)


def _rulings(work: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8], float]:
    """Mask of the lines, the ink, and the clockwise tilt of most of the lines in degrees."""
    ink = _ink(work)
    across, across_ends = _lines_across(ink)
    down, down_ends = _lines_across(np.asarray(cv2.transpose(ink)))
    mask = np.asarray(cv2.bitwise_or(across, cv2.transpose(down)), np.uint8)
    _close_gaps(mask, np.concatenate([across_ends, down_ends[:, :, ::-1]]))
    return mask, ink, _tilt_deg(across_ends, down_ends)


def _tilt_deg(across: NDArray[np.float64], down: NDArray[np.float64]) -> float:
    """Tilt of the lines, long ones counting more (median by squared length); 0 where there are none.

    Parameters
    ----------
    across, down
        Ends as `_lines_across` gives them, the latter of the transposed page.
    """
    ways = []
    for ends, turn in ((across, 1), (down, -1)):
        first, last = np.split(ends[:, 0], 2)
        ways.append((last - first) * [1, turn])
    way = np.concatenate(ways)
    way = way[np.hypot(*way.T) >= _LONG_PX]
    if not len(way):
        return 0.0
    angle = np.rad2deg(np.arctan2(way[:, 1], way[:, 0]))
    order = np.argsort(angle)
    weight = np.cumsum((way[order] ** 2).sum(axis=1))
    return float(angle[order[np.searchsorted(weight, weight[-1] / 2)]])


def _levelled(work: NDArray[np.uint8], tilt_deg: float) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Turn an image so that its lines are level; also the (2, 3) affine: px of the image <- px of the result."""
    height, width = work.shape
    middle = (width - 1) / 2, (height - 1) / 2
    turn = np.array(cv2.getRotationMatrix2D(middle, tilt_deg, 1.0), np.float64)
    cosine, sine = abs(turn[0, 0]), abs(turn[0, 1])
    size = round(width * cosine + height * sine), round(width * sine + height * cosine)
    turn[:, 2] += (np.array(size) - (width, height)) / 2
    level = cv2.warpAffine(work, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(level, np.uint8), np.asarray(cv2.invertAffineTransform(turn), np.float64)


def reduce(pixels: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """Shrink an image by `factor` (area average), or enlarge it where `factor` is below 1."""
    if factor == 1:
        return pixels
    if factor == int(factor):  # whole blocks: many times faster than the general case
        height, width = (max(size // int(factor), 1) * int(factor) for size in pixels.shape)
        pixels = pixels[:height, :width]
    size = max(1, round(pixels.shape[1] / factor)), max(1, round(pixels.shape[0] / factor))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if factor > 1 else cv2.INTER_LINEAR))


def _working_factor(shape: tuple[int, ...]) -> float:
    ratio = max(shape) / WORKING_LENGTH_PX
    if ratio >= 1:
        return float(math.ceil(ratio - _ROUND_DOWN))
    return 1.0 if ratio > _ENLARGE_BELOW else 0.5


def _ink(work: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Everything narrow that is darker than its surroundings, whatever the light."""
    kernel = np.ones((_BACKGROUND_PX, _BACKGROUND_PX), np.uint8)
    paper = cv2.morphologyEx(cv2.blur(work, (5, 5)), cv2.MORPH_CLOSE, kernel)
    darkness = cv2.subtract(paper, work)
    grain = float(np.median(darkness[::8, ::8]))
    around = cv2.dilate(darkness, np.ones((_RINGING_PX, _RINGING_PX), np.uint8))
    ripples = cv2.convertScaleAbs(around, alpha=_RINGING)
    least = np.maximum(ripples, np.uint8(min(_MIN_CONTRAST + _CONTRAST_PER_GRAIN * grain, 255)))
    return np.asarray(cv2.compare(darkness, least, cv2.CMP_GE))


def _lines_across(ink: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Lines within about 40 degrees of the x axis.

    Returns
    -------
    mask
        (H, W) uint8, 255 on lines.
    continuations
        (2 N, 2, 2) float64, at each left end, then at each right end, the points (x, y) between which the line may
        be continued.
    """
    pieces = _thin(ink) | _thick(ink)
    sampled = _sample(pieces)
    _, labels, counts, _ = cv2.connectedComponentsWithStats(sampled, connectivity=8, ltype=cv2.CV_32S)
    stats = np.asarray(counts, np.int32)
    width_px = stats[:, cv2.CC_STAT_WIDTH] * _SAMPLE_COLUMNS
    long = width_px >= _MIN_LINE_PX
    long &= stats[:, cv2.CC_STAT_HEIGHT] * _SAMPLE_ROWS <= width_px
    long[0] = False
    points = np.flatnonzero(sampled)
    label_of = labels.ravel()[points]
    points, label_of = points[long[label_of]], label_of[long[label_of]]
    rows, columns = np.divmod(points, labels.shape[1])
    fit = _fit_lines(rows * _SAMPLE_ROWS + 0.5, columns * _SAMPLE_COLUMNS, label_of, len(stats))
    lines = long & fit.straight
    chosen = np.zeros(sampled.shape, np.uint8)
    chosen.ravel()[points[lines[label_of]]] = 255
    size = labels.shape[1] * _SAMPLE_COLUMNS, labels.shape[0] * _SAMPLE_ROWS
    near = cv2.resize(chosen, size, interpolation=cv2.INTER_NEAREST)[: pieces.shape[0], : pieces.shape[1]]
    mask = np.asarray(cv2.bitwise_and(pieces, near), np.uint8)
    return mask, _continuations(stats[lines], fit.slope[lines], fit.intercept[lines])


def _sample(pieces: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Every 4th column of the pairwise maximum of rows: pieces are too long to fall through, and 8 times fewer."""
    rows, columns = (-(-size // step) * step for size, step in zip(pieces.shape, (_SAMPLE_ROWS, 1), strict=True))
    if rows != pieces.shape[0]:
        pieces = np.concatenate([pieces, np.zeros((1, columns), np.uint8)])
    return np.maximum(pieces[0::_SAMPLE_ROWS, ::_SAMPLE_COLUMNS], pieces[1::_SAMPLE_ROWS, ::_SAMPLE_COLUMNS])


@dataclass(frozen=True, slots=True)
class _LineFit:
    """y = slope * x + intercept through each labelled piece, and whether the piece is that line."""

    slope: NDArray[np.float64]
    intercept: NDArray[np.float64]
    straight: NDArray[np.bool_]


def _fit_lines(
    rows: NDArray[np.float64], columns: NDArray[np.intp], label_of: NDArray[np.int32], count: int
) -> _LineFit:
    """Fit a line through each of `count` pieces by least squares."""
    size = np.maximum(np.bincount(label_of, minlength=count), 1)
    mean_x = np.bincount(label_of, columns, count) / size
    mean_y = np.bincount(label_of, rows, count) / size
    dx, dy = columns - mean_x[label_of], rows - mean_y[label_of]
    xx = np.bincount(label_of, dx * dx, count) / size
    xy = np.bincount(label_of, dx * dy, count) / size
    yy = np.bincount(label_of, dy * dy, count) / size
    slope = np.divide(xy, xx, out=np.zeros_like(xx), where=xx > 0)
    straight = yy - slope * xy <= np.maximum(_MAX_WAVINESS**2 * xx, 1.5)
    return _LineFit(slope=slope, intercept=mean_y - slope * mean_x, straight=straight)


def _continuations(
    stats: NDArray[np.int32], slope: NDArray[np.float64], intercept: NDArray[np.float64]
) -> NDArray[np.float64]:
    """From each end of each line to where it may be continued to, (2 N, 2, 2) as (x, y)."""
    first = stats[:, cv2.CC_STAT_LEFT] * _SAMPLE_COLUMNS
    width = (stats[:, cv2.CC_STAT_WIDTH] - 1) * _SAMPLE_COLUMNS + 1
    gap = np.clip(width * _GAP_SHARE, _MIN_GAP_PX, _GAP_PX) + _SAMPLE_COLUMNS / 2
    xs = np.concatenate([np.stack([first, first - gap], 1), np.stack([first + width - 1, first + width - 1 + gap], 1)])
    slopes, intercepts = np.tile(slope, 2)[:, None], np.tile(intercept, 2)[:, None]
    return np.stack([xs, slopes * xs + intercepts], axis=2)


def _close_gaps(mask: NDArray[np.uint8], continuations: NDArray[np.float64]) -> None:
    """Draw into `mask` the continuations that meet another line."""
    reach = np.linalg.norm(continuations[:, 1] - continuations[:, 0], axis=1)
    steps = np.linspace(0.4, 1, 7)[None, :, None]
    along = continuations[:, :1] * (1 - steps) + continuations[:, 1:] * steps
    ahead = np.rint(along).astype(np.intp)
    inside = (ahead >= 0).all(axis=2) & (ahead[..., 0] < mask.shape[1]) & (ahead[..., 1] < mask.shape[0])
    ahead[~inside] = 0
    meets = inside & (mask[ahead[..., 1], ahead[..., 0]] > 0) & (steps[..., 0] * reach[:, None] > _MIN_MEETING_PX)
    chosen = continuations[meets.any(axis=1)]
    cv2.polylines(mask, list(np.rint(chosen).astype(np.int32)), isClosed=False, color=255, thickness=2)


def _thin(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Keep the long runs of what is not tall, thickened."""
    tall = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((_THIN_PX + 1, 1), np.uint8))
    thickened = cv2.dilate(cv2.subtract(ink, tall), np.ones((_THICKENING_PX, 1), np.uint8))
    return np.asarray(cv2.morphologyEx(thickened, cv2.MORPH_OPEN, np.ones((1, _THIN_RUN_PX), np.uint8)))


def _thick(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Keep the long runs of everything, but for areas."""
    wide = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, _THICK_RUN_PX), np.uint8))
    area = cv2.morphologyEx(wide, cv2.MORPH_OPEN, np.ones((_THICK_PX + 1, 1), np.uint8))
    return np.asarray(cv2.subtract(wide, area))

"""Finds the printed rectangles of a page, and what stands in them."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_MIN_SIDE_MM = 2.0
_MIN_SIDE_PX = 14
"""Of what tells the tilt of a page."""
_MAX_BITE_PX = 2.5
"""What leaves a side by more than this is a stroke that meets it."""
_MIN_FILL, _MIN_HOLE = 0.88, 0.5
"""Share of its upright rectangle that the hull of a frame's hole covers, and share of its hull that the hole does."""
_TO_MIDDLE_PX = 1.0
"""From the edge of a hole to the middle of the line around it, about."""
_EIGHT = 0.15
"""How far apart, in widths of the box, the parts of a figure of eight may be, and how far from its middle."""
_TEXT_MM = 12.0
"""How far beside a tick box its text begins, at most."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A printed rectangle, in mm along the middle of its lines, and what stands in it.

    Attributes
    ----------
    ink
        Share of the inside that is dark.
    ink_height
        Of all that is dark, as a share of the inside's height.
    text_lines
        Lines of text that it makes.
    beside
        Share of dark px to the left and to the right, whichever is larger.
    runs_on
        Whether its upper and its lower line go on beyond one of its ends.
    """

    left: float
    top: float
    right: float
    bottom: float
    ink: float
    ink_height: float
    text_lines: int
    beside: float
    runs_on: bool

    @property
    def width(self) -> float:
        """In mm."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """In mm."""
        return self.bottom - self.top

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / self.height


def find_frames(mask: NDArray[np.uint8], grey: NDArray[np.uint8], px_per_mm: float) -> list[Frame]:
    """Find all upright printed rectangles.

    Parameters
    ----------
    mask
        (H, W) uint8, 255 on ruled lines.
    grey
        (H, W) uint8, the same page, paper 255.
    """
    contours, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if tree is None:
        return []
    dark = is_dark(grey)
    frames = []
    for contour, (_, _, _, parent) in zip(contours, tree[0], strict=True):
        if parent < 0:
            continue
        left, top, width, height = cv2.boundingRect(contour)
        if min(width, height) < _MIN_SIDE_MM * px_per_mm or max(width, height) > 0.9 * max(mask.shape):
            continue
        hull_area = cv2.contourArea(cv2.convexHull(contour))
        if hull_area < _MIN_FILL * (width - 1) * (height - 1) or cv2.contourArea(contour) < _MIN_HOLE * hull_area:
            continue
        frames.append(_frame((left, top, left + width - 1, top + height - 1), mask, dark, px_per_mm))
    return frames


def straight_sides(mask: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find the sides of all printed rectangles of a page that may lie askew.

    Returns
    -------
    across, down
        (2 N, 2, 2) float64 each, ends (x, y) in px of `mask` of the upper and lower, and of the left and right sides.
    """
    contours, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    across, down = [], []
    for contour, (_, _, _, parent) in zip(contours, [] if tree is None else tree[0], strict=True):
        if parent < 0 or len(contour) < 4 * _MIN_SIDE_PX:
            continue
        hull = cv2.convexHull(contour)
        rectangle = cv2.minAreaRect(hull)
        if min(rectangle[1]) < _MIN_SIDE_PX or cv2.contourArea(hull) < _MIN_FILL * np.prod(rectangle[1]):
            continue
        turn = np.deg2rad((rectangle[2] + 45) % 90 - 45)
        way = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        points = (np.asarray(contour[:, 0], np.float64) - rectangle[0]) @ way.T
        across += [side @ way + rectangle[0] for side in _level_sides(points)]
        down += [side[:, ::-1] @ way + rectangle[0] for side in _level_sides(points[:, ::-1])]
    return np.array(across).reshape(-1, 2, 2), np.array(down).reshape(-1, 2, 2)


def _level_sides(points: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Fit lines through the upper and the lower points of an outline about the origin, corners left out: their ends."""
    x, y = points.T
    half = np.ptp(x) / 2
    sides = []
    for side in (-1, 1):
        chosen = (np.abs(x) < 0.75 * half) & (side * y > 0)
        chosen &= np.abs(y - (np.median(y[chosen]) if chosen.any() else 0)) < _MAX_BITE_PX
        if chosen.sum() >= _MIN_SIDE_PX / 2 and np.ptp(x[chosen]) > half:
            slope, at = np.polyfit(x[chosen], y[chosen], 1)
            sides.append(np.array([[-half, at - slope * half], [half, at + slope * half]]))
    return sides


def is_dark(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """1 where a px is much darker than the paper around: pen and print, not the light guides in boxes."""
    around = cv2.dilate(cv2.blur(grey, (3, 3)), np.ones((41, 41), np.uint8)).astype(np.float32)
    usual = 0.6 * float(np.quantile(grey[::8, ::8], 0.9)) if grey.size else 0.0  # in the middle of what is black
    return np.asarray(grey < 0.62 * np.maximum(around, usual), np.uint8)


def _frame(
    sides: tuple[int, int, int, int], mask: NDArray[np.uint8], dark: NDArray[np.uint8], px_per_mm: float
) -> Frame:
    left, top, right, bottom = sides
    inset = max(round(0.07 * min(right - left, bottom - top)), round(0.45 * px_per_mm), 2)
    inside = dark[top + inset : bottom + 1 - inset, left + inset : right + 1 - inset]
    rows = np.flatnonzero(inside.sum(axis=1) > 1)
    reach = round(_TEXT_MM * px_per_mm)
    away = round(px_per_mm) + 2
    beside = [dark[top : bottom + 1, max(left - reach, 0) : max(left - away, 0)]]
    beside.append(dark[top : bottom + 1, right + away : right + reach])
    at = [(side + 0.5 + out * _TO_MIDDLE_PX) / px_per_mm for side, out in zip(sides, (-1, -1, 1, 1), strict=True)]
    return Frame(
        left=at[0],
        top=at[1],
        right=at[2],
        bottom=at[3],
        ink=float(inside.mean()) if inside.size else 0.0,
        ink_height=float(np.ptp(rows) + 1) / len(inside) if len(rows) else 0.0,
        text_lines=1 + int((np.diff(rows) > 0.35 * px_per_mm).sum()) if len(rows) else 0,
        beside=max(float(part.mean()) if part.size else 0.0 for part in beside),
        runs_on=_runs_on(sides, mask, px_per_mm),
    )


def _runs_on(sides: tuple[int, int, int, int], mask: NDArray[np.uint8], px_per_mm: float) -> bool:
    """Tell whether both lines of a frame go on to the left or to the right."""
    left, top, right, bottom = sides
    near, far = round(1.5 * px_per_mm), round(4 * px_per_mm)
    for start, end in ((max(left - far, 0), max(left - near, 0)), (right + near, right + far)):
        lines = [mask[max(y - 2, 0) : y + 3, start:end] for y in (top, bottom)]
        if all(line.size and line.any(axis=0).mean() > 0.9 for line in lines):
            return True
    return False


def innermost(frames: Sequence[Frame]) -> list[Frame]:
    """Leave out the frames in which another, smaller one stands, and the figures of eight that guide a digit."""
    sides = _sides(frames)
    middle, area = (sides[:, :2] + sides[:, 2:]) / 2, np.prod(sides[:, 2:] - sides[:, :2], axis=1)
    kept, guides = np.ones(len(frames), bool), np.zeros(len(frames), bool)
    for index, frame in enumerate(frames):
        inside = ((sides[index, :2] < middle) & (middle < sides[index, 2:])).all(axis=1)
        smaller = np.flatnonzero(inside & (area < 0.8 * area[index]))
        if _is_figure_of_eight([frames[int(other)] for other in smaller], frame):
            guides[smaller] = True
        else:
            kept[index] = not len(smaller)
    return [frame for index, frame in enumerate(frames) if kept[index] and not guides[index]]


def _is_figure_of_eight(inner: Sequence[Frame], host: Frame) -> bool:
    """Tell whether two frames make the segments that are printed in a box to write along: alike, one on the other."""
    if len(inner) != 2:
        return False
    upper, lower = sorted(inner, key=lambda frame: frame.top)
    beside = max(abs(upper.left - lower.left), abs(upper.right - lower.right), abs(lower.top - upper.bottom))
    off = abs(upper.left + upper.right - host.left - host.right) / 2
    return beside < _EIGHT * host.width and off < _EIGHT * host.width and upper.width < 0.75 * host.width


def _sides(frames: Sequence[Frame]) -> NDArray[np.float64]:
    """(N, 4) left, top, right, bottom."""
    return np.array([(frame.left, frame.top, frame.right, frame.bottom) for frame in frames]).reshape(-1, 4)

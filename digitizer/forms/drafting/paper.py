"""Image of a form -> the corners of its paper, and its size in mm."""

import itertools
import math
import re

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.errors import UsageError

SIZES_MM = {
    "A4": (210.0, 297.0),
    "A3": (297.0, 420.0),
    "A5": (148.0, 210.0),
    "A6": (105.0, 148.0),
    "LETTER": (215.9, 279.4),
    "LEGAL": (215.9, 355.6),
}
"""Paper that forms are printed on: width and height, upright."""
_SAME_SIZE_MM = 2.5
"""A page that measures this close to a usual size has it."""
_SAME_ASPECT = 0.02
"""The same for the logarithm of width over height, where nothing says how large a page is."""
_SAME_ASPECT_PHOTO = 0.09
"""The same on a photo, which shortens one side."""
_SEARCH_PX = 1000
"""Long side of the image on which the paper is looked for."""
_PAPER_SHARE = (0.2, 0.97)
"""Share of the image that is paper, where something else is seen beside it."""
_THRESHOLDS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
"""Shares of Otsu's threshold (IEEE Trans. SMC 9, 1979) that are tried: paper in a shadow may be darker."""
_MIN_FOUR_SIDED = 0.95
"""Share of its hull that the four-sided paper covers."""


def paper_corners(pixels: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """Find a sheet of paper on something darker.

    Parameters
    ----------
    pixels
        (height, width) uint8, grey.

    Returns
    -------
    NDArray or None
        (4, 2) float64 px, from the top left clockwise; None where the paper fills the image.
    """
    factor = max(max(pixels.shape) / _SEARCH_PX, 1.0)
    size = round(pixels.shape[1] / factor), round(pixels.shape[0] / factor)
    small = np.asarray(cv2.medianBlur(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), 5), np.uint8)
    middle, _ = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    sheets = [sheet for share in _THRESHOLDS if (sheet := _sheet(small, share * middle)) is not None]
    if not sheets:
        return None
    quad, hull, _ = max(sheets, key=lambda sheet: sheet[2])
    return np.asarray((_on_sides(_clockwise(quad), hull) + 0.5) * factor - 0.5)


def _sheet(small: NDArray[np.uint8], threshold: float) -> tuple[NDArray[np.float64], NDArray[np.float64], float] | None:
    """Corners and hull of the largest bright thing, if it is four-sided, and which share of both it fills."""
    bright = cv2.morphologyEx(np.asarray(small > threshold, np.uint8), cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    contours, _ = cv2.findContours(np.asarray(bright, np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    largest = max(contours, key=cv2.contourArea)
    hull = cv2.convexHull(largest)
    area = cv2.contourArea(hull)
    if not _PAPER_SHARE[0] <= area / small.size <= _PAPER_SHARE[1]:
        return None
    corners = cv2.approxPolyDP(hull, 0.02 * cv2.arcLength(hull, closed=True), closed=True)
    four_sided = len(corners) == 4 and cv2.contourArea(corners) >= _MIN_FOUR_SIDED * area
    if not four_sided or cv2.contourArea(largest) < _MIN_FOUR_SIDED * area:
        return None
    filled = cv2.contourArea(largest) / max(area, cv2.contourArea(corners))
    return np.asarray(corners[:, 0], np.float64), np.asarray(hull[:, 0], np.float64), filled


def _clockwise(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Order corners from the top left clockwise."""
    x, y = (corners - corners.mean(axis=0)).T
    order = corners[np.argsort(np.arctan2(y, x))]
    return np.roll(order, -int(order.sum(axis=1).argmin()), axis=0)


def _on_sides(corners: NDArray[np.float64], hull: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move corners to where the lines through the paper's sides cross."""
    lines = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        way = (end - start) / np.linalg.norm(end - start)
        steps = np.linspace(0.1, 0.9, 50)[:, None]
        side = start * (1 - steps) + end * steps
        closed = np.concatenate([hull, hull[:1]])
        dense = np.concatenate([np.linspace(*pair, 40) for pair in itertools.pairwise(closed)])
        nearest = dense[np.linalg.norm(side[:, None] - dense[None], axis=2).argmin(axis=1)]
        middle = np.median(nearest, axis=0)
        fit = cv2.fitLine(nearest.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        normal = np.array([-fit[1], fit[0]], np.float64)
        if abs(normal @ way) > 0.2:
            normal, fit = np.array([-way[1], way[0]]), np.array([*way, *middle])
        lines.append((normal, float(normal @ fit[2:])))
    crossings = []
    for (one, at_one), (other, at_other) in zip([lines[-1], *lines[:-1]], lines, strict=True):
        crossings.append(np.linalg.solve(np.stack([one, other]), [at_one, at_other]))
    return np.array(crossings)


def page_size(shape: tuple[int, int], dpi: float | None, corners: NDArray[np.float64] | None) -> tuple[float, float]:
    """Return width and height in mm: what the resolution says, else the usual paper of the same proportions.

    Parameters
    ----------
    shape
        (height, width) of the image in px.
    corners
        Of the paper on a photo, (4, 2) px; None where the paper fills the image.
    """
    if corners is None and dpi is not None:
        width, height = shape[1] / dpi * 25.4, shape[0] / dpi * 25.4
        for size in _usual_sizes():
            if max(abs(width - size[0]), abs(height - size[1])) <= _SAME_SIZE_MM:
                return size
        return round(width, 1), round(height, 1)
    if corners is None:
        aspect, tolerance = shape[1] / shape[0], _SAME_ASPECT
    else:
        sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
        aspect, tolerance = (sides[0] + sides[2]) / (sides[1] + sides[3]), _SAME_ASPECT_PHOTO
    candidates = [size for size in _usual_sizes() if size[0] * size[1] > 210 * 270 and max(size) < 300]
    nearest = min(candidates, key=lambda size: abs(math.log(aspect * size[1] / size[0])))
    if corners is not None and abs(math.log(aspect * math.sqrt(2) ** (1 if aspect < 1 else -1))) <= tolerance:
        return (210.0, 297.0) if aspect < 1 else (297.0, 210.0)
    if abs(math.log(aspect * nearest[1] / nearest[0])) <= tolerance:
        return nearest
    return (210.0, round(210 / aspect, 1)) if aspect < 1 else (round(210 * aspect, 1), 210.0)


def parse_paper(text: str) -> tuple[float, float]:
    """Read `A4`, `letter landscape` or `210x297` as width and height in mm.

    Raises
    ------
    UsageError
        If it is none of these.
    """
    name, _, way = text.strip().upper().partition(" ")
    if name in SIZES_MM and way in ("", "LANDSCAPE", "PORTRAIT"):
        width, height = SIZES_MM[name]
        return (height, width) if way == "LANDSCAPE" else (width, height)
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)\s*[X×]\s*(\d+(?:\.\d+)?)(?:\s*MM)?", text.strip().upper()):
        size = float(match[1]), float(match[2])
        if min(size) >= 10 and max(size) <= 2000:
            return size
    known = ", ".join(SIZES_MM)
    raise UsageError(f"No paper is called {text!r}: {known} (perhaps with `landscape`), or its mm: 210x297.")


def _usual_sizes() -> list[tuple[float, float]]:
    return [size for upright in SIZES_MM.values() for size in (upright, upright[::-1])]

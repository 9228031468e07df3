"""A page as decoded -> the page upright, spanning exactly its paper, and the map between the two."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.forms.drafting.level import levelling
from digitizer.forms.drafting.paper import page_size, paper_corners
from digitizer.forms.registering.geometry import project

_MAX_DPI = 300.0
"""Fields are looked for on an upright page of this resolution at most."""
_LEVEL = 1e-4
"""What moves no corner of a page by more than this share of its size is level already."""
_SAME_SCALE = 0.02
"""Scales that differ by less are the same."""
_CLEAN_SHARE = 0.7
"""Share of a page that has exactly the grey of paper where it was drawn, not scanned."""
_GAIN = 4.0
"""By which light lines are darkened on such a page, which has neither grain nor ripples."""
_FINE_PX = 2690
"""Long side of the largest page that `find_rulings` does not reduce."""

Sides = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Ends in px of what is printed level, (N, 2, 2), and of what is printed upright, (M, 2, 2)."""


@dataclass(frozen=True, slots=True)
class Upright:
    """A page made upright.

    Attributes
    ----------
    pixels
        (height, width) uint8, spanning exactly `size_mm`.
    to_mm
        (3, 3) float64, mm <- px of the page as it was.
    guessed
        Whether the size of the paper is a guess.
    """

    pixels: NDArray[np.uint8]
    size_mm: tuple[float, float]
    to_mm: NDArray[np.float64]
    guessed: bool

    @property
    def px_per_mm(self) -> float:
        """Of `pixels`."""
        return float(self.pixels.shape[1] / self.size_mm[0])


def make_upright(
    pixels: NDArray[np.uint8],
    find_sides: Callable[[NDArray[np.uint8]], Sides],
    *,
    dpi: float | None,
    stated_mm: tuple[float, float] | None,
    asked_mm: tuple[float, float] | None,
) -> Upright:
    """Find the paper and its size, and take out tilt and perspective.

    Parameters
    ----------
    pixels
        (height, width) uint8, grey, paper 255.
    find_sides
        Finds the long printed lines of a page.
    stated_mm, asked_mm
        Width and height of the paper that the file states, and that the user does.
    """
    height, width = pixels.shape
    corners = paper_corners(pixels)
    size = asked_mm or (stated_mm if corners is None else None)
    guessed = size is None and (dpi is None or corners is not None)
    size = size or page_size((height, width), dpi, corners)
    if corners is None:
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]]) - 0.5
        corners = _at_scale(corners, size, dpi if asked_mm else None)
    sheet = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    to_mm = np.asarray(cv2.getPerspectiveTransform(corners.astype(np.float32), sheet), np.float64)
    across, down = find_sides(pixels)
    level = levelling(project(to_mm, across), project(to_mm, down), size)
    if np.abs(level - np.eye(3)).max() > _LEVEL:
        to_mm = level @ to_mm
    scale = min(max(height / size[1], width / size[0]), _MAX_DPI / 25.4)
    return Upright(_warped(pixels, to_mm, size, scale), size, to_mm, guessed)


def _at_scale(corners: NDArray[np.float64], size: tuple[float, float], dpi: float | None) -> NDArray[np.float64]:
    """Keep the scale that a scan states where paper of another size was asked for: it begins at the same corner."""
    if dpi is None:
        return corners
    asked = np.array(size) / 25.4 * dpi
    ratio = asked / (corners[2] - corners[0])
    if np.ptp(ratio) < _SAME_SCALE:  # the resolution is wrong, not the paper
        return corners
    return np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * asked - 0.5


def _warped(
    pixels: NDArray[np.uint8], to_mm: NDArray[np.float64], size: tuple[float, float], px_per_mm: float
) -> NDArray[np.uint8]:
    """Draw a page upright; the page itself where it is so already."""
    width, height = round(size[0] * px_per_mm), round(size[1] * px_per_mm)
    x, y = width / size[0], height / size[1]
    matrix = np.array([[x, 0, -0.5], [0, y, -0.5], [0, 0, 1]]) @ to_mm
    matrix /= matrix[2, 2]
    if pixels.shape == (height, width) and np.abs(matrix - np.eye(3)).max() < _SAME_SCALE:
        return pixels
    shrink = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    if shrink < 0.7:  # many px become one
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), 0.35 / shrink), np.uint8)
    warped = cv2.warpPerspective(
        pixels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(255,)
    )
    return np.asarray(warped, np.uint8)


def looks(pixels: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Return the images of a page on which to look for lines: as it is, finer, and with its light lines darkened.

    Lines are looked for on a reduced page, which writing and grain ask for. On a blank form fine detail is worth more;
    and where it was drawn and not scanned, light lines are lines for sure.
    """
    images = [pixels]
    factor = _FINE_PX / max(pixels.shape)
    if factor < 1:
        size = round(factor * pixels.shape[1]), round(factor * pixels.shape[0])
        images.append(np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8))
    shades = np.bincount(pixels[::4, ::4].ravel(), minlength=256)
    paper = int(shades.argmax())
    if shades[paper] >= _CLEAN_SHARE * shades.sum():
        darkness = np.clip(_GAIN * (paper - np.arange(256.0)), 0, 255)
        images.append(np.asarray(cv2.LUT(images[-1], np.asarray(255 - darkness, np.uint8)), np.uint8))
    return images

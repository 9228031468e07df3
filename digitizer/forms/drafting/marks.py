"""What a form can be known and registered by: AprilTags, full black squares, and what its code says."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.forms.drafting.field import DraftField
from digitizer.forms.registering.codes import barcodes
from digitizer.forms.registering.tags import find_tags
from digitizer.forms.template import Fiducial, FiducialKind

_SQUARE_MM = (1.8, 15.0)
"""Sides of a square that is a mark."""
_SQUARE_ASPECT, _SQUARE_FILL, _EDGE_SHARE = 1.12, 0.93, 0.85
"""Most width over height; least share of its rectangle, and of each of its sides, that is black."""
_BLACK = 0.35
"""Brightness of black, as a share of paper."""
_MARGIN_MM = 0.7
"""Paper around a square, at least on most of it."""


@dataclass(frozen=True, slots=True)
class Code:
    """What a QR code or Code 128 says, and its extent in mm: left, top, right, bottom."""

    text: str
    sides_mm: tuple[float, float, float, float]


def find_codes(pixels: NDArray[np.uint8], px_per_mm: float) -> list[Code]:
    """Read the QR codes and Code 128 of a page, (height, width) uint8, grey."""
    codes = []
    for found in barcodes(np.ascontiguousarray(pixels), shrink=True):
        at = found.position
        corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
        x = [(corner.x + 0.5) / px_per_mm for corner in corners]
        y = [(corner.y + 0.5) / px_per_mm for corner in corners]
        if found.text and found.text.isprintable():
            codes.append(Code(found.text, (min(x), min(y), max(x), max(y))))
    return codes


def find_fiducials(pixels: NDArray[np.uint8], px_per_mm: float, codes: Sequence[Code]) -> list[Fiducial]:
    """Find AprilTags, else full black squares that stand in neither a code nor a field."""
    tags = _tags(pixels, px_per_mm)
    return tags or [square for square in _squares(pixels, px_per_mm) if not _in_a_code(square, codes)]


def outside(fields: Sequence[DraftField], codes: Sequence[Code], fiducials: Sequence[Fiducial]) -> list[DraftField]:
    """Leave out what was taken for a field within a code or a mark."""
    areas = [code.sides_mm for code in codes]
    for mark in fiducials:
        (x, y), reach = mark.centre_mm, 0.7 * mark.size_mm
        areas.append((x - reach, y - reach, x + reach, y + reach))
    return [field for field in fields if not any(_centre_in(field, area) for area in areas)]


def _centre_in(field: DraftField, area: tuple[float, float, float, float]) -> bool:
    x, y = (field.left_mm + field.right_mm) / 2, (field.top_mm + field.bottom_mm) / 2
    return area[0] <= x <= area[2] and area[1] <= y <= area[3]


def _tags(pixels: NDArray[np.uint8], px_per_mm: float) -> list[Fiducial]:
    found = []
    for tag_id, quad in sorted(find_tags(pixels, 1.0).items()):
        points = (quad + 0.5) / px_per_mm
        side = float(np.linalg.norm(points - np.roll(points, -1, axis=0), axis=1).mean())
        found.append(Fiducial(FiducialKind.APRILTAG, _place(points.mean(axis=0)), round(side, 1), tag_id))
    return found


def _squares(pixels: NDArray[np.uint8], px_per_mm: float) -> list[Fiducial]:
    paper = float(np.quantile(pixels[::8, ::8], 0.9))
    black = np.asarray(pixels < _BLACK * paper, np.uint8)
    least = max(round(0.6 * _SQUARE_MM[0] * px_per_mm), 3)
    solid = cv2.morphologyEx(black, cv2.MORPH_OPEN, np.ones((least, least), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(solid, np.uint8), connectivity=4)
    found = []
    for left, top, width, height, area in np.asarray(stats[1:count], np.int64).tolist():
        side_mm = (width + height) / 2 / px_per_mm
        aspect = max(width, height) / min(width, height)
        if not _SQUARE_MM[0] <= side_mm <= _SQUARE_MM[1] or aspect > _SQUARE_ASPECT:
            continue
        if area < _SQUARE_FILL * width * height or not _on_paper(black, (left, top, width, height), px_per_mm):
            continue
        centre = np.array([left + width / 2, top + height / 2]) / px_per_mm
        found.append(Fiducial(FiducialKind.SQUARE, _place(centre), round(side_mm, 1)))
    return found


def _on_paper(black: NDArray[np.uint8], square: tuple[int, int, int, int], px_per_mm: float) -> bool:
    """Tell whether there is paper along each side of a square."""
    left, top, width, height = square
    away = max(round(_MARGIN_MM * px_per_mm), 1)
    above, below = top - away, top + height - 1 + away
    before, behind = left - away, left + width - 1 + away
    if min(above, before) < 0 or below >= black.shape[0] or behind >= black.shape[1]:
        return False
    sides = (
        black[above, left : left + width],
        black[below, left : left + width],
        black[top : top + height, before],
        black[top : top + height, behind],
    )
    return max(float(side.mean()) for side in sides) < 1 - _EDGE_SHARE


def _place(centre: NDArray[np.float64]) -> tuple[float, float]:
    return round(float(centre[0]), 2), round(float(centre[1]), 2)


def _in_a_code(mark: Fiducial, codes: Sequence[Code]) -> bool:
    x, y = mark.centre_mm
    return any(
        code.sides_mm[0] <= x <= code.sides_mm[2] and code.sides_mm[1] <= y <= code.sides_mm[3] for code in codes
    )

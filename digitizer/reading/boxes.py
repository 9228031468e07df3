"""Mask of ruled lines -> digit boxes: the four-sided holes of the mask."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

MIN_SIDE_PX = 10
"""Smallest box on the reduced page."""
_MAX_SIDE_SHARE = 0.25
"""Longest side of a box as a share of the page's longer side."""
_MIN_FILL = 0.82
"""Share of its smallest rectangle, and of its hull, that the quadrilateral through a hole's corners covers."""
_MIN_HOLE = 0.5
"""Share of its hull that a box's hole covers; strokes that join the frame take the rest."""
_MIN_ASPECT, _MAX_ASPECT = 0.3, 2.6
"""Width over height of a digit box."""
_FRAME_PX = 1.0
"""From the edge of a hole to the middle of the line around it, about."""


@dataclass(frozen=True, slots=True)
class Boxes:
    """Candidate digit boxes, one a row, in px of the reduced page.

    Attributes
    ----------
    quads
        (N, 4, 2) float64, corners (x, y): top left, top right, bottom right, bottom left.
    """

    quads: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.quads)

    @property
    def centres(self) -> NDArray[np.float64]:
        """(N, 2) mean of the corners."""
        return np.asarray(self.quads.mean(axis=1))

    @property
    def across(self) -> NDArray[np.float64]:
        """(N, 2) vector from the middle of the left side to that of the right side."""
        return np.asarray((self.quads[:, 1] + self.quads[:, 2] - self.quads[:, 0] - self.quads[:, 3]) / 2)

    @property
    def down(self) -> NDArray[np.float64]:
        """(N, 2) vector from the middle of the top side to that of the bottom side."""
        return np.asarray((self.quads[:, 2] + self.quads[:, 3] - self.quads[:, 0] - self.quads[:, 1]) / 2)


def find_boxes(mask: NDArray[np.uint8], factor: float = 1.0) -> Boxes:
    """Find the four-sided holes of a mask of lines.

    Parameters
    ----------
    mask
        (H, W) uint8, 255 on lines.
    factor
        By which the page was reduced; on one that was enlarged (below 1) letters have large holes, too.
    """
    min_side_px = MIN_SIDE_PX / min(factor, 1.0)
    contours, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if tree is None:
        return Boxes(np.empty((0, 4, 2)))
    longest = _MAX_SIDE_SHARE * max(mask.shape)
    quads = []
    for contour, (_, _, _, parent) in zip(contours, tree[0], strict=True):
        if parent < 0:
            continue
        _, _, width, height = cv2.boundingRect(contour)
        if min(width, height) >= min_side_px and max(width, height) <= longest:
            quad = _quad(np.asarray(contour[:, 0], np.int32), min_side_px)
            if quad is not None:
                quads.append(quad)
    return Boxes(np.array(quads).reshape(-1, 4, 2))


def _quad(outline: NDArray[np.int32], min_side_px: float) -> NDArray[np.float64] | None:
    """Fit a box to the outline of its hole, (N, 2) on the lines around it, if that has four sides.

    A stroke that joins the frame bites into the hole, so it is the hull of the hole that has to have four sides.
    """
    hull = cv2.convexHull(outline)[:, 0]
    centre, (width, height), angle = cv2.minAreaRect(hull)
    turn = (angle + 45) % 90 - 45
    if round((angle - turn) / 90) % 2:
        width, height = height, width
    if min(width, height) < min_side_px or not _MIN_ASPECT <= width / height <= _MAX_ASPECT:
        return None
    cosine, sine = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
    x, y = (hull - np.array(centre)).T
    across, down = (x * cosine + y * sine) / width, (y * cosine - x * sine) / height
    corners = [(across + down).argmin(), (across - down).argmax(), (across + down).argmax(), (across - down).argmin()]
    quad = hull[corners].astype(np.float32)
    area, hull_area = cv2.contourArea(quad), cv2.contourArea(hull)
    if not _MIN_FILL * width * height <= area or not _MIN_FILL * hull_area <= area:
        return None
    if cv2.contourArea(outline) < _MIN_HOLE * hull_area:
        return None
    return _grown(quad.astype(np.float64), _FRAME_PX)


def _grown(quad: NDArray[np.float64], by_px: float) -> NDArray[np.float64]:
    outward = quad - quad.mean(axis=0)
    return np.asarray(quad + by_px * np.sign(outward))

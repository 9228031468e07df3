"""The nearest box to any place of a page, by a look into a raster."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.forms.registering.geometry import Points

_ROWS = 400
"""Raster steps along the longer side of what the boxes cover."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """Which box is nearest to each place.

    Attributes
    ----------
    centres, areas
        (N, 2) px and (N,) px2 of the boxes.
    origin, step_px
        (x, y) of the raster's first place, and from place to place.
    raster
        (rows, columns) intp, index of the nearest box.
    """

    centres: Points
    areas: NDArray[np.float64]
    origin: Points
    step_px: float
    raster: NDArray[np.intp]

    def look_up(self, points: Points) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Index of the box nearest to each of the points (..., 2), and how far it is, px; both (...)."""
        last = np.array(self.raster.shape[::-1]) - 1.0
        place = np.fmax(np.fmin(np.rint((points - self.origin) / self.step_px), last), 0.0).astype(np.intp)
        index = self.raster[place[..., 1], place[..., 0]]
        away = points - self.centres[index]
        return index, np.sqrt(np.einsum("...i,...i", away, away))


def nearest_boxes(quads: Points) -> Nearest:
    """Draw the raster for N > 0 boxes (N, 4, 2) px (labelled distance transform, Borgefors 1986)."""
    centres = quads.mean(axis=1)
    low, high = quads.min(axis=(0, 1)), quads.max(axis=(0, 1))
    step_px = max(float((high - low).max()) / _ROWS, 1e-3)
    columns, rows = (np.ceil((high - low) / step_px).astype(np.intp) + 1).tolist()
    empty = np.full((rows, columns), 255, np.uint8)
    place = np.rint((centres - low) / step_px).astype(np.intp)
    empty[place[:, 1], place[:, 0]] = 0
    _, labels = cv2.distanceTransformWithLabels(empty, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL)
    labels = np.asarray(labels, np.intp)
    box_of_label = np.zeros(int(labels.max()) + 1, np.intp)
    box_of_label[labels[place[:, 1], place[:, 0]]] = np.arange(len(quads))
    return Nearest(centres, areas(quads), low, step_px, box_of_label[labels])


def areas(quads: Points) -> NDArray[np.float64]:
    """Areas of quadrilaterals (N, 4, 2), by their diagonals."""
    one, other = quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1]
    return np.asarray(np.abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]) / 2)

"""What a printed form is known and registered by: AprilTags in its corners, and a QR code; as squares in mm."""

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.forms.template import Fiducial, FiducialKind, FormPage

TAG_MM = 8.0
"""Side of a corner's tag: its modules are 1 mm, which a photo of 1500 px of an A4 page still shows."""
FROM_CORNER_MM = 12.0
"""From the page's corner to a tag's centre, in x and in y: within what all printers print."""
_TAG_MODULES = 8
"""6 x 6 bits and a black border."""
MODULE_MM = 0.7
"""Side of a module of the QR code."""
QUIET_MODULES = 4
"""Paper around a QR code (ISO/IEC 18004)."""

Sides = tuple[float, float, float, float]
"""Left, top, right, bottom, mm."""


def corner_tags(page: FormPage) -> list[Fiducial]:
    """Return a tag for each corner, clockwise from the top left; each page of a form has others."""
    near, right, bottom = FROM_CORNER_MM, page.width_mm - FROM_CORNER_MM, page.height_mm - FROM_CORNER_MM
    first = 4 * (page.number - 1)
    centres = ((near, near), (right, near), (right, bottom), (near, bottom))
    return [
        Fiducial(FiducialKind.APRILTAG, (round(x, 2), round(y, 2)), TAG_MM, first + index)
        for index, (x, y) in enumerate(centres)
    ]


def mark_sides(mark: Fiducial) -> Sides:
    """Return what a mark takes, with the paper around it that it needs."""
    (x, y), reach = mark.centre_mm, mark.size_mm * (0.5 + 1 / _TAG_MODULES)
    return x - reach, y - reach, x + reach, y + reach


def mark_squares(mark: Fiducial) -> NDArray[np.float64]:
    """Return a mark as black rectangles, (N, 4) left, top, width, height in mm."""
    left, top = mark.centre_mm[0] - mark.size_mm / 2, mark.centre_mm[1] - mark.size_mm / 2
    if mark.tag_id is None:
        return np.array([[left, top, mark.size_mm, mark.size_mm]])
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    image = np.asarray(cv2.aruco.generateImageMarker(dictionary, mark.tag_id, _TAG_MODULES, borderBits=1), np.uint8)
    return _runs(image == 0) * (mark.size_mm / _TAG_MODULES) + (left, top, 0, 0)


def code_modules(text: str) -> NDArray[np.bool_]:
    """(N, N) bool of a QR code with error correction M, dark True, without the paper around it."""
    import segno

    return np.array([[bool(module) for module in row] for row in segno.make_qr(text, error="m").matrix])


def code_side_mm(modules: NDArray[np.bool_]) -> float:
    """Return the side of a QR code with the paper around it."""
    return MODULE_MM * (len(modules) + 2 * QUIET_MODULES)


def code_squares(modules: NDArray[np.bool_], left_mm: float, top_mm: float) -> NDArray[np.float64]:
    """Return a QR code as black rectangles, (N, 4) mm; (left, top) is the corner of the paper around it."""
    inset = QUIET_MODULES * MODULE_MM
    return _runs(modules) * MODULE_MM + (left_mm + inset, top_mm + inset, 0, 0)


def _runs(dark: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Dark runs of each row as (N, 4) column, row, length, 1: fewer seams than squares."""
    runs = []
    for row, line in enumerate(dark):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], line, [False]]).astype(np.int8)))
        runs += [(start, row, end - start, 1) for start, end in edges.reshape(-1, 2).tolist()]
    return np.array(runs, np.float64).reshape(-1, 4)

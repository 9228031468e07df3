"""Pieces of the blank form's print found again on the page: they hold the map where there are no boxes."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.forms.registering.geometry import Matrix, Points, fit_map, inverse, project
from digitizer.forms.template import FormPage

_FINE_PX, _COARSE_PX = 4.0, 2.0
"""Pieces are compared at so many px per mm, coarsely first."""
_SIDE_MM = 8.0
"""Of a piece: some letters, or the meeting of lines."""
_ZONES = 4
"""The form is parted into so many rows and columns of zones, and the most telling piece taken from each."""
_TELLING = 0.002
"""Least variation of a piece along its poorer direction (smaller eigenvalue of its structure tensor), white being 1."""
_FAR_MM, _NEAR_MM = 10.0, 2.0
"""How far off pieces are looked for, coarsely and then finely."""
_ALIKE_COARSE, _ALIKE = 0.5, 0.6
"""Correlation from which a piece counts as found."""
_LEAST = 4
"""Where fewer are found coarsely, the form does not lie there: chance finds one or two."""
_ENOUGH = 7
"""So many pieces tell the map by themselves: boxes, which look alike, may be matched to their neighbours."""
_ROBUST_MM = (3.0, 1.5, 0.7)
"""Pieces off by this count a quarter, round by round (Geman and McClure, 1985)."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of a blank form.

    Attributes
    ----------
    centres_mm
        (N, 2).
    fine, coarse
        (N, S, S) uint8, as printed, at `_FINE_PX` and `_COARSE_PX`.
    """

    centres_mm: Points
    fine: NDArray[np.uint8]
    coarse: NDArray[np.uint8]


@lru_cache(maxsize=256)
def printed_pieces(page: FormPage) -> Pieces | None:
    """Choose the most telling pieces of a template's blank form; None without one, or where none is telling."""
    if page.reference is None:
        return None
    fine, coarse = (_resized(page, px_per_mm) for px_per_mm in (_FINE_PX, _COARSE_PX))
    side = round(_SIDE_MM * _FINE_PX)
    telling = np.asarray(cv2.cornerMinEigenVal(np.float32(1 / 255) * fine, side))
    for field in page.fields:
        cv2.fillPoly(telling, list(np.rint(field.quads_mm * _FINE_PX).astype(np.int32)), (0.0,))
    for mark in page.fiducials:  # squares look alike
        centre = np.rint(np.array(mark.centre_mm) * _FINE_PX).astype(int).tolist()
        cv2.circle(telling, centre, side // 2 + round(mark.size_mm * _FINE_PX), (0.0,), -1)
    telling[: side // 2 + 1], telling[-side // 2 - 1 :] = 0, 0
    telling[:, : side // 2 + 1], telling[:, -side // 2 - 1 :] = 0, 0
    places = []
    for rows in np.array_split(np.arange(fine.shape[0]), _ZONES):
        for columns in np.array_split(np.arange(fine.shape[1]), _ZONES):
            zone = telling[np.ix_(rows, columns)]
            row, column = divmod(int(zone.argmax()), len(columns))
            if zone[row, column] >= _TELLING:
                places.append(((columns[column] + 0.5) / _FINE_PX, (rows[row] + 0.5) / _FINE_PX))
    if not places:
        return None
    centres = np.array(places)
    return Pieces(centres, *(_cut(*pair, centres) for pair in ((fine, _FINE_PX), (coarse, _COARSE_PX))))


def _resized(page: FormPage, px_per_mm: float) -> NDArray[np.uint8]:
    size = round(page.width_mm * px_per_mm), round(page.height_mm * px_per_mm)
    assert page.reference is not None  # noqa: S101 -- for the type checker
    return np.asarray(cv2.resize(page.reference, size, interpolation=cv2.INTER_AREA), np.uint8)


def _cut(image: NDArray[np.uint8], px_per_mm: float, centres_mm: Points) -> NDArray[np.uint8]:
    """Cut the squares about places, (N, S, S); the middle of each is at the place to a px."""
    side = round(_SIDE_MM * px_per_mm)
    starts = np.rint(centres_mm * px_per_mm - side / 2).astype(np.intp)
    padded = np.pad(image, side, mode="edge")
    return np.stack([padded[y + side : y + 2 * side, x + side : x + 2 * side] for x, y in starts])


def hold_by_print(
    pieces: Pieces, small: NDArray[np.uint8], factor: float, matrix: Matrix, source: Points, target: Points
) -> tuple[Matrix, Points, Points]:
    """Find pieces on a page, and fit the map to them and to the corners of boxes.

    Parameters
    ----------
    small, factor
        The page reduced, and page px per px of it.
    matrix
        (3, 3) a first map, page px <- mm.
    source, target
        (N, 2) mm and px, corners of boxes that are matched.

    Returns
    -------
    (3, 3) the map, and the pieces' places (M, 2), mm and px: none where the form seems to lie elsewhere.
    """
    found_mm, found = _find(pieces.centres_mm, pieces.coarse, _COARSE_PX, _FAR_MM, _ALIKE_COARSE, small, factor, matrix)
    if len(found) < min(_LEAST, len(pieces.centres_mm)):
        return matrix, np.empty((0, 2)), np.empty((0, 2))
    matrix = _fit(matrix, source, target, found_mm, found)
    found_mm, found = _find(pieces.centres_mm, pieces.fine, _FINE_PX, _NEAR_MM, _ALIKE, small, factor, matrix)
    return _fit(matrix, source, target, found_mm, found), found_mm, found


def _fit(matrix: Matrix, source: Points, target: Points, found_mm: Points, found: Points) -> Matrix:
    """Fit to the pieces, with the boxes where these are few; what is off by itself counts little."""
    points, seen = found_mm, found
    if len(points) < _ENOUGH:
        points, seen = np.concatenate([source, found_mm]), np.concatenate([target, found])
    if len(points) < 4:
        return matrix
    for robust_mm in _ROBUST_MM:
        off_mm = np.linalg.norm(project(inverse(matrix), seen) - points, axis=1)
        matrix = fit_map(points, seen, 1 / (1 + (off_mm / robust_mm) ** 2) ** 2)
    return matrix


def _find(
    centres_mm: Points,
    images: NDArray[np.uint8],
    px_per_mm: float,
    reach_mm: float,
    alike: float,
    small: NDArray[np.uint8],
    factor: float,
    matrix: Matrix,
) -> tuple[Points, Points]:
    """Find pieces about where a map puts them, by normalised correlation: places mm and page px."""
    side, reach = images.shape[1], round(reach_mm * px_per_mm)
    to_small = np.array([[1 / factor, 0, 0.5 / factor - 0.5], [0, 1 / factor, 0.5 / factor - 0.5], [0, 0, 1]])
    found_mm, shifts_px = [], []
    for centre_mm, image in zip(centres_mm, images, strict=True):
        start = np.rint(centre_mm * px_per_mm - side / 2) - reach
        to_mm = np.array([[1, 0, start[0] + 0.5], [0, 1, start[1] + 0.5], [0, 0, px_per_mm]]) / px_per_mm
        size = side + 2 * reach
        window = cv2.warpPerspective(
            small,
            to_small @ matrix @ to_mm,
            (size, size),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        likeness = np.asarray(cv2.matchTemplate(window, image, cv2.TM_CCOEFF_NORMED), np.float64)
        row, column = divmod(int(likeness.argmax()), likeness.shape[1])
        if likeness[row, column] >= alike and min(row, column) > 0 and max(row, column) < 2 * reach:
            found_mm.append(centre_mm)
            shifts_px.append(
                (
                    column + _peak(*likeness[row, column - 1 : column + 2].tolist()) - reach,
                    row + _peak(*likeness[row - 1 : row + 2, column].tolist()) - reach,
                )
            )
    places = np.array(found_mm).reshape(-1, 2)
    return places, project(matrix, places + np.array(shifts_px).reshape(-1, 2) / px_per_mm)


def _peak(before: float, top: float, after: float) -> float:
    """Place of the top of a parabola through three values, beside the middle one, -0.5 to 0.5."""
    bend = before - 2 * top + after
    return min(max(0.5 * (before - after) / bend, -0.5), 0.5) if bend < 0 else 0.0

"""Where things of a template lie: its unit turned into mm, the quads of a field's cells, and what leaves the page."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitizer.forms.files.schema import Comb, FiducialEntry, FieldEntry, Grid

MM_PER_INCH = 25.4
MIN_PAGE_MM, MAX_PAGE_MM = 20.0, 1300.0
"""Of a side: a ticket, and a little over A0."""
MIN_CELL_MM = 1.0
"""Nobody writes a digit into less."""
SLACK_MM = 0.05
"""By which a thing may leave the page: rounding."""

Rectangle = tuple[float, float, float, float]
"""Left, top, right and bottom, mm."""


class MisplacedError(ValueError):
    """Something cannot lie where a template says; the message says why, and `key` which key is to blame."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True, slots=True)
class Ruler:
    """How lengths in the unit of a template become mm on one page: mm = (length + origin) * mm per unit.

    Attributes
    ----------
    x_mm, y_mm
        mm per unit, across and down.
    origin
        In units: of positions in px, which are counted between the middles of pixels, a half; else 0.
    """

    x_mm: float
    y_mm: float
    origin: float = 0.0

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Turn a position into mm."""
        return (x + self.origin) * self.x_mm, (y + self.origin) * self.y_mm

    def rectangle(self, at: tuple[float, float, float, float]) -> Rectangle:
        """Turn left, top, width and height into a rectangle in mm."""
        left, top = self.point(at[0], at[1])
        return left, top, left + at[2] * self.x_mm, top + at[3] * self.y_mm


def ruler(unit: str, page_mm: tuple[float, float], image: NDArray[np.uint8] | None) -> Ruler | None:
    """Return the ruler of a page; None for px without an image to count them on.

    Parameters
    ----------
    image
        The blank page, (height, width), spanning exactly the page.
    """
    if unit == "px":
        return None if image is None else Ruler(page_mm[0] / image.shape[1], page_mm[1] / image.shape[0], 0.5)
    return Ruler(mm_per_unit(unit), mm_per_unit(unit))


def mm_per_unit(unit: str) -> float:
    """Return the length of a unit, mm; 1 for px, beside which the page is given in mm."""
    return MM_PER_INCH if unit == "in" else 1.0


def check_page(width_mm: float, height_mm: float) -> None:
    """Raise `MisplacedError` if no form has a page of this size."""
    for side, size in (("wide", width_mm), ("high", height_mm)):
        if not MIN_PAGE_MM <= size <= MAX_PAGE_MM:
            raise MisplacedError(
                "page", f"would be {size:g} mm {side}; a page has from {MIN_PAGE_MM:g} to {MAX_PAGE_MM:g} mm"
            )


def place_field(entry: FieldEntry, measure: Ruler, page_mm: tuple[float, float]) -> NDArray[np.float64]:
    """Return the quads of a field's cells.

    Returns
    -------
    (rows * columns, 4, 2) float64, (x, y) in mm; row by row, each from its top left corner clockwise.

    Raises
    ------
    MisplacedError
        If it leaves the page, or its boxes have no room.
    """
    around = measure.rectangle(entry.at)
    _check_inside(around, page_mm, "at")
    rows, columns = shape(entry)
    gap = entry.gap * measure.x_mm if isinstance(entry, (Comb, Grid)) else 0.0
    row_gap = entry.row_gap * measure.y_mm if isinstance(entry, Grid) else 0.0
    lefts, rights = _divide(around[0], around[2], columns, gap, "gap", "wide")
    tops, bottoms = _divide(around[1], around[3], rows, row_gap, "row_gap", "high")
    quads = np.empty((rows, columns, 4, 2))
    quads[:, :, (0, 3), 0], quads[:, :, (1, 2), 0] = lefts[None, :, None], rights[None, :, None]
    quads[:, :, (0, 1), 1], quads[:, :, (2, 3), 1] = tops[:, None, None], bottoms[:, None, None]
    return quads.reshape(-1, 4, 2)


def place_fiducial(
    entry: FiducialEntry, measure: Ruler, page_mm: tuple[float, float]
) -> tuple[tuple[float, float], float]:
    """Return the centre (x, y) and the side of a mark, mm.

    Raises
    ------
    MisplacedError
        If it leaves the page.
    """
    x, y = measure.point(*entry.centre)
    half_width, half_height = entry.size * measure.x_mm / 2, entry.size * measure.y_mm / 2
    _check_inside((x - half_width, y - half_height, x + half_width, y + half_height), page_mm, "centre")
    return (x, y), half_width + half_height


def shape(entry: FieldEntry) -> tuple[int, int]:
    """Return the rows and columns of a field's cells."""
    if isinstance(entry, Grid):
        return entry.rows, entry.columns
    return 1, entry.cells if isinstance(entry, Comb) else 1


def overlap(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return which share, 0-1, of the smaller of two fields' bounding boxes lies in the other's."""
    low = np.maximum(one.min(axis=(0, 1)), other.min(axis=(0, 1)))
    high = np.minimum(one.max(axis=(0, 1)), other.max(axis=(0, 1)))
    areas = [float(np.prod(np.ptp(quads, axis=(0, 1)))) for quads in (one, other)]
    return float(np.prod(np.maximum(high - low, 0))) / min(areas)


def _divide(
    start: float, end: float, parts: int, gap: float, key: str, side: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where each of the boxes beside each other starts and ends."""
    size = (end - start - (parts - 1) * gap) / parts
    if size < MIN_CELL_MM:
        gaps = f" with gaps of {gap:.3g} mm" if gap else ""
        room = f"would be {size:.2g} mm {side}" if size > 0 else "have no room"
        raise MisplacedError(
            key if gap else "at",
            f"{parts} boxes{gaps} in {end - start:.4g} mm {room}; a box has at least {MIN_CELL_MM:g} mm",
        )
    starts = np.asarray(start + np.arange(parts) * (size + gap), np.float64)
    return starts, starts + size


def _check_inside(around: Rectangle, page_mm: tuple[float, float], key: str) -> None:
    left, top, right, bottom = around
    width, height = page_mm
    for beyond, text in (
        (-left, f"begins {-left:.4g} mm left of the page"),
        (-top, f"begins {-top:.4g} mm above the page"),
        (right - width, f"ends at {right:.4g} mm, beyond the page, which is {width:.4g} mm wide"),
        (bottom - height, f"ends at {bottom:.4g} mm, below the page, which is {height:.4g} mm high"),
    ):
        if beyond > SLACK_MM:
            raise MisplacedError(key, text)

"""A filled form and where its boxes lie, from the clean paper through the scanner."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.document import FieldKind
from samples.digits import DigitPool
from samples.handwriting import Hand, fill_boxes
from samples.sheet import Sheet


@dataclass(frozen=True, slots=True)
class DrawnField:
    """A field on a drawn page: what a perfect reader finds.

    Attributes
    ----------
    name
        `field_01`, `field_02` ... in reading order of the upright page.
    template_name
        What the form's template calls it.
    cells
        One character per box, row by row: a digit, `BLANK` or `VOID`.
    quads
        (rows * columns, 4, 2) float64, (x, y) in px: top left, top right, bottom right, bottom left
        corner of every box as the writer saw it, in the middle of its line.
    """

    name: str
    template_name: str
    kind: FieldKind
    rows: int
    columns: int
    cells: str
    quads: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """An image of a filled form.

    Attributes
    ----------
    pixels
        (height, width, 3) uint8 red-green-blue, or (height, width) uint8 grey; paper bright.
    """

    pixels: NDArray[np.uint8]
    fields: tuple[DrawnField, ...]

    def moved(self, pixels: NDArray[np.uint8], matrix: NDArray[np.float64]) -> "DrawnPage":
        """Give the page as another image shows it; `matrix` is the 3x3 image <- page."""
        return DrawnPage(pixels, tuple(replace(field, quads=_project(field.quads, matrix)) for field in self.fields))


def write_form(sheet: Sheet, dpi: float, hand: Hand, pool: DigitPool, rng: np.random.Generator) -> DrawnPage:
    """Print a sheet and fill its fields: the clean paper at `dpi`, in colour."""
    paper = sheet.render(dpi)
    drawn = []
    for number, field in enumerate(sheet.fields, start=1):
        quads = field.quads_mm * dpi / 25.4 - 0.5
        if field.apart:
            paper = fill_boxes(paper, quads, field.cells, hand, pool.spare, rng.spawn(1)[0])
        elif not field.printed:
            paper = fill_boxes(paper, quads, field.cells, hand, pool, rng)
        auto = f"field_{number:02d}"
        drawn.append(DrawnField(auto, field.name, field.kind, field.rows, field.columns, field.cells, quads))
    return DrawnPage(paper, tuple(drawn))


def turned(page: DrawnPage, quarters: int) -> DrawnPage:
    """Turn a page clockwise by quarters of a turn, as if it had been fed the wrong way."""
    height, width = page.pixels.shape[:2]
    matrices = {
        0: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        1: [[0, -1, height - 1], [1, 0, 0], [0, 0, 1]],
        2: [[-1, 0, width - 1], [0, -1, height - 1], [0, 0, 1]],
        3: [[0, 1, 0], [-1, 0, width - 1], [0, 0, 1]],
    }
    pixels = np.ascontiguousarray(np.rot90(page.pixels, -quarters))
    return page.moved(pixels, np.array(matrices[quarters % 4], np.float64))


def _project(quads: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    points = cv2.perspectiveTransform(quads.reshape(-1, 1, 2), matrix)
    return np.asarray(points, np.float64).reshape(quads.shape)

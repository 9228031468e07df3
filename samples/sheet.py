"""A sheet of paper on which a form is printed: drawing in mm, and a record of its digit fields."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from digitizer.document import BLANK, VOID, FieldKind

Colour = tuple[float, float, float]
"""Red, green and blue, 0-1."""

BLACK: Colour = (0.0, 0.0, 0.0)


class Boxes(NamedTuple):
    """How the boxes of a field are printed.

    Attributes
    ----------
    width_mm, height_mm
        Of one box, from the middle of its line to the middle of the opposite one.
    gap_mm
        Between two boxes of a row; 0 where they share a line.
    line_pt
        Line width in points (1/72 inch).
    angle_deg
        Turns the field clockwise about its top left corner.
    """

    width_mm: float = 6.0
    height_mm: float = 7.5
    gap_mm: float = 0.0
    line_pt: float = 0.8
    colour: Colour = BLACK
    angle_deg: float = 0.0


USUAL_BOXES = Boxes()


@dataclass(frozen=True, slots=True)
class PrintedField:
    """A comb or a grid as printed, and what is to stand in it.

    Attributes
    ----------
    name
        What the form's template calls it.
    cells
        One character per box, row by row: a digit, `BLANK` or `VOID`.
    quads_mm
        (rows * columns, 4, 2) float64, (x, y) from the sheet's top left: top left, top right, bottom
        right, bottom left corner of every box, in the middle of its line.
    printed
        Whether the digits are printed by a machine, not written by a hand.
    apart
        Whether it is written with random numbers and digits of its own, so that the rest of the page is drawn as it
        would be without it.
    """

    name: str
    kind: FieldKind
    rows: int
    columns: int
    cells: str
    quads_mm: NDArray[np.float64]
    printed: bool = False
    apart: bool = False


class Sheet:
    """A blank sheet to print a form on; all places are mm from its top left corner."""

    def __init__(self, width_mm: float, height_mm: float) -> None:
        self.width_mm = width_mm
        self.height_mm = height_mm
        self._file = io.BytesIO()
        self._canvas = Canvas(self._file, pagesize=(width_mm * mm, height_mm * mm), invariant=1)
        self._fields: list[PrintedField] = []

    @property
    def fields(self) -> tuple[PrintedField, ...]:
        """All fields, in reading order (see `in_reading_order`)."""
        return in_reading_order(self._fields)

    def comb(
        self,
        x_mm: float,
        y_mm: float,
        cells: str,
        boxes: Boxes = USUAL_BOXES,
        *,
        name: str = "",
        printed: bool = False,
        apart: bool = False,
    ) -> None:
        """Print a row of boxes, one for each character of `cells`; the rest is said of `PrintedField`."""
        quads_mm = self._boxes(x_mm, y_mm, [cells], boxes)
        if printed:
            self._print_digits(cells, quads_mm, boxes)
        self._fields.append(PrintedField(name, FieldKind.COMB, 1, len(cells), cells, quads_mm, printed, apart))

    def grid(
        self, x_mm: float, y_mm: float, rows: Sequence[str], boxes: Boxes = USUAL_BOXES, *, name: str = ""
    ) -> None:
        """Print rows of adjoining boxes, one for each character of each row."""
        quads_mm = self._boxes(x_mm, y_mm, rows, boxes)
        self._fields.append(PrintedField(name, FieldKind.GRID, len(rows), len(rows[0]), "".join(rows), quads_mm))

    def _boxes(self, x_mm: float, y_mm: float, rows: Sequence[str], boxes: Boxes) -> NDArray[np.float64]:
        """Print a box for each character of each row, and give their `quads_mm`."""
        turn = math.radians(boxes.angle_deg)
        axes = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
        box = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * (boxes.width_mm, boxes.height_mm)
        pitch_mm = boxes.width_mm + boxes.gap_mm
        corners = np.array(
            [
                np.add(box, (column * pitch_mm, row * boxes.height_mm))
                for row in range(len(rows))
                for column in range(len(rows[0]))
            ]
        )
        quads_mm: NDArray[np.float64] = corners @ axes + (x_mm, y_mm)
        for quad in quads_mm:
            self.lines([*quad, quad[0], quad[1]], boxes.line_pt, boxes.colour)
        return quads_mm

    def _print_digits(self, cells: str, quads_mm: NDArray[np.float64], boxes: Boxes) -> None:
        size_mm = 0.8 * boxes.height_mm
        for symbol, quad in zip(cells, quads_mm, strict=True):
            if symbol not in BLANK + VOID:
                x_mm, y_mm = quad.mean(axis=0)
                self.text(x_mm, y_mm + 0.35 * size_mm, symbol, size_mm, "Courier-Bold", anchor="middle")

    def text(
        self,
        x_mm: float,
        y_mm: float,
        text: str,
        size_mm: float = 3.2,
        font: str = "Helvetica",
        colour: Colour = BLACK,
        anchor: str = "start",
    ) -> None:
        """Print a line of text; (x, y) is the start (or middle, or end) of its base line."""
        self._canvas.setFont(font, size_mm * mm)
        self._canvas.setFillColorRGB(*colour)
        draw = {"start": self._canvas.drawString, "middle": self._canvas.drawCentredString}
        draw.get(anchor, self._canvas.drawRightString)(x_mm * mm, (self.height_mm - y_mm) * mm, text)

    def paragraph(self, x_mm: float, y_mm: float, width_mm: float, text: str, size_mm: float = 2.9) -> None:
        """Print text in lines of at most `width_mm`; (x, y) is the start of the first base line."""
        line = ""
        for word in [*text.split(), None]:
            longer = f"{line} {word}".strip()
            if word is None or self._canvas.stringWidth(longer, "Times-Roman", size_mm * mm) > width_mm * mm:
                self.text(x_mm, y_mm, line, size_mm, "Times-Roman")
                y_mm += 1.3 * size_mm
                longer = word or ""
            line = longer

    def lines(
        self, points_mm: Sequence[Sequence[float]] | NDArray[np.float64], line_pt: float = 0.8, colour: Colour = BLACK
    ) -> None:
        """Print straight lines from point to point."""
        path = self._canvas.beginPath()
        for index, (x_mm, y_mm) in enumerate(points_mm):
            (path.lineTo if index else path.moveTo)(x_mm * mm, (self.height_mm - y_mm) * mm)
        self._canvas.setLineWidth(line_pt)
        self._canvas.setStrokeColorRGB(*colour)
        self._canvas.drawPath(path)

    def frame(self, x_mm: float, y_mm: float, width_mm: float, height_mm: float, line_pt: float = 0.8) -> None:
        """Print one rectangle: no field."""
        right_mm, bottom_mm = x_mm + width_mm, y_mm + height_mm
        corners = [(x_mm, y_mm), (right_mm, y_mm), (right_mm, bottom_mm), (x_mm, bottom_mm)]
        self.lines([*corners, *corners[:2]], line_pt)

    def fill(self, x_mm: float, y_mm: float, width_mm: float, height_mm: float, colour: Colour = BLACK) -> None:
        """Print a full rectangle."""
        self._canvas.setFillColorRGB(*colour)
        bottom_mm = self.height_mm - y_mm - height_mm
        self._canvas.rect(x_mm * mm, bottom_mm * mm, width_mm * mm, height_mm * mm, stroke=0, fill=1)

    def pdf(self) -> bytes:
        """Give the printed sheet as a PDF; ends the drawing."""
        if not self._file.getbuffer().nbytes:
            self._canvas.save()
        return self._file.getvalue()

    def render(self, dpi: float) -> NDArray[np.uint8]:
        """Give the printed sheet as (height, width, 3) uint8, red-green-blue, paper 255.

        A point (x, y) in mm lies at pixel (x * dpi / 25.4 - 0.5, y * dpi / 25.4 - 0.5). Ends the
        drawing: nothing can be printed on the sheet afterwards.
        """
        with pypdfium2.PdfDocument(self.pdf()) as document:
            bitmap = document[0].render(scale=dpi / 72, rev_byteorder=True)
            return np.array(bitmap.to_numpy()[:, :, :3])


def in_reading_order(fields: Sequence[PrintedField]) -> tuple[PrintedField, ...]:
    """Sort top to bottom, and left to right within a row.

    Fields whose vertical centres differ by less than half a box height stand in one row.
    """
    rows: list[list[PrintedField]] = []
    for field in sorted(fields, key=_middle_mm):
        height_mm = float(np.linalg.norm(field.quads_mm[0, 3] - field.quads_mm[0, 0]))
        if rows and _middle_mm(field) - _middle_mm(rows[-1][0]) < 0.5 * height_mm:
            rows[-1].append(field)
        else:
            rows.append([field])
    return tuple(field for row in rows for field in sorted(row, key=lambda field: float(field.quads_mm[..., 0].min())))


def _middle_mm(field: PrintedField) -> float:
    return float(field.quads_mm[..., 1].mean())

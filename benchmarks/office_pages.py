"""Forms that people of one office fill in, each person one, as scans in a folder beside their truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.office_hands import Office, Writer
from digitizer.document import FieldKind
from samples.files import save_jpeg, save_png, write_csv
from samples.ink import lay_ink
from samples.page import DrawnField, DrawnPage
from samples.record import TruthRow
from samples.scanner import scan, some_scanner, to_grey
from samples.sheet import Boxes, Sheet

DPI, JPEG_QUALITY = 200, 80
PNG_SHARE = 0.25
"""Of the pages; the others are JPEG files."""
LINES = {
    "Customer number": 8,
    "Meter number": 7,
    "Reading of the day tariff": 6,
    "Reading of the night tariff": 6,
    "Reading of the year before": 6,
    "Date of the reading": 6,
    "Water meter": 5,
    "Gas meter": 7,
    "Postal code": 5,
    "Living space in square metres": 4,
    "Number of the contract": 8,
    "Year of installation": 4,
}
"""What is asked, and how many digits are to be entered."""
BOXES = Boxes(6.5, 8.0)
WIDTH_MM, HEIGHT_MM = 210, 297
LEFT_MM, TOP_MM, PITCH_MM = 92, 54, 17
"""Of the boxes: left edge, upper edge of the first row, from one row to the next."""
SQUARE_MM = 4
SQUARES_MM = ((10, 10), (200, 10), (200, 287), (10, 287), (10, 20))
"""Middles of the printed squares by which the form is found; the last tells which way up it is."""

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class ScannedForm:
    """A form as its file shows it: (height, width) uint8 grey, and what stands in its fields, in reading order."""

    pixels: NDArray[np.uint8]
    values: tuple[str, ...]


def draw_night(folder: Path, office: Office, count: int, seed: Sequence[int], first: int = 0) -> list[TruthRow]:
    """Draw forms into a folder, each by a person of their own: always the same for the same seed.

    Parameters
    ----------
    first
        Number of the first form: those before it are passed over.

    Returns
    -------
    list
        A row for each field, with its name in the template.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(first, first + count):
        rng = np.random.default_rng([*seed, number])
        form, as_png = filled_form(office.writer(rng), rng), rng.random() < PNG_SHARE
        name = f"form_{number:04}.{'png' if as_png else 'jpg'}"
        if as_png:
            save_png(folder / name, form.pixels, DPI)
        else:
            save_jpeg(folder / name, form.pixels, DPI, JPEG_QUALITY)
        rows += [
            TruthRow(name, 1, field_name(label), value, value) for label, value in zip(LINES, form.values, strict=True)
        ]
    return rows


def write_truth(file: Path, rows: Sequence[TruthRow]) -> None:
    """Write what stands in the fields, for `digitizer score`."""
    write_csv(file, TruthRow._fields, rows)


def field_name(label: str) -> str:
    """Return what the template calls the field beside which this is printed."""
    return label.lower().replace(" ", "_")


def write_template(file: Path) -> None:
    """Write the form's template."""
    lines = ["digitizer: 1", "form: meters", "version: 1", "title: Readings of meters", "unit: mm"]
    lines += [f"page: [{WIDTH_MM}, {HEIGHT_MM}]", "fiducials:"]
    lines += [f"  - {{kind: square, centre: [{x_mm}, {y_mm}], size: {SQUARE_MM}}}" for x_mm, y_mm in SQUARES_MM]
    lines.append("fields:")
    for row, (label, count) in enumerate(LINES.items()):
        place = f"[{LEFT_MM}, {TOP_MM + PITCH_MM * row}, {count * BOXES.width_mm}, {BOXES.height_mm}]"
        lines.append(f"  - {{name: {field_name(label)}, kind: comb, at: {place}, cells: {count}, label: {label}}}")
    file.write_text("\n".join([*lines, ""]))


def filled_form(writer: Writer, rng: Rng) -> ScannedForm:
    """Let somebody fill in a form, and scan it."""
    values = tuple("".join(map(str, rng.integers(0, 10, length))) for length in LINES.values())
    page = write_by(writer, blank_form(values), rng)
    pixels, _ = scan(to_grey(page.pixels), rng, some_scanner(rng, max_skew_deg=1.5))
    return ScannedForm(pixels, values)


def blank_form(values: Sequence[str]) -> Sheet:
    """Print the form, for which it has to be known what will be written into it."""
    sheet = Sheet(WIDTH_MM, HEIGHT_MM)
    sheet.text(20, 24, "Readings of meters", 6, "Helvetica-Bold")
    text = (
        "Please enter one digit in each box and return this sheet within ten days. Readings that do not reach us are "
        "estimated from those of the year before, and are corrected with the next bill."
    )
    sheet.paragraph(20, 36, 170, text, 3.2)
    for row, (label, value) in enumerate(zip(LINES, values, strict=True)):
        top_mm = TOP_MM + PITCH_MM * row
        sheet.text(20, top_mm + 5.5, label, 3.6)
        sheet.comb(LEFT_MM, top_mm, value, BOXES)
    sheet.text(20, 278, "Thank you. Your town's works", 3.2)
    for x_mm, y_mm in SQUARES_MM:
        sheet.fill(x_mm - SQUARE_MM / 2, y_mm - SQUARE_MM / 2, SQUARE_MM, SQUARE_MM)
    return sheet


def write_by(writer: Writer, sheet: Sheet, rng: Rng, dpi: float = DPI) -> DrawnPage:
    """Print a sheet and let somebody fill its combs: the clean paper, in colour."""
    paper, drawn = sheet.render(dpi), []
    for number, field in enumerate(sheet.fields, start=1):
        quads = field.quads_mm * dpi / 25.4 - 0.5
        for quad, symbol in zip(quads, field.cells, strict=True):
            _write_digit(paper, quad, int(symbol), writer, rng, dpi / 25.4)
        drawn.append(DrawnField(f"field_{number:02}", "", FieldKind.COMB, 1, field.columns, field.cells, quads))
    return DrawnPage(paper, tuple(drawn))


def _write_digit(
    paper: NDArray[np.uint8], quad: NDArray[np.float64], digit: int, writer: Writer, rng: Rng, px_per_mm: float
) -> None:
    """Write a digit somewhere about the middle of its box, onto `paper` itself."""
    cover = writer.digit(digit, rng, writer.height_mm * px_per_mm, px_per_mm)
    across, down = quad[1] - quad[0], quad[3] - quad[0]
    off = np.clip(rng.normal(0, writer.careless, 2), -0.15, 0.15)
    corner = quad.mean(axis=0) + off[0] * across + off[1] * down - np.array(cover.shape[::-1]) / 2
    x, y = np.rint(corner).astype(int).tolist()
    lay_ink(paper, np.asarray(cover / 255, np.float32), x, y, writer.tool.ink, rng)

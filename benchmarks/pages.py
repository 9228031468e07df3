"""Draws the pages that speed is measured with: A4, 300 dpi, ten filled fields of five boxes, grey JPEG."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.warps import form_page
from digitizer.document import BLANK
from digitizer.forms.template import Template
from samples.digits import bundled_pool
from samples.files import save_jpeg
from samples.handwriting import Hand
from samples.ink import BALLPOINT_BLACK
from samples.page import DrawnPage, write_form
from samples.scanner import scan, some_scanner, to_grey
from samples.sheet import Boxes, Sheet

DPI = 300
FIELDS = 10
BOXES = 5
JPEG_QUALITY = 80

PARAGRAPH = (
    "The undersigned confirm that they have read these terms, that the figures below were taken on the day stated and "
    "in the presence of a second person, and that nothing was left out. Figures are entered one digit to a box, "
    "without a sign for thousands, and without any mark in or beside the boxes. "
)


def draw_pages(folder: Path, count: int, seed: int) -> list[tuple[str, ...]]:
    """Draw `count` pages into a folder and give the values that stand in the fields of each."""
    rng = np.random.default_rng(seed)
    values = []
    for number in range(count):
        page = _page(rng)
        save_jpeg(folder / f"page_{number:04d}.jpg", page.pixels, DPI, JPEG_QUALITY)
        values.append(tuple(field.cells for field in page.fields))
    return values


def template() -> Template:
    """Describe the form that the pages show, with its blank page."""
    page = form_page(_sheet([BOXES * BLANK] * FIELDS), "record", reference=True, squares=False)
    return Template("record", 1, "Record of readings", (page,), sha256="")


def _page(rng: np.random.Generator) -> DrawnPage:
    values = ["".join(str(digit) for digit in rng.integers(0, 10, BOXES)) for _ in range(FIELDS)]
    page = write_form(_sheet(values), DPI, Hand(BALLPOINT_BLACK), bundled_pool(rng), rng)
    pixels, matrix = scan(to_grey(page.pixels), rng, some_scanner(rng, max_skew_deg=1.5))
    return page.moved(pixels, matrix)


def _sheet(values: Sequence[str]) -> Sheet:
    sheet = Sheet(210, 297)
    sheet.text(20, 24, "Record of readings", 6, "Helvetica-Bold")
    sheet.paragraph(20, 36, 170, 3 * PARAGRAPH, 3.2)
    for row, value in enumerate(values):
        top_mm = 82 + 15 * row
        sheet.text(20, top_mm + 6, f"Reading number {row + 1}", 3.6)
        sheet.comb(90, top_mm, value, Boxes(7, 9), name=f"field_{row + 1:02d}")
    sheet.paragraph(20, 244, 170, 3 * PARAGRAPH, 3.2)
    return sheet

"""Small forms drawn from a seed, and how what was found on them is judged."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from digitizer.document import BLANK, Cell, Field
from digitizer.reading.boxes import find_boxes
from digitizer.reading.layout import find_layout
from digitizer.reading.rulings import find_rulings
from samples.digits import bundled_pool
from samples.handwriting import Hand
from samples.ink import GEL_BLACK
from samples.page import DrawnField, DrawnPage, write_form
from samples.scanner import Scanner, scan, to_grey
from samples.sheet import USUAL_BOXES, Boxes, Sheet

Pixels = NDArray[np.uint8]
"""(height, width) uint8, grey, paper 255."""
Quads = NDArray[np.float64]
"""(N, 4, 2) corners of N cells on the page."""

WIDTH_MM, HEIGHT_MM = 105.0, 99.0
"""Of the sheets drawn here: small, to be quick."""
DPI = 200.0
MM = DPI / 25.4
"""One mm in px, at that resolution."""
MAX_OFF = 0.25
"""How far a found corner may be off, in boxes."""
USUAL_SCANNER = Scanner()
NEAT = Hand(GEL_BLACK, size=0.6, spread=0.02, overshoot=0.0)


def small_sheet() -> Sheet:
    """Return a blank sheet."""
    return Sheet(WIDTH_MM, HEIGHT_MM)


def mixed_sheet(boxes: Boxes = USUAL_BOXES, seed: int = 0) -> Sheet:
    """Print two combs and a grid of such boxes among a heading, labels and an underlined word."""
    rng = np.random.default_rng([seed, 0])
    pitch_mm = boxes.width_mm + boxes.gap_mm
    most = int(70 / pitch_mm)
    sheet = small_sheet()
    sheet.text(12, 9, "Meter reading", 4.0, "Helvetica-Bold")
    y_mm = 14.0
    for label in ("Number", "Reading"):
        sheet.text(8, y_mm + boxes.height_mm / 2, label, 3.0)
        sheet.comb(24, y_mm, some_cells(rng, int(rng.integers(3, most + 1))), boxes)
        y_mm += boxes.height_mm + 6
    columns = 5 if boxes.width_mm < 10 else 3
    rows = [some_cells(rng, columns, blank=0.4) for _ in range(3)]
    sheet.grid(24, y_mm, rows, boxes._replace(gap_mm=0.0))
    sheet.text(70, y_mm + 4, "Remarks", 3.0)
    sheet.lines([(70, y_mm + 5), (84, y_mm + 5)], 0.6)
    return sheet


def some_cells(rng: np.random.Generator, count: int, blank: float = 0.1) -> str:
    """Return digits and a share of blanks, the first a digit."""
    symbols = np.where(rng.random(count) < blank, BLANK, rng.choice(list("0123456789"), size=count))
    return str(rng.integers(10)) + "".join(symbols[1:])


def filled(
    sheet: Sheet, dpi: float = DPI, hand: Hand = NEAT, seed: int = 0, scanner: Scanner | None = USUAL_SCANNER
) -> DrawnPage:
    """Fill a sheet in and scan it to grey; without a scanner it stays clean."""
    rng = np.random.default_rng([seed, 1])
    page = write_form(sheet, dpi, hand, bundled_pool(rng), rng)
    grey = to_grey(page.pixels)
    if scanner is None:
        return replace(page, pixels=grey)
    return page.moved(*scan(grey, rng, scanner))


def fields_on(pixels: Pixels, turn: int = 0) -> tuple[Field, ...]:
    """Find all fields of a page."""
    rulings = find_rulings(pixels)
    return find_layout(rulings, find_boxes(rulings.mask, rulings.factor), turn).fields


def quads_of(field: Field | DrawnField) -> Quads:
    """Return the corners of a field's cells."""
    if isinstance(field, DrawnField):
        return field.quads
    return np.array([cell.quad for cell in field.cells])


def box_px(field: DrawnField) -> float:
    """Return the side of a square box of the same diagonal."""
    return float(np.linalg.norm(field.quads[0, 2] - field.quads[0, 0]) / 2**0.5)


def is_found(drawn: DrawnField, fields: tuple[Field, ...]) -> bool:
    """Tell whether one of the fields has the drawn one's rows and columns, and every corner in its place."""
    same = [field for field in fields if (field.rows, field.columns) == (drawn.rows, drawn.columns)]
    off = [np.linalg.norm(quads_of(field) - drawn.quads, axis=2).max() for field in same]
    return bool(off) and min(off) <= MAX_OFF * box_px(drawn)


def missed(page: DrawnPage, fields: tuple[Field, ...]) -> list[str]:
    """Name the drawn fields that were not found."""
    return [drawn.name for drawn in page.fields if not is_found(drawn, fields)]


def astray(page: DrawnPage, fields: tuple[Field, ...]) -> list[str]:
    """Name the fields that were found where none is."""
    outlines = [(drawn.quads.min(axis=(0, 1)), drawn.quads.max(axis=(0, 1))) for drawn in page.fields]
    middles = {field.name: quads_of(field).mean(axis=(0, 1)) for field in fields}
    return [
        name
        for name, middle in middles.items()
        if not any((low <= middle).all() and (middle <= high).all() for low, high in outlines)
    ]


def assert_exactly_found(page: DrawnPage) -> None:
    """Check that all drawn fields were found under their names, and no other."""
    fields = fields_on(page.pixels)
    shapes = [(field.name, field.kind, field.rows, field.columns) for field in fields]
    assert shapes == [(drawn.name, drawn.kind, drawn.rows, drawn.columns) for drawn in page.fields]
    assert not missed(page, fields)


def as_field(drawn: DrawnField) -> Field:
    """Return a drawn field as a perfect finder would give it."""
    cells = tuple(Cell(index // drawn.columns, index % drawn.columns, quad) for index, quad in enumerate(drawn.quads))
    return Field(drawn.name, drawn.kind, drawn.rows, drawn.columns, cells)

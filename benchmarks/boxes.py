"""How many boxes are found, page by page, as conditions get harder: `python -m benchmarks.boxes`.

Pages are drawn from a seed: combs of 2 to 12 boxes and a grid, filled in by hand, among a paragraph, a table of
text, a logo and an underlined line. A field counts as found if it has the right number of rows and columns and
every corner lies within a quarter of a box of its true place.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.document import Field
from digitizer.reading.boxes import find_boxes
from digitizer.reading.layout import find_layout
from digitizer.reading.rulings import find_rulings
from samples.digits import bundled_pool
from samples.handwriting import Hand
from samples.ink import BALLPOINT_BLACK, BALLPOINT_BLUE, FELT_BLUE, GEL_BLACK, PENCIL
from samples.page import DrawnField, DrawnPage, write_form
from samples.phone import photograph
from samples.scanner import Scanner, scan, some_scanner, to_black_and_white, to_grey
from samples.sheet import USUAL_BOXES, Boxes, Sheet

PENS = (BALLPOINT_BLUE, BALLPOINT_BLACK, GEL_BLACK, FELT_BLUE, PENCIL)
LOREM = "Fill in every box with one digit, do not write across the lines and leave a box empty where nothing is asked. "
MAX_OFF = 0.25
"""How far a corner may be off, in boxes."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What makes a page hard.

    Attributes
    ----------
    boxes
        How the boxes are printed.
    skew_deg
        The largest skew of the page.
    """

    name: str
    dpi: float = 200
    boxes: Boxes = USUAL_BOXES
    skew_deg: float = 1.5
    overshoot: float = 0.06
    finish: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] | None = None
    phone: bool = False


def _jpeg(quality: int) -> Callable[[NDArray[np.uint8]], NDArray[np.uint8]]:
    def compress(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)

    return compress


def _broken(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lines that a worn printing plate has interrupted: white spots of 3 to 7 px, one on about every 10 px of line."""
    spotted = pixels.copy()
    rng = np.random.default_rng(int(pixels[::50, ::50].sum()))
    for _ in range(pixels.size // 400):
        x, y = rng.integers(0, pixels.shape[1]), rng.integers(0, pixels.shape[0])
        size = int(rng.integers(3, 8))
        spotted[y : y + size, x : x + size] = 240
    return spotted


USUAL = USUAL_BOXES
CONDITIONS = (
    Condition("usual, 200 dpi"),
    Condition("100 dpi", dpi=100),
    Condition("150 dpi", dpi=150),
    Condition("300 dpi, JPEG quality 60", dpi=300, finish=_jpeg(60)),
    Condition("600 dpi", dpi=600),
    Condition("1-bit, 200 dpi", finish=to_black_and_white),
    Condition("1-bit, 300 dpi", dpi=300, finish=to_black_and_white),
    Condition("skewed up to 7 degrees", skew_deg=7),
    Condition("skewed up to 15 degrees", skew_deg=15),
    Condition("fields turned by 4 degrees", boxes=USUAL._replace(angle_deg=4.0)),
    Condition("light grey lines", boxes=USUAL._replace(colour=(0.8, 0.8, 0.8))),
    Condition("drop-out lines, light red", boxes=USUAL._replace(colour=(1.0, 0.72, 0.68))),
    Condition("hair lines, 0.25 pt", boxes=USUAL._replace(line_pt=0.25)),
    Condition("thick lines, 2.5 pt", boxes=USUAL._replace(line_pt=2.5)),
    Condition("broken lines", finish=_broken),
    Condition("spaced boxes, 2 mm", boxes=USUAL._replace(gap_mm=2.0)),
    Condition("spaced boxes, 4 mm", boxes=USUAL._replace(gap_mm=4.0)),
    Condition("small boxes, 3 x 4 mm", dpi=300, boxes=USUAL._replace(width_mm=3.0, height_mm=4.0)),
    Condition("large boxes, 14 x 18 mm", boxes=USUAL._replace(width_mm=14.0, height_mm=18.0)),
    Condition("wide boxes, 8 x 6 mm", boxes=USUAL._replace(width_mm=8.0, height_mm=6.0)),
    Condition("careless hand", overshoot=0.5),
    Condition("phone photo", dpi=250, phone=True),
)


def draw(condition: Condition, rng: np.random.Generator) -> DrawnPage:
    """Draw, fill in and scan one page."""
    sheet = Sheet(210, 297)
    boxes = condition.boxes
    pitch = boxes.width_mm + boxes.gap_mm
    y = 46.0
    sheet.frame(15, 12, 40, 14)
    sheet.text(18, 21, "ACME", 6)
    sheet.paragraph(20, 32, 170, LOREM * 2)
    while y < 190:
        count = int(rng.integers(2, min(12, int(120 / pitch)) + 1))
        sheet.text(20, y + boxes.height_mm / 2, "Number", 3.2)
        sheet.comb(50, y, _cells(rng, count), boxes)
        y += max(boxes.height_mm + 9, 14)
    rows, columns = (2, 3) if boxes.width_mm > 10 else (4, 6)
    sheet.grid(30, 206, [_cells(rng, columns) for _ in range(rows)], boxes._replace(gap_mm=0.0))
    sheet.text(20, 262, "Place and date", 3)
    sheet.frame(20, 266, 170, 7)
    sheet.frame(20, 273, 170, 7)
    for x in (75, 130):
        sheet.lines([(x, 266), (x, 280)])
    sheet.text(22, 271, "Region", 3)
    sheet.text(77, 271, "Remarks", 3)
    hand = Hand(pen=PENS[int(rng.integers(len(PENS)))], overshoot=condition.overshoot)
    page = write_form(sheet, condition.dpi, hand, bundled_pool(rng), rng)
    if condition.phone:
        pixels, matrix = photograph(page.pixels, rng, (2448, 3264))
        return page.moved(to_grey(pixels), matrix)
    scanner: Scanner = replace(some_scanner(rng), skew_deg=float(rng.uniform(-condition.skew_deg, condition.skew_deg)))
    pixels, matrix = scan(page.pixels, rng, scanner)
    grey = to_grey(pixels)
    return page.moved(condition.finish(grey) if condition.finish else grey, matrix)


def _cells(rng: np.random.Generator, count: int) -> str:
    return "".join(rng.choice(list("0123456789_"), size=count))


def found(true: DrawnField, fields: tuple[Field, ...]) -> bool:
    """Tell whether one of the fields is the drawn one."""
    size = np.linalg.norm(true.quads[0, 2] - true.quads[0, 0]) / 2**0.5
    for field in fields:
        if (field.rows, field.columns) == (true.rows, true.columns):
            quads = np.array([cell.quad for cell in field.cells])
            if np.linalg.norm(quads - true.quads, axis=2).max() <= MAX_OFF * size:
                return True
    return False


@dataclass(frozen=True, slots=True)
class Count:
    """Fields drawn, found, and reported, over some pages."""

    drawn: int
    found: int
    reported: int


def measure(condition: Condition, pages: int, seed: int) -> Count:
    """Draw pages and count."""
    drawn = hits = reported = 0
    for page in _pages(condition, pages, seed):
        rulings = find_rulings(page.pixels)
        fields = find_layout(rulings, find_boxes(rulings.mask, rulings.factor)).fields
        drawn += len(page.fields)
        reported += len(fields)
        hits += sum(found(field, fields) for field in page.fields)
    return Count(drawn, hits, reported)


def _pages(condition: Condition, pages: int, seed: int) -> Iterator[DrawnPage]:
    for number in range(pages):
        yield draw(condition, np.random.default_rng([seed, number]))


def main() -> None:
    """Print a Markdown table: a row per condition."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=10, help="pages per condition")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="part of the names of the conditions to measure")
    options = parser.parse_args()
    print("| condition | fields drawn | found | missed | reported, not drawn |\n|---|---|---|---|---|")
    for condition in CONDITIONS:
        if options.only in condition.name:
            count = measure(condition, options.pages, options.seed)
            share = count.found / count.drawn
            print(
                f"| {condition.name} | {count.drawn} | {share:.1%} | {count.drawn - count.found} "
                f"| {count.reported - count.found} |",
                flush=True,
            )


if __name__ == "__main__":
    main()

"""Draws the pictures of the README from a sample page: `uv run python docs/pictures.py`.

- `overlay.png`: the page with what was read.
- `cells.png`: some cells on their way from the page to the network.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitizer.document import Cell, Page, Reading, ScanFile
from digitizer.pipeline import digitize_page
from digitizer.policy import DEFAULT_MAX_ERRORS, AcceptancePolicy
from digitizer.reading.cells import cut_cells
from digitizer.reading.classifier import load_classifier
from digitizer.reading.mnist_format import to_mnist_format
from digitizer.reading.page import PageReading, read_page
from digitizer.report.overlay import GREEN, ORANGE, draw_overlay
from digitizer.scans.decode import Limits, PageFailure, read_pages

DOCS = Path(__file__).parent
SCAN = DOCS.parent / "samples" / "scans" / "survey" / "sheet_02.jpg"
CELLS = 12
"""How many cells are shown, the last ones of the page."""
WIDTH_PX = 900
SHOWN = 0.175, 0.835
"""Part of the page that is shown, from top to bottom."""
GREYS, TINTS = 20, 8
"""Colours of a picture: few make a small file."""
TILE_PX, GAP_PX = 84, 6
MARGIN_SHARE = 0.27
"""Shown around a cell, in cells."""

Image8 = NDArray[np.uint8]


def main() -> None:
    """Draw both."""
    classifier = load_classifier()
    page = first_page(SCAN)
    result = digitize_page(page, classifier, AcceptancePolicy.from_max_errors(DEFAULT_MAX_ERRORS))
    top, bottom = (round(share * len(page.pixels)) for share in SHOWN)
    save(draw_overlay(page.pixels, result.fields)[top:bottom], DOCS / "overlay.png")
    save(draw_cells(page.pixels, read_page(page.pixels, classifier)), DOCS / "cells.png")


def first_page(file: Path) -> Page:
    """Decode the first page of a scan."""
    page = next(read_pages(ScanFile(file, file.name), (1,), Limits()))
    if isinstance(page, PageFailure):
        raise SystemExit(f"{file} cannot be decoded: {page.reason}")
    return page


def draw_cells(pixels: Image8, reading: PageReading) -> Image8:
    """Show some cells in four rows: on the page, their ink, in MNIST format, as read; (H, W) uint8."""
    columns = []
    for field, cut, readings in zip(reading.fields, cut_cells(pixels, reading.fields), reading.readings, strict=True):
        for cell, ink, said in zip(field.cells, cut.ink, readings, strict=True):
            tiles = [patch(pixels, cell), 255 - fitted(ink), 255 - fitted(to_mnist_format(ink)), caption(said)]
            columns.append(column(tiles))
    return np.concatenate(columns[-CELLS:], axis=1)


def patch(pixels: Image8, cell: Cell) -> Image8:
    """Show a cell and what is around it, as it lies on the page."""
    low, high = TILE_PX * MARGIN_SHARE, TILE_PX * (1 - MARGIN_SHARE)
    corners = np.array([[low, low], [high, low], [high, high], [low, high]], np.float32)
    transform = cv2.getPerspectiveTransform(cell.quad.astype(np.float32), corners)
    return np.asarray(cv2.warpPerspective(pixels, transform, (TILE_PX, TILE_PX), flags=cv2.INTER_AREA), np.uint8)


def fitted(ink: Image8) -> Image8:
    """Bring an image to the size of a tile."""
    return np.asarray(cv2.resize(ink, (TILE_PX, TILE_PX), interpolation=cv2.INTER_NEAREST), np.uint8)


def caption(reading: Reading) -> Image8:
    """Write what a cell was read as, and how surely."""
    tile = np.full((TILE_PX, TILE_PX), 255, np.uint8)
    cv2.putText(tile, reading.symbol, (30, 38), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 0, 2, cv2.LINE_AA)
    sure = f"{int(reading.confidence * 10_000) / 10_000:.4f}"
    cv2.putText(tile, sure, (14, 66), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 90, 1, cv2.LINE_AA)
    return tile


def column(tiles: Sequence[Image8]) -> Image8:
    """Put tiles below each other with a gap around each."""
    return np.concatenate([np.pad(tile, GAP_PX // 2, constant_values=200) for tile in tiles])


def save(image: Image8, file: Path) -> None:
    """Write a small PNG, at most `WIDTH_PX` wide; `image` is grey, or blue, green, red as in OpenCV."""
    if image.shape[1] > WIDTH_PX:
        size = WIDTH_PX, round(image.shape[0] * WIDTH_PX / image.shape[1])
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    if image.ndim == 3:
        image = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)
    drawn = Image.fromarray(image).convert("RGB").quantize(palette=palette(), dither=Image.Dither.NONE)
    drawn.save(file, optimize=True)


def palette() -> Image.Image:
    """Make an image that holds the colours of a picture: greys, and those of the overlay on paper."""
    greys = [(round(level),) * 3 for level in np.linspace(0, 255, GREYS)]
    tints = [
        tuple(round(255 - share * (255 - part)) for part in reversed(colour))
        for colour in (GREEN, ORANGE)
        for share in np.linspace(1, 1 / TINTS, TINTS)
    ]
    colours = Image.new("P", (1, 1))
    colours.putpalette([part for colour in greys + tints for part in colour])
    return colours


if __name__ == "__main__":
    main()

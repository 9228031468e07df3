"""Writes drawn pages in the file formats that scanners deliver, and tables: the same bytes for the same content."""

import csv
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
"""(height, width) grey or (height, width, 3) red-green-blue, uint8."""

EXIF_ORIENTATION = 0x0112
EXIF_TURN_CLOCKWISE = 6
"""The viewer has to turn the stored image by 90 degrees clockwise."""

PDF_DATE = time.gmtime(1_700_000_000)
"""A fixed date, so that a PDF is the same bytes each time."""


def save_jpeg(file: Path, pixels: Pixels, dpi: int, quality: int) -> None:
    """Write a scanner's JPEG."""
    Image.fromarray(pixels).save(file, "JPEG", quality=quality, dpi=(dpi, dpi))


def save_phone_jpeg(file: Path, pixels: Pixels, quality: int) -> None:
    """Write a telephone's JPEG: stored lying on its side, with an EXIF note on how to turn it."""
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = EXIF_TURN_CLOCKWISE
    stored = np.ascontiguousarray(np.rot90(pixels))
    Image.fromarray(stored).save(file, "JPEG", quality=quality, exif=exif)


def save_png(file: Path, pixels: Pixels, dpi: int) -> None:
    """Write a grey PNG of 16 shades, as archives keep them."""
    shades = Image.fromarray(np.rint(pixels / 17).astype(np.uint8), "P")
    shades.putpalette([17 * shade for shade in range(16) for _ in range(3)])
    shades.save(file, "PNG", dpi=(dpi, dpi), bits=4, optimize=True)


def save_g4_tiff(file: Path, pages: Sequence[Pixels], dpi: int) -> None:
    """Write black and white pages into one TIFF, compressed as by a fax machine (CCITT group 4)."""
    first, *others = [Image.fromarray(pixels).convert("1", dither=Image.Dither.NONE) for pixels in pages]
    first.save(file, "TIFF", compression="group4", dpi=(dpi, dpi), save_all=True, append_images=others)


def save_pdf(file: Path, pages: Sequence[Pixels], dpi: int, quality: int) -> None:
    """Write a scanned PDF: one JPEG image a page and nothing else."""
    first, *others = [Image.fromarray(pixels) for pixels in pages]
    dates = {"creationDate": PDF_DATE, "modDate": PDF_DATE}
    first.save(file, "PDF", resolution=dpi, quality=quality, save_all=True, append_images=others, **dates)


def write_csv(file: Path, columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
    """Write a table."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)

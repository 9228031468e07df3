"""The pages of a PDF: the scanned image itself where a page is one, otherwise the page as it prints.

PDFium is not thread-safe: one thread in a process at a time.
"""

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from digitizer.errors import ScanError
from digitizer.scans.decoding import Decoded, decoding
from digitizer.scans.limits import Limits
from digitizer.scans.pdf_image import POINTS_PER_INCH, ImageEntries, image_entries, placed_image
from digitizer.scans.reasons import Reason
from digitizer.scans.resolution import believed_dpi, square_pixels

RENDER_DPI = 300.0
"""What forms are usually scanned at."""
MIN_RENDER_DPI = 100.0
"""A page so large that it has to be rendered more coarsely is refused."""
TRAILER_BYTES = 4096
"""Where the end of file mark must stand, counted from the end: 1024 in Acrobat, and some for what mail adds."""

_OPENING_ERRORS = {
    pdfium_c.FPDF_ERR_FILE: Reason.NO_PAGES,  # see _load
    pdfium_c.FPDF_ERR_PASSWORD: Reason.ENCRYPTED,
    pdfium_c.FPDF_ERR_SECURITY: Reason.ENCRYPTED,
}


@dataclass(frozen=True, slots=True)
class Pdf:
    """An open PDF."""

    document: pdfium.PdfDocument
    entries: ImageEntries


@contextlib.contextmanager
def open_pdf(data: bytes) -> Iterator[Pdf]:
    """Open a PDF, and close all of it at the end.

    Raises
    ------
    ScanError
        `truncated` (PDFium would rebuild what is left and drop pages), `encrypted`, `no_pages` or `damaged`.
    """
    if not any(mark in data[-TRAILER_BYTES:] for mark in (b"%%EOF", b"startxref")):
        raise ScanError(Reason.TRUNCATED)
    document = _load(data)
    try:
        with decoding():
            if document.get_formtype() != pdfium_c.FORMTYPE_NONE:
                document.init_forms()
        yield Pdf(document, image_entries(data))
    finally:
        document.close()


def _load(data: bytes) -> pdfium.PdfDocument:
    """Load a document.

    PDFium refuses one without pages, but sets no error: the one that stands is that of some document before. So first
    an error is provoked that a document in memory cannot have.
    """
    pdfium_c.FPDF_LoadDocument(b"", None)
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise ScanError(_OPENING_ERRORS.get(error.err_code, Reason.DAMAGED)) from error


def decode_pdf_page(pdf: Pdf, number: int, limits: Limits) -> Decoded:
    """Decode a page, by its 1-based number.

    Raises
    ------
    ScanError
        `too_large`, `truncated` or `damaged`.
    """
    with decoding():
        page = pdf.document[number - 1]
        try:
            placed = placed_image(page, limits, pdf.entries)
            if placed is None:
                return _render(page, limits)
            image, dpi = placed
            square, square_dpi = square_pixels(image, believed_dpi(dpi, image.size), limits)
            return Decoded(np.asarray(square), square_dpi)
        finally:
            page.close()


def _render(page: pdfium.PdfPage, limits: Limits) -> Decoded:
    """Draw a page in grey on white, with its annotations and filled form fields."""
    width_in, height_in = (points / POINTS_PER_INCH for points in page.get_size())
    if not width_in * height_in > 0:
        raise ScanError(Reason.DAMAGED, "The page has no area.")
    dpi = RENDER_DPI
    if width_in * height_in * dpi**2 > limits.max_pixels:
        dpi = 0.99 * math.sqrt(limits.max_pixels / (width_in * height_in))  # 0.99: sides are rounded up
        if dpi < MIN_RENDER_DPI:
            raise ScanError(Reason.TOO_LARGE, f"The page measures {width_in:.0f} x {height_in:.0f} inches.")
    bitmap = page.render(scale=dpi / POINTS_PER_INCH, grayscale=True, fill_color=(255, 255, 255, 255))
    try:
        return Decoded(bitmap.to_numpy(), round(dpi, 1))
    finally:
        bitmap.close()

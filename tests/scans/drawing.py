"""Pages drawn from a seed, and the files they are delivered in."""

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from digitizer.document import Page, ScanFile
from digitizer.scans.decode import Limits, PageFailure, read_pages

LIMITS = Limits()
ALL_FORMATS = ("png", "jpeg", "progressive", "webp", "bmp", "tiff", "lzw", "deflate", "group4", "tiff_jpeg", "pdf")


def drawn(height_px: int = 180, width_px: int = 120, seed: int = 1) -> NDArray[np.uint8]:
    """Draw dark boxes on white paper, heavier towards the top left: no turn of it looks like another."""
    rng = np.random.default_rng(seed)
    page = np.full((height_px, width_px), 255, np.uint8)
    for _ in range(12):
        y, x = (rng.random(2) ** 2 * (0.8 * height_px, 0.8 * width_px)).astype(int)
        page[y : y + height_px // 9, x : x + width_px // 6] = rng.integers(0, 120)
    page[:20, :40] = 0
    return page


def black_and_white(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return pixels that are 0 or 255."""
    return np.where(pixels > 127, 255, 0).astype(np.uint8)


def encoded(image: Image.Image, **options: Any) -> bytes:
    """Return an image as a file."""
    stream = io.BytesIO()
    image.save(stream, **options)
    return stream.getvalue()


def as_format(pixels: NDArray[np.uint8], kind: str) -> bytes:
    """Return a grey page as a file of one of `ALL_FORMATS`."""
    grey = Image.fromarray(pixels)
    options: dict[str, dict[str, Any]] = {
        "png": {"format": "PNG"},
        "jpeg": {"format": "JPEG", "quality": 90},
        "progressive": {"format": "JPEG", "quality": 90, "progressive": True},
        "webp": {"format": "WEBP", "lossless": True},
        "bmp": {"format": "BMP"},
        "tiff": {"format": "TIFF"},
        "lzw": {"format": "TIFF", "compression": "tiff_lzw"},
        "deflate": {"format": "TIFF", "compression": "tiff_adobe_deflate"},
        "group3": {"format": "TIFF", "compression": "group3"},
        "group4": {"format": "TIFF", "compression": "group4"},
        "tiff_jpeg": {"format": "TIFF", "compression": "jpeg", "quality": 90},
        "pdf": {"format": "PDF", "resolution": 150, "quality": 90},
    }
    return encoded(grey.convert("1") if kind in ("group3", "group4") else grey, **options[kind])


def tiff_pages(pages: list[NDArray[np.uint8]]) -> bytes:
    """Return a TIFF of several deflated pages."""
    first, *others = (Image.fromarray(page) for page in pages)
    return encoded(first, format="TIFF", compression="tiff_adobe_deflate", save_all=True, append_images=others)


def pdf_of(image: Image.Image | None, size_pt: tuple[float, float], **canvas: Any) -> tuple[Canvas, io.BytesIO]:
    """Begin a PDF of one page that an image covers; the caller adds to it and saves it."""
    stream = io.BytesIO()
    page = Canvas(stream, pagesize=size_pt, invariant=True, **canvas)
    if image is not None:
        page.drawImage(ImageReader(image), 0, 0, *size_pt)
    return page, stream


def saved(page: Canvas, stream: io.BytesIO) -> bytes:
    """Finish a PDF."""
    page.showPage()
    page.save()
    return stream.getvalue()


def raw_pdf(objects: list[bytes]) -> bytes:
    """Write a PDF of these objects, numbered from 1; the first is the catalogue."""
    data = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer


def image_pdf(
    image: bytes, entries: bytes, matrix: tuple[float, ...], size_pt: tuple[int, int], rotate: int = 0
) -> bytes:
    """Write a PDF of one page with one image: its data, the entries of its dictionary, its placement."""
    content = b"q %s cm /I Do Q" % " ".join(str(number) for number in matrix).encode()
    return raw_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Rotate %d /Contents 4 0 R "
            b"/Resources << /XObject << /I 5 0 R >> >> >>" % (*size_pt, rotate),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
            b"<< /Type /XObject /Subtype /Image %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(image), image),
        ]
    )


def png_header(width_px: int, height_px: int, depth: int, rows: Iterator[bytes]) -> bytes:
    """Write a grey PNG row by row, so that a huge one takes no memory here either."""
    packer = zlib.compressobj(1)
    data = b"".join([packer.compress(b"\0" + row) for row in rows] + [packer.flush()])
    header = struct.pack(">IIBBBBB", width_px, height_px, depth, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def scan_file(folder: Path, data: bytes) -> ScanFile:
    """Put a file into a folder."""
    path = folder / "scan"
    path.write_bytes(data)
    return ScanFile(path, "scan")


def read(folder: Path, data: bytes, limits: Limits = LIMITS) -> list[Page | PageFailure]:
    """Read all pages of a file."""
    return list(read_pages(scan_file(folder, data), None, limits))


def read_one(folder: Path, data: bytes) -> Page:
    """Read the only page of a file."""
    (page,) = read(folder, data)
    assert isinstance(page, Page), page
    return page


def reasons(pages: list[Page | PageFailure]) -> list[str]:
    """Return the reason of each failure, an empty text for each page that was read."""
    return [page.reason if isinstance(page, PageFailure) else "" for page in pages]


def difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Return the mean absolute difference of two pages of the same shape, in grey levels."""
    assert one.shape == other.shape
    return float(np.abs(one.astype(int) - other.astype(int)).mean())

"""Which file formats are read, and how to tell them by their first bytes."""

from enum import StrEnum

SNIFF_BYTES = 1024
"""So far into a file a PDF header may stand (PDF 1.7, appendix H, note 13)."""


class ScanFormat(StrEnum):
    """A format that is read; the value is Pillow's name for it where Pillow reads it."""

    PNG = "PNG"
    JPEG = "JPEG"
    TIFF = "TIFF"
    WEBP = "WEBP"
    BMP = "BMP"
    PDF = "PDF"


SCAN_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".webp", ".bmp", ".dib", ".pdf"},
)
"""Lower-case suffixes of files that are meant to be scans."""

OTHER_IMAGE_SUFFIXES = frozenset(
    {".heic", ".heif", ".avif", ".jxl", ".jp2", ".j2k", ".jpx", ".gif", ".djvu", ".jb2", ".jbig2"}
    | {".pbm", ".pgm", ".ppm", ".pnm", ".pcx", ".dcx", ".psd", ".dng", ".eps", ".ps"},
)
"""Suffixes of images that cannot be read: they fail instead of being skipped: somebody may wait for their values."""

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", ScanFormat.PNG),
    (b"\xff\xd8\xff", ScanFormat.JPEG),
    (b"II*\x00", ScanFormat.TIFF),
    (b"MM\x00*", ScanFormat.TIFF),
    (b"II+\x00", ScanFormat.TIFF),
    (b"MM\x00+", ScanFormat.TIFF),
)
_BMP_HEADER_SIZES = frozenset({12, 16, 40, 52, 56, 64, 108, 124})


def has_scan_suffix(name: str) -> bool:
    """Tell whether a file is to be opened for its name alone, that of a scan or of an image that will fail."""
    stem, _, suffix = name.rpartition(".")
    return bool(stem) and f".{suffix.lower()}" in SCAN_SUFFIXES | OTHER_IMAGE_SUFFIXES


def sniff(head: bytes) -> ScanFormat | None:
    """Tell the format of a file by its first `SNIFF_BYTES` bytes, None if it is none of those that are read."""
    for magic, scan_format in _MAGIC:
        if head.startswith(magic):
            return scan_format
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return ScanFormat.WEBP
    # "BM" alone begins many a text.
    if head.startswith(b"BM") and head[6:10] == bytes(4) and head[14:18] != b"" and _bmp_header_size(head):
        return ScanFormat.BMP
    return ScanFormat.PDF if b"%PDF-" in head[:SNIFF_BYTES] else None


def _bmp_header_size(head: bytes) -> bool:
    return int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES

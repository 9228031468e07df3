"""Opening a scan: what stands in the file, and its pages one by one, in grey.

The bytes of a file are read once and serve for its hash and for decoding. What is wrong with the file as a whole is
raised; what is wrong with one page comes in its place, and the pages after it are read.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from digitizer.document import Page, ScanFile
from digitizer.errors import ScanError
from digitizer.scans.content import read_scan
from digitizer.scans.decoding import Decoded
from digitizer.scans.formats import ScanFormat, sniff
from digitizer.scans.limits import Limits
from digitizer.scans.raster import decode_raster, decode_tiff
from digitizer.scans.reasons import Reason
from digitizer.scans.tiff import at_directory, directories

__all__ = ["FileInfo", "Limits", "PageFailure", "inspect", "read_pages"]


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What stands in a file; `sha256` is of its bytes, hexadecimal."""

    sha256: str
    format: ScanFormat
    pages: int


@dataclass(frozen=True, slots=True)
class PageFailure:
    """A page that cannot be decoded: its 1-based number, and a `Reason` why."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Scan:
    """An open file; `decode` takes a 1-based page number."""

    pages: int
    decode: Callable[[int], Decoded]


def inspect(file: ScanFile, limits: Limits) -> FileInfo:
    """Look into a file without decoding its pages.

    Raises
    ------
    ScanError
        If no page can be had of the file; its `reason` is a `Reason`, its `sha256` empty if the bytes could not be had.
    """
    data = read_scan(file, limits.max_bytes)
    digest = hashlib.sha256(data).hexdigest()
    try:
        scan_format = _format(data)
        with _open(data, scan_format, limits) as scan:
            return FileInfo(digest, scan_format, scan.pages)
    except ScanError as error:
        raise ScanError(error.reason, str(error), digest) from error


def read_pages(
    file: ScanFile, numbers: Sequence[int] | None, limits: Limits, sha256: str | None = None
) -> Iterator[Page | PageFailure]:
    """Decode pages of a file, one at a time.

    Parameters
    ----------
    numbers
        1-based, in any order; None for all pages.
    sha256
        What `inspect` said: the file must still be the same.

    Yields
    ------
    Page or PageFailure
        In page order. `Page.pixels` cannot be written to.

    Raises
    ------
    ScanError
        If no page can be had of the file, `changed` if it is no longer the one that was inspected.
    """
    data = read_scan(file, limits.max_bytes)
    digest = hashlib.sha256(data).hexdigest()
    if sha256 is not None and digest != sha256:
        raise ScanError(Reason.CHANGED)
    with _open(data, _format(data), limits) as scan:
        for number in sorted(set(numbers)) if numbers is not None else range(1, scan.pages + 1):
            try:
                if not 1 <= number <= scan.pages:
                    raise ScanError(Reason.CHANGED, f"There is no page {number}.")
                decoded = scan.decode(number)
            except ScanError as error:
                yield PageFailure(number, error.reason)
            else:
                decoded.pixels.flags.writeable = False
                yield Page(file.name, number, decoded.pixels, decoded.dpi, digest)
                del decoded


def _format(data: bytes) -> ScanFormat:
    scan_format = sniff(data)
    if scan_format is None:
        raise ScanError(Reason.UNKNOWN_FORMAT)
    return scan_format


@contextlib.contextmanager
def _open(data: bytes, scan_format: ScanFormat, limits: Limits) -> Iterator[_Scan]:
    """Open a file for decoding, and check how many pages it has."""
    with contextlib.ExitStack() as stack:
        if scan_format is ScanFormat.TIFF:
            scan = _open_tiff(data, limits)
        elif scan_format is ScanFormat.PDF:
            from digitizer.scans.pdf import decode_pdf_page, open_pdf  # PDFium is loaded when it is needed

            pdf = stack.enter_context(open_pdf(data))
            scan = _Scan(len(pdf.document), lambda number: decode_pdf_page(pdf, number, limits))
        else:
            scan = _Scan(1, lambda _: decode_raster(data, scan_format, limits))
        if not scan.pages:
            raise ScanError(Reason.NO_PAGES)
        limits.check_pages(scan.pages)
        yield scan


def _open_tiff(data: bytes, limits: Limits) -> _Scan:
    pages = directories(data, limits)
    if len(pages) == 1 and pages[0].reason:
        raise ScanError(pages[0].reason)

    def decode(number: int) -> Decoded:
        page = pages[number - 1]
        if page.reason:
            raise ScanError(page.reason)
        return decode_tiff(at_directory(data, page.offset), limits)

    return _Scan(len(pages), decode)

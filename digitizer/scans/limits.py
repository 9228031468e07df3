"""How large a scan may be: bounds against files that are made, or broken, to exhaust the machine."""

from dataclasses import dataclass

from digitizer.errors import ScanError
from digitizer.scans.reasons import Reason

SETTLE_S = 3.0
"""A file that was changed less than this ago may still be written: a feeder delivers a page in a second or two."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of what is decoded.

    Attributes
    ----------
    max_pixels
        Per page. The default holds an A3 page at 600 dpi, and keeps what decodes it below 1.5 GB.
    max_pages
        Per file.
    max_bytes
        Per file; a file is held in memory as a whole, a TIFF of several pages twice.
    """

    max_pixels: int = 140_000_000
    max_pages: int = 1000
    max_bytes: int = 256 << 20

    def check_pixels(self, width_px: int, height_px: int) -> None:
        """Raise `ScanError` (`too_large`) if a page of this size is beyond the bounds."""
        if width_px * height_px > self.max_pixels:
            raise ScanError(Reason.TOO_LARGE, f"{width_px} x {height_px} px are more than {self.max_pixels} px.")

    def check_pages(self, pages: int) -> None:
        """Raise `ScanError` (`too_many_pages`) if a file of so many pages is beyond the bounds."""
        if pages > self.max_pages:
            raise ScanError(Reason.TOO_MANY_PAGES, f"More than {self.max_pages} pages.")

"""QR codes and Code 128 on a page, and the templates that they name."""

from collections.abc import Sequence

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from digitizer.forms.registering.ink import shrunk
from digitizer.forms.template import FormPage

_LENGTH_PX = 1800
"""Longer side to which pages are reduced: about 150 dpi on A4, 2.4 px for a module of 0.4 mm."""


def read_codes(pixels: NDArray[np.uint8]) -> tuple[str, ...]:
    """Read all QR codes and Code 128 on a page (H, W) uint8, whichever way they lie."""
    factor = max(pixels.shape) / _LENGTH_PX
    if factor > 1:
        pixels = shrunk(pixels, factor)
    return tuple(str(code.text) for code in barcodes(pixels, shrink=False))


def barcodes(pixels: NDArray[np.uint8], *, shrink: bool) -> list[zxingcpp.Barcode]:
    """Find the QR codes and Code 128 in an image (H, W) uint8; with `shrink` it is also tried at smaller sizes."""
    formats = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128])
    return list(zxingcpp.read_barcodes(pixels, formats=formats, try_downscale=shrink))


def named(pages: Sequence[FormPage], codes: Sequence[str]) -> list[FormPage]:
    """Give the templates whose code is among those that were read; `*` at a code's end stands for anything."""
    return [page for page in pages if page.code is not None and any(_matches(page.code, code) for code in codes)]


def _matches(pattern: str, code: str) -> bool:
    return code.startswith(pattern[:-1]) if pattern.endswith("*") else code == pattern

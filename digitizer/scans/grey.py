"""Any Pillow image to grey on white paper, the right way up.

Grey is luma (0.299 R + 0.587 G + 0.114 B). The largest of R, G and B would make coloured drop-out boxes vanish, but
boxes have to be found on the page first, and a blue pen would pale with them; luma keeps both, and it is what a
colour JPEG stores, so that its colours need not be decoded at all.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image

from digitizer.errors import ScanError
from digitizer.scans.reasons import Reason

TRANSPOSE_OF_ORIENTATION = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What to do to pixels of an EXIF or TIFF orientation (TIFF 6.0, p. 36); 1 needs nothing."""


BAND_PX = 4 << 20
"""So many pixels are converted at a time: what lies between colours and grey takes up to 7 bytes for each."""


def to_grey(image: Image.Image) -> Image.Image:
    """Return an image in mode L, paper 255: transparent parts show white paper, 16 bits keep their upper 8.

    Needs a byte a pixel besides the image itself, and some for a band of it. An opaque image in mode L is returned as
    it is.

    Raises
    ------
    ScanError
        `damaged`, if the pixels have no defined white (32-bit integers, floating point).
    """
    if image.mode in ("I", "F"):
        raise ScanError(Reason.DAMAGED, "Its pixels are neither 1, 2, 4, 8 nor 16 bits deep.")
    if image.mode == "L" and not image.has_transparency_data:
        return image
    return in_bands(image.size, lambda top, bottom: _band_to_grey(image.crop((0, top, image.width, bottom))))


def in_bands(size_px: tuple[int, int], band: Callable[[int, int], Image.Image]) -> Image.Image:
    """Put a page in mode L together of bands, each made when it is needed.

    Parameters
    ----------
    size_px
        (width, height).
    band
        Returns the rows from the first number to before the second, in mode L.
    """
    width_px, height_px = size_px
    grey = Image.new("L", size_px)
    rows = max(1, BAND_PX // width_px)
    for top in range(0, height_px, rows):
        grey.paste(band(top, min(top + rows, height_px)), (0, top))
    return grey


def _band_to_grey(image: Image.Image) -> Image.Image:
    if image.has_transparency_data and not image.mode.startswith("I"):
        return _on_white(image)
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("YCbCr", "LAB"):
        return image.getchannel(0)
    return image.convert("L")


def _on_white(image: Image.Image) -> Image.Image:
    colours = image.convert({"La": "LA", "LA": "LA"}.get(image.mode, "RGBA"))
    page = Image.new("L", image.size, 255)
    page.paste(colours.convert("L"), mask=colours.getchannel("A"))
    return page

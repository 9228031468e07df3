"""Any Pillow image to grey on white paper, the right way up.

Grey is luma (0.299 R + 0.587 G + 0.114 B). The largest of R, G and B would make coloured drop-out boxes vanish, but
boxes have to be found on the page first, and a blue pen would pale with them; luma keeps both, and it is what a
colour JPEG stores, so that its colours need not be decoded at all.
"""

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


def to_grey(image: Image.Image) -> Image.Image:
    """Return an image in mode L, paper 255: transparent parts show white paper, 16 bits keep their upper 8.

    Raises
    ------
    ScanError
        `damaged`, if the pixels have no defined white (32-bit integers, floating point).
    """
    if image.has_transparency_data and not image.mode.startswith("I"):
        return _on_white(image)
    if image.mode == "L":
        return image
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("YCbCr", "LAB"):
        return image.getchannel(0)
    if image.mode in ("I", "F"):
        raise ScanError(Reason.DAMAGED, "Its pixels are neither 1, 2, 4, 8 nor 16 bits deep.")
    return image.convert("L")


def _on_white(image: Image.Image) -> Image.Image:
    colours = image.convert({"La": "LA", "LA": "LA"}.get(image.mode, "RGBA"))
    page = Image.new("L", image.size, 255)
    page.paste(colours.convert("L"), mask=colours.getchannel("A"))
    return page

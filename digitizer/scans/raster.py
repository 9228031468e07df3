"""One image out of a PNG, JPEG, TIFF, WebP or BMP.

Pillow decodes all of them: for an A4 page at 300 dpi it takes as long as OpenCV (both use libjpeg-turbo), and it can
tell that a file is truncated where OpenCV returns a page that is grey below the cut.
"""

import contextlib
import io
import struct

import numpy as np
from PIL import Image, ImageOps
from PIL.TiffImagePlugin import TiffImageFile

from digitizer.errors import ScanError
from digitizer.scans.decoding import Decoded, decoding
from digitizer.scans.formats import ScanFormat
from digitizer.scans.grey import TRANSPOSE_OF_ORIENTATION, to_grey
from digitizer.scans.jpeg import sealed_jpeg
from digitizer.scans.libtiff import heeding_libtiff
from digitizer.scans.limits import Limits
from digitizer.scans.png import check_png
from digitizer.scans.reasons import Reason
from digitizer.scans.resolution import believed_dpi, square_pixels

_ORIENTATION, _COMPRESSION, _PHOTOMETRIC = 274, 259, 262
_UNCOMPRESSED, _WHITE_IS_ZERO = 1, 0
_OFFSETS_AND_COUNTS = ((273, 279), (324, 325))
"""Tags of strips, and of tiles."""
_ROUNDED_UP_BYTES = 3
"""Writers pad a strip's byte count to a word, and end the file without the padding."""
WEBP_SHARE = 3
"""A WebP may have a third of the pixels of other pages: its decoder takes 16 bytes a pixel, others at most 5 to 8."""

_NO_WEBP_ENDS_SO = bytes(64)
"""What a copy that broke off fills a file up with, and its decoder takes for pixels."""


def decode_raster(data: bytes, scan_format: ScanFormat, limits: Limits) -> Decoded:
    """Decode a PNG, JPEG, WebP or BMP; of an animation the first picture.

    Raises
    ------
    ScanError
        `too_large`, `truncated` or `damaged`.
    """
    if scan_format is ScanFormat.PNG:
        check_png(data)
    elif scan_format is ScanFormat.JPEG:
        data = sealed_jpeg(data)
    elif scan_format is ScanFormat.WEBP and data.endswith(_NO_WEBP_ENDS_SO):
        raise ScanError(Reason.TRUNCATED)
    with decoding(), Image.open(io.BytesIO(data), formats=[scan_format.value]) as image:
        if scan_format is ScanFormat.WEBP:
            limits.check_pixels(image.width, image.height * WEBP_SHARE)
        _load(image, limits)
        orientation = _orientation(image)  # not before: Pillow decodes a PNG to look for it
        grey = _grey(image)
        if orientation in TRANSPOSE_OF_ORIENTATION:
            grey = grey.transpose(TRANSPOSE_OF_ORIENTATION[orientation])
        return _decoded(grey, image.info.get("dpi"), orientation, limits)


def decode_tiff(stream: io.BytesIO, limits: Limits) -> Decoded:
    """Decode the first page of a TIFF; raises as `decode_raster` does."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    with decoding(), Image.open(stream, formats=[ScanFormat.TIFF.value]) as image:
        if not isinstance(image, TiffImageFile):
            raise ScanError(Reason.DAMAGED)
        _check_strips(image, size)
        orientation = _orientation(image)
        white_is_zero = image.tag_v2.get(_PHOTOMETRIC) == _WHITE_IS_ZERO
        with heeding_libtiff():
            _load(image, limits)  # Pillow turns a TIFF by its orientation
        grey = _grey(image)
        if white_is_zero and image.mode.startswith("I;16"):  # and inverts all depths but this one
            grey = ImageOps.invert(grey)
        return _decoded(grey, image.info.get("dpi"), orientation, limits)


def decode_embedded_jpeg(data: bytes, limits: Limits) -> Image.Image:
    """Decode a JPEG that is part of another file, which states orientation and resolution; mode L."""
    with decoding(), Image.open(io.BytesIO(sealed_jpeg(data)), formats=[ScanFormat.JPEG.value]) as image:
        _load(image, limits)
        return _grey(image)


def _load(image: Image.Image, limits: Limits) -> None:
    limits.check_pixels(*image.size)
    image.draft("L", None)  # of a colour JPEG only the luma is decoded
    image.load()


def _grey(image: Image.Image) -> Image.Image:
    """Return a loaded image in grey, and let go of its colours: they take four times the memory."""
    grey = to_grey(image)
    if grey is not image:
        image.close()
    return grey


def _decoded(grey: Image.Image, stated_dpi: object, orientation: int, limits: Limits) -> Decoded:
    """Make a page of an image that is the right way up; `stated_dpi` is from before it was turned."""
    if orientation in (5, 6, 7, 8) and isinstance(stated_dpi, tuple):
        stated_dpi = stated_dpi[::-1]
    square, dpi = square_pixels(grey, believed_dpi(stated_dpi, grey.size), limits)
    return Decoded(np.asarray(square), dpi)


def _orientation(image: Image.Image) -> int:
    """Return the EXIF or TIFF orientation, 1 if there is none; metadata that make no sense do not condemn a page."""
    with contextlib.suppress(SyntaxError, OSError, ValueError, LookupError, TypeError, EOFError, struct.error):
        orientation = image.getexif().get(_ORIENTATION, 1)
        return orientation if orientation in TRANSPOSE_OF_ORIENTATION else 1
    return 1


def _check_strips(image: TiffImageFile, size: int) -> None:
    """Refuse compressed data that end outside the file: some decoders of libtiff fill the rest with white."""
    tags = image.tag_v2
    if tags.get(_COMPRESSION, _UNCOMPRESSED) == _UNCOMPRESSED:
        return  # Pillow's own decoder notices
    for offsets, counts in _OFFSETS_AND_COUNTS:
        for offset, count in zip(tags.get(offsets, ()), tags.get(counts, ()), strict=False):
            if offset + count > size + _ROUNDED_UP_BYTES:
                raise ScanError(Reason.TRUNCATED)

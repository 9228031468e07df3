"""The image of a scanned PDF page, at its own resolution, instead of a drawing of the page.

Taken if it is all there is to see: one opaque image over the whole page, square to it, and nothing visible above it
(invisible text of a recognition layer may be there). Taking it is 2 to 6 times as fast as drawing the page, and
resamples nothing. A JPEG is decoded from its own bytes, which shows whether it is truncated; PDFium decodes the rest.
"""

import ctypes
import math
import re
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from digitizer.errors import ScanError
from digitizer.scans.grey import in_bands, to_grey
from digitizer.scans.limits import Limits
from digitizer.scans.raster import decode_embedded_jpeg
from digitizer.scans.reasons import Reason

POINTS_PER_INCH = 72
COVERING_TOLERANCE = 0.02
"""How far, as a part of the page, an image's edge may lie from the page's: rounding, and a scanner's trim."""
SQUARE_TOLERANCE = 1e-3
"""How far an image may be turned against the page: 2 px over the width of an A4 page at 300 dpi."""
MAX_OBJECTS_BELOW = 20
"""A page of more visible objects than this below its image was not made by a scanner."""

_UNSEEN_ANNOTATIONS = frozenset({pdfium_c.FPDF_ANNOT_LINK, pdfium_c.FPDF_ANNOT_POPUP})
_JPEG_COLOUR_SPACES = frozenset(
    {
        pdfium_c.FPDF_COLORSPACE_DEVICEGRAY,
        pdfium_c.FPDF_COLORSPACE_DEVICERGB,
        pdfium_c.FPDF_COLORSPACE_CALGRAY,
        pdfium_c.FPDF_COLORSPACE_CALRGB,
        pdfium_c.FPDF_COLORSPACE_ICCBASED,
    }
)
_DECODE_ENTRY = re.compile(rb"/Decode(?!Parms)")
_MASK_ENTRY = re.compile(rb"/S?Mask\b(?!\s*/None)")

_TRANSPOSE_OF_AXES = {
    # Where the image's rows run, and where its columns run, on the page as it is shown: (right, down).
    ((1, 0), (0, 1)): None,
    ((-1, 0), (0, 1)): Image.Transpose.FLIP_LEFT_RIGHT,
    ((-1, 0), (0, -1)): Image.Transpose.ROTATE_180,
    ((1, 0), (0, -1)): Image.Transpose.FLIP_TOP_BOTTOM,
    ((0, 1), (1, 0)): Image.Transpose.TRANSPOSE,
    ((0, 1), (-1, 0)): Image.Transpose.ROTATE_270,
    ((0, -1), (1, 0)): Image.Transpose.ROTATE_90,
    ((0, -1), (-1, 0)): Image.Transpose.TRANSVERSE,
}


@dataclass(frozen=True, slots=True)
class ImageEntries:
    """Which entries PDFium does not tell of stand in the image dictionaries of a document.

    Attributes
    ----------
    decode
        Values may mean other colours than usual.
    mask
        An image may be transparent in part.
    """

    decode: bool
    mask: bool


def image_entries(data: bytes) -> ImageEntries:
    """Look through the bytes of a PDF: the dictionary of an image is never compressed or encrypted."""
    return ImageEntries(_DECODE_ENTRY.search(data) is not None, _MASK_ENTRY.search(data) is not None)


def placed_image(
    page: pdfium.PdfPage, limits: Limits, entries: ImageEntries
) -> tuple[Image.Image, tuple[float, float]] | None:
    """Return the image that a page consists of, None if it does not consist of one.

    Parameters
    ----------
    entries
        Of the document.

    Returns
    -------
    image, dpi
        Mode L, turned as the page shows it; (horizontal, vertical) resolution.

    Raises
    ------
    ScanError
        `too_large`; `truncated` or `damaged` if the image is there and cannot be decoded.
    """
    image = _only_image(page)
    axes = _axes(image, page.get_rotation()) if image else None
    if image is None or axes is None:
        return None
    size_px = image.get_px_size()
    limits.check_pixels(*size_px)  # first of all: what follows may decode the image
    if entries.mask or not _is_opaque(image):
        return None
    grey = _decode(image, limits, plain_jpegs=not entries.decode)
    if grey.size != size_px:
        return None
    x_dpi, y_dpi = _resolution(image, size_px)
    transpose = _TRANSPOSE_OF_AXES[axes]
    if transpose is not None:
        grey = grey.transpose(transpose)
    return grey, ((x_dpi, y_dpi) if axes[0][0] else (y_dpi, x_dpi))


def _only_image(page: pdfium.PdfPage) -> pdfium.PdfImage | None:
    """Return the image that hides or is all there is on the page, None if there is none, or more to see."""
    if _has_visible_annotation(page):
        return None
    top: pdfium.PdfObject | None = None
    below = 0
    for item in page.get_objects():
        if _is_visible(item):
            # What lies below a covering image is hidden, as the white rectangle that some programs draw first.
            if isinstance(top, pdfium.PdfImage) or below > MAX_OBJECTS_BELOW:
                return None
            top, below = item, below + 1
    if not isinstance(top, pdfium.PdfImage) or top.level or not _covers(top, page):
        return None
    return top


def _is_visible(item: pdfium.PdfObject) -> bool:
    if item.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
        return bool(pdfium_c.FPDFTextObj_GetTextRenderMode(item) != pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE)
    if item.type == pdfium_c.FPDF_PAGEOBJ_PATH:
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        known = pdfium_c.FPDFPath_GetDrawMode(item, fill, stroke)
        return not known or bool(fill.value or stroke.value)
    return bool(item.type != pdfium_c.FPDF_PAGEOBJ_FORM)  # what stands in a form is listed by itself


def _has_visible_annotation(page: pdfium.PdfPage) -> bool:
    for index in range(pdfium_c.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
        try:
            if pdfium_c.FPDFAnnot_GetSubtype(annotation) not in _UNSEEN_ANNOTATIONS:
                return True
        finally:
            pdfium_c.FPDFPage_CloseAnnot(annotation)
    return False


def _covers(image: pdfium.PdfImage, page: pdfium.PdfPage) -> bool:
    """Tell whether an image's edges are the page's edges: nothing of either is lost by taking one for the other."""
    left, bottom, right, top = page.get_bbox()
    slack = COVERING_TOLERANCE * (right - left), COVERING_TOLERANCE * (top - bottom)
    edges = zip(image.get_bounds(), (left, bottom, right, top), (*slack, *slack), strict=True)
    return all(abs(edge - page_edge) <= allowed for edge, page_edge, allowed in edges)


def _is_opaque(image: pdfium.PdfImage) -> bool:
    """Tell whether an image shows all of its pixels as they are: no stencil, no clipping, no blending.

    Raises
    ------
    ScanError
        `damaged`, if PDFium cannot read the image: it would draw an empty page.
    """
    metadata = image.get_metadata()
    if not metadata.bits_per_pixel:
        raise ScanError(Reason.DAMAGED, "The image on the page cannot be decoded.")
    clip = pdfium_c.FPDFPageObj_GetClipPath(image)
    stencil = metadata.colorspace == pdfium_c.FPDF_COLORSPACE_UNKNOWN
    clipped = bool(clip) and pdfium_c.FPDFClipPath_CountPaths(clip) > 0
    return not (stencil or clipped or pdfium_c.FPDFPageObj_HasTransparency(image))


def _axes(image: pdfium.PdfImage, rotation: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return where an image's rows and columns run on the page as it is shown, None if they are not square to it.

    The matrix maps the unit square to the page, y up (PDF 1.7, 8.9.5); `rotation` is the page's, clockwise.
    """
    a, b, c, d, _, _ = image.get_matrix().get()
    columns, rows = (a, -b), (-c, d)
    for _ in range(rotation // 90):
        columns, rows = (-columns[1], columns[0]), (-rows[1], rows[0])
    axes = _axis(columns), _axis(rows)
    return axes if axes in _TRANSPOSE_OF_AXES else None


def _axis(vector: tuple[float, float]) -> tuple[int, int] | None:
    length = math.hypot(*vector)
    if not length or min(abs(part) for part in vector) > SQUARE_TOLERANCE * length:
        return None
    x, y = (round(part / length) for part in vector)
    return x, y


def _resolution(image: pdfium.PdfImage, size_px: tuple[int, int]) -> tuple[float, float]:
    a, b, c, d, _, _ = image.get_matrix().get()
    return size_px[0] * POINTS_PER_INCH / math.hypot(a, b), size_px[1] * POINTS_PER_INCH / math.hypot(c, d)


def _decode(image: pdfium.PdfImage, limits: Limits, plain_jpegs: bool) -> Image.Image:
    plain = plain_jpegs and image.get_metadata().colorspace in _JPEG_COLOUR_SPACES
    if plain and image.get_filters(skip_simple=True) == ["DCTDecode"]:
        return decode_embedded_jpeg(bytes(image.get_data(decode_simple=True)), limits)
    bitmap = image.get_bitmap()
    bitmap.warn_on_close = False  # its memory is not used any more: what is returned is a copy
    try:
        return _bitmap_to_grey(bitmap)
    finally:
        bitmap.close()


def _bitmap_to_grey(bitmap: pdfium.PdfBitmap) -> Image.Image:
    """Return a copy in mode L; colours, as large as memory bears, are not copied but in bands."""
    if bitmap.mode == "BGR":
        colours = bitmap.to_numpy()  # a view
        return in_bands(
            (bitmap.width, bitmap.height),
            lambda top, bottom: Image.fromarray(np.ascontiguousarray(colours[top:bottom, :, ::-1])).convert("L"),
        )
    image = bitmap.to_pil()
    grey = to_grey(image)
    return grey.copy() if grey is image else grey

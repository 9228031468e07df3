"""A picture of a form with its fields drawn onto it in colour, and a legend beside it that names them."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.document import Field, FieldKind
from digitizer.forms.pictures.legend import COLOURS, Shape, draw_legend, legend_font
from digitizer.forms.registering.geometry import project
from digitizer.forms.template import FormField, FormPage

_FIDUCIAL = (220, 20, 60)
_DPI = 130.0
"""Of a form that is drawn without a scan."""
_LONG_PX = (1400, 2200)
"""Shortest and longest long side of the page in the picture."""
_PALE = 0.55
"""How much of the page's ink is left, so that the colours stand out."""

_Sides = tuple[float, float, float, float]
"""Left, top, right, bottom, px."""


def draw_preview(
    page: FormPage,
    *,
    background: NDArray[np.uint8] | None = None,
    to_pixels: NDArray[np.float64] | None = None,
    placed: Sequence[Field] | None = None,
    heading: Sequence[str] = (),
    notes: Mapping[str, str] | None = None,
    first_number: int = 1,
) -> NDArray[np.uint8]:
    """Draw the fields of a page: over the blank form, over white, or over a page that is filled in.

    Parameters
    ----------
    background
        (height, width) uint8, grey: a filled page; without it the template's reference, or white.
    to_pixels
        (3, 3) float64, px of the background <- mm; without it the background spans exactly the page.
    placed
        The fields as they were found on the background, of the same names; drawn instead of those of the template.
    heading
        Lines above the legend, such as the residual and the evidence of the registration.
    notes
        For a field's name, what stands behind it in the legend.
    first_number
        Of the first field: numbers run on over the pages of a form.

    Returns
    -------
    NDArray
        (height, width, 3) uint8, red-green-blue.
    """
    pixels, matrix = _background(page, background, to_pixels)
    found = {field.name: field for field in placed or ()}
    shapes = []
    for number, field in enumerate(page.fields, first_number):
        on_page = found.get(field.name)
        quads = (
            project(matrix, field.quads_mm)
            if on_page is None
            else project(_scale_of(background, pixels), np.array([cell.quad for cell in on_page.cells]))
        )
        text = " ".join(filter(None, [describe(field), (notes or {}).get(field.name, "")]))
        shapes.append(Shape(number, field.name, text, field.kind, quads))
    image = _paled(pixels)
    _draw_marks(image, page, matrix)
    for shape in shapes:
        outline = np.rint(8 * shape.quads).astype(np.int32)
        cv2.polylines(image, list(outline), isClosed=True, color=COLOURS[shape.kind], thickness=2, lineType=16, shift=3)
    _draw_numbers(image, shapes)
    legend = draw_legend(shapes, image.shape[0], [_title(page), *heading])
    return np.ascontiguousarray(np.concatenate([image, legend], axis=1))


def describe(field: FormField) -> str:
    """Say in a few words what a field is."""
    size = {
        FieldKind.COMB: f"{field.columns} cells",
        FieldKind.GRID: f"{field.rows} x {field.columns}",
        FieldKind.BOX: f"{field.digits} digits",
        FieldKind.MARK: "",
    }[field.kind]
    return " ".join(filter(None, [str(field.kind), size]))


def _title(page: FormPage) -> str:
    return f"{page.form}, page {page.number}: {page.width_mm:g} x {page.height_mm:g} mm, {len(page.fields)} fields"


def _background(
    page: FormPage, background: NDArray[np.uint8] | None, to_pixels: NDArray[np.float64] | None
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Return the page that is drawn on, of a fair size, and the matrix px <- mm."""
    pixels = page.reference if background is None else background
    if pixels is None:
        size = round(page.height_mm * _DPI / 25.4), round(page.width_mm * _DPI / 25.4)
        pixels = np.full(size, 255, np.uint8)
    if background is None or to_pixels is None:
        x, y = pixels.shape[1] / page.width_mm, pixels.shape[0] / page.height_mm
        to_pixels = np.array([[x, 0, -0.5], [0, y, -0.5], [0, 0, 1]])
    long = max(pixels.shape)
    factor = min(max(long, _LONG_PX[0]), _LONG_PX[1]) / long
    size = round(pixels.shape[1] * factor), round(pixels.shape[0] * factor)
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    resized = np.asarray(small, np.uint8)
    return resized, _scale_of(pixels, resized) @ to_pixels


def _scale_of(before: NDArray[np.uint8] | None, after: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(3, 3) matrix from px of an image to px of the same, resized; centres of px stay centres."""
    if before is None:
        return np.eye(3)
    y, x = (new / old for new, old in zip(after.shape, before.shape, strict=True))
    return np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2], [0, 0, 1]])


def _paled(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    pale = np.asarray(255 - _PALE * (255.0 - pixels), np.uint8)
    return np.ascontiguousarray(np.repeat(pale[:, :, None], 3, axis=2))


def _draw_marks(image: NDArray[np.uint8], page: FormPage, matrix: NDArray[np.float64]) -> None:
    for mark in page.fiducials:
        corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * mark.size_mm + mark.centre_mm
        outline = np.rint(8 * project(matrix, corners)).astype(np.int32)
        cv2.polylines(image, [outline], isClosed=True, color=_FIDUCIAL, thickness=2, lineType=16, shift=3)
        cv2.polylines(image, [outline[[0, 2]], outline[[1, 3]]], False, _FIDUCIAL, 1, 16, 3)


def _draw_numbers(image: NDArray[np.uint8], shapes: Sequence[Shape]) -> None:
    """Write each field's number on a plate beside it, where the plate hides no other field."""
    from PIL import Image, ImageDraw

    picture = Image.fromarray(image)
    draw = ImageDraw.Draw(picture)
    font = legend_font(round(min(max(image.shape[0] / 90, 12), 20)))
    corners = [shape.quads.reshape(-1, 2) for shape in shapes]
    taken = [(*points.min(axis=0).tolist(), *points.max(axis=0).tolist()) for points in corners]
    for shape, sides in zip(shapes, list(taken), strict=True):
        box = draw.textbbox((0, 0), str(shape.number), font=font)
        width, height = box[2] + 5, box[3] + 3
        left, top, right, bottom = sides
        places = [
            (left - width - 2, top),
            (left, top - height - 2),
            (left, bottom + 2),
            (right + 2, top),
            (left - width / 2, top - height / 2),
        ]
        free = [place for place in places if _is_free((*place, place[0] + width, place[1] + height), taken, image)]
        x, y = free[0] if free else (max(places[-1][0], 0), max(places[-1][1], 0))
        taken.append((x, y, x + width, y + height))
        draw.rectangle((x, y, x + width, y + height), fill=COLOURS[shape.kind])
        draw.text((x + 3, y + 1), str(shape.number), fill=(255, 255, 255), font=font)
    image[:] = np.asarray(picture)


def _is_free(plate: _Sides, taken: Sequence[_Sides], image: NDArray[np.uint8]) -> bool:
    """Tell whether a plate lies on the picture and meets nothing else."""
    left, top, right, bottom = plate
    if left < 0 or top < 0 or right > image.shape[1] or bottom > image.shape[0]:
        return False
    return not any(left < other[2] and other[0] < right and top < other[3] and other[1] < bottom for other in taken)

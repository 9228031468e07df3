"""A template -> a clean PDF of the form: its fields with labels, its title, and marks that it registers itself by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitizer.forms.printing.marks import (
    Sides,
    code_modules,
    code_side_mm,
    code_squares,
    corner_tags,
    mark_sides,
    mark_squares,
)
from digitizer.forms.printing.texts import MM, Text, field_sides, is_free, place_texts
from digitizer.forms.template import Fiducial, FormPage, Template

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_MARGIN_MM = 6.0
"""What printers leave white."""
_LINE_PT = 0.8
_LINE_GREY = 0.25
_CODE_STEP_MM = 5.0
"""Of the places that are tried for a code."""


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """A page as it is printed.

    Attributes
    ----------
    code
        What its QR code says; None where there was no room for one.
    notes
        What had to be left out, and why.
    """

    fiducials: tuple[Fiducial, ...]
    code: str | None
    notes: tuple[str, ...]


def print_form(template: Template) -> tuple[bytes, tuple[PrintedPage, ...]]:
    """Draw a form.

    Fields stand where the template says. Marks of the template are drawn; a page without any gets AprilTags in its
    corners. Its code says what the template says, or `<form>/<version>/<page>`.

    Returns
    -------
    pdf
        The bytes of a PDF.
    pages
        What registers each page: the template does so once it names it (`registered_text`).
    """
    import io

    from reportlab.pdfgen.canvas import Canvas

    file = io.BytesIO()
    first = template.pages[0]
    canvas = Canvas(file, pagesize=(first.width_mm * MM, first.height_mm * MM), invariant=1)
    canvas.setTitle(template.title or template.id)
    printed = [_print_page(canvas, template, page) for page in template.pages]
    canvas.save()
    return file.getvalue(), tuple(printed)


def code_text(template: Template, page: FormPage) -> str:
    """Return what a page's QR code is to say."""
    stated = (page.code or "").removesuffix("*")
    return stated or f"{template.id}/{template.version}/{page.number}"


def _print_page(canvas: "Canvas", template: Template, page: FormPage) -> PrintedPage:
    canvas.setPageSize((page.width_mm * MM, page.height_mm * MM))
    taken = [_grown(field_sides(field), 0.3) for field in page.fields]
    fields = list(taken)
    notes = []
    marks = list(page.fiducials)
    if not marks:
        wanted = corner_tags(page)
        marks = [mark for mark in wanted if is_free(mark_sides(mark), fields, page)]
        notes += [
            f"page {page.number}: {_corner(mark, page)} has no tag: a field is there"
            for mark in wanted
            if mark not in marks
        ]
    taken += [mark_sides(mark) for mark in marks]
    squares = [mark_squares(mark) for mark in marks]
    text = code_text(template, page)
    modules = code_modules(text)
    at = next((place for place in _code_places(page, code_side_mm(modules)) if is_free(place, taken, page)), None)
    if at is None:
        notes.append(f"page {page.number}: there is no room for a QR code")
    else:
        taken.append(at)
        squares.append(code_squares(modules, at[0], at[1]))
    _fill(canvas, page, np.concatenate(squares) if squares else np.empty((0, 4)))
    _draw_frames(canvas, page)
    texts, missing = place_texts(template, page, taken)
    _write(canvas, page, texts)
    notes += [f"page {page.number}: no room for {what}" for what in missing]
    canvas.showPage()
    return PrintedPage(tuple(marks), None if at is None else text, tuple(notes))


def _grown(sides: Sides, by: float) -> Sides:
    return sides[0] - by, sides[1] - by, sides[2] + by, sides[3] + by


def _corner(mark: Fiducial, page: FormPage) -> str:
    x, y = mark.centre_mm
    down = "upper" if y < page.height_mm / 2 else "lower"
    return f"the {down} {'left' if x < page.width_mm / 2 else 'right'} corner"


def _code_places(page: FormPage, side: float) -> Iterator[Sides]:
    """Along the upper edge from the right, then further down."""
    for top in np.arange(_MARGIN_MM - 1, page.height_mm - side, _CODE_STEP_MM):
        for left in np.arange(page.width_mm - _MARGIN_MM - side, _MARGIN_MM, -_CODE_STEP_MM):
            yield float(left), float(top), float(left) + side, float(top) + side


def _fill(canvas: "Canvas", page: FormPage, rectangles: NDArray[np.float64]) -> None:
    canvas.setFillGray(0)
    for left, top, width, height in rectangles.tolist():
        bottom = page.height_mm - top - height
        canvas.rect(left * MM, bottom * MM, width * MM, height * MM, stroke=0, fill=1)


def _draw_frames(canvas: "Canvas", page: FormPage) -> None:
    canvas.setLineWidth(_LINE_PT)
    canvas.setStrokeGray(_LINE_GREY)
    for field in page.fields:
        for quad in field.quads_mm:
            path = canvas.beginPath()
            for index, (x, y) in enumerate(quad.tolist()):
                (path.lineTo if index else path.moveTo)(x * MM, (page.height_mm - y) * MM)
            path.close()
            canvas.drawPath(path)


def _write(canvas: "Canvas", page: FormPage, texts: Sequence[Text]) -> None:
    canvas.setFillGray(0)
    for text in texts:
        canvas.setFont(text.font, text.size * MM)
        canvas.drawString(text.left * MM, (page.height_mm - text.base) * MM, text.text)

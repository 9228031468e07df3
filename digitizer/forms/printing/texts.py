"""Where the title and the labels of a printed form stand: where they hide nothing, smaller if they must be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digitizer.document import FieldKind
from digitizer.forms.printing.marks import Sides
from digitizer.forms.template import FormField, FormPage, Template

_FONT, _BOLD = "Helvetica", "Helvetica-Bold"
_LABEL_MM, _TITLE_MM = 3.4, 6.0
"""Sizes of letters."""
_SMALLEST = 0.55
"""Letters are shrunk to this share where there is little room."""
MM = 72 / 25.4
"""Points per mm."""


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text: where it starts, its base line and its size, mm."""

    text: str
    left: float
    base: float
    size: float
    font: str


def field_sides(field: FormField) -> Sides:
    """Return the extent of a field."""
    points = field.quads_mm.reshape(-1, 2)
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return left, top, right, bottom


def is_free(sides: Sides, taken: Sequence[Sides], page: FormPage) -> bool:
    """Tell whether a place lies on the page and meets nothing that is taken."""
    left, top, right, bottom = sides
    if left < 0 or top < 0 or right > page.width_mm or bottom > page.height_mm:
        return False
    return not any(left < other[2] and other[0] < right and top < other[3] and other[1] < bottom for other in taken)


def place_texts(template: Template, page: FormPage, taken: list[Sides]) -> tuple[list[Text], list[str]]:
    """Place title and labels; also what there is no room for. What is placed is added to `taken`."""
    wanted = [("the title", list(_title_places(template, page)))] if template.title else []
    wanted += [(f"the label of {field.name}", list(_label_places(field))) for field in page.fields if field.label]
    texts, missing = [], []
    for what, places in wanted:
        for text in (
            smaller for share in (1.0, 0.75, _SMALLEST) for place in places if (smaller := _shrunk(place, share))
        ):
            sides = _text_sides(text)
            if is_free(sides, taken, page):
                taken.append(sides)
                texts.append(text)
                break
        else:
            missing.append(what)
    return texts, missing


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a text may stand: `x` is its start, middle or end, as `align` (0, 0.5, 1) says; `middle` its height."""

    text: str
    x: float
    middle: float
    align: float
    size: float
    font: str = _FONT
    above: bool = False


def _title_places(template: Template, page: FormPage) -> Iterator[_Place]:
    text = _encodable(template.title)
    for middle in (12.0, 20.0, 28.0):
        yield _Place(text, page.width_mm / 2, middle, 0.5, _TITLE_MM, _BOLD)
    yield _Place(text, 20.0, 12.0, 0.0, _TITLE_MM, _BOLD)


def _label_places(field: FormField) -> Iterator[_Place]:
    """Beside a field at its left, above it, below it, at its right; for a tick box at its right first."""
    left, top, right, bottom = field_sides(field)
    text, middle = _encodable(field.label), (top + min(bottom, top + 15)) / 2
    beside = _Place(text, left - 2, middle, 1.0, _LABEL_MM)
    behind = _Place(text, right + 2, middle, 0.0, _LABEL_MM)
    above = _Place(text, left, top - 0.8, 0.0, _LABEL_MM, above=True)
    yield from (behind, beside, above) if field.kind is FieldKind.MARK else (beside, above, behind)


def _shrunk(place: _Place, share: float) -> Text:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    size = share * place.size
    width = stringWidth(place.text, place.font, size * MM) / MM
    base = place.middle - 0.25 * size if place.above else place.middle + 0.35 * size
    return Text(place.text, place.x - place.align * width, base, size, place.font)


def _text_sides(text: Text) -> Sides:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    width = stringWidth(text.text, text.font, text.size * MM) / MM
    return text.left, text.base - 0.75 * text.size, text.left + width, text.base + 0.22 * text.size


def _encodable(text: str) -> str:
    """Replace what the built-in fonts of PDF cannot show."""
    return text.encode("cp1252", "replace").decode("cp1252")

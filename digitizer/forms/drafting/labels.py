"""Names of drafted fields: the text printed beside or above them, where a PDF tells it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitizer.document import FieldKind
from digitizer.forms.drafting.field import DraftField

_SPACE = 2.2
"""Pieces of text that are farther apart than this, in heights of their letters, are two labels."""
_BESIDE_MM, _ABOVE_MM = 60.0, 7.0
"""How far from a field its label ends, at most."""
_CLOSER = 8.0
"""A label above counts as if it were so many times farther than one beside, for most forms have labels beside."""
_MAX_NAME = 40
_MAX_LABEL = 60


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of printed text and its extent in mm from the page's top left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """Height of the middle of its letters."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class PdfPage:
    """Width and height of a page of a PDF in mm, and its text."""

    width_mm: float
    height_mm: float
    texts: tuple[Text, ...]


def read_pdf_pages(path: Path) -> list[PdfPage]:
    """Read size and text of all pages of a PDF; text of pages that are shown turned is left out.

    The file must be one that `digitizer.scans` has opened.
    """
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        pages = []
        for index in range(len(document)):
            page = document[index]
            width, height = (size / 72 * 25.4 for size in page.get_size())
            texts = _texts(page) if page.get_rotation() == 0 else ()
            pages.append(PdfPage(width, height, texts))
        return pages


def _texts(page: object) -> tuple[Text, ...]:
    left_pt, _, _, top_pt = page.get_cropbox()  # type: ignore[attr-defined]
    textpage = page.get_textpage()  # type: ignore[attr-defined]
    texts = []
    for index in range(textpage.count_rects()):
        left, bottom, right, top = textpage.get_rect(index)
        text = " ".join(textpage.get_text_bounded(left, bottom, right, top).split())
        if text:
            sides = (left - left_pt, top_pt - top, right - left_pt, top_pt - bottom)
            texts.append(Text(text, *(side / 72 * 25.4 for side in sides)))
    return tuple(texts)


def moved(texts: Sequence[Text], matrix: NDArray[np.float64]) -> list[Text]:
    """Move texts by an affine or projective map, (3, 3) mm <- mm: to their place on the upright page."""
    result = []
    for text in texts:
        corners = np.array([[text.left, text.top, 1], [text.right, text.bottom, 1]]) @ matrix.T
        (left, top), (right, bottom) = corners[:, :2] / corners[:, 2:]
        result.append(replace(text, left=float(left), top=float(top), right=float(right), bottom=float(bottom)))
    return result


def labelled(fields: Sequence[DraftField], texts: Sequence[Text]) -> list[DraftField]:
    """Give each field the label that is printed nearest to it, where there is one."""
    lines = _joined(texts, fields)
    return [replace(field, label=_label(field, fields, lines)[:_MAX_LABEL]) for field in fields]


def named(fields: Sequence[DraftField], taken: set[str] | None = None) -> list[DraftField]:
    """Name fields by their labels, or by their number on the form; no name twice.

    Parameters
    ----------
    taken
        Names of the pages before; the new ones are added.
    """
    taken = set() if taken is None else taken
    result = []
    for field in fields:
        base = slug(field.label)
        name = base or f"field_{len(taken) + 1:02d}"
        number = 2
        while name in taken:
            name, number = f"{base or 'field'}_{number}", number + 1
        taken.add(name)
        result.append(replace(field, name=name))
    return result


def slug(text: str) -> str:
    """Make a name of a label: small letters without accents, digits and `_`, beginning with a letter."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    name = re.sub(r"^[0-9_]+", "", name) if re.search("[a-z]{2}", name) else (f"n_{name}" if name else "")
    return name[:_MAX_NAME].strip("_")


def _joined(texts: Sequence[Text], fields: Sequence[DraftField]) -> list[Text]:
    """Join pieces that stand on one line with no more than a space, and no field, between them."""
    lines: list[Text] = []
    for text in sorted(texts, key=lambda text: (round(text.middle / 1.5), text.left)):
        last = lines[-1] if lines else None
        if last and _belong_together(last, text) and not _parted(last, text, fields):
            lines[-1] = Text(
                f"{last.text} {text.text}",
                min(last.left, text.left),
                min(last.top, text.top),
                max(last.right, text.right),
                max(last.bottom, text.bottom),
            )
        else:
            lines.append(text)
    return [line for line in lines if re.search(r"[^\W_]", line.text)]


def _belong_together(first: Text, second: Text) -> bool:
    height = second.bottom - second.top
    return abs(first.middle - second.middle) < 0.6 * height and -1 < second.left - first.right < _SPACE * height


def _parted(first: Text, second: Text, fields: Sequence[DraftField]) -> bool:
    """Tell whether a field stands between two pieces of a line."""
    return any(
        field.top_mm < second.middle < field.bottom_mm
        and first.right - 0.5 <= field.left_mm
        and field.right_mm <= second.left + 0.5
        for field in fields
    )


def _label(field: DraftField, fields: Sequence[DraftField], lines: Sequence[Text]) -> str:
    """Return the nearest text to the left, above, or for a tick box to the right."""
    candidates = [(*found, line) for line in lines if (found := _distance(field, line)) is not None]
    for distance, line in sorted(((distance, line) for distance, line in candidates), key=lambda pair: pair[0]):
        if distance < float("inf") and not _between(field, line, fields):
            return _whole(field, line, lines)
    return ""


def _distance(field: DraftField, line: Text) -> tuple[float] | None:
    """How far a text is from a field, where it is in the place of a label; above counts more than beside."""
    in_band = field.top_mm - 0.5 <= line.middle <= field.bottom_mm + 0.5
    if field.kind is FieldKind.MARK and in_band and -0.5 <= line.left - field.right_mm <= _BESIDE_MM / 5:
        return (max(line.left - field.right_mm, 0) / 4,)
    if in_band and line.right <= field.left_mm + 0.5:
        away = field.left_mm - line.right
        return (away,) if away <= _BESIDE_MM else None
    above = field.top_mm - line.bottom
    overlaps = line.left < field.right_mm and line.right > field.left_mm
    if overlaps and -0.5 <= above <= _ABOVE_MM:
        return (_CLOSER * max(above, 0),)
    return None


def _between(field: DraftField, line: Text, fields: Sequence[DraftField]) -> bool:
    """Tell whether another field stands between a field and a text, which then is that field's label."""
    middle = (field.top_mm + field.bottom_mm) / 2
    for other in fields:
        if other is field:
            continue
        beside = other.top_mm < middle < other.bottom_mm and line.right <= other.left_mm + 0.5
        if beside and other.right_mm <= field.left_mm + 0.5:
            return True
        above = other.left_mm < field.right_mm and other.right_mm > field.left_mm
        if above and line.bottom <= other.top_mm + 0.5 and other.bottom_mm <= field.top_mm + 0.5:
            return True
    return False


def _whole(field: DraftField, line: Text, lines: Sequence[Text]) -> str:
    """Add the lines of a label that runs over several: those in the field's band that begin where it begins."""
    if line.right > field.left_mm + 0.5:
        return line.text
    parts = [
        other
        for other in lines
        if abs(other.left - line.left) < 2.5
        and field.top_mm - 0.5 <= other.middle <= field.bottom_mm + 0.5
        and other.right <= field.left_mm + 0.5
    ]
    return " ".join(part.text for part in sorted(parts, key=lambda part: part.top)) if len(parts) <= 3 else line.text

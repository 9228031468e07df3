"""Writes a printed form: the PDF, and the template with what the print has added, so that it registers itself."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitizer.forms.drafting.draft_files import REFERENCE_DPI, refuse_to_overwrite, save_png
from digitizer.forms.printing.form import PrintedPage, print_form
from digitizer.forms.template import Fiducial, Template


@dataclass(frozen=True, slots=True)
class PrintSummary:
    """What was printed.

    Attributes
    ----------
    pdf, template, references
        The files that were written; the last two only on request.
    notes
        What had to be left out, and why.
    """

    pdf: Path
    template: Path | None
    references: tuple[Path, ...]
    notes: tuple[str, ...]


def print_files(
    template: Template, source: Path, pdf: Path, *, registered: Path | None = None, force: bool = False
) -> PrintSummary:
    """Print a form, and write its template anew with the marks, the codes and the images of the print.

    Parameters
    ----------
    source
        The template's file; what it says otherwise, and its comments, are kept.
    registered
        Where the new template goes, with `<stem>.png` beside it, or `<stem>.1.png` and on; None for the PDF alone.

    Raises
    ------
    UsageError
        If a file that would be written exists, without `force`.
    """
    stems = [""] if len(template.pages) == 1 else [f".{page.number}" for page in template.pages]
    references = tuple(registered.with_name(f"{registered.stem}{stem}.png") for stem in stems) if registered else ()
    if not force:
        refuse_to_overwrite([pdf, *([registered] if registered else []), *references])
    data, pages = print_form(template)
    pdf.parent.mkdir(parents=True, exist_ok=True)
    pdf.write_bytes(data)
    if registered is not None:
        registered.parent.mkdir(parents=True, exist_ok=True)
        for path, image in zip(references, _rendered(data, template), strict=True):
            save_png(path, image)
        names = [path.name for path in references]
        text = registered_text(source.read_text(encoding="utf-8"), template, pages, names)
        registered.write_text(text, encoding="utf-8")
    return PrintSummary(pdf, registered, references, tuple(note for page in pages for note in page.notes))


def _rendered(pdf: bytes, template: Template) -> list[NDArray[np.uint8]]:
    """Draw the printed pages, (height, width) uint8, spanning exactly the page; as large as an earlier reference."""
    import cv2
    import pypdfium2

    images = []
    with pypdfium2.PdfDocument(pdf) as document:
        for index, page in enumerate(template.pages):
            size = round(page.width_mm / 25.4 * REFERENCE_DPI), round(page.height_mm / 25.4 * REFERENCE_DPI)
            if page.reference is not None:
                size = page.reference.shape[1], page.reference.shape[0]
            drawn = document[index].render(scale=300 / 72, grayscale=True).to_numpy()
            grey = drawn if drawn.ndim == 2 else drawn[:, :, 0]
            images.append(np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8))
    return images


def registered_text(text: str, template: Template, pages: Sequence[PrintedPage], references: Sequence[str]) -> str:
    """Return a template's text with the marks, codes and images of the print; the rest of it is as it was.

    Parameters
    ----------
    text
        Of a template that can be loaded.
    references
        Names of the images, one a page.
    """
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width, yaml.preserve_quotes = 4096, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    data = yaml.load(text)
    many = len(pages) > 1
    scale = _unit_per_mm(str(data.get("unit", "mm")), template)
    marks = [
        _mark(mark, page.number, many, scale)
        for page, printed in zip(template.pages, pages, strict=True)
        for mark in printed.fiducials
    ]
    _put(data, "fiducials", marks)
    _put(data, "code", [page.code for page in pages] if many else pages[0].code)
    _put(data, "reference", list(references) if many else references[0])
    stream = io.StringIO()
    yaml.dump(data, stream)
    return stream.getvalue()


def _unit_per_mm(unit: str, template: Template) -> float:
    page = template.pages[0]
    if unit == "px" and page.reference is not None:
        return float(page.reference.shape[1] / page.width_mm)
    return 1 / 25.4 if unit == "in" else 1.0


def _mark(mark: Fiducial, page: int, many: bool, scale: float) -> Any:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    centre = CommentedSeq([round(scale * x, 4) for x in mark.centre_mm])
    centre.fa.set_flow_style()
    entry = CommentedMap({"kind": str(mark.kind)})
    if mark.tag_id is not None:
        entry["id"] = mark.tag_id
    entry["centre"], entry["size"] = centre, round(scale * mark.size_mm, 4)
    if many:
        entry["page"] = page
    entry.fa.set_flow_style()
    return entry


def _put(data: Any, key: str, value: Any) -> None:
    """Set a key in its place, or before the fields; without a value it goes."""
    if value in (None, []):
        data.pop(key, None)
    elif key in data:
        data[key] = value
    else:
        data.insert(list(data).index("fields"), key, value)

"""From what a template file says to its template: the head, the pages, and everything in its place."""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitizer.document import FieldKind
from digitizer.forms.files.check import checked
from digitizer.forms.files.entries import CheckedField, checked_fiducials, checked_fields, known_fields
from digitizer.forms.files.faults import Faults, KeyPath
from digitizer.forms.files.layout import (
    MisplacedError,
    Ruler,
    check_page,
    mm_per_unit,
    overlap,
    place_fiducial,
    place_field,
    ruler,
    shape,
)
from digitizer.forms.files.named_files import NamedFiles, check_shape
from digitizer.forms.files.rules import cross_rules, field_rules
from digitizer.forms.files.schema import AprilTag, FiducialEntry, FormHead
from digitizer.forms.template import Fiducial, FiducialKind, FormField, FormPage, Template

MAX_OVERLAP = 0.5
"""Of two fields, as a share of the smaller one: more is a field that was copied and not moved."""

_HEAD_STAND_INS = {"digitizer": 1, "form": "unknown", "page": (210.0, 297.0), "fields": ({},)}


def build_template(data: dict[str, Any], raw: bytes, files: NamedFiles, faults: Faults) -> Template | None:
    """Check all that a file says, and build its template.

    Parameters
    ----------
    data
        What the file says.
    raw
        Its bytes.

    Returns
    -------
    Template or None
        None if anything was added to `faults`.
    """
    head = checked(FormHead, data, (), faults, stand_ins=_HEAD_STAND_INS)
    if head is None:
        return None
    page_mm = _page_size(head, faults)
    references = _references(head, page_mm, files, faults)
    fields = checked_fields(_listed(data, "fields"), faults)
    fiducials = checked_fiducials(_listed(data, "fiducials"), faults)
    count = _page_count(data, fields, fiducials, faults)
    rulers = _rulers(head, page_mm, references, count, faults)
    placed = _placed_fields(fields, rulers, page_mm, files, faults)
    marks = _placed_fiducials(fiducials, rulers, page_mm, faults)
    laws = cross_rules(_listed(data, "rules"), known_fields(_listed(data, "fields")), faults)
    if faults or page_mm is None:
        return None
    pages = tuple(
        FormPage(
            form=head.form,
            number=number,
            width_mm=page_mm[0],
            height_mm=page_mm[1],
            fields=tuple(field for page, field in placed if page == number),
            fiducials=tuple(mark for page, mark in marks if page == number),
            code=_of_page(head.code, number),
            reference=references.get(number),
            rules=tuple(law for page, law in laws if page == number),
        )
        for number in range(1, count + 1)
    )
    sha256 = hashlib.sha256(b"".join([raw, *files.contents])).hexdigest()
    return Template(head.form, head.version, head.title, pages, sha256)


def _listed(data: dict[str, Any], key: str) -> tuple[Any, ...]:
    value = data.get(key)
    return value if isinstance(value, tuple) else ()


def _of_page(texts: tuple[str | None, ...] | None, number: int) -> str | None:
    return texts[number - 1] if texts is not None and number <= len(texts) else None


def _page_size(head: FormHead, faults: Faults) -> tuple[float, float] | None:
    """Return the size of the pages, mm; None if the file says it wrongly."""
    if faults.within(("page",)) or faults.within(("unit",)):
        return None
    scale = mm_per_unit(head.unit)
    width_mm, height_mm = head.page[0] * scale, head.page[1] * scale
    try:
        check_page(width_mm, height_mm)
    except MisplacedError as error:
        faults.add(("page",), str(error))
        return None
    return width_mm, height_mm


def _references(
    head: FormHead, page_mm: tuple[float, float] | None, files: NamedFiles, faults: Faults
) -> dict[int, NDArray[np.uint8]]:
    """Read the blank pages, by page number."""
    images: dict[int, NDArray[np.uint8]] = {}
    for index, name in enumerate(head.reference or ()):
        if name is None:
            continue
        try:
            image = files.image(name)
            if page_mm is not None:
                check_shape(image, page_mm, name)
            images[index + 1] = image
        except ValueError as error:
            faults.add(("reference", index), str(error))
    return images


def _page_count(
    data: dict[str, Any],
    fields: list[CheckedField],
    fiducials: list[tuple[KeyPath, FiducialEntry]],
    faults: Faults,
) -> int:
    """Return how many pages the form has: as many as are listed, otherwise as its fields are on."""
    listed = {key: len(_listed(data, key)) for key in ("reference", "code") if isinstance(data.get(key), tuple)}
    entries = [(field.path, field.entry.page) for field in fields if field.entry]
    entries += [(path, entry.page) for path, entry in fiducials]
    if len(set(listed.values())) > 1:
        text = f"lists {listed['code']} pages, `reference` {listed['reference']}; list each in both, null for none"
        faults.add(("code",), text)
    if not listed:
        return max((page for _, page in entries), default=1)
    key, count = next(iter(listed.items()))
    for path, page in entries:
        if page > count:
            faults.add(
                (*path, "page"), f"there is no page {page}: `{key}` lists {count} (null stands for a page without)"
            )
    return count


def _rulers(
    head: FormHead,
    page_mm: tuple[float, float] | None,
    references: dict[int, NDArray[np.uint8]],
    count: int,
    faults: Faults,
) -> dict[int, Ruler]:
    """Return how lengths of each page become mm; without what the file says wrongly."""
    rulers: dict[int, Ruler] = {}
    if page_mm is None:
        return rulers
    for number in range(1, count + 1):
        measure = ruler(head.unit, page_mm, references.get(number))
        if measure is not None:
            rulers[number] = measure
        elif not faults.within(("reference",)):
            text = f"px are counted on the image of the blank form, and page {number} has none; name it as `reference`"
            faults.add(("unit",), text)
    return rulers


def _placed_fields(
    fields: list[CheckedField],
    rulers: dict[int, Ruler],
    page_mm: tuple[float, float] | None,
    files: NamedFiles,
    faults: Faults,
) -> list[tuple[int, FormField]]:
    """Put all fields onto their pages; each comes with its page number."""
    placed: list[tuple[int, FormField]] = []
    for field in fields:
        rules = field_rules(field.rules, field.digits, (*field.path, "rules"), faults, files)
        entry = field.entry
        if entry is None or page_mm is None or entry.page not in rulers:
            continue
        try:
            quads = place_field(entry, rulers[entry.page], page_mm)
        except MisplacedError as error:
            faults.add((*field.path, error.key), str(error))
            continue
        quads.flags.writeable = False
        rows, columns = shape(entry)
        made = FormField(
            entry.name,
            FieldKind(entry.kind),
            rows,
            columns,
            quads,
            field.digits or 1,
            entry.label,
            entry.required,
            rules,
        )
        under = next((name for page, name in _under(made, placed) if page == entry.page), None)
        if under is not None:
            faults.add((*field.path, "at"), f"lies on the field `{under}`; move one of the two")
        placed.append((entry.page, made))
    return placed


def _under(field: FormField, placed: list[tuple[int, FormField]]) -> list[tuple[int, str]]:
    return [(page, other.name) for page, other in placed if overlap(field.quads_mm, other.quads_mm) > MAX_OVERLAP]


def _placed_fiducials(
    entries: list[tuple[KeyPath, FiducialEntry]],
    rulers: dict[int, Ruler],
    page_mm: tuple[float, float] | None,
    faults: Faults,
) -> list[tuple[int, Fiducial]]:
    placed: list[tuple[int, Fiducial]] = []
    for path, entry in entries:
        if page_mm is None or entry.page not in rulers:
            continue
        try:
            centre_mm, size_mm = place_fiducial(entry, rulers[entry.page], page_mm)
        except MisplacedError as error:
            faults.add((*path, error.key), str(error))
            continue
        tag = entry.id if isinstance(entry, AprilTag) else None
        placed.append((entry.page, Fiducial(FiducialKind(entry.kind), centre_mm, size_mm, tag)))
    return placed

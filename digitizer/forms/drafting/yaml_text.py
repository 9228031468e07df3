"""A draft as the text of a template: what a person likes to edit."""

import json
import re
from collections.abc import Sequence

from digitizer.document import FieldKind
from digitizer.forms.drafting.field import DraftField
from digitizer.forms.drafting.fields import DraftPage
from digitizer.forms.template import Fiducial, FiducialKind

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ()./_-]*")
_RESERVED = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}

HEAD = """\
# yaml-language-server: $schema={schema}
#
# A draft: {count} fields, numbered as in {preview}.
# Delete the lines of those that are none, name the others as they shall be called in the results, and say what they
# may hold (docs/templates.md).{notes}
"""


def template_text(
    form: str,
    title: str,
    pages: Sequence[DraftPage],
    references: Sequence[str],
    *,
    schema: str,
    preview: str,
    notes: Sequence[str] = (),
) -> str:
    """Write a template.

    Parameters
    ----------
    form, title
        Id and title of the template.
    references
        Names of the images of the blank pages, one a page.
    schema
        Where the JSON schema lies.
    preview
        Name of the picture that shows the numbers.
    """
    many = len(pages) > 1
    said = "".join(f"\n# {note}" for note in notes)
    lines = [HEAD.format(schema=schema, count=sum(len(page.fields) for page in pages), preview=preview, notes=said)]
    lines += ["digitizer: 1", f"form: {form}", "version: 1", f"title: {_scalar(title)}", "unit: mm"]
    lines += [f"page: [{_number(pages[0].width_mm)}, {_number(pages[0].height_mm)}]"]
    lines += [_one_or_list("reference", references, many)]
    if any(page.code for page in pages):
        lines += [_one_or_list("code", [page.code for page in pages], many)]
    marks = [f"  - {_fiducial(mark, page.number, many)}" for page in pages for mark in page.fiducials]
    lines += ["", "fiducials:", *marks] if marks else []
    lines += ["", "fields:"]
    number = 0
    for page in pages:
        lines += [f"  # page {page.number}"] if many else []
        for field in page.fields:
            number += 1
            lines.append(f"  - {_field(field, page.number, many)}  # {number}{_doubt(field)}")
    return "\n".join(lines) + "\n"


def _one_or_list(key: str, values: Sequence[str | None], many: bool) -> str:
    scalars = ["null" if value is None else _scalar(value) for value in values]
    return f"{key}: [{', '.join(scalars)}]" if many else f"{key}: {scalars[0]}"


def _fiducial(mark: Fiducial, page: int, many: bool) -> str:
    tag = f", id: {mark.tag_id}" if mark.kind is FiducialKind.APRILTAG else ""
    at = f"[{_number(mark.centre_mm[0])}, {_number(mark.centre_mm[1])}]"
    on_page = f", page: {page}" if many else ""
    return f"{{kind: {mark.kind}{tag}, centre: {at}, size: {_number(mark.size_mm)}{on_page}}}"


def _field(field: DraftField, page: int, many: bool) -> str:
    sides = (field.left_mm, field.top_mm, field.width_mm, field.height_mm)
    entries = [f"name: {_scalar(field.name)}", f"kind: {field.kind}"]
    entries += [f"page: {page}"] if many else []
    entries += [f"at: [{', '.join(_number(side) for side in sides)}]"]
    entries += {
        FieldKind.COMB: [f"cells: {field.columns}"],
        FieldKind.GRID: [f"rows: {field.rows}", f"columns: {field.columns}"],
        FieldKind.BOX: [f"digits: {field.digits}"],
        FieldKind.MARK: [],
    }[field.kind]
    entries += [f"gap: {_number(field.gap_mm)}"] if field.gap_mm else []
    entries += [f"row_gap: {_number(field.row_gap_mm)}"] if field.row_gap_mm else []
    entries += [f"label: {_scalar(field.label)}"] if field.label else []
    return "{" + ", ".join(entries) + "}"


def _doubt(field: DraftField) -> str:
    return f": uneven, cells are up to {field.off_mm:.1f} mm off" if field.off_mm > UNEVEN_MM else ""


UNEVEN_MM = 0.8
"""From here on a field's cells are not all alike, and the draft says so."""


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _scalar(text: str) -> str:
    """Write a text as YAML, in quotes where it needs them."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _RESERVED and text == text.strip()
    return text if plain else json.dumps(text, ensure_ascii=False)

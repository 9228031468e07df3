"""Writes a draft: the template, the images of its blank pages, and the pictures that show its fields."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.errors import UsageError
from digitizer.forms.drafting.fields import DraftPage, whitened
from digitizer.forms.drafting.yaml_text import template_text
from digitizer.forms.pictures.preview import draw_preview
from digitizer.forms.template import FormPage

REFERENCE_DPI = 150.0
"""Of the image of a blank page: enough to register by, and small."""


@dataclass(frozen=True, slots=True)
class DraftFiles:
    """What a draft is written to: the template, and for each page an image of the blank page and a preview."""

    template: Path
    references: tuple[Path, ...]
    previews: tuple[Path, ...]


def files_beside(template: Path, pages: int) -> DraftFiles:
    """Name the files of a draft: `form.png` and `form.preview.png`, or `form.1.png` and on with several pages."""
    stems = [template.stem if pages == 1 else f"{template.stem}.{number}" for number in range(1, pages + 1)]
    return DraftFiles(
        template,
        tuple(template.with_name(f"{stem}.png") for stem in stems),
        tuple(template.with_name(f"{stem}.preview.png") for stem in stems),
    )


def refuse_to_overwrite(files: Sequence[Path]) -> None:
    """Raise `UsageError` if one of the files exists."""
    there = [file for file in files if file.exists()]
    if there:
        raise UsageError(f"{str(there[0])!r} exists: choose another name, or have it overwritten with --force.")


def write_draft(
    files: DraftFiles, pages: Sequence[DraftPage], form: str, title: str, schema: str, notes: Sequence[str]
) -> None:
    """Write a draft; files that exist are overwritten."""
    files.template.parent.mkdir(parents=True, exist_ok=True)
    first = 1
    for page, reference, preview in zip(pages, files.references, files.previews, strict=True):
        blank = reference_image(page)
        save_png(reference, blank)
        save_png(preview, draw_preview(form_page(form, page, blank), first_number=first))
        first += len(page.fields)
    text = template_text(
        form,
        title,
        pages,
        [reference.name for reference in files.references],
        schema=schema,
        preview=", ".join(preview.name for preview in files.previews),
        notes=notes,
    )
    files.template.write_text(text, encoding="utf-8")


def reference_image(page: DraftPage) -> NDArray[np.uint8]:
    """Return the blank page at a modest resolution, what is written in its fields painted over."""
    px_per_mm = page.pixels.shape[1] / page.width_mm
    blank = whitened(page.fields, page.pixels, px_per_mm) if page.filled else page.pixels
    scale = min(REFERENCE_DPI / 25.4 / px_per_mm, 1.0)
    size = round(blank.shape[1] * scale), round(blank.shape[0] * scale)
    return np.asarray(cv2.resize(blank, size, interpolation=cv2.INTER_AREA), np.uint8)


def form_page(form: str, page: DraftPage, reference: NDArray[np.uint8] | None = None) -> FormPage:
    """Give a drafted page as a template holds it."""
    return FormPage(
        form=form,
        number=page.number,
        width_mm=page.width_mm,
        height_mm=page.height_mm,
        fields=tuple(field.form_field() for field in page.fields),
        fiducials=page.fiducials,
        code=page.code,
        reference=reference,
    )


def save_png(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Write an image, grey (height, width) or red-green-blue (height, width, 3), uint8."""
    from PIL import Image

    Image.fromarray(pixels).save(path, optimize=True)

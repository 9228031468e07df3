"""Draws a template over a filled page: where its fields were found, and how well."""

from pathlib import Path

from digitizer.document import ScanFile
from digitizer.errors import UsageError
from digitizer.form_pages import register
from digitizer.forms.drafting.draft_files import refuse_to_overwrite, save_png
from digitizer.forms.pictures.preview import draw_preview
from digitizer.forms.registering.place import place_fields
from digitizer.forms.registering.registration import Unregistered
from digitizer.forms.template import Template
from digitizer.scans.decode import Limits, PageFailure, read_pages


def preview_scan(template: Template, scan: Path, number: int, out: Path, *, force: bool = False) -> tuple[str, ...]:
    """Draw the fields of a template where they are found on a filled page.

    Parameters
    ----------
    number
        Of the page in its file, from 1.
    out
        A PNG file.

    Returns
    -------
    tuple
        What is to be said of the registration.

    Raises
    ------
    UsageError
        If the page cannot be decoded, does not show the form, or the file exists and is not to be overwritten.
    """
    if not force:
        refuse_to_overwrite([out])
    page = next(iter(read_pages(ScanFile(scan, scan.name), (number,), Limits())))
    if isinstance(page, PageFailure):
        raise UsageError(f"{scan}, page {number}, cannot be decoded: {page.reason}.")
    found = register(page, [template])
    if isinstance(found, Unregistered):
        fit = "" if found.residual_mm is None else f", residual {found.residual_mm:.2f} mm"
        raise UsageError(f"{scan}, page {number}, is not found to be a {template.id}: {found.reason}{fit}.")
    told = (f"found by {found.evidence}", f"residual {found.residual_mm:.2f} mm")
    placed = place_fields(found, page.pixels)
    save_png(out, draw_preview(found.page, background=page.pixels, to_pixels=found.matrix, placed=placed, heading=told))
    return told

"""Writes the pictures of a template's pages."""

from pathlib import Path

from digitizer.forms.drafting.draft_files import refuse_to_overwrite, save_png
from digitizer.forms.pictures.preview import draw_preview
from digitizer.forms.template import Template


def preview_template(template: Template, out: Path, *, force: bool = False) -> tuple[Path, ...]:
    """Draw the fields of a template over its blank pages, or over white.

    Parameters
    ----------
    out
        A PNG file; with several pages `out.1.png` and on.

    Raises
    ------
    UsageError
        If a file exists, without `force`.
    """
    many = len(template.pages) > 1
    paths = [out.with_name(f"{out.stem}.{page.number}{out.suffix}") if many else out for page in template.pages]
    if not force:
        refuse_to_overwrite(paths)
    first = 1
    for path, page in zip(paths, template.pages, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        save_png(path, draw_preview(page, first_number=first))
        first += len(page.fields)
    return tuple(paths)

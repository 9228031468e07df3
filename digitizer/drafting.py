"""A blank form -> a draft of its template: decode, make upright, find its fields, name them, write it all."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitizer.document import Page, ScanFile
from digitizer.errors import ScanError, UsageError
from digitizer.forms.drafting.draft_files import files_beside, refuse_to_overwrite, write_draft
from digitizer.forms.drafting.field import DraftField
from digitizer.forms.drafting.fields import DraftPage, draft_fields, is_filled
from digitizer.forms.drafting.frames import straight_sides
from digitizer.forms.drafting.labels import PdfPage, labelled, moved, named, read_pdf_pages
from digitizer.forms.drafting.marks import find_codes, find_fiducials, outside
from digitizer.forms.drafting.upright import Sides, Upright, looks, make_upright
from digitizer.forms.drafting.yaml_text import UNEVEN_MM
from digitizer.reading.boxes import find_boxes
from digitizer.reading.layout import find_layout
from digitizer.reading.rulings import find_rulings
from digitizer.scans.decode import Limits, PageFailure, inspect, read_pages
from digitizer.scans.formats import ScanFormat

_FEW_SIDES = 12
"""With fewer sides of frames on a page than this, combs and grids tell how it is tilted."""


@dataclass(frozen=True, slots=True)
class DraftSummary:
    """What was drafted.

    Attributes
    ----------
    template, references, previews
        The files that were written.
    counts
        Fields of each kind.
    notes
        What the user should look at.
    """

    template: Path
    references: tuple[Path, ...]
    previews: tuple[Path, ...]
    counts: dict[str, int]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DraftOptions:
    """What a user may say about a blank form.

    Attributes
    ----------
    paper_mm
        Width and height of its paper; None to take it from the file or guess it.
    turn
        Clockwise turns by 90 degrees after which its pages stand upright.
    filled
        Whether something is written on it, so that its fields are painted white in the reference; None to see.
    """

    paper_mm: tuple[float, float] | None = None
    turn: int = 0
    filled: bool | None = None


def draft_template(
    blank: Path,
    out: Path,
    *,
    numbers: Sequence[int] | None = None,
    options: DraftOptions = DraftOptions(),
    title: str = "",
    force: bool = False,
    schema: str = "template.schema.json",
) -> DraftSummary:
    """Draft a template from a blank form, or from one that is filled in.

    Beside `out`, say `form.yaml`, the upright blank page is written as `form.png` and a picture of the fields as
    `form.preview.png`; with several pages, `form.1.png` and `form.1.preview.png` and on.

    Parameters
    ----------
    blank
        A PDF, a scan or a photo.
    numbers
        1-based pages of it; None for all.
    title
        Of the form; empty for one made of the name of `out`.
    schema
        Where the template says that its JSON schema lies.

    Raises
    ------
    UsageError
        If the form cannot be decoded, shows no field, or a file that would be written exists without `force`.
    """
    if not force:
        refuse_to_overwrite([out])
    pages, notes = draft_pages(blank, numbers, options)
    files = files_beside(out, len(pages))
    if not force:
        refuse_to_overwrite([*files.references, *files.previews])
    form = _form_id(out)
    write_draft(files, pages, form, title or form.replace("-", " ").capitalize(), schema, notes)
    counts: dict[str, int] = {}
    for field in (field for page in pages for field in page.fields):
        counts[field.kind.value] = counts.get(field.kind.value, 0) + 1
    return DraftSummary(files.template, files.references, files.previews, counts, notes)


def draft_pages(
    blank: Path, numbers: Sequence[int] | None = None, options: DraftOptions = DraftOptions()
) -> tuple[list[DraftPage], tuple[str, ...]]:
    """Draft the pages of a form, numbered from 1, and say what the user should look at.

    Raises
    ------
    UsageError
        If the form cannot be decoded or shows no field.
    """
    pages = [draft_page(page, text, options) for page, text in _pages(blank, numbers)]
    if not any(page.fields for page in pages):
        raise UsageError(
            f"No comb, grid, box or tick box was found on {str(blank)!r}: is it the form, upright and sharp?"
        )
    taken: set[str] = set()
    pages = [
        replace(page, number=number, fields=tuple(named(page.fields, taken))) for number, page in enumerate(pages, 1)
    ]
    pages = [pages[0], *(_of_size(page, pages[0]) for page in pages[1:])]
    many = len(pages) > 1
    notes = [f"Page {page.number}: {note}" if many else note for page in pages for note in page.notes]
    return pages, tuple(notes)


def _pages(blank: Path, numbers: Sequence[int] | None) -> Iterator[tuple[Page, PdfPage | None]]:
    """Decode the pages, each with what a PDF says about it."""
    file, limits = ScanFile(blank, blank.name), Limits()
    try:
        info = inspect(file, limits)
        texts = read_pdf_pages(blank) if info.format is ScanFormat.PDF else []
        if wrong := [number for number in numbers or () if not 1 <= number <= info.pages]:
            raise UsageError(f"{str(blank)!r} has {info.pages} pages: there is no page {wrong[0]}.")
        for page in read_pages(file, numbers, limits, info.sha256):
            if isinstance(page, PageFailure):
                raise UsageError(f"Page {page.number} of {str(blank)!r} cannot be decoded: {page.reason}.")
            yield page, texts[page.number - 1] if texts else None
    except ScanError as error:
        raise UsageError(f"{str(blank)!r} cannot be read: {error.reason}.") from error


def draft_page(page: Page, pdf: PdfPage | None = None, options: DraftOptions = DraftOptions()) -> DraftPage:
    """Draft one page; its fields have labels but no names yet.

    Parameters
    ----------
    pdf
        What the page's PDF says about it, if it comes of one.
    """
    pixels = np.ascontiguousarray(np.rot90(page.pixels, -options.turn))
    stated_mm = (round(pdf.width_mm, 1), round(pdf.height_mm, 1)) if pdf and not options.turn % 2 else None
    upright = make_upright(pixels, _sides, dpi=page.dpi, stated_mm=stated_mm, asked_mm=options.paper_mm)
    rulings = [find_rulings(pixels) for pixels in looks(upright.pixels)]
    fields = find_layout(rulings[0], find_boxes(rulings[0].mask, rulings[0].factor)).fields
    drafts = draft_fields(fields, [lines.mask for lines in rulings], upright.pixels, upright.px_per_mm)
    codes = find_codes(upright.pixels, upright.px_per_mm)
    fiducials = find_fiducials(upright.pixels, upright.px_per_mm, codes)
    drafts = outside(drafts, codes, fiducials)
    if pdf is not None and not options.turn:
        drafts = labelled(drafts, moved(pdf.texts, upright.to_mm @ _to_px(pdf, pixels.shape)))
    filled = is_filled(drafts, upright.pixels, upright.px_per_mm) if options.filled is None else options.filled
    return DraftPage(
        page.number,
        *upright.size_mm,
        pixels=upright.pixels,
        fields=tuple(drafts),
        fiducials=tuple(fiducials),
        code=codes[0].text if len(codes) == 1 else None,
        filled=filled,
        notes=_notes(drafts, upright, filled=filled, codes=len(codes)),
    )


def _sides(pixels: NDArray[np.uint8]) -> Sides:
    """Return the sides of all frames in px: what is printed level, and what is printed upright."""
    rulings = find_rulings(pixels)
    across, down = (rulings.on_page(ends) for ends in straight_sides(rulings.mask))
    if len(across) < _FEW_SIDES:  # writing has spoilt them
        fields = find_layout(rulings, find_boxes(rulings.mask, rulings.factor)).fields
        quads = np.array([cell.quad for field in fields for cell in field.cells]).reshape(-1, 4, 2)
        across = np.concatenate([across, quads[:, (0, 1)], quads[:, (3, 2)]])
        down = np.concatenate([down, quads[:, (0, 3)], quads[:, (1, 2)]])
    return across, down


def _to_px(pdf: PdfPage, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """(3, 3) float64, px of a page's image <- mm on the page of the PDF."""
    return np.array([[shape[1] / pdf.width_mm, 0, -0.5], [0, shape[0] / pdf.height_mm, -0.5], [0, 0, 1]])


def _notes(drafts: Sequence[DraftField], upright: Upright, *, filled: bool, codes: int) -> tuple[str, ...]:
    notes = []
    if upright.guessed:
        width, height = upright.size_mm
        notes.append(
            f"That it measures {width:g} x {height:g} mm is a guess; --paper A4 or --paper 210x297 would say it."
        )
    if filled:
        notes.append("Something is written in its fields: they are painted white in the reference.")
    if codes > 1:
        notes.append(f"It has {codes} codes: write the one that tells the form as `code`.")
    if any(draft.off_mm > UNEVEN_MM for draft in drafts):
        notes.append("Fields marked `uneven` have cells that are not all alike: split them or correct them.")
    return tuple(notes)


def _form_id(out: Path) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", out.stem.lower()).strip("-")[:60]
    return name if name and name != "auto" else "form"


def _of_size(page: DraftPage, first: DraftPage) -> DraftPage:
    """Give a page the size of the first, as the format asks for."""
    width, height = first.width_mm, first.height_mm
    if (page.width_mm, page.height_mm) == (width, height):
        return page
    scale = page.pixels.shape[1] / page.width_mm
    pixels = np.full((round(height * scale), round(width * scale)), 255, np.uint8)
    rows, columns = (min(sizes) for sizes in zip(pixels.shape, page.pixels.shape, strict=True))
    pixels[:rows, :columns] = page.pixels[:rows, :columns]
    note = f"It measures {page.width_mm:g} x {page.height_mm:g} mm, and is cut or filled up to the size of page 1."
    return replace(page, width_mm=width, height_mm=height, pixels=pixels, notes=(*page.notes, note))

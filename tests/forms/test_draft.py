"""`digitizer.drafting`: from a blank form to a template that can be loaded."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitizer.document import FieldKind, Page
from digitizer.drafting import DraftOptions, draft_page, draft_pages, draft_template
from digitizer.errors import UsageError
from digitizer.forms.files.load import load_template
from samples.phone import photograph
from samples.scanner import Scanner, scan, to_grey
from samples.sheet import Boxes, Sheet


@pytest.fixture(scope="module")
def blank() -> Sheet:
    """Print a form with a comb, a grid, a box, tick boxes, and what is none of these."""
    sheet = Sheet(148, 210)
    sheet.text(20, 36, "Member number", 3.5)
    sheet.comb(60, 30, "_____", Boxes(7, 9))
    sheet.text(20, 56, "Amount", 3.5)
    sheet.frame(60, 50, 36, 9)
    for row, label in enumerate(("By post", "By telephone")):
        sheet.frame(20, 70 + 8 * row, 4, 4)
        sheet.text(27, 73.4 + 8 * row, label, 3.3)
    sheet.grid(60, 95, ["____", "____", "____"], Boxes(8, 8))
    sheet.frame(20, 130, 100, 22)
    sheet.frame(20, 160, 100, 9)
    sheet.text(22, 166, "For the office only: " + 8 * "words ", 3.0)
    sheet.fill(8, 8, 5, 5)
    return sheet


@pytest.fixture
def pdf(blank: Sheet, tmp_path: Path) -> Path:
    """Give the form as a PDF."""
    path = tmp_path / "blank.pdf"
    path.write_bytes(blank.pdf())
    return path


def test_everything_on_a_pdf_is_found_named_and_nothing_else(pdf: Path) -> None:
    """Fields get their labels as names; a signature's frame and a text's frame are no fields."""
    (page,), notes = draft_pages(pdf)
    found = {field.name: (field.kind, field.rows, field.columns) for field in page.fields}
    assert found == {
        "member_number": (FieldKind.COMB, 1, 5),
        "amount": (FieldKind.BOX, 1, 1),
        "by_post": (FieldKind.MARK, 1, 1),
        "by_telephone": (FieldKind.MARK, 1, 1),
        "field_05": (FieldKind.GRID, 3, 4),
    }
    assert notes == ()


def test_a_draft_can_be_loaded_and_lies_on_the_print(pdf: Path, blank: Sheet, tmp_path: Path) -> None:
    """Cells of the loaded template lie within a tenth of a millimetre of where they were printed."""
    summary = draft_template(pdf, tmp_path / "member.yaml")
    page = load_template(summary.template).pages[0]
    comb, grid = (
        next(field for field in page.fields if field.kind is kind) for kind in (FieldKind.COMB, FieldKind.GRID)
    )
    for drafted, true in ((comb, blank.fields[0]), (grid, blank.fields[1])):
        np.testing.assert_allclose(drafted.quads_mm, true.quads_mm, atol=0.1)
    assert [round(mark.size_mm) for mark in page.fiducials] == [5]
    assert page.reference is not None
    assert summary.previews[0].is_file()


def test_a_file_is_overwritten_only_if_that_is_asked_for(pdf: Path, tmp_path: Path) -> None:
    """Neither a template nor an image that lies there already is lost."""
    (tmp_path / "form.png").write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"form\.png"):
        draft_template(pdf, tmp_path / "form.yaml")
    assert not (tmp_path / "form.yaml").exists()
    draft_template(pdf, tmp_path / "form.yaml", force=True)
    assert (tmp_path / "form.png").read_bytes() != b"mine"


def test_a_tilted_scan_is_made_level(blank: Sheet) -> None:
    """A scan two degrees askew gives the same fields, their sizes within 0.15 mm."""
    pixels, _ = scan(to_grey(blank.render(200)), np.random.default_rng(0), Scanner(skew_deg=2.0))
    page = draft_page(Page("blank.png", 1, pixels, 200.0, ""))
    comb = next(field for field in page.fields if field.kind is FieldKind.COMB)
    assert len(page.fields) == 5
    assert comb.columns == 5
    assert abs(comb.width_mm - 35) < 0.15
    assert abs(comb.height_mm - 9) < 0.15


def test_a_photo_is_made_upright(blank: Sheet) -> None:
    """A photo taken askew gives the same fields, within a millimetre of the paper's corners' accuracy."""
    pixels, _ = photograph(blank.render(250), np.random.default_rng(3), (1800, 2400))
    page = draft_page(Page("blank.jpg", 1, to_grey(pixels), None, ""), options=DraftOptions(paper_mm=(148, 210)))
    comb = next(field for field in page.fields if field.kind is FieldKind.COMB)
    assert len(page.fields) == 5
    np.testing.assert_allclose(comb.quads_mm(), blank.fields[0].quads_mm, atol=1.5)


def test_what_is_written_in_a_form_leaves_its_reference(blank: Sheet) -> None:
    """Ink in some cells tells that a form is filled in."""
    pixels = to_grey(blank.render(200)).copy()
    middle = np.rint(blank.fields[0].quads_mm[1].mean(axis=0) * 200 / 25.4).astype(int)
    pixels[middle[1] - 15 : middle[1] + 15, middle[0] - 4 : middle[0] + 4] = 20
    page = draft_page(Page("form.png", 1, pixels, 200.0, ""))
    assert page.filled
    assert len(page.fields) == 5


def test_a_page_without_boxes_is_refused(tmp_path: Path) -> None:
    """A white page is no form."""
    Image.new("L", (800, 1000), 255).save(tmp_path / "white.png")
    with pytest.raises(UsageError, match="No comb, grid"):
        draft_template(tmp_path / "white.png", tmp_path / "form.yaml")


def test_an_unreadable_file_and_a_missing_page_are_told(pdf: Path, tmp_path: Path) -> None:
    """What cannot be drafted ends with a sentence, not with a traceback."""
    (tmp_path / "text.pdf").write_text("no PDF at all")
    with pytest.raises(UsageError, match="cannot be read"):
        draft_pages(tmp_path / "text.pdf")
    with pytest.raises(UsageError, match="no page 3"):
        draft_pages(pdf, [3])

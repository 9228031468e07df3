"""`digitizer.forms.printing.form`: a form that registers itself."""

from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from digitizer.errors import UsageError
from digitizer.forms.drafting.marks import find_codes, find_fiducials
from digitizer.forms.files.load import load_template
from digitizer.forms.printing.form import print_form
from digitizer.forms.printing.print_files import print_files

TEXT = """\
digitizer: 1
form: visit
version: 2
title: Visits
page: [148, 105]

fields:
  # counted at the door
  - {name: adults, kind: comb, at: [60, 40, 21, 9], cells: 3, label: Adults, rules: {range: [0, 500]}}
  - {name: paid, kind: mark, at: [60, 60, 4, 4], label: Paid}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Write a template without marks."""
    path = tmp_path / "visit.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def _render(pdf: bytes) -> np.ndarray:
    with pypdfium2.PdfDocument(pdf) as document:
        return np.array(document[0].render(scale=254 / 72, grayscale=True).to_numpy()).squeeze()[:1050, :1480]


def test_marks_and_code_are_where_the_print_says(source: Path) -> None:
    """Tags in all four corners within 0.1 mm, and a code with form, version and page."""
    pdf, (page,) = print_form(load_template(source))
    pixels = _render(pdf)
    found = find_fiducials(pixels, 10, [])
    assert [mark.tag_id for mark in found] == [0, 1, 2, 3]
    for mark, printed in zip(found, page.fiducials, strict=True):
        np.testing.assert_allclose(mark.centre_mm, printed.centre_mm, atol=0.1)
    assert [code.text for code in find_codes(pixels, 10)] == ["visit/2/1"] == [page.code]
    assert page.notes == ()


def test_frames_are_printed_where_the_template_says(source: Path) -> None:
    """The middle of a comb's left line is dark, and paper is beside it."""
    pixels = _render(print_form(load_template(source))[0])
    assert pixels[445, 600] < 150
    assert pixels[445, 610] == 255


def test_the_new_template_keeps_the_old_and_names_the_marks(source: Path, tmp_path: Path) -> None:
    """Comments and rules stay; fiducials, code and reference are added; it loads."""
    new = tmp_path / "visit.printed.yaml"
    summary = print_files(load_template(source), source, tmp_path / "visit.pdf", registered=new)
    page = load_template(new).pages[0]
    assert "# counted at the door" in new.read_text(encoding="utf-8")
    assert (len(page.fiducials), page.code, len(page.fields[0].rules)) == (4, "visit/2/1", 1)
    assert page.reference is not None
    assert summary.pdf.read_bytes().startswith(b"%PDF")


def test_a_corner_taken_by_a_field_gets_no_tag(source: Path) -> None:
    """The field stays, and the print says what is missing."""
    source.write_text(TEXT.replace("[60, 40, 21, 9]", "[5, 5, 21, 9]"), encoding="utf-8")
    _, (page,) = print_form(load_template(source))
    assert [mark.tag_id for mark in page.fiducials] == [1, 2, 3]
    assert any("upper left corner" in note for note in page.notes)


def test_a_pdf_is_overwritten_only_if_that_is_asked_for(source: Path, tmp_path: Path) -> None:
    """A file that lies there already stays."""
    (tmp_path / "visit.pdf").write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"visit\.pdf"):
        print_files(load_template(source), source, tmp_path / "visit.pdf")
    assert (tmp_path / "visit.pdf").read_bytes() == b"mine"

"""Pages of known forms: found, read field by field under their names, and held against their rules."""

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from digitizer.document import FieldStatus, Page, PageResult, PageStatus, ScanFile
from digitizer.forms.files.load import load_template, load_templates
from digitizer.forms.printing.print_files import print_files
from digitizer.forms.template import Template
from digitizer.pipeline import digitize_page
from digitizer.policy import DEFAULT_MAX_ERRORS, AcceptancePolicy
from digitizer.reading.classifier import load_classifier
from digitizer.scans.decode import Limits, read_pages
from samples.digits import BUNDLED_FILE

SAMPLES = BUNDLED_FILE.parent
POLICY = AcceptancePolicy.from_max_errors(DEFAULT_MAX_ERRORS)
ALL_KINDS = """
digitizer: 1
form: visit
page: [148, 105]
fields:
  - {name: number, kind: comb, at: [30, 30, 40, 8], cells: 5, required: true}
  - {name: counts, kind: grid, at: [30, 50, 24, 16], rows: 2, columns: 3}
  - {name: amount, kind: box, at: [80, 30, 40, 10], digits: 5}
  - {name: agreed, kind: mark, at: [80, 60, 5, 5]}
"""


def page_of(file: Path, number: int = 1) -> Page:
    """Decode a page of a file."""
    page = next(iter(read_pages(ScanFile(file, file.name), (number,), Limits())))
    assert isinstance(page, Page)
    return page


@cache
def templates() -> tuple[Template, ...]:
    """Load those of the samples."""
    return load_templates(SAMPLES / "templates")


def read(page: Page, *forms: Template) -> PageResult:
    """Read a page with templates, by default those of the samples."""
    return digitize_page(page, load_classifier(), POLICY, forms or templates())


def sample(name: str) -> Page:
    """Decode a sample."""
    return page_of(SAMPLES / "scans" / name)


def truth(job: str, scan: str) -> dict[str, str]:
    """Give the value of each field of the first page of a sample, by its name in the template."""
    with (SAMPLES / job / "truth_with_template.csv").open(encoding="utf-8", newline="") as file:
        return {row["field"]: row["value"] for row in csv.DictReader(file) if (row["scan"], row["page"]) == (scan, "1")}


def printed(folder: Path) -> tuple[Page, Template]:
    """Print a form with a field of each kind, and load it as the template of its print."""
    source, pdf, registered = folder / "visit.yaml", folder / "visit.pdf", folder / "visit.printed.yaml"
    source.write_text(ALL_KINDS, encoding="utf-8")
    print_files(load_template(source), source, pdf, registered=registered)
    return page_of(pdf), load_template(registered)


@pytest.mark.parametrize(
    ("job", "scan", "rotation"),
    [("exam", "cover_03_upside_down.jpg", 180), ("cheque", "cheque_04_on_its_side.jpg", 270)],
)
def test_a_page_is_told_from_other_forms_and_read_under_the_names_of_its_template(
    job: str, scan: str, rotation: int
) -> None:
    """Whichever way round it lies."""
    result = read(sample(f"{job}/{scan}"))

    assert (result.status, result.rotation) == (PageStatus.DONE, rotation)
    assert result.residual_mm is not None
    assert {field.field: field.value for field in result.fields} == truth(job, scan)
    assert {field.form for field in result.fields} == {result.form}


def test_the_page_of_another_form_gives_no_field() -> None:
    """It is rejected, with the reason."""
    exam = next(template for template in templates() if template.id == "exam-cover")

    result = read(sample("survey/sheet_02.jpg"), exam)

    assert (result.status, result.reason, result.fields) == (PageStatus.REJECTED, "no_template", ())


def test_a_broken_rule_means_review_however_sure_the_digits_are() -> None:
    """Its name is the reason; a list that does not hold the number is one."""
    page = sample("exam/cover_01.jpg")
    (exam,) = (template for template in templates() if template.id == "exam-cover")
    (side,) = exam.pages
    strict = replace(side.fields[0], rules=(_Never(),))

    student = read(page, replace(exam, pages=(replace(side, fields=(strict, *side.fields[1:])),))).fields[0]

    assert (student.value, student.status) == (truth("exam", "cover_01.jpg")["student"], FieldStatus.REVIEW)
    assert student.reason == "rule:never"


def test_a_printed_form_registers_itself_and_blank_fields_of_every_kind_are_blank(tmp_path: Path) -> None:
    """Only what is required needs a person."""
    page, template = printed(tmp_path)

    result = read(page, template)

    assert {field.field: field.cells for field in result.fields} == {
        "number": "_____", "counts": "______", "amount": "_", "agreed": "_",
    }  # fmt: skip
    assert [field.reason for field in result.fields] == ["rule:required", "", "", ""]


def test_each_page_of_a_form_has_its_own_fields(tmp_path: Path) -> None:
    """Whichever comes first."""
    second = "  - {name: late, kind: comb, page: 2, at: [20, 40, 48, 8], cells: 6}\n"
    source, pdf, registered = tmp_path / "two.yaml", tmp_path / "two.pdf", tmp_path / "two.printed.yaml"
    source.write_text(ALL_KINDS + second, encoding="utf-8")
    print_files(load_template(source), source, pdf, registered=registered)

    results = [read(page_of(pdf, number), load_template(registered)) for number in (2, 1)]

    assert [[field.field for field in result.fields] for result in results] == [
        ["late"],
        ["number", "counts", "amount", "agreed"],
    ]


def test_a_ticked_box_is_a_1(tmp_path: Path) -> None:
    """A cross in it says yes."""
    page, template = printed(tmp_path)
    px = page.pixels.shape[1] / 148
    ticked = page.pixels.copy()
    for step in np.linspace(81, 84, 200):
        for y in (step - 20, 145 - step):
            row, column = round(y * px), round(step * px)
            ticked[row - 2 : row + 3, column - 2 : column + 3] = 30

    agreed = read(replace(page, pixels=ticked), template).fields[-1]

    assert (agreed.field, agreed.value, agreed.cells) == ("agreed", "1", "1")


class _Never:
    """A rule that nothing obeys."""

    name, values, share = "never", None, 0.001

    def holds(self, value: str) -> bool:
        """Tell that it does not."""
        return not value

"""The templates of the sample jobs fit their forms to the hair, and the truth obeys their rules."""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitizer.forms.files.load import load_template, load_templates
from digitizer.forms.template import FormPage
from samples.blanks import BLANK_FORMS, LISTS, REFERENCE_DPI, write_list
from samples.digits import BUNDLED_FILE
from samples.scanner import to_grey

SAMPLES = BUNDLED_FILE.parent
TEMPLATES = SAMPLES / "templates"
SHADE = 17
"""Between two of the 16 shades of a reference."""

forms = pytest.mark.parametrize(("job", "form"), [(job, form) for job, forms in BLANK_FORMS.items() for form in forms])
jobs = pytest.mark.parametrize("job", sorted(BLANK_FORMS))

Layout = list[tuple[str, int]]
"""The name of each field of a page, and the number of its cells."""


def load_page(form: str) -> FormPage:
    """Load the only page of a template."""
    (page,) = load_template(TEMPLATES / f"{form}.yaml").pages
    return page


def true_pages(job: str) -> list[tuple[Layout, dict[str, str]]]:
    """Give for each page its layout, and the value of each field by its name in the template."""
    pages: defaultdict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    with (SAMPLES / job / "truth_with_template.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            pages[row["scan"], row["page"]].append(row)
    return [
        ([(row["field"], len(row["cells"])) for row in rows], {row["field"]: row["value"] for row in rows})
        for rows in pages.values()
    ]


def layout(page: FormPage) -> Layout:
    """Give the layout of a template."""
    return [(field.name, field.rows * field.columns) for field in page.fields]


def test_every_form_has_its_template() -> None:
    """A template and a picture a form, a list where a job has one, and nothing else."""
    lists = {each.file for each in LISTS.values()}
    ids = {form for job in BLANK_FORMS.values() for form in job}

    files = {file.name for file in TEMPLATES.iterdir()}

    assert files == lists | {f"{form}.{suffix}" for form in ids for suffix in ("yaml", "png")}
    assert {template.id for template in load_templates(TEMPLATES)} == ids


@forms
def test_template_lies_exactly_on_the_form(job: str, form: str) -> None:
    """Each box of each field is where the form prints it, to a thousandth of a mm, in the order of reading."""
    page, sheet = load_page(form), BLANK_FORMS[job][form]()

    assert (page.width_mm, page.height_mm) == (sheet.width_mm, sheet.height_mm)
    assert [(field.name, field.kind, field.rows, field.columns) for field in page.fields] == [
        (field.name, field.kind, field.rows, field.columns) for field in sheet.fields
    ]
    for field, printed in zip(page.fields, sheet.fields, strict=True):
        assert field.quads_mm == pytest.approx(printed.quads_mm, abs=1e-3)


@forms
def test_reference_is_the_blank_form(job: str, form: str) -> None:
    """It is what is drawn now, in 16 shades, and spans exactly the page."""
    sheet = BLANK_FORMS[job][form]()

    with Image.open(TEMPLATES / f"{form}.png") as image:
        reference = np.array(image.convert("L"), float)

    assert reference.shape == (5 * sheet.height_mm, 5 * sheet.width_mm)
    assert np.abs(reference - to_grey(sheet.render(REFERENCE_DPI))).max() <= SHADE / 2


@jobs
def test_every_page_is_one_of_the_forms(job: str) -> None:
    """The truth has a row for every field of its form, in the template's order."""
    layouts = [layout(load_page(form)) for form in BLANK_FORMS[job]]

    for written, _ in true_pages(job):
        assert layouts.count(written) == 1


@jobs
def test_truth_obeys_the_rules(job: str) -> None:
    """Of every field and between fields, and what is required is there."""
    templates = [load_page(form) for form in BLANK_FORMS[job]]

    for written, values in true_pages(job):
        page = next(page for page in templates if layout(page) == written)
        for field in page.fields:
            value = values[field.name]
            assert value or not field.required
            assert not value or all(rule.holds(value) for rule in field.rules)
        assert all(rule.holds(values) for rule in page.rules)


@pytest.mark.parametrize(
    ("form", "field", "wrong"),
    [
        ("cheque", "account", "2387378307"),
        ("cheque", "cents", "5"),
        ("cheque", "euros", "100001"),
        ("exam-cover", "student", "5780327"),
        ("exam-cover", "question_12", "21"),
        ("card-to-denmark", "recipient_code", "560034"),
        ("card-to-india", "recipient_code", "5000"),
        ("letter-card", "postal_code", "18056"),
        ("redirection-list", "new_10", "18056"),
    ],
)
def test_rules_refuse_what_is_wrong(form: str, field: str, wrong: str) -> None:
    """A value next to a right one breaks exactly one rule."""
    rules = next(each.rules for each in load_page(form).fields if each.name == field)

    assert [rule.holds(wrong) for rule in rules].count(False) == 1


@pytest.mark.parametrize(("job", "form"), [("exam", "exam-cover"), ("survey", "survey-sheet")])
def test_a_wrong_total_is_refused(job: str, form: str) -> None:
    """One more than the sum."""
    (rule,) = load_page(form).rules
    _, values = true_pages(job)[0]

    assert not rule.holds(values | {"total": str(int(values["total"]) + 1)})


def test_list_hides_what_is_written_among_invented_numbers(tmp_path: Path) -> None:
    """As many as wanted, all of the same length, sorted; numbers of another length are no business of the list."""
    write_list("exam", tmp_path, {"1234567", "0000001", "12345"})

    heading, *numbers = (tmp_path / "roster.csv").read_text(encoding="utf-8").splitlines()

    assert heading == "student"
    assert {"1234567", "0000001"} < set(numbers)
    assert len(set(numbers)) == 120
    assert numbers == sorted(numbers)
    assert {len(number) for number in numbers} == {7}

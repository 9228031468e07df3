"""Loading templates: what stands in a file stands in the template."""

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from digitizer.document import FieldKind
from digitizer.errors import ExitCode, TemplateError
from digitizer.forms.files.load import load_template, load_templates
from digitizer.forms.template import Fiducial, FiducialKind
from tests.forms.loading import HEAD, MARK, draw_reference, faults, faults_at, load, with_fields

DOCS = Path(__file__).parents[2] / "docs" / "templates.md"


@pytest.fixture
def documented(tmp_path: Path) -> str:
    """Provide the example of the documentation, in a folder with the files that it names."""
    blocks: dict[str, str] = dict(
        re.findall(r"^```(yaml|csv)\n(.*?)^```$", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    )
    (tmp_path / "roster.csv").write_text(blocks["csv"])
    draw_reference(tmp_path / "exam-cover.png")
    return blocks["yaml"]


def test_the_documented_example_loads(tmp_path: Path, documented: str) -> None:
    """What the documentation shows is a template, with all that it says."""
    template = load(tmp_path, documented)

    (page,) = template.pages
    assert (template.id, template.version, template.title) == ("exam-cover", 1, "Cover sheet of an exam")
    assert (page.form, page.number, page.width_mm, page.height_mm) == ("exam-cover", 1, 210, 297)
    assert page.code == "EXAM-2026*"
    assert page.fiducials == (
        Fiducial(FiducialKind.SQUARE, (8, 8), 4),
        Fiducial(FiducialKind.APRILTAG, (198, 12), 10, 0),
    )
    assert {field.kind for field in page.fields} == set(FieldKind)
    assert [rule.name for rule in page.rules] == ["total", "in_order"]


def test_the_documented_faults_are_told(tmp_path: Path, documented: str) -> None:
    """The faults that the documentation shows are what the example gives when it is spoilt so."""
    spoilt = documented.replace("cells: 7", "celss: 7").replace("[146, 100, 30, 10]", "[186, 100, 30, 10]")

    lines = faults(tmp_path, spoilt.replace("equals: total", "equals: totel"))

    shown = re.search(r"^\$ digitizer template check.*?\n(.*?)^```$", DOCS.read_text(), re.MULTILINE | re.DOTALL)
    assert shown is not None
    assert [line.replace("form.yaml", "exam-cover.yaml") for line in lines] == shown[1].splitlines()


def test_a_comb_is_divided_into_its_cells(tmp_path: Path) -> None:
    """Cells share the width that gaps leave; their corners go clockwise from the top left."""
    template = load(tmp_path, with_fields("{name: a, kind: comb, at: [10, 20, 32, 8], cells: 3, gap: 1}"))

    (field,) = template.pages[0].fields
    assert (field.rows, field.columns, field.digits) == (1, 3, 3)
    np.testing.assert_allclose(field.quads_mm[1], [[21, 20], [31, 20], [31, 28], [21, 28]])


def test_a_grid_is_divided_row_by_row(tmp_path: Path) -> None:
    """Cells are in reading order, with gaps between the columns and between the rows."""
    grid = "{name: a, kind: grid, at: [10, 20, 21, 12], rows: 2, columns: 2, gap: 1, row_gap: 2}"

    (field,) = load(tmp_path, with_fields(grid)).pages[0].fields

    assert (field.rows, field.columns, field.digits) == (2, 2, 4)
    np.testing.assert_allclose(field.quads_mm[:, 0], [[10, 20], [21, 20], [10, 27], [21, 27]])


def test_a_box_and_a_mark_are_one_cell(tmp_path: Path) -> None:
    """A box holds as many digits as it says, a mark one."""
    box, mark = (
        load(tmp_path, with_fields("{name: a, kind: box, at: [10, 20, 40, 8], digits: 6, required: true}", MARK))
        .pages[0]
        .fields
    )

    assert (box.quads_mm.shape, box.rows, box.columns, box.digits, box.required) == ((1, 4, 2), 1, 1, 6, True)
    assert (mark.quads_mm.shape, mark.digits, mark.required) == ((1, 4, 2), 1, False)


def test_rules_become_laws(tmp_path: Path) -> None:
    """Each rule of a field can be asked whether a value obeys it."""
    (tmp_path / "codes.csv").write_text("0123456\n7654321\n")
    rules = "{length: [5, 7], range: [100, 200000], pattern: '[01].*', list: codes.csv, check: luhn, date: DDMMYY}"

    (field,) = (
        load(tmp_path, with_fields(f"{{name: a, kind: comb, at: [9, 9, 70, 9], cells: 7, rules: {rules}}}"))
        .pages[0]
        .fields
    )

    holds = {rule.name: rule.holds("0123456") for rule in field.rules}
    assert len(holds) == 6
    assert (holds["length"], holds["range"], holds["pattern"], holds["date"]) == (True, True, True, False)


def test_rules_across_fields_go_to_their_page(tmp_path: Path) -> None:
    """A rule stands on the page of its fields."""
    boxes = [
        f"{{name: {name}, kind: box, page: 2, at: [{x}, 9, 30, 9], digits: 3}}" for name, x in (("a", 9), ("b", 60))
    ]

    template = load(tmp_path, with_fields(MARK, *boxes, rules="  - {name: same, equal: [a, b]}\n"))

    assert [[rule.name for rule in page.rules] for page in template.pages] == [[], ["same"]]
    assert template.pages[1].rules[0].holds({"a": "7", "b": "7"})
    assert not template.pages[1].rules[0].holds({"a": "7", "b": "8"})


def test_references_and_codes_are_listed_page_by_page(tmp_path: Path) -> None:
    """Null stands for a page without; the image is grey and spans the page."""
    draw_reference(tmp_path / "back.png", 420, 594)
    head = HEAD + "reference: [null, back.png]\ncode: [F-1, null]\n"

    front, back = load(tmp_path, with_fields(MARK, head=head)).pages

    assert (front.reference, front.code, back.code) == (None, "F-1", None)
    assert back.reference is not None
    assert back.reference.shape == (594, 420)
    assert (back.reference[0, 0], back.reference[300, 300], back.fields) == (0, 255, ())


def test_the_hash_covers_the_file_and_those_it_names(tmp_path: Path) -> None:
    """Whatever changes how pages are read changes the hash."""
    draw_reference(tmp_path / "blank.png")
    (tmp_path / "codes.csv").write_text("12\n")
    field = "{name: a, kind: comb, at: [9, 9, 20, 9], cells: 2, rules: {list: codes.csv}}"
    text = with_fields(field, head=HEAD + "reference: blank.png\n")

    before = load(tmp_path, text).sha256

    parts = [text.encode(), (tmp_path / "blank.png").read_bytes(), b"12\n"]
    assert before == hashlib.sha256(b"".join(parts)).hexdigest()
    (tmp_path / "codes.csv").write_text("13\n")
    assert load(tmp_path, text).sha256 != before


def test_a_folder_is_loaded_in_order_of_names(tmp_path: Path) -> None:
    """All *.yaml and *.yml directly in it; hidden files and other things are left alone."""
    for name in ("b.yaml", "a.yml", ".hidden.yaml", "notes.txt", "sub/c.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(with_fields(MARK).replace("form: f", f"form: {Path(name).stem.strip('.')}"))

    assert [template.id for template in load_templates(tmp_path)] == ["a", "b"]
    assert [template.id for template in load_templates(tmp_path / "b.yaml")] == ["b"]


def test_all_faults_of_a_folder_are_told(tmp_path: Path) -> None:
    """Two files with one id, and a fault in a third: all in one message."""
    (tmp_path / "a.yaml").write_text(with_fields(MARK))
    (tmp_path / "b.yaml").write_text(with_fields(MARK))
    (tmp_path / "c.yaml").write_text(with_fields(MARK).replace("1", "one", 1))

    assert faults_at(tmp_path) == [
        "b.yaml:2:7: form: `f` is the form of `a.yaml` already; choose another id",
        "c.yaml:1:12: digitizer: must be a whole number, not `one`, such as 1",
    ]


def test_a_folder_without_templates_is_a_fault(tmp_path: Path) -> None:
    """It says what it looked for, and ends a command with 2."""
    with pytest.raises(TemplateError, match=r"holds no template: no file \*.yaml or \*.yml") as caught:
        load_templates(tmp_path)
    assert caught.value.exit_code == ExitCode.USAGE


def test_a_file_that_is_none_is_a_fault(tmp_path: Path) -> None:
    """A missing file, a folder, an empty and a huge file are named as such."""
    (tmp_path / "empty.yaml").write_text("")
    (tmp_path / "huge.yaml").write_text("#" * 1_000_001)

    def said(path: Path) -> str:
        with pytest.raises(TemplateError) as caught:
            load_template(path)
        return str(caught.value).rsplit("/", 1)[-1]

    assert said(tmp_path / "no.yaml") == "no.yaml: there is no such file"
    assert said(tmp_path) == f"{tmp_path.name}: this is a folder, not a template"
    assert said(tmp_path / "empty.yaml") == "empty.yaml: the file is empty; a template begins with `digitizer: 1`"
    assert said(tmp_path / "huge.yaml") == "huge.yaml: more than 1000 kB, too much for a template"

"""The files that a template names: lists of values and images of blank pages."""

import os
from pathlib import Path

import pytest
from PIL import Image

from tests.forms.loading import HEAD, MARK, draw_reference, faults, load, with_fields


def listing(rule: str) -> str:
    """Return a template with a field in line 5 whose values are listed."""
    return with_fields(f"{{name: a, kind: comb, at: [9, 9, 70, 9], cells: 7, rules: {{list: {rule}}}}}")


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"student,name\n0012,Ada\n34,Emmy\n", "{file: l.csv, column: student}"),
        (b"name;student\nAda;0012\nEmmy; 34 \n", "{file: l.csv, column: student}"),
        (b"name\tstudent\r\nAda\t0012\r\n\r\nEmmy\t34\r\n", "{file: l.csv, column: student}"),
        (b'\xef\xbb\xbfstudent,name\n0012,"Ada\nLovelace"\n34\n,Nobody\n0012,Ada\n', "{file: l.csv, column: student}"),
        (b"student\n0012\n34\n", "l.csv"),
        (b"0012\n34\n", "{file: l.csv}"),
    ],
    ids=["comma", "semicolon", "tab", "as Excel saves it", "one column", "no heading"],
)
def test_values_are_read_as_they_are_written(tmp_path: Path, content: bytes, rule: str) -> None:
    """Leading zeros count, empty cells and lines do not, and a value that stands twice is one."""
    (tmp_path / "l.csv").write_bytes(content)

    (law,) = load(tmp_path, listing(rule)).pages[0].fields[0].rules

    assert law.values is not None
    assert list(law.values) == ["0012", "34"]


@pytest.mark.parametrize(
    ("content", "rule", "said"),
    [
        (
            b'n,x\n1,"a\nb"\n2a,c\n-3,d\n4.0,e\n1E5,f\n',
            "{file: l.csv, column: n}",
            "`l.csv` holds values that are not digits only: line 4 `2a`, line 5 `-3`, line 6 `4.0` and 1 more; "
            "write them in digits, or take them out",
        ),
        (
            b"student,name\n1,x\n",
            "{file: l.csv, column: studnt}",
            "`l.csv` has no column `studnt`; did you mean `student`?",
        ),
        (b"a,b\n1,x\n", "l.csv", "`l.csv` has the columns `a`, `b`; write {file: ..., column: ...} to say which"),
        (b"code\n", "l.csv", "`l.csv` lists no values"),
        (b"\n\n", "l.csv", "`l.csv` is empty; it must list the allowed values"),
        (b"", "l.csv", "cannot read `l.csv`: The file holds nothing"),
        (b"n\n12345678\n", "l.csv", "no value can obey it: it takes 8 digits, and the field holds 7"),
        (b"n,x\n1,\xe4\n", "{file: l.csv, column: n}", "`l.csv` is not UTF-8 in line 2; save it as `CSV UTF-8`"),
        (b'n,x\n1,"a\n', "{file: l.csv, column: n}", "`l.csv` is no CSV file: unexpected end of data"),
        (b"1\n", "L.csv", "there is no file `L.csv` beside the template; did you mean `l.csv`?"),
    ],
)
def test_faults_of_lists(tmp_path: Path, content: bytes, rule: str, said: str) -> None:
    """One fault, at the rule, that names the file and its line."""
    (tmp_path / "l.csv").write_bytes(content)

    (line,) = faults(tmp_path, listing(rule))

    assert line.split(": ", 2)[2] == said
    assert line.startswith("form.yaml:5:")


def test_a_misspelt_key_hides_no_fault_of_its_neighbour(tmp_path: Path) -> None:
    """What is sound of a rule is still looked into."""
    assert [line.split(": ")[1] for line in faults(tmp_path, listing("{file: none.csv, colum: n}"))] == [
        "fields[0].rules.list",
        "fields[0].rules.list.colum",
    ]


@pytest.mark.parametrize("name", ["../l.csv", "/tmp/l.csv", "sub/../../l.csv", '"..\\\\l.csv"', '"C:\\\\l.csv"'])  # noqa: S108
def test_files_outside_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    """A template that was sent by mail cannot look about on the disk."""
    folder = tmp_path / "forms"
    folder.mkdir()
    (tmp_path / "l.csv").write_text("1\n")

    (line,) = faults(folder, listing(name))

    assert "lies outside the template's folder; put the file beside the template" in line


def test_links_that_lead_outside_are_refused(tmp_path: Path) -> None:
    """Neither by a link; one that stays inside is followed."""
    folder = tmp_path / "forms"
    (folder / "lists").mkdir(parents=True)
    (tmp_path / "l.csv").write_text("1\n")
    (folder / "lists" / "own.csv").write_text("1\n")
    (folder / "out.csv").symlink_to(tmp_path / "l.csv")
    (folder / "in.csv").symlink_to(folder / "lists" / "own.csv")

    assert load(folder, listing("in.csv"))
    assert load(folder, listing("lists/own.csv"))
    (line,) = faults(folder, listing("out.csv"))
    assert "is a link that leads outside the template's folder" in line


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """What is no regular file is refused."""
    os.mkfifo(tmp_path / "l.csv")

    (line,) = faults(tmp_path, listing("l.csv"))

    assert "cannot read `l.csv`: It is a pipe" in line


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "pdf"])
def test_references_are_read_in_all_formats(tmp_path: Path, suffix: str) -> None:
    """Of a PDF, or of a TIFF of several pages, the first page."""
    draw_reference(tmp_path / "blank.png", 1050, 1485)
    with Image.open(tmp_path / "blank.png") as image:
        image.save(tmp_path / f"blank.{suffix}", dpi=(127, 127), resolution=127)

    (page,) = load(tmp_path, with_fields(MARK, head=HEAD + f"reference: blank.{suffix}\n")).pages

    assert page.reference is not None
    assert page.reference.shape == (1485, 1050)
    assert not page.reference.flags.writeable


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ((2100, 2880), "3.1% wider; crop it to the page, or correct `page`"),
        ((2100, 3100), "4.2% narrower; crop it to the page, or correct `page`"),
        ((2970, 2100), "it lies on its side: turn it"),
    ],
)
def test_a_reference_spans_the_page(tmp_path: Path, size: tuple[int, int], said: str) -> None:
    """An image of another shape cannot be the page; 3 % of a bad crop can."""
    draw_reference(tmp_path / "blank.png", *size)

    (line,) = faults(tmp_path, with_fields(MARK, head=HEAD + "reference: blank.png\n"))

    assert line.startswith(
        f"form.yaml:4:12: reference: `blank.png` has {size[0]} x {size[1]} px, the page 210 x 297 mm"
    )
    assert line.endswith(said)


def test_a_reference_that_cannot_be_decoded_is_a_fault(tmp_path: Path) -> None:
    """Each of several is told of, by its place in the list."""
    draw_reference(tmp_path / "whole.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:60])
    (tmp_path / "text.png").write_text("no image")

    lines = faults(tmp_path, with_fields(MARK, head=HEAD + "reference: [cut.png, whole.png, text.png, gone.bmp]\n"))

    assert [line.split(": ")[:3] for line in lines] == [
        ["form.yaml:4:13", "reference[0]", "cannot read `cut.png`"],
        ["form.yaml:4:33", "reference[2]", "cannot read `text.png`"],
        ["form.yaml:4:43", "reference[3]", "there is no file `gone.bmp` beside the template"],
    ]

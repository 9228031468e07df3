"""What is wrong with a template file as a whole and with its head: each message, word for word."""

import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.errors import TemplateError
from tests.forms.loading import HEAD, MARK, faults, load, with_fields

_WHOLE = with_fields(
    "{name: a, kind: comb, at: [9, 9, 70, 9], cells: 7, gap: 1, rules: {length: 7, pattern: '1.*'}}",
    "{name: b, kind: box, at: [9, 60, 70, 9], digits: 7, label: Total, required: true}",
    MARK,
    head=HEAD + "unit: mm\ncode: F*\nfiducials: [{kind: square, centre: [8, 8], size: 4}]\n",
    rules="  - {name: same, equal: [a, b]}\n",
)
_SPOILERS = [
    *"[]{}:-#*&!'\"\n\t?|>%@~_",
    *(": ", "- ", "null", "true", "-1", "1e400", ".nan", "012", "9" * 50, "{a: b}", "[[]]", "kind: grid", "page: 2"),
]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Faults of every layer, in the order of the file: YAML, keys, types, geometry, laws, rules across fields."""
    text = """\
digitizer: 1
form: Exam Cover
title: 2026
page: [210, 297]
colour: red
code: 0123
fields:
  - name: student
    kind: comb
    at: [66, 90, 178,2, 10]
    celss: 7
    gap: 2.2mm
    rules:
      check: luhm
      length: [5, 4]
  - {name: student, kind: box, at: [190, 120, 30, 10], digits: 4, required: yes}
  - {name: q1, kind: bax, at: [10, 20, 30, 10]}
rules:
  - {name: total, sum: [q1, q2], equals: studnt}
"""

    lines = faults(tmp_path, text)

    assert [line.split(": ", 2)[:2] for line in lines] == [
        ["form.yaml:2:7", "form"],
        ["form.yaml:3:8", "title"],
        ["form.yaml:5:1", "colour"],
        ["form.yaml:6:7", "code"],
        ["form.yaml:10:9", "fields[0].at"],
        ["form.yaml:11:5", "fields[0].celss"],
        ["form.yaml:12:10", "fields[0].gap"],
        ["form.yaml:14:14", "fields[0].rules.check"],
        ["form.yaml:15:15", "fields[0].rules.length"],
        ["form.yaml:16:12", "fields[1].name"],
        ["form.yaml:16:36", "fields[1].at"],
        ["form.yaml:16:77", "fields[1].required"],
        ["form.yaml:17:22", "fields[2].kind"],
        ["form.yaml:19:29", "rules[0].sum[1]"],
        ["form.yaml:19:42", "rules[0].equals"],
    ]


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("digitizer: 2", "1:12: digitizer: written for a newer digitizer: format 2, this one knows 1; upgrade"),
        ("digitizer: 0", "1:12: digitizer: must be at least 1, not `0`"),
        ("digitizer: true", "1:12: digitizer: must be a whole number, not `true`, such as 1"),
        ("form: Exam Cover", "2:7: form: `Exam Cover` is no name; write `exam-cover` (small letters, digits and `-`)"),
        ("form: auto", "2:7: form: `auto` stands for pages read without a template; choose another id"),
        ("page: [210]", "3:7: page: must be 2 numbers: width and height of a page, such as [210, 297]; here are 1"),
        ("page: 210", "3:7: page: must be a list, not `210`, such as [210, 297]"),
        ("page: [2.1, 297]", "3:7: page: would be 2.1 mm wide; a page has from 20 to 1300 mm"),
        ("unit: cm", "4:7: unit: unknown value `cm`; possible: `mm`, `in`, `px`"),
        (
            "unit: px",
            "4:7: unit: px are counted on the image of the blank form, and page 1 has none; name it as `reference`",
        ),
        ("version: '1'", "4:10: version: must be a whole number, not `1`; write 1 without quotes"),
        ("version: 0", "4:10: version: must be at least 1, not `0`"),
        ("title: 7", '4:8: title: must be text, not `7`; for text write "7"'),
        (
            "code: 0123",
            '4:7: code: `0123` means different things to different programs; write the number 123, or "0123" for text',
        ),
        ('code: ""', "4:7: code: is empty; write something, or delete the key"),
        ('code: "*"', "4:7: code: `*` alone fits every code; write what stands before it"),
        ("tilte: x", "4:1: tilte: unknown key; did you mean `title`?"),
    ],
)
def test_faults_of_the_head(tmp_path: Path, head: str, line: str) -> None:
    """One line of the head spoilt: one fault."""
    lines = [own for own in HEAD.splitlines() if own.split(":")[0] != head.split(":")[0]]
    lines.insert({"digitizer": 0, "form": 1, "page": 2}.get(head.split(":")[0], 3), head)

    assert faults(tmp_path, with_fields(MARK, head="\n".join(lines) + "\n")) == [f"form.yaml:{line}"]


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ("", "1:1: the key `fields` is missing: answers on the form"),
        ("fields: []\n", "4:9: fields: must list at least 1, not none"),
        ("fields:\n", "4:1: fields: is empty; write a value, in quotes if it begins with `#`, or delete the key"),
        (
            "fields: {a: {kind: mark}}\n",
            "4:9: fields: must be a list, not keys with values; begin each of its items with `- `",
        ),
    ],
)
def test_a_template_has_fields(tmp_path: Path, fields: str, line: str) -> None:
    """None at all is a fault, however they are missing."""
    assert faults(tmp_path, HEAD + fields) == [f"form.yaml:{line}"]


def test_too_many_cells_are_refused(tmp_path: Path) -> None:
    """A template is for a person to fill in."""
    grid = "{name: a, kind: grid, at: [1, 1, 200, 200], rows: 100, columns: 51}"

    assert faults(tmp_path, with_fields(grid)) == [
        "form.yaml:4:1: fields: hold 5100 cells in all; a template has at most 5000: split the form"
    ]


def test_pages_are_as_many_as_are_listed(tmp_path: Path) -> None:
    """Two lists of pages agree, and a field is on one of them."""
    head = HEAD + "reference: [null, null]\ncode: [a]\n"

    assert faults(tmp_path, with_fields(MARK.replace("}", ", page: 3}"), head=head)) == [
        "form.yaml:5:7: code: lists 1 pages, `reference` 2; list each in both, null for none",
        "form.yaml:7:54: fields[0].page: there is no page 3: `reference` lists 2 (null stands for a page without)",
    ]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(_SPOILERS), st.integers(0, 30))
def test_whatever_is_typed_is_a_template_or_a_list_of_faults(position: int, typed: str, deleted: int) -> None:
    """No text, wherever it is typed into a template, ends in anything but a template or a message."""
    at = position % len(_WHOLE)
    text = _WHOLE[:at] + typed + _WHOLE[at + deleted :]

    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(TemplateError):
        assert load(Path(folder), text).pages


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"digitizer: 1\ntitle: Pr\xfcfung\n", "2:10: this is not UTF-8 (byte 0xFC); save the file as UTF-8"),
        (b"- digitizer\n", "1:1: this is no template: it must begin with `digitizer: 1`"),
        (b"# nothing\n", "1:1: this is no template: it must begin with `digitizer: 1`"),
        (b"digitizer: 1\nform: *\n", "2:8: not valid YAML: a text that begins with `*` goes into quotes"),
    ],
)
def test_what_is_no_template_at_all(tmp_path: Path, text: bytes, line: str) -> None:
    """One fault, at the place where it begins to be none."""
    assert faults(tmp_path, text) == [f"form.yaml:{line}"]


def test_many_faults_are_counted(tmp_path: Path) -> None:
    """A file that is something else does not fill the screen."""
    lines = faults(tmp_path, HEAD + "".join(f"key{number}: 1\n" for number in range(60)))

    assert len(lines) == 51
    assert lines[-1] == "form.yaml: and 11 more faults"


def test_what_a_message_quotes_cannot_steer_a_terminal(tmp_path: Path) -> None:
    """Escapes in keys and values are shown, and long values cut."""
    lines = faults(tmp_path, with_fields(MARK, head=HEAD + f'"k\\e[31m": 1\nunit: "{"x" * 60}\\e[31m"\n'))

    assert lines[0].startswith("form.yaml:4:1: k\\x1b[31m: unknown key")
    assert f"unknown value `{'x' * 40}…`" in lines[1]

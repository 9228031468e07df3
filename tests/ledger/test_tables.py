"""The rows of fields.csv and pages.csv."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.document import FieldResult, FieldStatus, PageResult, PageStatus
from digitizer.ledger.tables import FIELD_COLUMNS, PAGE_COLUMNS, confidence_text, fields_csv, outside_text, pages_csv


def a_field(value: str = "007", confidence: float = 0.99999) -> FieldResult:
    """Return a field of three digits after a blank."""
    return FieldResult(
        "auto",
        "comb1",
        value,
        f"_{value}",
        confidence,
        FieldStatus.ACCEPTED,
        "",
        (0.5, confidence),
        10,
        20,
        30,
        40,
        value,
    )


def a_page(scan: str = "a.png", page: int | None = 1, *fields: FieldResult) -> PageResult:
    """Return a page that was read."""
    return PageResult(scan, page, "auto", PageStatus.DONE, "", fields, None, 299.9994, 180, "ab" * 32)


def test_a_field_becomes_a_row_of_the_contract() -> None:
    """Each column of fields.csv holds what DESIGN promises, in that order."""
    lines = fields_csv([a_page("a.png", 1, a_field())]).splitlines()

    assert lines == [
        "scan,page,form,field,value,cells,confidence,status,reason,cell_confidences,x,y,width,height,"
        "machine_value,reviewer",
        "a.png,1,auto,comb1,007,_007,0.9999,accepted,,0.5000 0.9999,10,20,30,40,007,",
    ]


def test_a_page_becomes_a_row_of_the_contract() -> None:
    """Each column of pages.csv stands in its place; what is not known is empty."""
    lines = pages_csv([a_page("a.png", 1, a_field())]).splitlines()

    assert lines == [
        "scan,page,form,status,reason,fields,residual_mm,dpi,rotation,sha256",
        f"a.png,1,auto,done,,1,,299.999,180,{'ab' * 32}",
    ]


def test_rows_are_sorted_by_scan_and_page_and_keep_the_order_of_fields() -> None:
    """Page 10 comes after page 9, and fields stay in reading order."""
    pages = [a_page("b", 10, a_field("2"), a_field("1")), a_page("b", 9, a_field("3")), a_page("a", None)]

    assert [row["page"] for row in csv.DictReader(io.StringIO(pages_csv(pages)))] == ["", "9", "10"]
    assert [row["value"] for row in csv.DictReader(io.StringIO(fields_csv(pages)))] == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("confidence", "text"),
    [(1.0, "1.0000"), (0.99999, "0.9999"), (0.29, "0.2900"), (0.9999, "0.9999"), (1e-7, "0.0000"), (0.0, "0.0000")],
)
def test_a_confidence_is_rounded_down(confidence: float, text: str) -> None:
    """0.99999 is not written as certainty."""
    assert confidence_text(confidence) == text


@given(st.floats(0, 1))
def test_a_written_confidence_never_claims_more(confidence: float) -> None:
    """What is written is at most what is so, and less than one step below it."""
    written = float(confidence_text(confidence))

    assert written <= confidence < written + 1.0001e-4


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "'"])
def test_a_formula_is_defused(start: str) -> None:
    """A file name that a spreadsheet would execute gets an apostrophe in front."""
    assert outside_text(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    ("raw", "written"),
    [("a\nb", "a\\x0ab"), ("\t=1", "\\x09=1"), ("\r=1", "\\x0d=1"), ("a\x85b", "a\\x85b"), ("a\u2028b", "a\\u2028b")],
)
def test_what_breaks_a_line_is_written_out(raw: str, written: str) -> None:
    """Control characters and line separators are visible, and harmless at the start too."""
    assert outside_text(raw) == written


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), unique=True))
def test_every_input_is_one_line_for_every_reader(names: list[str]) -> None:
    """Whatever files are called, python's csv, pandas and a plain reader of lines see one row each."""
    text = pages_csv([a_page(name) for name in names])

    assert len(text.splitlines()) == len(names) + 1
    assert len(list(csv.DictReader(io.StringIO(text)))) == len(names)
    frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    assert list(frame.columns) == list(PAGE_COLUMNS)
    assert set(frame["scan"]) == {outside_text(name) for name in names}


def test_two_names_never_become_one() -> None:
    """The apostrophe of one name cannot be taken for the one that another was given."""
    assert len({outside_text(name) for name in ("=1", "'=1", "''=1")}) == 3


def test_the_columns_are_those_of_the_contract() -> None:
    """Sixteen columns for a field, ten for a page."""
    assert len(FIELD_COLUMNS) == 16
    assert len(PAGE_COLUMNS) == 10

"""A score says what share of the truth a run read, and how far its confidences can be trusted."""

from fractions import Fraction
from pathlib import Path

import pytest

from digitizer.errors import UsageError
from digitizer.report.score import NOT_FOUND, Score, format_score, score

RESULT_HEADER = "scan,page,form,field,value,cells,confidence,status,reason,machine_value"
TRUTH_HEADER = "scan,page,field,value,cells"


def result(
    field: str,
    value: str,
    confidence: float = 0.9,
    *,
    cells: str | None = None,
    status: str = "accepted",
    machine_value: str | None = None,
    scan: str = "a.png",
) -> str:
    """Write a row of `fields.csv`."""
    machine = value if machine_value is None else machine_value
    return f"{scan},1,auto,{field},{value},{value if cells is None else cells},{confidence},{status},,{machine}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an empty folder for the files to compare."""
    return tmp_path


def compared(folder: Path, results: list[str], truth: list[str], truth_header: str = TRUTH_HEADER) -> Score:
    """Score rows of results against rows of truth."""
    (folder / "fields.csv").write_text("\n".join([RESULT_HEADER, *results, ""]), encoding="utf-8")
    (folder / "truth.csv").write_text("\n".join([truth_header, *truth, ""]), encoding="utf-8")
    return score(folder, folder / "truth.csv")


def test_field_is_right_only_if_its_value_is_exactly_right(folder: Path) -> None:
    """Leading zeros count: 012 is not 12."""
    found = compared(folder, [result("f1", "012"), result("f2", "12")], ["a.png,1,f1,012,012", "a.png,1,f2,012,012"])

    assert (found.fields, found.fields_right) == (2, 1)


def test_missing_field_counts_all_its_digits_as_wrong(folder: Path) -> None:
    """A field that was not found is a wrong field, named, and so are its digits."""
    found = compared(folder, [result("f1", "12")], ["a.png,1,f1,12,12", "a.png,1,f2,345,345"])

    assert (found.fields_right, found.fields) == (1, 2)
    assert (found.digits_right, found.digits) == (2, 5)
    assert found.missing == (("a.png", "1", "f2"),)
    assert found.cells["inked", NOT_FOUND] == 3


def test_result_without_truth_is_spurious(folder: Path) -> None:
    """A field that is not on the form is told apart, with what became of it."""
    found = compared(folder, [result("f1", "12"), result("f2", "3")], ["a.png,1,f1,12,12"])

    assert found.spurious == (("a.png", "1", "f2"),)
    assert found.spurious_accepted == 1
    assert found.fields == 1


def test_digits_are_compared_cell_by_cell(folder: Path) -> None:
    """A digit read in another cell than it stands in is wrong, though the value holds it."""
    found = compared(folder, [result("f1", "12", cells="12_")], ["a.png,1,f1,12,_12"])

    assert found.digits_right == 0


def test_digits_are_aligned_where_cells_are_unknown(folder: Path) -> None:
    """Without cells a lost digit costs one digit, not all that follow it."""
    found = compared(folder, [result("f1", "1345")], ["a.png,1,f1,12345"], "scan,page,field,value")

    assert (found.digits_right, found.digits) == (4, 5)
    assert found.cells == {}


def test_corrected_digits_are_those_of_the_person(folder: Path) -> None:
    """After a correction the value counts, and the cells that the machine read do not."""
    corrected = result("f1", "72", cells="12", status="corrected", machine_value="12")

    found = compared(folder, [corrected], ["a.png,1,f1,72,72"])

    assert (found.fields_right, found.digits_right) == (1, 2)


def test_blank_void_and_inked_are_confused_apart(folder: Path) -> None:
    """Each cell counts once under what it is and what it was read as; unreadable ink is ink."""
    found = compared(folder, [result("f1", "74", cells="_7x4?")], ["a.png,1,f1,745,x_745"])

    assert found.cells == {
        ("void", "blank"): 1,
        ("blank", "inked"): 1,
        ("inked", "void"): 1,
        ("inked", "inked"): 2,
    }


def test_straight_through_is_the_longest_prefix_within_the_error_rate(folder: Path) -> None:
    """One wrong field in the hundred surest is 1 %: with it a hundred go through, without it fifty."""
    truth = [f"a.png,1,f{place},1,1" for place in range(200)]
    results = [result(f"f{place}", "1", 1 - place / 1000) for place in range(100)]
    results[50] = result("f50", "2", 0.95)

    found = compared(folder, results, truth)

    assert found.straight_through == {Fraction(1, 100): 0.5, Fraction(1, 1000): 0.25}


def test_fields_of_one_confidence_go_through_together(folder: Path) -> None:
    """No threshold parts a right field from a wrong one of the same confidence."""
    results = [result("f1", "1", 0.9), result("f2", "1", 0.9)]

    found = compared(folder, results, ["a.png,1,f1,1,1", "a.png,1,f2,2,2"])

    assert set(found.straight_through.values()) == {0.0}


def test_accepted_are_those_that_the_run_let_through(folder: Path) -> None:
    """What a person confirmed did not go straight through."""
    results = [
        result("f1", "1"),
        result("f2", "1"),
        result("f3", "1", status="confirmed"),
        result("f4", "1", status="review"),
    ]

    found = compared(
        folder, results, [f"a.png,1,f{place},{value},{value}" for place, value in enumerate("1211", start=1)]
    )

    assert (found.accepted, found.accepted_wrong) == (2, 1)


def test_calibration_error_is_the_mean_gap_of_confidence_and_accuracy(folder: Path) -> None:
    """Three of four right at 0.95 is off by 0.20; one right at 0.5 by 0.5; weighted by their number."""
    results = [*(result(f"f{place}", "1", 0.95) for place in range(4)), result("f4", "1", 0.5)]
    truth = ["a.png,1,f0,2,2", *(f"a.png,1,f{place},1,1" for place in range(1, 5))]

    found = compared(folder, results, truth)

    assert found.calibration_error == pytest.approx((4 * 0.20 + 1 * 0.50) / 5)


def test_calibration_judges_the_machine_not_the_person(folder: Path) -> None:
    """A corrected field was wrong as far as its confidence is concerned."""
    corrected = result("f1", "2", 0.6, status="corrected", machine_value="1")

    found = compared(folder, [corrected], ["a.png,1,f1,2,2"])

    assert found.calibration_error == pytest.approx(0.6)


@pytest.mark.parametrize("named", ["=cmd.png", "'=cmd.png"])
def test_scan_that_looks_like_a_formula_is_matched(folder: Path, named: str) -> None:
    """The truth may write the name as the file has it, or as the results do."""
    found = compared(folder, [result("f1", "1", scan="'=cmd.png")], [f"{named},1,f1,1,1"])

    assert found.missing == ()
    assert found.spurious == ()


def test_truth_may_come_from_a_spreadsheet(folder: Path) -> None:
    """The mark that spreadsheets put before UTF-8 text belongs to no column's name."""
    found = compared(folder, [result("f1", "1")], ["a.png,1,f1,1,1"], "\ufeff" + TRUTH_HEADER)

    assert found.fields_right == 1


def test_value_that_says_na_stays_text(folder: Path) -> None:
    """A scan named NA, and an empty value, are text like any other."""
    found = compared(folder, [result("f1", "", cells="__", scan="NA")], ["NA,1,f1,,__"])

    assert (found.fields_right, found.digits) == (1, 0)


def test_field_that_stands_twice_is_refused(folder: Path) -> None:
    """Which of two truths holds is not for the program to say."""
    with pytest.raises(UsageError, match=r"truth\.csv, row 3: a\.png, page 1, f1 stands there twice"):
        compared(folder, [result("f1", "1")], ["a.png,1,f1,1,1", "a.png,1,f1,2,2"])


def test_missing_column_is_named(folder: Path) -> None:
    """The message names the column that the file lacks."""
    with pytest.raises(UsageError, match="lacks the column value"):
        compared(folder, [result("f1", "1")], ["a.png,1,f1"], "scan,page,field")


def test_truth_without_rows_is_refused(folder: Path) -> None:
    """Nothing to compare with is no score."""
    with pytest.raises(UsageError, match="has no row"):
        compared(folder, [result("f1", "1")], [])


def test_folder_without_results_is_refused(folder: Path) -> None:
    """The message says which folder to name."""
    with pytest.raises(UsageError, match=r"has no fields\.csv"):
        score(folder, folder / "truth.csv")


def test_truth_that_is_no_file_is_refused(folder: Path) -> None:
    """The message says what the file has to hold."""
    (folder / "fields.csv").write_text(RESULT_HEADER + "\n", encoding="utf-8")

    with pytest.raises(UsageError, match="is no file"):
        score(folder, folder / "truth.csv")


@pytest.mark.parametrize("confidence", ["high", "nan", "1.5"])
def test_confidence_that_is_no_probability_is_refused(folder: Path, confidence: str) -> None:
    """A damaged file of results gives no score."""
    with pytest.raises(UsageError, match="row 2: the confidence"):
        compared(folder, [result("f1", "1").replace("0.9", confidence)], ["a.png,1,f1,1,1"])


def test_run_that_found_nothing_has_a_score(folder: Path) -> None:
    """No field found: nothing right, nothing accepted, no calibration to speak of."""
    found = compared(folder, [], ["a.png,1,f1,1,1"])

    assert (found.fields_right, found.accepted, found.calibration_error) == (0, 0, None)
    assert "fields right       0 of 1 (0.00%)" in format_score(found)


def test_report_tells_every_figure(folder: Path) -> None:
    """The text a user sees, as a whole."""
    results = [result("f1", "12"), result("f2", "3", cells="3_", status="review"), result("f9", "1")]

    text = format_score(compared(folder, results, ["a.png,1,f1,12,12", "a.png,1,f2,4,4_", "a.png,1,f3,5,x5"]))

    assert text.splitlines() == [
        "fields right       1 of 3 (33.33%)",
        "digits right       2 of 4 (50.00%)",
        "fields found       2 of 3 (66.67%)",
        "spurious fields    1, accepted 1",
        "straight through   1 of 3 (33.33%)",
        "  of these wrong   0 of 1 (0.00%)",
        "  possible at 1.0% field error: 0.00%",
        "  possible at 0.1% field error: 0.00%",
        "calibration error  0.4000",
        "cells, read as          blank      void     inked not found",
        "  blank                     1         0         0         0",
        "  void                      0         0         0         1",
        "  inked                     0         0         3         1",
        "missing   a.png, page 1: f3",
        "spurious  a.png, page 1: f9",
    ]

"""summary.json: counts, rates, reasons and provenance."""

import json

from digitizer.document import FieldResult, FieldStatus, PageResult, PageStatus
from digitizer.errors import ExitCode
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.summary import summarize, summary_json

PROVENANCE = Provenance("0.1.0", "seed", "ab" * 32, 0.999)


def a_field(confidence: float) -> FieldResult:
    """Return a field that is accepted from 0.999 on."""
    accepted = confidence >= 0.999
    status, reason = (FieldStatus.ACCEPTED, "") if accepted else (FieldStatus.REVIEW, "low_confidence")
    return FieldResult("auto", "comb1", "1", "1", confidence, status, reason, (confidence,), 0, 0, 1, 1, "1")


def a_page(scan: str, page: int | None, status: PageStatus, reason: str, *confidences: float) -> PageResult:
    """Return a page with one field for each confidence."""
    return PageResult(scan, page, "auto", status, reason, tuple(a_field(each) for each in confidences))


PAGES = [
    a_page("a.pdf", 1, PageStatus.DONE, "", 0.9995, 0.5),
    a_page("a.pdf", 2, PageStatus.REJECTED, "no_fields"),
    a_page("b.txt", None, PageStatus.SKIPPED, "not_a_scan"),
    a_page("c.png", None, PageStatus.FAILED, "truncated"),
    a_page("d.png", 1, PageStatus.DONE, "", 1.0),
]


def test_a_summary_holds_counts_rates_and_provenance() -> None:
    """Every number of summary.json is that of the rows."""
    content = json.loads(summary_json(summarize(PAGES, PROVENANCE)))

    assert content == {
        "version": "0.1.0",
        "model": {"name": "seed", "sha256": "ab" * 32},
        "template": None,
        "policy": {"threshold": 0.999, "max_errors": "1/1000"},
        "files": 4,
        "pages": {"done": 2, "rejected": 1, "failed": 1, "skipped": 1},
        "fields": {"accepted": 2, "review": 1, "confirmed": 0, "corrected": 0},
        "rates": {"straight_through": 0.666666, "expected_errors_among_accepted": 0.00025},
        "reasons": {"pages": {"no_fields": 1, "not_a_scan": 1, "truncated": 1}, "fields": {"low_confidence": 1}},
    }


def test_a_summary_does_not_depend_on_the_order_of_pages() -> None:
    """The order in which workers finish leaves no trace."""
    assert summary_json(summarize(PAGES[::-1], PROVENANCE)) == summary_json(summarize(PAGES, PROVENANCE))


def test_a_run_without_fields_has_no_rates() -> None:
    """An empty folder gives nulls, not a division by zero."""
    rates = json.loads(summary_json(summarize([], PROVENANCE)))["rates"]

    assert rates == {"straight_through": None, "expected_errors_among_accepted": None}


def test_skipped_files_do_not_make_a_run_incomplete() -> None:
    """A text file among the scans is no failure; a scan that cannot be read is one."""
    assert summarize([PAGES[0], PAGES[2]], PROVENANCE).exit_code is ExitCode.OK
    assert summarize([PAGES[1]], PROVENANCE).exit_code is ExitCode.INCOMPLETE
    assert summarize([PAGES[3]], PROVENANCE).exit_code is ExitCode.INCOMPLETE


def test_unread_pages_are_listed_in_order() -> None:
    """The list that a user is shown follows pages.csv."""
    unread = summarize(PAGES[::-1], PROVENANCE).unread

    assert [(page.scan, page.page) for page in unread] == [("a.pdf", 2), ("c.png", None)]

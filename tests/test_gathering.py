"""Pages are gathered until their scans are whole."""

from pathlib import Path

from digitizer.document import PageResult, PageStatus, ScanFile
from digitizer.gathering import Gathering, without_pages
from digitizer.scans.decode import FileInfo
from digitizer.scans.formats import ScanFormat
from digitizer.tasks import Inspected


def inspected(name: str, pages: int) -> Inspected:
    """Return what is known of a file of so many pages."""
    return Inspected(ScanFile(Path(name), name), FileInfo(name * 8, ScanFormat.PNG, pages), sha256=name * 8)


def page(scan: str, number: int, reason: str = "") -> PageResult:
    """Return a page that was read, or that failed for a reason."""
    status = PageStatus.FAILED if reason else PageStatus.DONE
    return PageResult(scan, number, "auto", status, reason, sha256=scan * 8)


def test_a_scan_is_complete_when_its_last_page_is_there() -> None:
    """Pages come in any order and in any company; the record has them in theirs."""
    gathering = Gathering([inspected("a", 3), inspected("b", 1)])

    assert gathering.add([page("a", 3), page("a", 1)]) == []
    records = gathering.add([page("b", 1), page("a", 2)])

    assert [(record.source, record.sha256) for record in records] == [("a", "a" * 8), ("b", "b" * 8)]
    assert [each.page for each in records[0].pages] == [1, 2, 3]


def test_a_page_that_failed_for_its_own_sake_belongs_to_its_scan() -> None:
    """What is damaged today is damaged tomorrow."""
    (record,) = Gathering([inspected("a", 2)]).add([page("a", 1), page("a", 2, "damaged")])

    assert [each.reason for each in record.pages] == ["", "damaged"]


def test_a_file_that_went_away_while_it_was_read_is_no_scan() -> None:
    """Nothing of it is kept; the next run tries again."""
    gathering = Gathering([inspected("a", 2)])

    assert gathering.add([page("a", 1), page("a", 2, "changed")]) == []
    assert [(entry.name, entry.reason, entry.fingerprint) for entry in gathering.unreached] == [("a", "changed", "")]


def test_a_file_without_pages_has_one_row() -> None:
    """It is known by its bytes all the same."""
    record = without_pages(Inspected(ScanFile(Path("a"), "a"), None, "damaged", "5a"))

    assert (record.sha256, [(each.page, each.reason) for each in record.pages]) == ("5a", [(None, "damaged")])

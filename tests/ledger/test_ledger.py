"""What goes into a ledger and what comes out, on both kinds of database."""

from dataclasses import replace

import pytest

from digitizer.document import PageResult, PageStatus
from digitizer.errors import LedgerError
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.records import DUPLICATE, PURGED, Entry, ScanRecord
from digitizer.ledger.schema import scans
from digitizer.ledger.tables import in_order
from tests.ledger.conftest import Place
from tests.ledger.recorded import BOX, COMB, PROVENANCE, STRICTER, a_field, a_lost_scan, a_scan, digest_of


def put(ledger: Ledger, *records: ScanRecord) -> None:
    """Put scans in, each in a transaction of its own."""
    for record in records:
        ledger.put_scans([record], PROVENANCE)


def shown(ledger: Ledger) -> list[tuple[str, int | None, str]]:
    """Return name, page and reason of all rows."""
    return [(row.scan, row.page, row.reason) for row in ledger.rows()]


def purge(ledger: Ledger, digest: str) -> None:
    """Say of a scan that it was purged."""
    ledger.database.write(lambda each: each.execute(scans.update().where(scans.c.sha256 == digest).values(purged=True)))


def test_all_that_was_seen_comes_back_bit_for_bit(place: Place) -> None:
    """Every field, cell, number, quad and picture of a scan is what was put in, after closing too."""
    record = a_scan("a.pdf", fields=(a_field("one", COMB), a_field("two", BOX), a_field("three")))
    with place.open() as ledger:
        put(ledger, a_scan("b.pdf"), record)

    with place.open() as ledger:
        assert list(ledger.evidence([record.sha256])) == [record]


def test_rows_are_the_pages_without_evidence(place: Place) -> None:
    """What the CSVs are made of is all but what was seen."""
    with place.open() as ledger:
        put(ledger, a_scan("a.pdf", "", PageStatus.DONE, PageStatus.REJECTED, fields=(a_field("one", COMB),)))

        rows = list(ledger.rows())

    expected = a_scan("a.pdf", "", PageStatus.DONE, PageStatus.REJECTED, fields=(a_field("one"),))
    assert rows == list(expected.pages)


def test_rows_come_in_the_order_of_names_as_python_sorts_them(place: Place) -> None:
    """Neither the database's language nor the order of reading has a say, nor of what kind a row is."""
    names = ["b.png", "B.png", "a.png", "_a", "ä.png", "z", "a-b", "a b", "\U0001f600.png", "\uffee.png", "10", "9"]
    with place.open() as ledger:
        put(ledger, *(a_scan(name, "", *[PageStatus.DONE] * 11) for name in names[::2]))
        ledger.put_entries(Entry(name, status=PageStatus.SKIPPED, reason="not_a_scan") for name in names[1::2])

        rows = list(ledger.rows())

    assert len(rows) == 6 * 11 + 6
    assert rows == in_order(rows)


def test_rows_beyond_those_fetched_at_once_keep_their_fields(place: Place) -> None:
    """Of 250 pages each has its own fields, in their order."""
    record = a_scan("a.pdf", "", *[PageStatus.DONE] * 250)
    pages = tuple(replace(page, fields=(a_field(f"{page.page}b"), a_field(f"{page.page}a"))) for page in record.pages)
    with place.open() as ledger:
        put(ledger, replace(record, pages=pages))

        assert tuple(ledger.rows()) == pages


def test_a_scan_that_is_there_is_left_alone(place: Place) -> None:
    """The same put in twice, as after an answer that was lost, is there once, and the CSVs are not made again."""
    with place.open() as ledger:
        put(ledger, a_scan("a.png"))
        before = ledger.revision()

        ledger.put_scans([replace(a_scan("other.png", "a.png"))], PROVENANCE)

        assert shown(ledger) == [("a.png", 1, "")]
        assert ledger.revision() == before


@pytest.mark.parametrize("changed", ["provenance", "replace"])
def test_a_scan_that_is_read_again_takes_its_own_place(place: Place, changed: str) -> None:
    """Read with something else, or on purpose, it replaces what was there, under the name that it had."""
    with place.open() as ledger:
        put(ledger, a_scan("a.png", "", PageStatus.FAILED, fields=(a_field("one", COMB),)))
        again = a_scan("moved.png", "a.png", PageStatus.DONE, PageStatus.DONE)

        if changed == "provenance":
            ledger.put_scans([again], STRICTER)
        else:
            ledger.put_scans([again], PROVENANCE, replace=True)

        assert [(row.scan, row.status) for row in ledger.rows()] == [("a.png", "done")] * 2
        assert [each.source for each in ledger.evidence([again.sha256])] == ["a.png"]


def test_a_purged_scan_stays_purged(place: Place) -> None:
    """What was deleted on purpose does not come back; its file is skipped, and said to be known."""
    with place.open() as ledger:
        put(ledger, a_scan("a.png"))
        purge(ledger, digest_of("a.png"))

        ledger.put_scans([a_scan("a.png")], STRICTER, replace=True)
        ledger.put_entries([Entry("a.png", "f", digest_of("a.png"))])

        assert shown(ledger) == [("a.png", None, PURGED)]
        assert ledger.known()[digest_of("a.png")].purged
        assert list(ledger.evidence([digest_of("a.png")])) == []


def test_a_failure_puts_nothing_in(place: Place) -> None:
    """A transaction is all of it or nothing: neither a scan nor a page nor the revision remains."""
    broken = a_scan("b.png")
    broken = replace(broken, pages=(*broken.pages, replace(broken.pages[0], form=None)))  # type: ignore[arg-type]
    with place.open() as ledger:
        with pytest.raises(LedgerError):
            ledger.put_scans([a_scan("a.png"), broken], PROVENANCE)

        assert ledger.known() == {}
        assert ledger.revision() == 0


def test_the_same_bytes_under_another_name_are_a_duplicate(place: Place) -> None:
    """The file that was read has its pages, the copy one row that says so."""
    digest = digest_of("a.png")
    with place.open() as ledger:
        put(ledger, a_scan("b.png", "a.png"))
        ledger.put_entries([Entry("a.png", "f", digest), Entry("b.png", "f", digest), Entry("new.png", "f", "00" * 32)])

        rows = list(ledger.rows())

    assert [(row.scan, row.page, row.reason) for row in rows] == [("a.png", None, DUPLICATE), ("b.png", 1, "")]
    assert rows[0] == PageResult("a.png", None, "", PageStatus.SKIPPED, DUPLICATE, sha256=digest)


def test_a_file_that_replaces_one_that_was_read_stands_beside_it(place: Place) -> None:
    """What was read is never lost: the newer is shown with a part of its hash."""
    with place.open() as ledger:
        put(ledger, a_scan("a.png", "old"), a_scan("a.png", "new"))

        assert shown(ledger) == [("a.png", 1, ""), (f"a.png@{digest_of('new')[:8]}", 1, "")]


def test_a_file_that_replaces_one_that_failed_takes_its_place(place: Place) -> None:
    """A page that was scanned again leaves no trace of the first attempt in the CSVs."""
    with place.open() as ledger:
        put(ledger, a_lost_scan("a.png", "old"), a_scan("a.png", "new"))

        assert shown(ledger) == [("a.png", 1, "")]
        assert set(ledger.known()) == {digest_of("old"), digest_of("new")}


def test_a_failed_file_that_still_lies_elsewhere_does_not_vanish(place: Place) -> None:
    """Every file has its row: a copy of the failed one, too."""
    with place.open() as ledger:
        put(ledger, a_lost_scan("a.png", "old"))
        ledger.put_entries([Entry("a.png", "f", digest_of("new")), Entry("copy.png", "f", digest_of("old"))])
        put(ledger, a_scan("a.png", "new"))

        assert [name for name, _, _ in shown(ledger)] == ["a.png", f"a.png@{digest_of('new')[:8]}", "copy.png"]


def test_a_file_that_comes_back_is_shown_again(place: Place) -> None:
    """When the bytes that gave way lie in the folder again, the CSVs tell of them."""
    with place.open() as ledger:
        put(ledger, a_lost_scan("a.png", "old"), a_scan("a.png", "new"))
        before = ledger.revision()

        ledger.put_entries([Entry("a.png", "f", digest_of("old"))])

        old = f"a.png@{digest_of('old')[:8]}"
        assert shown(ledger) == [("a.png", 1, ""), (old, None, "truncated")]
        assert ledger.revision() > before


def test_entries_come_back_and_go(place: Place) -> None:
    """What lay in the folder is known by name, until it is gone."""
    first, second = Entry("a", "1:2", "ab" * 32), Entry("b", "", "", PageStatus.FAILED, "changed")
    with place.open() as ledger:
        ledger.put_entries([first, second])
        assert ledger.entries() == {"a": first, "b": second}

        ledger.put_entries([replace(first, fingerprint="3:4")], ["b", "never there"])
        assert ledger.entries() == {"a": replace(first, fingerprint="3:4")}


def test_the_revision_tells_when_the_csvs_change(place: Place) -> None:
    """It goes up with a scan and with an entry that has a row; not for a file that was only touched."""
    entry = Entry("a.txt", "1:2", "", PageStatus.SKIPPED, "not_a_scan")
    with place.open() as ledger:
        seen = [ledger.revision()]
        put(ledger, a_scan("a.png"))
        seen.append(ledger.revision())
        ledger.put_entries([entry])
        seen.append(ledger.revision())
        ledger.put_entries([replace(entry, fingerprint="3:4")])

        assert seen[0] < seen[1] < seen[2] == ledger.revision()


def test_known_scans_tell_with_what_they_were_read_and_whether_that_failed(place: Place) -> None:
    """All of them, or those that are asked for."""
    with place.open() as ledger:
        put(ledger, a_scan("a.png", "", PageStatus.DONE, PageStatus.FAILED), a_scan("b.png"))
        known = ledger.known()

        assert {each.source: each.failed for each in known.values()} == {"a.png": True, "b.png": False}
        assert {each.seen_with for each in known.values()} == {PROVENANCE.seen_with}
        assert {each.decided_with for each in known.values()} == {PROVENANCE.decided_with}
        assert list(ledger.known([digest_of("b.png"), "00" * 32])) == [digest_of("b.png")]


def test_provenances_are_counted_in_the_order_of_their_first_use(place: Place) -> None:
    """The newest is that of the scan that was put in last, whatever the clock says."""
    with place.open() as ledger:
        assert (ledger.latest_provenance(), ledger.provenances()) == (None, [])
        ledger.put_scans([a_scan("a.png"), a_scan("b.png")], STRICTER)
        ledger.put_scans([a_scan("c.png")], PROVENANCE)
        ledger.put_scans([a_scan("d.png")], STRICTER)

        assert ledger.latest_provenance() == STRICTER
        assert ledger.provenances() == [(STRICTER, 3), (PROVENANCE, 1)]

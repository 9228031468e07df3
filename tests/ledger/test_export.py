"""Writing the results: all files or none, and none that would be the same."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from digitizer.document import FieldStatus, PageResult, PageStatus
from digitizer.errors import LedgerError
from digitizer.ledger import export
from digitizer.ledger.export import write_results
from digitizer.ledger.records import Entry
from digitizer.ledger.summary import Summary
from digitizer.ledger.tables import fields_csv, pages_csv
from tests.ledger.conftest import Place
from tests.ledger.recorded import COMB, PROVENANCE, STRICTER, a_field, a_lost_scan, a_scan

FILES = ["fields.csv", "pages.csv", "summary.json"]
SCANS = [
    a_scan("straße.pdf", "", PageStatus.DONE, PageStatus.REJECTED, fields=(a_field("b", COMB), a_field("a", COMB))),
    a_scan("b.png", fields=(a_field("c", COMB, FieldStatus.ACCEPTED),)),
    a_lost_scan("c.png"),
]


def project(place: Place, *scans: Any, present: Callable[[PageResult], bool] = lambda _: True) -> Summary:
    """Put scans in and write the results."""
    with place.open() as ledger:
        ledger.put_scans(scans, PROVENANCE)
        return write_results(place.out, ledger, PROVENANCE, present)


def results(out: Path) -> dict[str, tuple[int, bytes]]:
    """Return the number and the bytes of every file but the ledger: a file written anew has a new number."""
    return {path.name: (path.stat().st_ino, path.read_bytes()) for path in out.iterdir() if "ledger" not in path.name}


def test_results_are_those_of_the_rows(place: Place) -> None:
    """What is streamed out of the ledger is, to the byte, the tables of its rows."""
    project(place, *SCANS)

    with place.open() as ledger:
        rows = list(ledger.rows())
    assert sorted(results(place.out)) == FILES
    assert (place.out / "pages.csv").read_bytes() == pages_csv(rows).encode()
    assert (place.out / "fields.csv").read_bytes() == fields_csv(rows).encode()
    assert (place.out / "pages.csv").read_bytes().splitlines()[4].startswith("straße.pdf,2,ballot,rejected".encode())


def test_a_second_run_touches_nothing(place: Place) -> None:
    """Same ledger, same files: neither the results nor the ledger is written, and the summary is the same."""
    first = project(place, *SCANS)
    before = results(place.out)
    ledger_file = place.out / "ledger.sqlite"
    stored = ledger_file.exists() and ledger_file.read_bytes()

    assert project(place) == first
    assert results(place.out) == before
    assert (ledger_file.exists() and ledger_file.read_bytes()) == stored


def test_a_second_run_makes_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even drafts are made of ten thousand scans when nothing has changed."""
    project(place, *SCANS)
    monkeypatch.setattr(export, "_write_tables", None)

    assert project(place).files == 3


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [None, b"edited"])
def test_a_file_that_was_changed_is_made_again(tmp_path: Path, name: str, content: bytes | None) -> None:
    """Deleted or edited, it is restored, and the others stay."""
    place = Place(tmp_path)
    project(place, *SCANS)
    before = results(tmp_path)
    (tmp_path / name).unlink()
    if content:
        (tmp_path / name).write_bytes(content)

    project(place)

    after = results(tmp_path)
    assert after[name][1] == before[name][1]
    assert {other: after[other] for other in FILES if other != name} == {
        other: before[other] for other in FILES if other != name
    }


def test_what_a_killed_run_left_is_cleaned_away(place: Place) -> None:
    """Drafts of no use do not gather in the folder."""
    (place.out / ".fields.csv.0badcafe.tmp").write_text("half a ta")

    project(place, *SCANS)

    assert sorted(results(place.out)) == FILES


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("call", ["fsync", "open"])
def test_a_failed_write_leaves_the_older_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int, call: str
) -> None:
    """Nothing is replaced before everything is written; no draft stays, and the next run makes up for it."""
    place = Place(tmp_path)
    project(place)
    before = results(tmp_path)

    def fail(*_: object) -> None:
        raise OSError(error, os.strerror(error))

    with monkeypatch.context() as broken:
        if call == "fsync":
            broken.setattr(os, "fsync", fail)
        else:
            broken.setattr(export, "summary_json", fail)
        with pytest.raises(LedgerError, match="disk"):
            project(place, *SCANS)

    assert results(tmp_path) == before
    assert project(place).files == 3


def test_rows_of_files_that_are_gone_need_nothing_to_be_done(place: Place) -> None:
    """Failed pages whose files were taken away do not make a run incomplete; their rows stay."""
    for _ in range(2):
        summary = project(place, *SCANS, present=lambda page: page.scan == "c.png")

        assert [page.scan for page in summary.unread] == ["c.png"]
        assert summary.pages[PageStatus.REJECTED] == 1


def test_unread_pages_are_the_same_whether_files_are_made_or_not(place: Place) -> None:
    """Entries that failed are among them."""
    with place.open() as ledger:
        ledger.put_entries([Entry("a.png", status=PageStatus.FAILED, reason="changed")])

    first, second = project(place, *SCANS), project(place)

    assert [(page.scan, page.page) for page in first.unread] == [("a.png", None), ("c.png", None), ("straße.pdf", 2)]
    assert first == second


def test_the_summary_tells_with_what_the_newest_scan_was_read(place: Place) -> None:
    """What others were read with is told too, but only then."""
    project(place, SCANS[0])
    assert "also_read_with" not in json.loads((place.out / "summary.json").read_text())

    with place.open() as ledger:
        ledger.put_scans(SCANS[1:2], STRICTER)
        write_results(place.out, ledger, PROVENANCE)

    content = json.loads((place.out / "summary.json").read_text())
    assert content["policy"]["max_errors"] == "1/10000"
    assert [other["policy"]["max_errors"] for other in content["also_read_with"]] == ["1/1000"]


def test_an_empty_ledger_tells_with_what_it_would_read(place: Place) -> None:
    """A folder without scans has results too."""
    summary = project(place)

    assert (summary.files, summary.provenance) == (0, PROVENANCE)
    assert len((place.out / "pages.csv").read_text().splitlines()) == 1

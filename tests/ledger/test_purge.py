"""Purging: what is due goes for good, the rest stays, and there is evidence of it."""

import csv
import hashlib
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import delete, true, update

from digitizer.document import FieldStatus
from digitizer.errors import LedgerError
from digitizer.ledger import erasure, purge_evidence
from digitizer.ledger import purge as purging
from digitizer.ledger.export import write_results
from digitizer.ledger.ledger import Ledger, open_ledger
from digitizer.ledger.purge import Purged, purge
from digitizer.ledger.purge_evidence import PURGE_COLUMNS, purges_of, unfinished
from digitizer.ledger.retention import Extent, Retention
from digitizer.ledger.schema import scans, strips
from tests.ledger.scans_read import PROVENANCE, a_scan, digest_of, put, read_into, strip_of
from tests.postgres import Server, postgres_server

NOW_S = int(time.time())
DAY_S = 24 * 60 * 60
MONTH = Retention(30)


def purged(out: Path, retention: Retention = MONTH, *, now_s: int = NOW_S) -> Purged:
    """Purge a folder as the command does."""
    with open_ledger(out) as ledger:
        project = partial(write_results, out, ledger, PROVENANCE)
        return purge(out, ledger, retention, by="me", now_s=now_s, project=project)


def age(out: Path, days: float, *names: str) -> None:
    """Set back the time at which scans were read; all if none is named."""
    digests = [digest_of(name) for name in names]
    with open_ledger(out) as ledger:
        chosen = scans.c.sha256.in_(digests) if names else true()
        query = update(scans).where(chosen).values(read_at=NOW_S - int(days * DAY_S))
        ledger.database.write(lambda connection: connection.execute(query))


def rows(out: Path, name: str) -> list[dict[str, str]]:
    """Read one of the CSVs."""
    return list(csv.DictReader((out / name).read_text(encoding="utf-8").splitlines()))


def everything(out: Path) -> bytes:
    """Return the bytes of all files in a folder."""
    return b"".join(path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file())


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Provide a folder with an old scan, and one that was read just now."""
    read_into(tmp_path, a_scan("old.png", "4711"), a_scan("new.png", "0815"))
    age(tmp_path, 31, "old.png")
    return tmp_path


def test_what_was_read_of_old_scans_goes(out: Path) -> None:
    """Their rows vanish from the CSVs; a scan that still lies in the folder is skipped as purged."""
    purged(out)

    assert [row["scan"] for row in rows(out, "fields.csv")] == ["new.png"]
    assert [(row["scan"], row["status"], row["reason"]) for row in rows(out, "pages.csv")] == [
        ("new.png", "done", ""),
        ("old.png", "skipped", "purged"),
    ]


def test_the_hash_stays(out: Path) -> None:
    """By it the scan is known, so that it is not read again; its name and all else is gone."""
    purged(out)

    with open_ledger(out) as ledger:
        known = ledger.known()[digest_of("old.png")]
        assert known.purged
        assert known.source == ""
        assert list(ledger.evidence([digest_of("old.png")])) == []


@pytest.mark.parametrize("planted", [strip_of("old.png"), b"4711", b"old.png"])
def test_the_bytes_are_gone(planted: bytes, tmp_path: Path) -> None:
    """Neither the picture nor the value nor the name stands in any file of the folder: they are looked for."""
    with open_ledger(tmp_path) as ledger:
        ledger.put_scans([a_scan("old.png", "4711"), *(a_scan(f"{at}.png", "0815") for at in range(40))], PROVENANCE)
        write_results(tmp_path, ledger, PROVENANCE)
    age(tmp_path, 31, "old.png")
    assert planted in everything(tmp_path)

    purged(tmp_path)

    assert planted not in everything(tmp_path)
    assert strip_of("7.png") in everything(tmp_path)


def test_the_bytes_are_gone_from_the_log_of_an_open_ledger(out: Path) -> None:
    """Also while the ledger stays open, and its log is not deleted."""
    with open_ledger(out) as ledger:
        put(ledger, [a_scan("other.png", "9")])
        purge(out, ledger, MONTH, by="me", now_s=NOW_S, project=lambda: write_results(out, ledger, PROVENANCE))

        assert (out / "ledger.sqlite-wal").stat().st_size == 0
        assert strip_of("old.png") not in everything(out)


def test_a_day_is_counted_exactly(out: Path) -> None:
    """A scan is due when it was read more than so many days ago, not before."""
    age(out, 30)
    assert purged(out).extent.scans == 0

    assert purged(out, now_s=NOW_S + 1).extent.scans == 2


def test_images_only_leaves_values(out: Path) -> None:
    """The strip and the crops go, the CSVs stay as they are; a second time there is nothing to do."""
    before = (out / "fields.csv").read_bytes()
    done = purged(out, Retention(30, images_only=True))

    assert done.extent == Extent(scans=1, pages=0, fields=0, images=5, waiting_scans=0, waiting_fields=0)
    assert (out / "fields.csv").read_bytes() == before
    assert strip_of("old.png") not in everything(out)
    with open_ledger(out) as ledger:
        [page] = next(ledger.evidence([digest_of("old.png")])).pages
        assert page.fields[0].evidence is not None
        assert [cell.crop for cell in page.fields[0].evidence.cells] == [b""] * 4
        assert len(page.fields[0].evidence.cells[0].probabilities) == 12
    assert purged(out, Retention(30, images_only=True)).extent.scans == 0


def test_digits_are_pictures_too(out: Path) -> None:
    """Crops go also where there is no strip."""
    with open_ledger(out) as ledger:
        ledger.database.write(lambda connection: connection.execute(delete(strips)))

    assert purged(out, Retention(30, images_only=True)).extent.images == 4


def test_values_go_after_images(out: Path) -> None:
    """Pictures may have a shorter time than values."""
    purged(out, Retention(30, images_only=True))

    assert purged(out).extent == Extent(scans=1, pages=1, fields=1, images=0, waiting_scans=0, waiting_fields=0)


def test_what_waits_for_review_is_kept(out: Path) -> None:
    """As a whole scan, and it is said how many; --even-unreviewed takes it too."""
    with open_ledger(out) as ledger:
        put(ledger, [a_scan("doubtful.png", "12", FieldStatus.REVIEW)])
    age(out, 31, "doubtful.png")

    kept = purged(out)
    assert (kept.extent.scans, kept.extent.waiting_scans, kept.extent.waiting_fields) == (1, 1, 1)
    assert [row["scan"] for row in rows(out, "fields.csv")] == ["doubtful.png", "new.png"]
    assert purged(out, Retention(30, even_unreviewed=True)).extent.scans == 1
    assert [row["scan"] for row in rows(out, "fields.csv")] == ["new.png"]


def test_all_scans_can_go(out: Path) -> None:
    """Two purged scans do not stand in each other's way, nor does one that failed."""
    age(out, 31)

    assert purged(out).extent == Extent(scans=2, pages=2, fields=2, images=10, waiting_scans=0, waiting_fields=0)
    assert rows(out, "fields.csv") == []


def test_a_new_file_may_have_the_name_of_a_purged_one(out: Path) -> None:
    """It is called as it is called."""
    purged(out)
    record = a_scan("old.png")
    with open_ledger(out) as ledger:
        ledger.put_scans([type(record)("old.png", "cd" * 32, record.pages)], PROVENANCE)
        assert [page.scan for page in ledger.rows() if page.fields] == ["new.png", "old.png"]


def test_there_is_evidence_of_it(out: Path) -> None:
    """When, by whom, how much: in the ledger with the scans' hashes, in purges.csv with the hash of their list."""
    purged(out)

    with open_ledger(out) as ledger:
        [recorded] = ledger.database.read(purges_of)
    assert (recorded.purged_at, recorded.purged_by, recorded.older_than_days) == (NOW_S, "me", 30)
    assert recorded.sha256s == (digest_of("old.png"),)
    [line] = rows(out, "purges.csv")
    assert list(line) == list(PURGE_COLUMNS)
    assert line | {"purged_at": "", "scans_sha256": ""} == {
        "purge": "1",
        "purged_at": "",
        "purged_by": "me",
        "older_than_days": "30",
        "deleted": "all",
        "scans": "1",
        "pages": "1",
        "fields": "1",
        "images": "5",
        "scans_sha256": "",
    }
    assert line["purged_at"] == time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW_S))
    assert line["scans_sha256"] == hashlib.sha256(f"{digest_of('old.png')}\n".encode()).hexdigest()


def test_evidence_is_only_added_to(out: Path) -> None:
    """Each purge adds a line; a line that a loss of power has cut stays, and the next begins a new one."""
    purged(out)
    (out / "purges.csv").write_bytes((out / "purges.csv").read_bytes() + b"2,2026-")
    before = (out / "purges.csv").read_bytes()
    purged(out, Retention(0), now_s=NOW_S + DAY_S)

    after = (out / "purges.csv").read_bytes()
    assert after.startswith(before + b"\n2,")
    assert after.endswith(b"\n")


def test_nothing_due_changes_nothing(out: Path) -> None:
    """No line, no new revision, the same bytes of the ledger."""
    with open_ledger(out) as ledger:
        before = ledger.revision()

    assert purged(out, Retention(100)).finished == ()
    with open_ledger(out) as ledger:
        assert ledger.revision() == before
    assert not (out / "purges.csv").exists()


@pytest.mark.parametrize("stage", ["project", "erase", "note"])
def test_an_interrupted_purge_is_finished_by_the_next(stage: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it stopped: nothing is left at last, and the line is written once."""

    def stop(*_: object) -> None:
        raise LedgerError("stopped")

    with monkeypatch.context() as patched, open_ledger(out) as ledger:
        if stage != "project":
            patched.setattr(purging, {"erase": "erase_leftovers", "note": "note"}[stage], stop)
        project = stop if stage == "project" else lambda: None
        with pytest.raises(LedgerError, match="stopped"):
            purge(out, ledger, MONTH, by="me", now_s=NOW_S, project=project)
        assert len(unfinished(out, ledger.database.read(purges_of))) == 1

    assert len(purged(out).finished) == 1

    assert len(rows(out, "purges.csv")) == 1
    assert strip_of("old.png") not in everything(out)
    assert b"old.png,1,auto" not in everything(out)


def test_no_evidence_is_given_while_somebody_reads(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What he sees stays in the log, so the purge is not said to be done; the next one finishes it."""
    monkeypatch.setattr("digitizer.ledger.engines._BUSY_TIMEOUT_S", 0.1)
    with reading(out), pytest.raises(LedgerError, match="reads the ledger"):
        purged(out)

    assert not (out / "purges.csv").exists()
    assert len(purged(out).finished) == 1


@contextmanager
def reading(out: Path) -> Iterator[Ledger]:
    """Look at the ledger for long."""
    with open_ledger(out, writable=False) as ledger:
        lines = ledger.rows()
        next(lines)
        yield ledger
        list(lines)


def test_a_failure_to_write_evidence_is_told(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was deleted is; that it was is written by the next purge."""
    monkeypatch.setattr(purge_evidence, "PURGES_FILE", "no/such/folder.csv")

    with pytest.raises(LedgerError, match="cannot be written"):
        purged(out)


def test_postgresql_is_not_rewritten_while_somebody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """What he could still see would stay in the files: after a while that is an error, with advice."""
    monkeypatch.setattr(erasure, "WAIT_S", 0.0)
    asked = []

    class Cursor:
        def execute(self, query: str) -> "Cursor":
            asked.append(query)
            return self

        def fetchone(self) -> tuple[int]:
            return (1,)

    with pytest.raises(LedgerError, match="Purge again"):
        erasure._rewrite_postgres(Cursor())

    assert not any("VACUUM" in query for query in asked)


def test_what_another_program_left_goes_too(out: Path) -> None:
    """The file is written anew: rows that were deleted and not overwritten are not in it, nor is the room they took."""
    with closing(sqlite3.connect(out / "ledger.sqlite")) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("UPDATE strips SET jpeg = zeroblob(100000)")
        connection.execute("UPDATE strips SET jpeg = ?", [b"planted " * 10_000])
        connection.commit()
        connection.execute("UPDATE strips SET jpeg = x''")
        connection.commit()
    assert b"planted planted" in everything(out)

    purged(out)

    assert b"planted planted" not in everything(out)
    assert (out / "ledger.sqlite").stat().st_size < 300_000


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Provide a PostgreSQL server."""
    with postgres_server() as started:
        yield started


def files_of(server: Server) -> bytes:
    """Return the bytes of the tables of a server, all of them on disk."""
    with psycopg.connect(server.new_database(), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    return b"".join(path.read_bytes() for path in sorted((server._data / "base").rglob("*")) if path.is_file())


def test_the_bytes_are_gone_from_postgresql(server: Server, tmp_path: Path) -> None:
    """Tables are written anew there, for deleted rows stay in them otherwise, between those that are kept."""
    old, kept = [[f"{name}{at}.png" for at in range(10)] for name in ("old", "kept")]
    with open_ledger(tmp_path, server.new_database()) as ledger:
        for gone, stays in zip(old, kept, strict=True):
            put(ledger, [a_scan(gone), a_scan(stays, "0815", FieldStatus.REVIEW)])
        assert all(strip_of(name) in files_of(server) for name in old)
        later_s = NOW_S + 31 * DAY_S
        project = partial(write_results, tmp_path, ledger, PROVENANCE)
        assert purge(tmp_path, ledger, MONTH, by="me", now_s=later_s, project=project).extent.scans == 10

    assert [row["scan"] for row in rows(tmp_path, "fields.csv")] == kept
    assert len(rows(tmp_path, "purges.csv")) == 1
    on_disk = files_of(server)
    assert not [name for name in old if strip_of(name) in on_disk]
    assert [name for name in kept if strip_of(name) in on_disk] == kept

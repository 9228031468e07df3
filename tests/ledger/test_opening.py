"""Opening a ledger: made, migrated, refused, and never changed for nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from digitizer.errors import ExitCode, LedgerError, LedgerVersionError, UsageError
from digitizer.ledger.engines import postgres_database
from digitizer.ledger.ledger import open_ledger
from tests.ledger.conftest import Place
from tests.ledger.recorded import COMB, PROVENANCE, a_field, a_scan

RECORD = a_scan("a.pdf", fields=(a_field("one", COMB),))


def fill(out: Path) -> None:
    """Make a ledger with one scan."""
    with open_ledger(out) as ledger:
        ledger.put_scans([RECORD], PROVENANCE)


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return time of change and bytes of every file."""
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}


def test_a_closed_ledger_is_one_file(tmp_path: Path) -> None:
    """Backups need to copy one file only: SQLite's others are gone after a clean end."""
    fill(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["ledger.sqlite"]


@pytest.mark.parametrize("writable", [True, False])
def test_looking_changes_nothing(tmp_path: Path, writable: bool) -> None:
    """To open, read and close leaves each file as it was, to the byte and to the time."""
    fill(tmp_path)
    before = snapshot(tmp_path)

    with open_ledger(tmp_path, writable=writable) as ledger:
        assert len(list(ledger.rows())) == 1
        ledger.put_entries([], [])

    assert snapshot(tmp_path) == before


def test_a_ledger_in_a_folder_that_cannot_be_written_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results on a disk that is mounted read-only can be looked at."""
    fill(tmp_path)
    monkeypatch.setattr("os.access", lambda *_: False)

    with open_ledger(tmp_path, writable=False) as ledger:
        assert len(list(ledger.rows())) == 1


def test_who_only_looks_makes_no_ledger(place: Place) -> None:
    """A folder without results is an error of usage, and stays empty."""
    with pytest.raises(UsageError, match="no ledger"), open_ledger(place.out, place.url, writable=False):
        pass

    assert list(place.out.iterdir()) == []


def test_who_only_looks_writes_nothing(tmp_path: Path) -> None:
    """Even a mistake of this program cannot write then."""
    fill(tmp_path)

    with open_ledger(tmp_path, writable=False) as ledger, pytest.raises(LedgerError, match="cannot be written"):
        ledger.put_scans([a_scan("b.png")], PROVENANCE)


def test_acknowledged_work_survives_a_loss_of_power(tmp_path: Path) -> None:
    """Each transaction is on the disk before its end is reported, and deleted content is overwritten."""
    with open_ledger(tmp_path) as ledger:
        found = [
            ledger.database.read(lambda each, name=name: each.execute(text(f"PRAGMA {name}")).scalar())  # type: ignore[misc]
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        ]

    assert found == ["wal", 2, 1, 1]


def test_a_newer_ledger_is_refused(place: Place) -> None:
    """A ledger of tomorrow is left alone, with advice; the command ends as for wrong usage."""
    with place.open() as ledger:
        ledger.database.write(lambda each: each.execute(text("UPDATE meta SET version = version + 1")))

    with pytest.raises(LedgerVersionError, match="Upgrade digitizer") as refused, place.open():
        pass

    assert refused.value.exit_code is ExitCode.USAGE


def test_a_ledger_whose_making_was_cut_short_is_made(tmp_path: Path) -> None:
    """An empty file is no damage: that is how it looks after a kill at the first moment."""
    (tmp_path / "ledger.sqlite").touch()

    fill(tmp_path)


def test_a_database_of_something_else_is_refused(place: Place) -> None:
    """Tables of another program are not mixed with ours."""
    with place.open() as ledger:
        ledger.database.write(lambda each: each.execute(text("ALTER TABLE meta RENAME TO other")))

    with pytest.raises(LedgerError, match="no ledger"), place.open():
        pass


@pytest.mark.parametrize("content", [b"This is no database at all. " * 200, None])
def test_a_damaged_file_is_told_with_advice(tmp_path: Path, content: bytes | None) -> None:
    """Whether it is overwritten or cut in half, the message says what to do and quotes nothing."""
    with open_ledger(tmp_path) as ledger:
        ledger.put_scans([a_scan(f"{number}.png", fields=(a_field("one", COMB),)) for number in range(50)], PROVENANCE)
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(content or path.read_bytes()[: path.stat().st_size // 8192 * 4096])

    def read_all() -> None:
        with open_ledger(tmp_path) as ledger:
            list(ledger.rows())
            list(ledger.evidence(list(ledger.known())))

    with pytest.raises(LedgerError, match=r"damaged\. Restore it from a backup"):
        read_all()


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    """What was there is there, what did not fit is not."""
    with open_ledger(tmp_path) as ledger:
        ledger.put_scans([RECORD], PROVENANCE)

        def fill_up(connection: Connection) -> None:
            connection.execute(text("PRAGMA max_page_count = 1"))
            connection.execute(text("CREATE TABLE more AS SELECT randomblob(1000000)"))

        with pytest.raises(LedgerError, match="disk is full"):
            ledger.database.write(fill_up)

        assert list(ledger.evidence([RECORD.sha256])) == [RECORD]


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    """No trace of the database's own words."""
    with pytest.raises(LedgerError, match="See whether the folder is there"), open_ledger(tmp_path / "none"):
        pass


@pytest.mark.parametrize("url", ["mysql://me@127.0.0.1/ledger", "sqlite:///a.sqlite", "secret", ""])
def test_a_url_of_no_use_is_refused_without_being_quoted(tmp_path: Path, url: str) -> None:
    """It may hold a password."""
    with pytest.raises(UsageError) as refused, open_ledger(tmp_path, url):
        pass

    assert not url or url not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_all_spellings_of_the_scheme_use_the_same_driver(scheme: str) -> None:
    """Nobody has to know which driver there is."""
    assert postgres_database(f"{scheme}://me@127.0.0.1/ledger").shared


def test_a_missing_driver_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has installed the bare package is told what else to install."""
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)

    with (
        pytest.raises(UsageError, match=r"digitizer\[postgres\]"),
        open_ledger(tmp_path, "postgresql://me@127.0.0.1/a"),
    ):
        pass


KILLED = """
import os, signal, sys
from pathlib import Path
from digitizer.ledger.ledger import open_ledger
from tests.ledger.recorded import PROVENANCE, a_scan
with open_ledger(Path(sys.argv[1])) as ledger:
    ledger.put_scans([a_scan("a.pdf")], PROVENANCE)
    def work(connection):
        connection.exec_driver_sql("DELETE FROM scans")
        os.kill(os.getpid(), signal.SIGKILL)
    ledger.database.write(work)
"""


@pytest.mark.parametrize("writable", [True, False])
def test_a_killed_run_leaves_what_it_had_put_in_and_nothing_of_what_it_was_at(tmp_path: Path, writable: bool) -> None:
    """Killed inside a transaction, the one before it is complete, for who looks on and for who goes on."""
    subprocess.run([sys.executable, "-c", KILLED, tmp_path], check=False)

    with open_ledger(tmp_path, writable=writable) as ledger:
        assert [row.scan for row in ledger.rows()] == ["a.pdf"]
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.sqlite"]

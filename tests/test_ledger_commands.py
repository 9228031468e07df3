"""`digitizer export`, `status` and `purge`: what they print, what they change, and their exit codes."""

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from sqlalchemy import update
from typer.core import TyperGroup
from typer.main import get_command

from digitizer import cli
from digitizer.document import FieldStatus, PageStatus
from digitizer.ledger.ledger import open_ledger
from digitizer.ledger.lock import LOCK_FILE, output_lock
from digitizer.ledger.provenance import Provenance, TemplateInfo
from digitizer.ledger.purge_evidence import PURGE_COLUMNS
from digitizer.ledger.records import Entry
from digitizer.ledger.schema import METADATA, scans
from digitizer.ledger.status import folder_is_held
from digitizer.policy import LearnedThreshold
from tests.ledger.scans_read import a_scan, digest_of, put, read_into, strip_of
from tests.postgres import postgres_server

Command = Callable[..., int]
Printed = pytest.CaptureFixture[str]
READ_AT_S = 1_790_000_000
"""21 September 2026, 14:13:20 UTC."""


@pytest.fixture
def _berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Provide the time zone of Berlin, and bring the other back."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def digitizer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """Provide the command, run where two scans were read into `out`; returns the exit code."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    read_into(tmp_path / "out", a_scan("a.png", "0815"), a_scan("b.png", "12", FieldStatus.REVIEW))
    set_read_at(READ_AT_S)

    def command(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["digitizer", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0)

    return command


def set_read_at(seconds: int) -> None:
    """Say that all scans were read at a time."""
    with open_ledger(Path("out")) as ledger:
        ledger.database.write(lambda connection: connection.execute(update(scans).values(read_at=seconds)))


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return bytes and time of change of all files in a folder."""
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


@pytest.mark.parametrize("what", ["fields", "pages"])
def test_csv_is_written_again(what: str, digitizer: Command, capfd: Printed) -> None:
    """Beside the others, with the bytes that the run wrote."""
    path = Path("out") / f"{what}.csv"
    before = path.read_bytes()
    path.unlink()

    assert digitizer("export", "out", "--to", "csv", "--what", what) == 0

    assert path.read_bytes() == before
    assert capfd.readouterr().out == f"out/{what}.csv\n"


def test_a_spreadsheet_and_parquet_are_written_beside_the_csv(digitizer: Command) -> None:
    """With leading zeros."""
    assert digitizer("export", "out", "--to", "xlsx") == 0
    assert digitizer("export", "out", "--to", "parquet") == 0

    assert openpyxl.load_workbook("out/fields.xlsx").active["E2"].value == "0815"
    assert list(pd.read_parquet("out/fields.parquet")["value"]) == ["0815", "12"]


def test_an_export_may_go_elsewhere(digitizer: Command, capfd: Printed) -> None:
    """To a file or a URL; in the folder of results nothing changes."""
    before = contents(Path("out"))

    assert digitizer("export", "out", "--to", "parquet", "--output", "there.parquet") == 0
    assert digitizer("export", "out", "--to", "csv", "-o", "memory://there.csv") == 0

    assert capfd.readouterr().out == "there.parquet\nmemory://there.csv\n"
    assert contents(Path("out")) == before


def test_an_export_goes_on_beside_a_run(digitizer: Command) -> None:
    """Only what the run itself writes has to wait for it."""
    with output_lock(Path("out")):
        assert digitizer("export", "out", "--to", "parquet") == 0
        assert digitizer("export", "out", "--to", "csv", "-o", "copy.csv") == 0
        assert digitizer("export", "out", "--to", "csv") == 75


@pytest.mark.parametrize("command", [["export", "--to", "csv"], ["status"], ["purge", "--older-than", "1", "--yes"]])
@pytest.mark.parametrize("folder", ["none", "empty"])
def test_a_folder_without_a_ledger_is_wrong_usage(
    folder: str, command: list[str], digitizer: Command, capfd: Printed
) -> None:
    """And none is made."""
    Path("empty").mkdir()

    assert digitizer(command[0], folder, *command[1:]) == 2

    assert "There is no" in capfd.readouterr().err
    assert list(Path("empty").iterdir()) == []
    assert not Path("none").exists()


@pytest.mark.usefixtures("_berlin")
def test_status_tells_how_it_stands(digitizer: Command, capfd: Printed) -> None:
    """Counts, rates, reasons, times of this place, with what it was read, and what to type next."""
    assert digitizer("status", "out") == 0

    lines = capfd.readouterr().out.splitlines()
    assert [line for line in lines if not line.startswith("on disk")] == [
        "scans       2",
        "pages       2  done 2",
        "fields      2",
        "accepted    1  50.0% straight through, expected errors 0.050% by their confidences",
        "for review  1  low_confidence 1",
        "               digits on sheets 1",
        "read        2026-09-21 16:13 CEST (UTC+02:00)",
        "with        model seed (abababababab), no template, threshold 0.999, digitizer 0.1.0",
        "now         no run is going on",
        "",
        "digitizer export out --to xlsx   # or parquet, csv",
    ]


def test_status_counts_all_that_lies_in_the_folder(digitizer: Command, capfd: Printed) -> None:
    """Duplicates, what is no scan, what failed, and what is superseded or purged: as pages.csv has them."""
    with open_ledger(Path("out")) as ledger:
        ledger.put_entries(
            [
                Entry("copy.png", "1", digest_of("a.png")),
                Entry("notes.txt", status=PageStatus.SKIPPED, reason="not_a_scan"),
                Entry("bad.png", "1", status=PageStatus.FAILED, reason="crashed"),
            ]
        )
        pages = [(str(page.status), page.reason) for page in ledger.rows()]

    digitizer("status", "out", "--json")

    told = json.loads(capfd.readouterr().out)
    assert told["pages"] == {"done": 2, "rejected": 0, "failed": 1, "skipped": 2}
    assert told["reasons"]["pages"] == {"crashed": 1, "duplicate": 1, "not_a_scan": 1}
    assert sum(told["pages"].values()) == len(pages)


def test_status_for_programs_says_the_same(digitizer: Command, capfd: Printed) -> None:
    """As JSON, with times in UTC."""
    assert digitizer("status", "out", "--json") == 0

    told = json.loads(capfd.readouterr().out)
    assert told["scans"] == {"shown": 2, "superseded": 0, "purged": 0}
    assert told["fields"] == {"accepted": 1, "review": 1, "confirmed": 0, "corrected": 0}
    assert told["rates"] == {"straight_through": 0.5, "expected_errors_among_accepted": 0.0005}
    assert told["first_read"] == told["last_read"] == "2026-09-21T14:13:20Z"
    assert told["read_with"][0]["scans"] == 2
    assert told["bytes"] == Path("out/ledger.sqlite").stat().st_size
    assert (told["held"], told["last_purge"], told["unfinished_purges"]) == (False, None, 0)


def test_status_says_that_scans_were_read_with_several_things(digitizer: Command, capfd: Printed) -> None:
    """How many with each, and how to make them one; learned thresholds are counted."""
    learned = (LearnedThreshold("exam", "", 0.999),)
    other = Provenance("0.2.0", "seed", "cd" * 32, 0.99, (TemplateInfo("exam", 3, "ef" * 32),), learned=learned)
    with open_ledger(Path("out")) as ledger:
        ledger.put_scans([a_scan("c.png")], other)

    digitizer("status", "out")

    printed = capfd.readouterr().out
    assert "with        model seed (abababababab), no template, threshold 0.999, digitizer 0.1.0: 2 scans\n" in printed
    assert (
        "            model seed (cdcdcdcdcdcd), exam version 3, threshold 0.99, 1 learned, digitizer 0.2.0: 1 scan"
        in printed
    )
    assert "digitizer run SCANS --out out --again " in printed


def test_status_changes_nothing(digitizer: Command) -> None:
    """Not a byte, no time of a file, no new file."""
    before = contents(Path("out"))

    assert digitizer("status", "out") == 0

    assert contents(Path("out")) == before


def test_status_works_beside_a_run(digitizer: Command, capfd: Printed) -> None:
    """It sees what is committed, says that a run is going on, and does not keep it from going on."""
    with output_lock(Path("out")), open_ledger(Path("out")) as ledger:
        put(ledger, [a_scan("c.png")])
        before = {name: data for name, (data, _) in contents(Path("out")).items() if not name.endswith("-shm")}

        assert digitizer("status", "out") == 0

        put(ledger, [a_scan("d.png")])
        assert before.keys() <= contents(Path("out")).keys()
    printed = capfd.readouterr().out
    assert printed.startswith("scans       3\n")
    assert "now         a run holds the folder\n" in printed


def test_two_who_ask_do_not_take_each_other_for_a_run(tmp_path: Path) -> None:
    """Though each looks at the lock of the folder."""
    with output_lock(tmp_path):
        assert folder_is_held(tmp_path)

    with (tmp_path / LOCK_FILE).open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert not folder_is_held(tmp_path)


def test_status_counts_what_a_killed_run_has_committed(digitizer: Command, capfd: Printed) -> None:
    """Though it lies in the log that the run left; of the results nothing changes."""
    program = (
        "import os, signal\nfrom pathlib import Path\nfrom tests.ledger.scans_read import *\n"
        "with open_ledger(Path('out')) as ledger:\n    put(ledger, [a_scan('c.png')])\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    path = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    subprocess.run([sys.executable, "-c", program], env=path, check=False)
    before = contents(Path("out"))
    assert "ledger.sqlite-wal" in before

    assert digitizer("status", "out") == 0

    assert capfd.readouterr().out.startswith("scans       3\n")
    after = contents(Path("out"))
    assert [name for name in before if name[:6] != "ledger" and before[name] != after[name]] == []


def test_status_of_a_shared_ledger_names_who_reads(
    digitizer: Command, capfd: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And how many scans."""
    with postgres_server() as server:
        url = server.new_database()
        with open_ledger(Path("out"), url) as ledger:
            ledger.claim(["ab" * 32, "cd" * 32], "host:1", 60)
            ledger.claim(["ef" * 32], "host:2", 0)
        monkeypatch.setenv("DIGITIZER_DATABASE_URL", url)

        assert digitizer("status", "out") == 0

    printed = capfd.readouterr().out
    assert "now         host:1 reads 2 scans\n" in printed


def test_purge_deletes_for_good_and_says_what(digitizer: Command, capfd: Printed) -> None:
    """What waits for review is kept, the evidence is named, and status tells of it."""
    assert digitizer("purge", "out", "--older-than", "7", "--yes") == 0

    assert capfd.readouterr().out.splitlines() == [
        "to delete: 1 page, 1 field, 5 images, of 1 scan read more than 7 days ago",
        "kept: 1 scan as old, of which 1 field waits for review (--even-unreviewed deletes them too)",
        "Done; noted in out/purges.csv.",
    ]
    assert strip_of("a.png") not in Path("out/ledger.sqlite").read_bytes()
    digitizer("status", "out")
    assert ": all of 1 scan read more than 7 days before\n" in capfd.readouterr().out


def test_purge_can_be_tried(digitizer: Command, capfd: Printed) -> None:
    """A dry run says the same, and changes nothing."""
    before = contents(Path("out"))

    assert digitizer("purge", "out", "--older-than", "7", "--even-unreviewed", "--dry-run") == 0

    assert capfd.readouterr().out == "to delete: 2 pages, 2 fields, 8 images, of 2 scans read more than 7 days ago\n"
    assert contents(Path("out")) == before


def test_purge_deletes_all_scans(digitizer: Command) -> None:
    """The CSVs are empty then, and the ledger is sound."""
    assert digitizer("purge", "out", "--older-than", "0", "--even-unreviewed", "--yes") == 0

    assert len(Path("out/fields.csv").read_text().splitlines()) == 1
    assert digitizer("status", "out") == 0


def test_purge_asks_nobody_who_is_not_there(digitizer: Command, capfd: Printed) -> None:
    """Without a terminal, and without --yes, it is wrong usage, and nothing is deleted."""
    before = contents(Path("out"))

    assert digitizer("purge", "out", "--older-than", "7") == 2

    assert "--yes" in capfd.readouterr().err
    assert contents(Path("out")) == before


@pytest.mark.parametrize(("answer", "deleted"), [(True, True), (False, False)])
def test_purge_asks_at_a_terminal(
    answer: bool, deleted: bool, digitizer: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And does as it is told."""
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda _: answer)

    assert digitizer("purge", "out", "--older-than", "7") == 0

    assert Path("out/purges.csv").exists() is deleted


def test_purge_waits_for_no_run(digitizer: Command) -> None:
    """A run that holds the folder ends it with code 75, and nothing is deleted."""
    before = (Path("out") / "fields.csv").read_bytes()
    with output_lock(Path("out")):
        assert digitizer("purge", "out", "--older-than", "7", "--yes") == 75

    assert (Path("out") / "fields.csv").read_bytes() == before
    assert strip_of("a.png") in Path("out/ledger.sqlite").read_bytes()


def test_purge_names_exports_that_it_cannot_purge(digitizer: Command, capfd: Printed) -> None:
    """They are the user's to delete; so is what a killed export has left."""
    digitizer("export", "out", "--to", "xlsx")
    Path("out/.export.fields.parquet.7.tmp").touch()

    digitizer("purge", "out", "--older-than", "7", "--yes")

    noted = capfd.readouterr().err
    assert "out/fields.xlsx" in noted
    assert "out/.export.fields.parquet.7.tmp" in noted


def test_pictures_are_in_no_export(digitizer: Command, capfd: Printed) -> None:
    """So nothing is noted when only they are deleted."""
    digitizer("export", "out", "--to", "xlsx")

    digitizer("purge", "out", "--older-than", "7", "--images-only", "--yes")

    assert capfd.readouterr().err == ""


def test_purge_does_nothing_if_nothing_is_due(digitizer: Command, capfd: Printed) -> None:
    """It says so and ends well, asking nobody."""
    assert digitizer("purge", "out", "--older-than", "100000") == 0

    assert capfd.readouterr().out == "to delete: nothing, of 0 scans read more than 100000 days ago\n"
    assert not Path("out/purges.csv").exists()


@pytest.mark.parametrize("command", ["export", "status", "purge"])
def test_help_imports_nothing_heavy(command: str) -> None:
    """Help comes at once: databases and tables are loaded when they are needed."""
    heavy = ("sqlalchemy", "pyarrow", "openpyxl", "fsspec", "pandas", "numpy", "cv2")
    program = (
        "import sys\nfrom digitizer.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('IMPORTED', *(name for name in {heavy} if name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, command, "--help"], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "IMPORTED"


DOCUMENT = (Path(__file__).parents[1] / "docs" / "ledger.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", sorted(METADATA.tables))
def test_every_table_is_told(table: str) -> None:
    """Who looks into the ledger finds each in the table of tables."""
    assert f"\n| `{table}` | " in DOCUMENT


@pytest.mark.parametrize("command", ["export", "status", "purge"])
def test_every_option_is_told(command: str) -> None:
    """With the command it belongs to."""
    group = get_command(cli.app)
    assert isinstance(group, TyperGroup)
    options = [option for each in group.commands[command].params for option in each.opts if option.startswith("--")]

    assert f"digitizer {command} outbox" in DOCUMENT
    assert all(option in DOCUMENT for option in options)


def test_columns_of_the_evidence_are_told() -> None:
    """As purges.csv has them."""
    assert f"\n{','.join(PURGE_COLUMNS)}\n" in DOCUMENT

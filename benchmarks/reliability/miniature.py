"""A miniature of the whole job, sound or with one flaw of design: what a harness must let pass, and what it must find.

`python -m benchmarks.reliability.miniature FLAW SCANS --out DIR --workers N`; a flaw is one of `Flaw`.
"""

import argparse
import csv
import fcntl
import io
import os
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path

HOLD_VARIABLE = "RELIABILITY_HOLD"
BUSY = 75
READ_SECONDS = 0.01


class Flaw(StrEnum):
    """What is wrong with the design."""

    NONE = "none"
    IN_PLACE = "in-place"
    """Results are written over those of the run before."""
    MARKED_FIRST = "marked-first"
    """A scan is marked as read, and committed, before its rows are."""
    UNMARKED = "unmarked"
    """Rows are committed before the scan is marked as read, and a scan that is not marked is read again."""
    SILENT = "silent"
    """What the disk refuses is ignored."""
    UNSYNCED = "unsynced"
    """Results get their names before their bytes are on the disk."""
    UNLOCKED = "unlocked"
    """Nothing keeps a second run out of the folder."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Read each scan once; write what was read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("flaw", type=Flaw)
    parser.add_argument("scans", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args(arguments)
    try:
        run(options.scans, options.out, options.flaw)
    except BlockingIOError:
        sys.exit(BUSY)
    except (sqlite3.Error, OSError) as error:
        sys.exit(f"miniature: {error}")


def run(scans: Path, out: Path, flaw: Flaw) -> None:
    """Do the job."""
    out.mkdir(exist_ok=True)
    with locked(out, flaw), closing(open_ledger(out)) as ledger:
        hold = os.environ.get(HOLD_VARIABLE)
        while hold and not Path(hold).exists():
            time.sleep(0.02)
        done = {name for (name,) in ledger.execute("SELECT name FROM scans")}
        for file in sorted(scans.rglob("*.png")):
            if file.name not in done:
                commit(ledger, file, flaw)
        write_results(ledger, out, flaw)


@contextmanager
def locked(out: Path, flaw: Flaw) -> Iterator[None]:
    """Hold the folder."""
    with (out / ".lock").open("a") as file:
        if flaw is not Flaw.UNLOCKED:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def open_ledger(out: Path) -> sqlite3.Connection:
    """Open the database, and make its tables."""
    ledger = sqlite3.connect(out / "ledger.sqlite", isolation_level=None)
    ledger.execute("PRAGMA journal_mode=WAL")
    ledger.execute("PRAGMA synchronous=FULL")
    ledger.execute("CREATE TABLE IF NOT EXISTS scans (name TEXT PRIMARY KEY)")
    ledger.execute("CREATE TABLE IF NOT EXISTS pages (scan TEXT, page INTEGER, size INTEGER)")
    return ledger


def commit(ledger: sqlite3.Connection, file: Path, flaw: Flaw) -> None:
    """Read a scan, and put it and its two pages into the ledger: in one transaction, or with a flaw in two."""
    time.sleep(READ_SECONDS)
    pages = [(file.name, number, file.stat().st_size) for number in (1, 2)]
    mark = "INSERT OR IGNORE INTO scans VALUES (?)"
    ledger.execute("BEGIN IMMEDIATE")
    if flaw is Flaw.MARKED_FIRST:
        ledger.execute(mark, (file.name,))
    else:
        ledger.executemany("INSERT INTO pages VALUES (?, ?, ?)", pages)
    if flaw in (Flaw.MARKED_FIRST, Flaw.UNMARKED):
        ledger.execute("COMMIT")
        time.sleep(READ_SECONDS)
        ledger.execute("BEGIN IMMEDIATE")
    if flaw is Flaw.MARKED_FIRST:
        ledger.executemany("INSERT INTO pages VALUES (?, ?, ?)", pages)
    else:
        ledger.execute(mark, (file.name,))
    ledger.execute("COMMIT")


def write_results(ledger: sqlite3.Connection, out: Path, flaw: Flaw) -> None:
    """Write what was read."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("scan", "page", "size"))
    table.writerows(ledger.execute("SELECT scan, page, size FROM pages ORDER BY scan, page"))
    for name, content in (("pages.csv", text.getvalue()), ("summary.json", "{}\n")):
        try:
            replace(out / name, content.encode(), flaw)
        except OSError:
            if flaw is not Flaw.SILENT:
                raise


def replace(target: Path, content: bytes, flaw: Flaw) -> None:
    """Write a file: as a whole or not at all, or with a flaw otherwise."""
    draft = target if flaw is Flaw.IN_PLACE else target.with_name(f".{target.name}.tmp")
    with draft.open("wb", buffering=0) as file:
        middle = len(content) // 2
        file.write(content[:middle])
        file.write(content[middle:])
        if flaw is not Flaw.UNSYNCED:
            os.fsync(file.fileno())
    draft.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


if __name__ == "__main__":
    main()

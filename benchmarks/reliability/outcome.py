"""What has to be true of an output folder, found out without the library's own code."""

import csv
import io
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

RESULTS = ("fields.csv", "pages.csv", "summary.json")
LEDGER = "ledger.sqlite"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be: its kind, by which findings are counted, and what it was this time."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Reference:
    """What an undisturbed run leaves.

    Attributes
    ----------
    files
        The bytes of its results.
    names
        Of all that lies in its folder.
    counts
        How many rows each table of its ledger has, if that lies there too.
    """

    files: dict[str, bytes]
    names: frozenset[str]
    counts: dict[str, int]

    @property
    def rows(self) -> Counter[tuple[str, str]]:
        """Scan and page of each row of pages.csv."""
        return _rows(self.files["pages.csv"])


def reference(out: Path) -> Reference:
    """Take an output folder for what the others are compared with."""
    return Reference(_files(out), _names(out), _counts(out))


def nothing() -> Reference:
    """Return what lies in a folder before its first run."""
    return Reference({}, frozenset(), {})


def check_final(out: Path, expected: Reference) -> list[Finding]:
    """See that a folder holds exactly what an undisturbed run leaves."""
    findings = check_results(out, expected)
    if left := sorted(_names(out) - expected.names):
        findings.append(Finding("left over", ", ".join(left)))
    if integrity := check_integrity(out):
        return findings + integrity
    counts = _counts(out)
    return findings + [
        Finding("rows", f"{counts.get(table)} rows in {table} instead of {expected.counts.get(table)}")
        for table in sorted(counts.keys() | expected.counts.keys())
        if counts.get(table) != expected.counts.get(table)
    ]


def check_results(out: Path, expected: Reference) -> list[Finding]:
    """See that results are the same bytes, with no row lost and none double."""
    files = _files(out)
    findings = [
        Finding("different", f"{name} differs from that of an undisturbed run")
        for name in RESULTS
        if files.get(name) != expected.files.get(name)
    ]
    rows = _rows(files.get("pages.csv", b""))
    if lost := sorted(expected.rows - rows):
        findings.append(Finding("lost", f"{len(lost)} rows, such as {lost[0]}"))
    if double := sorted(row for row, count in rows.items() if count > 1):
        findings.append(Finding("double", f"{len(double)} rows, such as {double[0]}"))
    return findings


def check_whole(out: Path, *versions: Reference) -> list[Finding]:
    """See that each result is one of its versions from the first byte to the last; absence is a version too."""
    files = _files(out)
    return [
        Finding("torn", f"{name} is neither that of the run before nor that of this run")
        for name in RESULTS
        if all(files.get(name) != version.files.get(name) for version in versions)
    ]


def check_integrity(out: Path) -> list[Finding]:
    """See that the ledger in the folder, if it is one, is sound."""
    ledger = out / LEDGER
    if not ledger.exists():
        return []
    with closing(sqlite3.connect(ledger)) as connection:
        try:
            answers = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            broken = list(connection.execute("PRAGMA foreign_key_check"))
        except sqlite3.DatabaseError as error:
            return [Finding("ledger", str(error))]
    findings = [Finding("ledger", answer) for answer in answers if answer != "ok"]
    return findings + ([Finding("ledger", f"{len(broken)} rows refer to nothing")] if broken else [])


def _counts(out: Path) -> dict[str, int]:
    if not (out / LEDGER).exists():
        return {}
    with closing(sqlite3.connect(out / LEDGER)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}  # noqa: S608


def _files(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in RESULTS if (out / name).exists()}


def _names(out: Path) -> frozenset[str]:
    return frozenset(path.relative_to(out).as_posix() for path in out.rglob("*"))


def _rows(pages_csv: bytes) -> Counter[tuple[str, str]]:
    rows = csv.DictReader(io.StringIO(pages_csv.decode("utf-8", "replace"), newline=""))
    return Counter((str(row.get("scan")), str(row.get("page"))) for row in rows)

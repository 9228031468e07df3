"""Writes what the ledger says into a folder: all files or none, each complete or untouched."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from digitizer.document import PageResult
from digitizer.ledger.database import Database
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.made import Made, last_made, made_from, remember, summary_of
from digitizer.ledger.projection import shown_pages
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.summary import Summary, Tally, summary_json
from digitizer.ledger.tables import FIELD_COLUMNS, PAGE_COLUMNS, field_row, page_row, table_writer
from digitizer.ledger.trouble import plain_disk_errors

FIELDS_FILE = "fields.csv"
PAGES_FILE = "pages.csv"
SUMMARY_FILE = "summary.json"
_FILES = (FIELDS_FILE, PAGES_FILE, SUMMARY_FILE)


def write_results(
    out: Path, ledger: Ledger, provenance: Provenance, present: Callable[[PageResult], bool] = lambda _: True
) -> Summary:
    """Write `fields.csv`, `pages.csv` and `summary.json` into `out`, replacing older ones at once.

    Files whose bytes would be the same stay untouched. Where the ledger says what it said when they were made, and they
    are as they were, nothing is made at all. The caller holds the lock of `out`; those who share a ledger wait here for
    each other, so that what stands there at last is the newest.

    Parameters
    ----------
    provenance
        With what this run reads: told where the ledger holds no scan.
    present
        Whether the bytes that a row speaks of still lie in the folder of scans: if not, nothing needs to be seen to.

    Raises
    ------
    LedgerError
        If the ledger cannot be read or a file cannot be written; the older files are then as they were.
    """
    database = ledger.database

    def attempt() -> Summary:
        with database.alone("digitizer results"):
            return _write(out, database, provenance, present)

    return database.again(attempt)


def _write(out: Path, database: Database, provenance: Provenance, present: Callable[[PageResult], bool]) -> Summary:
    with _drafts(out) as drafts:
        with database.snapshot() as connection:
            basis = made_from(connection, provenance)
            last = last_made(connection)
            if last and last.basis == basis.key and last.files == _digests(out):
                return summary_of(connection, last, basis, present)
            tally = Tally(present)
            with plain_disk_errors(str(out)):
                _write_tables(drafts, shown_pages(connection), tally)
        summary = tally.summary(basis.provenance, basis.also_read_with)
        with plain_disk_errors(str(out)):
            drafts[SUMMARY_FILE].write_text(summary_json(summary), encoding="utf-8", newline="\n")
            files = _replace(out, drafts)
    if last is None or (last.basis, last.files) != (basis.key, files):
        remember(database, Made(basis.key, files, summary))
    return summary


@contextmanager
def _drafts(out: Path) -> Iterator[dict[str, Path]]:
    """Give each file a name to be made under, and leave no such file behind: nor those of a run that was killed.

    The names are unique, for others who share the ledger may have lost their turn without knowing it.
    """
    token = uuid4().hex[:8]
    drafts = {name: out / f".{name}.{token}.tmp" for name in _FILES}
    try:
        yield drafts
    finally:
        with suppress(OSError):  # what is not deleted now is by the next run
            for name in _FILES:
                for draft in out.glob(f".{name}.*tmp"):
                    draft.unlink(missing_ok=True)


def _write_tables(drafts: dict[str, Path], pages: Iterator[PageResult], tally: Tally) -> None:
    with (
        drafts[FIELDS_FILE].open("w", encoding="utf-8", newline="") as fields_file,
        drafts[PAGES_FILE].open("w", encoding="utf-8", newline="") as pages_file,
    ):
        field_rows, page_rows = table_writer(fields_file), table_writer(pages_file)
        field_rows.writerow(FIELD_COLUMNS)
        page_rows.writerow(PAGE_COLUMNS)
        for page in pages:
            tally.add(page)
            page_rows.writerow(page_row(page))
            field_rows.writerows(field_row(page, field) for field in page.fields)


def _replace(out: Path, drafts: dict[str, Path]) -> dict[str, str]:
    """Put the drafts in place where they say anything else; return the SHA-256 of each file."""
    new = {name: _digest(draft) for name, draft in drafts.items()}
    other = [name for name, digest in _digests(out).items() if digest != new[name]]
    for name in other:
        _sync(drafts[name])
    for name in other:
        drafts[name].replace(out / name)
    if other:
        _sync(out)
    return new


def _digests(out: Path) -> dict[str, str]:
    """Return the SHA-256 of each file, empty for one that is missing."""
    return {name: _digest(out / name) if (out / name).is_file() else "" for name in _FILES}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Make the content of a file, or the names in a folder, survive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Writes what was read into a folder: all files or none, each complete or untouched."""

import os
from collections.abc import Iterable
from pathlib import Path

from digitizer.document import PageResult
from digitizer.ledger.summary import Summary, summary_json
from digitizer.ledger.tables import fields_csv, pages_csv

FIELDS_FILE = "fields.csv"
PAGES_FILE = "pages.csv"
SUMMARY_FILE = "summary.json"


def write_results(out: Path, pages: Iterable[PageResult], summary: Summary) -> None:
    """Write `fields.csv`, `pages.csv` and `summary.json` into `out`, replacing older ones at once.

    The caller holds the lock of `out`, so the names of the files in making need not be unique, and what a
    killed run left of them is overwritten.
    """
    rows = list(pages)
    contents = {
        out / FIELDS_FILE: fields_csv(rows),
        out / PAGES_FILE: pages_csv(rows),
        out / SUMMARY_FILE: summary_json(summary),
    }
    drafts = {target: target.with_name(f".{target.name}.tmp") for target in contents}
    try:
        for target, text in contents.items():
            _write_durably(drafts[target], text)
        for target, draft in drafts.items():
            draft.replace(target)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    _sync_folder(out)


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the new names survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""The evidence that something was deleted: the table `purges`, and `purges.csv` once nothing is left of it."""

import csv
import hashlib
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from digitizer.errors import LedgerError
from digitizer.ledger.schema import purges

PURGES_FILE = "purges.csv"
PURGE_COLUMNS = (
    "purge",
    "purged_at",
    "purged_by",
    "older_than_days",
    "deleted",
    "scans",
    "pages",
    "fields",
    "images",
    "scans_sha256",
)


@dataclass(frozen=True, slots=True)
class Purge:
    """One row of the table `purges`.

    Attributes
    ----------
    purged_at
        Seconds since 1970, UTC.
    images
        Strips of fields, and crops of cells.
    sha256s
        Of the bytes of the scans, sorted.
    """

    number: int
    purged_at: int
    purged_by: str
    older_than_days: int
    images_only: bool
    scans: int
    pages: int
    fields: int
    images: int
    sha256s: tuple[str, ...]


def purges_of(connection: Connection) -> list[Purge]:
    """Return all purges, the first one first."""
    rows = connection.execute(select(purges).order_by(purges.c.id)).mappings()
    return [_purge(**row) for row in rows]


def unfinished(out: Path, recorded: Iterable[Purge]) -> list[Purge]:
    """Return the purges of which `purges.csv` does not say yet that nothing is left."""
    path = out / PURGES_FILE
    lines = set(path.read_text(encoding="utf-8").splitlines(keepends=True)) if path.exists() else set()
    return [purge for purge in recorded if _line(purge) not in lines]


def note(out: Path, finished: Sequence[Purge]) -> None:
    """Add a line to `purges.csv` for each purge, durably; what stands there is never touched.

    Raises
    ------
    LedgerError
        If it cannot be written.
    """
    path = out / PURGES_FILE
    try:
        before = path.read_bytes() if path.exists() else b""
        header = "" if before else _text(PURGE_COLUMNS)
        torn = (
            "\n" if before and not before.endswith(b"\n") else ""
        )  # a line cut by a loss of power; the whole one follows
        with path.open("a", encoding="utf-8", newline="") as file:
            file.write(torn + header + "".join(_line(purge) for purge in finished))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise LedgerError(f"{path} cannot be written: {error.strerror}. Purge again when it can.") from error


def _purge(*, id: int, sha256s: str, **values: Any) -> Purge:  # noqa: A002 -- as the column is called
    return Purge(number=id, sha256s=tuple(sha256s.split()), **values)


def _line(purge: Purge) -> str:
    """Return the line of a purge: the list of scans, which may be long, is in the ledger, and its hash here.

    The hash is that of a file with one SHA-256 a line, in order.
    """
    at = datetime.fromtimestamp(purge.purged_at, UTC).isoformat().replace("+00:00", "Z")
    listed = hashlib.sha256("".join(f"{digest}\n" for digest in purge.sha256s).encode()).hexdigest()
    deleted = "images" if purge.images_only else "all"
    counts = (purge.scans, purge.pages, purge.fields, purge.images)
    return _text((purge.number, at, purge.purged_by, purge.older_than_days, deleted, *counts, listed))


def _text(values: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue()

"""What a ledger holds and how it stands, counted by the database: nothing is written, whatever else is going on."""

import fcntl
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, and_

from digitizer.document import FieldStatus, PageStatus
from digitizer.ledger import counts
from digitizer.ledger.checks import CatchRate, read_catch_rates
from digitizer.ledger.database import LEDGER_FILE
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.lock import LOCK_FILE
from digitizer.ledger.pace import progress, waiting_by_look
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.purge_evidence import Purge, purges_of, unfinished
from digitizer.ledger.reading import used_provenances
from digitizer.ledger.review_records import Progress
from digitizer.ledger.schema import scans, shown
from digitizer.ledger.standing import Look


@dataclass(frozen=True, slots=True)
class Status:
    """How a ledger stands.

    Attributes
    ----------
    scans, superseded, purged
        Scans whose pages stand in the CSVs, that gave way to another file of their name, and that were purged.
    pages, fields
        Rows of `pages.csv` and of `fields.csv` by status.
    page_reasons, field_reasons
        Why pages are not done and why fields need review, with their number, the most frequent first.
    expected_error_rate
        Mean probability, 0-1, that an accepted field is wrong, as its confidence says; None if none is accepted.
    first_read_s, last_read_s
        When the oldest and the newest of the scans were read, in seconds since 1970 (UTC); None without any.
    read_with
        With what they were read, and how many with each, in order of first use.
    bytes
        On disk.
    held
        Whether a run holds the output folder now.
    leases
        How many scans each worker of a shared ledger is reading now.
    last_purge
        None if nothing was ever purged.
    review
        What waits for people, and how fast they are.
    second_looks
        Fields that are settled, and wait among the others to be keyed once more.
    unfinished_purges
        Purges that were interrupted before nothing was left of what they deleted.
    checks
        How much of what was slipped into their sheets each reviewer noticed.
    """

    scans: int
    superseded: int
    purged: int
    pages: dict[PageStatus, int]
    fields: dict[FieldStatus, int]
    page_reasons: dict[str, int]
    field_reasons: dict[str, int]
    expected_error_rate: float | None
    first_read_s: int | None
    last_read_s: int | None
    read_with: tuple[tuple[Provenance, int], ...]
    bytes: int
    held: bool
    leases: dict[str, int]
    last_purge: Purge | None
    unfinished_purges: int
    review: Progress
    second_looks: int
    checks: tuple[CatchRate, ...]

    @property
    def straight_through_rate(self) -> float | None:
        """Accepted fields among all fields, 0-1; None if there is no field."""
        total = sum(self.fields.values())
        return self.fields[FieldStatus.ACCEPTED] / total if total else None


def status_of(out: Path, ledger: Ledger) -> Status:
    """Count what the ledger of `out` holds; all counts are of one moment.

    Raises
    ------
    LedgerError
        If it cannot be read.
    """
    return ledger.database.read(lambda connection: _status(connection, out, shared=ledger.shared))


def folder_is_held(out: Path) -> bool:
    """Tell whether a run holds the output folder.

    A shared lock tells it: it is had for an instant if no run has the folder, and no file is made or changed.
    """
    try:
        with (out / LOCK_FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _status(connection: Connection, out: Path, *, shared: bool) -> Status:
    page_counts, field_counts = counts.pages_by_reason(connection), counts.fields_by_reason(connection)
    first, last = counts.read_between(connection)
    recorded = purges_of(connection)
    return Status(
        scans=counts.scans_that(connection, shown),
        superseded=counts.scans_that(connection, and_(scans.c.superseded, ~scans.c.purged)),
        purged=counts.scans_that(connection, scans.c.purged),
        pages={each: sum(page_counts.get(each, {}).values()) for each in PageStatus},
        fields={each: sum(field_counts.get(each, {}).values()) for each in FieldStatus},
        page_reasons=counts.by_frequency(page_counts),
        field_reasons=counts.by_frequency(field_counts, FieldStatus.REVIEW.value),
        expected_error_rate=counts.expected_error_rate(connection),
        first_read_s=first,
        last_read_s=last,
        read_with=tuple(used_provenances(connection)),
        bytes=counts.database_bytes(connection) if shared else _file_bytes(out),
        held=not shared and folder_is_held(out),
        leases=counts.leases_by_owner(connection) if shared else {},
        last_purge=recorded[-1] if recorded else None,
        unfinished_purges=len(unfinished(out, recorded)),
        review=progress(connection),
        second_looks=waiting_by_look(connection).get(Look.SECOND, 0),
        checks=tuple(read_catch_rates(connection)),
    )


def _file_bytes(out: Path) -> int:
    """Return the size of the ledger and of its log, which is there while it is open."""
    sizes = 0
    for ending in ("", "-wal"):
        with suppress(FileNotFoundError):
            sizes += (out / f"{LEDGER_FILE}{ending}").stat().st_size
    return sizes

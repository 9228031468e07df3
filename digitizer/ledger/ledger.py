"""The ledger: what was read and decided, exactly once, in a SQLite file or in PostgreSQL."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from digitizer.document import PageResult
from digitizer.errors import LedgerVersionError, UsageError
from digitizer.ledger import leases, reading, versions, writing
from digitizer.ledger.database import LEDGER_FILE, Database
from digitizer.ledger.engines import postgres_database, sqlite_database
from digitizer.ledger.projection import shown_pages
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.records import Entry, KnownScan, ScanRecord
from digitizer.ledger.trouble import plain_errors

Item = TypeVar("Item")


class Ledger:
    """What was read and decided. Every method raises `LedgerError` if the database fails it.

    Attributes
    ----------
    shared
        Whether several runs may use it at once: they share the scans out among them by `claim`. Otherwise the lock of
        the output folder keeps a second run away.
    database
        For what this room does with the tables elsewhere: transactions and their connections.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.shared = database.shared

    def entries(self) -> dict[str, Entry]:
        """Return what lay in the scan folder when it was last looked at, by name."""
        return self.database.read(reading.all_entries)

    def known(self, digests: Iterable[str] | None = None) -> dict[str, KnownScan]:
        """Return the scans that were read, purged ones too, by SHA-256; only those of `digests` if some are given."""
        wanted = None if digests is None else list(digests)
        return self.database.read(lambda connection: reading.known_scans(connection, wanted))

    def put_entries(self, changed: Iterable[Entry], gone: Iterable[str] = ()) -> None:
        """Say, in one transaction, which entries of the scan folder are new or changed, and which are gone.

        Nothing is written if both are empty.
        """
        new, old = list(changed), list(gone)
        if new or old:
            self.database.write(lambda connection: writing.put_entries(connection, new, old))

    def put_scans(self, scans: Sequence[ScanRecord], provenance: Provenance, *, replace: bool = False) -> None:
        """Put in scans with all that was read of them: all, or none if anything fails.

        A scan whose bytes are in the ledger already is replaced if it was read with something else, and with `replace`
        in any case; otherwise it is left alone, for another worker was faster. It keeps its name either way, and one
        that was purged stays so. Leases on the scans end.
        """
        if scans:
            self.database.write(lambda connection: writing.put_scans(connection, scans, provenance, replace))

    def rows(self) -> Iterator[PageResult]:
        """Yield all rows of `pages.csv` in order (scan, page), with their fields but without evidence.

        `scan` is the name that is shown. They are of one moment; memory does not grow with their number.
        """
        with self.database.snapshot() as connection:
            yield from self._plainly(shown_pages(connection))

    def evidence(self, digests: Sequence[str]) -> Iterator[ScanRecord]:
        """Yield scans with all that was seen, in the order of `digests`; purged and unknown ones are left out."""
        with self.database.snapshot() as connection:
            yield from self._plainly(reading.scans_with_evidence(connection, digests))

    def latest_provenance(self) -> Provenance | None:
        """Return with what the newest scan was read, one that the CSVs show if they show any; None without any."""
        return self.database.read(reading.newest_provenance)

    def provenances(self) -> list[tuple[Provenance, int]]:
        """Return with what the scans that the CSVs show were read, and how many with each, in order of first use."""
        return self.database.read(reading.used_provenances)

    def revision(self) -> int:
        """Return a number that goes up with every transaction that changes what the CSVs show."""
        return self.database.read(reading.revision)

    def claim(self, digests: Sequence[str], owner: str, seconds: float, *, since: int = 0) -> set[str]:
        """Take scans to read, and keep others from reading them for some time by the database's clock.

        What one holds already is held from now on for that long again; what others hold is theirs until it runs out. A
        scan is never handed out that was put in after revision `since`: with the default, none that is in the ledger;
        who wants to read known scans again gives the revision at which it looked at them. Without others, all are
        handed out.
        """
        if not self.shared:
            return set(digests)
        return self.database.write(lambda connection: leases.claim(connection, digests, owner, seconds, since))

    def release(self, owner: str) -> None:
        """Give back all scans that are held."""
        if self.shared:
            self.database.write(lambda connection: leases.release(connection, owner))

    def _plainly(self, items: Iterator[Item]) -> Iterator[Item]:
        """Yield the items; trouble on the way to them is told plainly, that of who uses them passes as it is."""
        while True:
            with plain_errors(self.database.place):
                try:
                    item = next(items)
                except StopIteration:
                    return
            yield item


@contextmanager
def open_ledger(out: Path, url: str | None = None, *, writable: bool = True) -> Iterator[Ledger]:
    """Open the ledger of an output folder, or the one in PostgreSQL that a URL leads to.

    Parameters
    ----------
    writable
        Whether it is made if there is none, and brought up to date if an older digitizer made it. Otherwise nothing is
        written, and no file changes.

    Raises
    ------
    UsageError
        If the URL is of no use; or if there is no ledger and it is not to be written.
    LedgerVersionError
        If it is not the version for this digitizer, and cannot become it here.
    LedgerError
        If it cannot be opened.
    """
    path = out / LEDGER_FILE
    if url is None and not writable and not path.is_file():
        raise _no_ledger(out)
    database = sqlite_database(path, writable=writable) if url is None else postgres_database(url)
    try:
        _prepare(database, out, writable=writable)
        yield Ledger(database)
    finally:
        database.close()


def _prepare(database: Database, out: Path, *, writable: bool) -> None:
    version = database.read(versions.stored_version)
    if version == versions.current_version():
        return
    if writable:
        database.write(versions.bring_up_to_date)
    elif version is None:
        raise _no_ledger(out)
    else:
        versions.check_version(version)
        raise LedgerVersionError(
            "An older digitizer made this ledger. `digitizer run` or `digitizer review` brings it up to date."
        )


def _no_ledger(out: Path) -> UsageError:
    return UsageError(
        f"There is no ledger in {out}: `digitizer run` makes one. See whether the folder is the right one."
    )

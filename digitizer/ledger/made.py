"""What the result files were made of last: while that holds, they need not be made again."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from digitizer.document import FieldStatus, PageResult, PageStatus
from digitizer.ledger import reading
from digitizer.ledger.database import Database
from digitizer.ledger.projection import unread_pages
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.schema import projections
from digitizer.ledger.summary import Counts, Summary


@dataclass(frozen=True, slots=True)
class Basis:
    """All that decides what the files hold.

    Attributes
    ----------
    revision
        Of the ledger.
    provenance, also_read_with
        With what the newest scan was read, and others.
    """

    revision: int
    provenance: Provenance
    also_read_with: tuple[Provenance, ...]

    @property
    def key(self) -> str:
        """The same for the same files, made by the same version of digitizer."""
        return json.dumps([version("digitizer"), asdict(self)])


@dataclass(frozen=True, slots=True)
class Made:
    """The files as they were made.

    Attributes
    ----------
    files
        SHA-256 of each, by name.
    """

    basis: str
    files: dict[str, str]
    counts: Counts


def made_from(connection: Connection, provenance: Provenance) -> Basis:
    """Return what files would be made of now; `provenance` is told where the ledger shows no scan."""
    used = [each for each, _ in reading.used_provenances(connection)]
    newest = reading.newest_provenance(connection) or provenance
    return Basis(reading.revision(connection), newest, tuple(each for each in used if each != newest))


def last_made(connection: Connection) -> Made | None:
    """Return what was remembered last, if anything was, and all that is needed now was counted then."""
    row = connection.execute(select(projections)).first()
    told = {} if row is None else json.loads(row.counts)
    if row is None or told.keys() != {each.name for each in fields(Counts)}:
        return None
    return Made(row.made_with, json.loads(row.files), _counts(told))


def remember(database: Database, made: Made) -> None:
    """Remember the files that stand there now."""
    counts = {each.name: getattr(made.counts, each.name) for each in fields(Counts)}
    row = {"id": 1, "made_with": made.basis, "files": json.dumps(made.files), "counts": json.dumps(counts)}

    def work(connection: Connection) -> None:
        connection.execute(delete(projections))
        connection.execute(insert(projections), row)

    database.write(work)


def summary_of(connection: Connection, made: Made, basis: Basis, present: Callable[[PageResult], bool]) -> Summary:
    """Return the summary of files that need not be made again."""
    unread = tuple(page for page in unread_pages(connection) if present(page))
    counts = {each.name: getattr(made.counts, each.name) for each in fields(Counts)}
    return Summary(**counts, unread=unread, provenance=basis.provenance, also_read_with=basis.also_read_with)


def _counts(told: dict[str, Any]) -> Counts:
    told["pages"] = {PageStatus(status): number for status, number in told["pages"].items()}
    told["fields"] = {FieldStatus(status): number for status, number in told["fields"].items()}
    told["accepted_doubts"] = {int(step): number for step, number in told["accepted_doubts"].items()}
    return Counts(**told)

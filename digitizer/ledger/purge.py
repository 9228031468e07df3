"""Deletes what was read when its time is over, for good, and keeps the evidence that it was done.

1. In one transaction: what was read of each scan that is due goes, and what people have typed about it; its hash stays,
   so that it is not read again; a row of the table `purges` says when, by whom, how much, and of which scans.
2. The CSVs are written anew, without it.
3. The database's files are written anew, without it (`erasure`).
4. A line of `purges.csv` says so (`purge_evidence`).

A purge that was interrupted has no line there, and the next one does the rest of it too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, case, delete, func, insert, literal, select, update

from digitizer.ledger.dealt import forget
from digitizer.ledger.erasure import erase_leftovers
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.purge_evidence import Purge, note, purges_of, unfinished
from digitizer.ledger.retention import Extent, Retention, extent, field_ids, is_due
from digitizer.ledger.revisions import lock_writers, next_revision
from digitizer.ledger.schema import cells, events, fields, pages, purges, scans, strips


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge has done.

    Attributes
    ----------
    extent
        What was due.
    finished
        The purges of which nothing is left now: this one, and any that was interrupted before.
    """

    extent: Extent
    finished: tuple[Purge, ...]


def purge(
    out: Path, ledger: Ledger, retention: Retention, *, by: str, now_s: int, project: Callable[[], object]
) -> Purged:
    """Delete what is due, for good.

    The caller keeps runs away from `out`. Scans themselves are not touched, nor are exports and backups.

    Parameters
    ----------
    by
        Who does it, for the evidence.
    now_s
        Seconds since 1970, UTC.
    project
        Writes the CSVs of `out` anew.

    Raises
    ------
    LedgerError
        If it cannot be done, or not be finished: then it is told again what to do, and another purge finishes it.
    """
    due = ledger.database.write(lambda connection: _delete_due(connection, retention, by, now_s))
    rest = unfinished(out, ledger.database.read(purges_of))
    if rest:
        project()
        erase_leftovers(ledger.database)
        note(out, rest)
    return Purged(due, tuple(rest))


def _delete_due(connection: Connection, retention: Retention, by: str, now_s: int) -> Extent:
    lock_writers(connection)
    due = extent(connection, retention, now_s)
    if due.scans:
        _record(connection, retention, due, by, now_s)
        if retention.images_only:
            _delete_images(connection, retention, now_s)
        else:
            _delete_results(connection, retention, now_s)
    return due


def _record(connection: Connection, retention: Retention, due: Extent, by: str, now_s: int) -> None:
    digests = connection.execute(
        select(scans.c.sha256).where(is_due(retention, now_s)).order_by(scans.c.sha256)
    ).scalars()
    number = connection.execute(select(func.coalesce(func.max(purges.c.id), 0))).scalar_one() + 1
    values = {
        "id": number,
        "purged_at": now_s,
        "purged_by": by,
        "older_than_days": retention.older_than_days,
        "images_only": retention.images_only,
        "scans": due.scans,
        "pages": due.pages,
        "fields": due.fields,
        "images": due.images,
        "sha256s": " ".join(digests),
    }
    connection.execute(insert(purges), values)


def _delete_images(connection: Connection, retention: Retention, now_s: int) -> None:
    due = field_ids(is_due(retention, now_s))
    connection.execute(update(cells).where(cells.c.field_id.in_(due)).values(crop=b"", open=False))
    connection.execute(update(fields).where(fields.c.id.in_(due)).values(look=None))
    connection.execute(delete(strips).where(strips.c.field_id.in_(due)))


def _delete_results(connection: Connection, retention: Retention, now_s: int) -> None:
    """Delete all but the hash: names of files are often those of people, and what people decide is what a form says.

    A name has to be unique; no file's begins with a slash. That somebody decided stays, without what.
    """
    purged = select(scans.c.sha256).where(scans.c.purged)
    mark = {"purged": True, "source": "", "name": literal("/") + scans.c.sha256}
    connection.execute(update(scans).where(is_due(retention, now_s)).values(**mark, revision=next_revision(connection)))
    connection.execute(delete(pages).where(pages.c.scan_id.in_(select(scans.c.id).where(scans.c.purged))))
    told = events.c.sha256.in_(purged) & (events.c.box != "")
    no_truth = case((events.c.truth.is_not(None), ""))
    connection.execute(update(events).where(told).values(before="", after="", box="", truth=no_truth))
    forget(connection, purged)

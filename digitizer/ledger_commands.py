"""The command line: `digitizer export`, `status` and `purge`, which work on what was read and never on scans."""

import os
import pwd
import sys
import time
from contextlib import nullcontext
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.errors import UsageError
from digitizer.ledger.formats import TableFormat, TableName
from digitizer.results import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digitizer.ledger.retention import Extent, Retention

ResultsFolder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the results of a run.")]


def export(
    results: ResultsFolder,
    to: Annotated[TableFormat, typer.Option(help="Format.")],
    what: Annotated[TableName, typer.Option(help="Which table.")] = TableName.FIELDS,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="A file, or a URL such as s3://bucket/name.", show_default="in DIR"),
    ] = None,
) -> None:
    """Write the results as CSV, Parquet or a spreadsheet, all of the same content.

    The same results give the same bytes. What stood there before is replaced at once, or not at all.

    Exit codes: 0 written, 1 it cannot be written, 2 wrong usage, 75 a run holds DIR and its CSV was to be replaced.
    """
    from digitizer.ledger.delivery import deliver
    from digitizer.ledger.lock import output_lock
    from digitizer.scans.places import local_path, shown

    target = output or str(results / f"{what}.{to}")
    path = local_path(target)
    with opened(results) as ledger:
        is_file_of_runs = path is not None and path.resolve() == (results / f"{what}.{TableFormat.CSV}").resolve()
        with output_lock(results) if is_file_of_runs and not ledger.shared else nullcontext():
            deliver(ledger.rows(), what, to, target)
    typer.echo(shown(target))


def status(
    results: ResultsFolder,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say what was read, how much of it waits for a person, and what goes on now. Nothing is changed."""
    from digitizer.ledger.status import status_of
    from digitizer.ledger.status_text import status_json, status_lines

    with opened(results) as ledger:
        found = status_of(results, ledger)
    for line in [status_json(found)] if as_json else status_lines(found, results):
        typer.echo(line)


def purge(
    results: ResultsFolder,
    older_than: Annotated[int, typer.Option(min=0, metavar="DAYS", help="Of scans that were read longer ago.")],
    images_only: Annotated[
        bool, typer.Option("--images-only", help="Only the pictures of fields and digits; values stay.")
    ] = False,
    even_unreviewed: Annotated[
        bool, typer.Option("--even-unreviewed", help="Also of scans of which fields wait for review.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete for good what was read of old scans, and keep evidence that it was done.

    Their hashes stay, so that they are not read again. The scans themselves are not touched.

    Exit codes: 0 done, or nothing to do; 1 it cannot be done; 2 wrong usage; 75 a run holds DIR.
    """
    from digitizer.ledger.retention import Retention, extent

    retention, now_s = Retention(older_than, images_only, even_unreviewed), int(time.time())
    with opened(results) as ledger:
        due = ledger.database.read(lambda connection: extent(connection, retention, now_s))
    for line in _due_lines(due, retention):
        typer.echo(line)
    if dry_run:
        return
    if due.scans and not yes and not _confirmed():
        typer.echo("Nothing was deleted.")
        return
    _purge(results, retention, now_s)


def _purge(results: Path, retention: "Retention", now_s: int) -> None:
    from digitizer.ledger.export import write_results
    from digitizer.ledger.lock import output_lock
    from digitizer.ledger.provenance import Provenance
    from digitizer.ledger.purge import purge as purge_for_good
    from digitizer.ledger.purge_evidence import PURGES_FILE

    with output_lock(results), opened(results, writable=True) as ledger:
        # Without any, a purge of all scans was interrupted: what is left was read with nothing.
        provenance = ledger.latest_provenance() or Provenance(version("digitizer"), "", "", threshold=1.0)

        def project() -> None:
            write_results(results, ledger, provenance, lambda _: False)

        done = purge_for_good(results, ledger, retention, by=_user(), now_s=now_s, project=project)
    if done.finished:
        typer.echo(f"Done; noted in {results / PURGES_FILE}.")
    if not all(each.images_only for each in done.finished):  # exports hold values only
        for path in _copies(results):
            typer.echo(f"note: what was deleted may still stand in {path}: export again, or delete it.", err=True)


def _due_lines(due: "Extent", retention: "Retention") -> "Iterator[str]":
    """Say what is due, and what is not though it is old enough."""
    from digitizer.ledger.status_text import counted

    counts = [(due.pages, "page"), (due.fields, "field"), (due.images, "image")]
    listed = ", ".join(counted(number, noun) for number, noun in counts if number) or "nothing"
    yield f"to delete: {listed}, of {counted(due.scans, 'scan')} read more than {retention.older_than_days} days ago"
    if due.waiting_scans:
        waiting = f"{counted(due.waiting_fields, 'field')} wait{'s' if due.waiting_fields == 1 else ''} for review"
        kept = f"{counted(due.waiting_scans, 'scan')} as old, of which {waiting}"
        yield f"kept: {kept} (--even-unreviewed deletes them too)"


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise UsageError("Nobody is there to be asked: add --yes to delete this, or --dry-run only to see it.")
    return typer.confirm("Delete it for good?")


def _user() -> str:
    """Return who does it, as the system knows, whatever the environment says."""
    user_id = os.getuid()
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return f"uid {user_id}"


def _copies(results: Path) -> list[Path]:
    """Return exports and the report in the folder, and drafts of them that a killed one has left."""
    from digitizer.ledger.destination import DRAFT_START
    from digitizer.reporting import REPORT_FILE

    exports = [f"{what}.{to}" for what in TableName for to in (TableFormat.PARQUET, TableFormat.XLSX)]
    names = [*exports, REPORT_FILE]
    drafts = results.glob(f"{DRAFT_START}*.tmp")
    return [*(results / name for name in names if (results / name).exists()), *sorted(drafts)]

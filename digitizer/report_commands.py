"""The command line: `digitizer report` and `overlay`, which show what was read."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.errors import ExitCode, UsageError
from digitizer.results import opened

if TYPE_CHECKING:
    from digitizer.document import PageResult


def report(
    results: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the results of a run.")],
    truth: Annotated[
        Path | None,
        typer.Option(help="Known values to compare with: a CSV with the columns scan, page, field and value."),
    ] = None,
    scans: Annotated[
        str | None,
        typer.Option(
            help="Folder or URL of the scans, for pictures of the pages that were not read.", show_default="no pictures"
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="A file, or a URL such as s3://bucket/name.", show_default="in DIR"),
    ] = None,
) -> None:
    """Write report.html: how much was read, what the error budget costs, whether the confidences hold, what to do next.

    One file that needs no network. The same results give the same bytes.

    Exit codes: 0 written, 1 it cannot be written, 2 wrong usage.
    """
    from digitizer.reporting import REPORT_FILE, write_report
    from digitizer.scans.places import shown

    target = output or str(results / REPORT_FILE)
    with opened(results) as ledger:
        write_report(ledger, target, truth=truth, scans=scans)
    typer.echo(shown(target))


def overlay(
    scan: Annotated[Path, typer.Argument(help="A scan: PNG, JPEG, TIFF, PDF, WebP or BMP.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The picture to write.", show_default="SCAN.overlay.png")
    ] = None,
    page: Annotated[int, typer.Option(min=1, help="Page of the scan.")] = 1,
    template: Annotated[
        Path | None,
        typer.Option(help="A template, or a folder of templates.", show_default="none: every comb and grid is read"),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="A model folder, or a name that `digitizer model list` shows.", show_default="the chosen one"
        ),
    ] = None,
    max_errors: Annotated[
        str | None,
        typer.Option(help="How many accepted fields may be wrong: 1/1000, 0.001 or 0.1%.", show_default="1/1000"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a picture that is there.")] = False,
) -> None:
    """Draw what is found and read on a page: green goes straight through, orange waits for a person.

    Exit codes: 0 drawn, 2 wrong usage, 3 the page was rejected or failed: a rejected one is drawn without fields.
    """
    target = output or scan.with_name(f"{scan.name}.overlay.png")
    _check(scan, target, force=force)

    from digitizer.job import given_model
    from digitizer.ledger.destination import replacing
    from digitizer.page_pictures import overlay_scan
    from digitizer.policy import asked_policy

    drawn = overlay_scan(scan, page, asked_policy(max_errors), model=given_model(model), template=template)
    if drawn.pages and page > drawn.pages:
        raise UsageError(f"{scan} has {drawn.pages} page{'' if drawn.pages == 1 else 's'}: there is no page {page}.")
    if drawn.picture:
        with replacing(str(target)) as draft:
            draft.write_bytes(drawn.picture)
        typer.echo(str(target))
    _tell(drawn.page)


def _check(scan: Path, target: Path, *, force: bool) -> None:
    if not scan.is_file():
        raise UsageError(f"There is no such scan: {scan}")
    if target.resolve() == scan.resolve():
        raise UsageError(f"The picture would replace the scan: {scan}. Choose another --output.")
    if target.exists() and not force:
        raise UsageError(f"{str(target)!r} exists: choose another --output, or have it overwritten with --force.")


def _tell(page: "PageResult") -> None:
    """Say how much was read; of a page that was not, why, and what to do."""
    from digitizer.document import FieldStatus, PageStatus
    from digitizer.report.advice import page_advice

    if page.status is PageStatus.DONE:
        waiting = sum(field.status is FieldStatus.REVIEW for field in page.fields)
        typer.echo(f"{len(page.fields)} fields of {page.form}, {waiting} for review")
        return
    advice = page_advice(page.reason)
    typer.echo(f"{page.status}: {page.reason}. {advice.meaning} {advice.advice}".rstrip(), err=True)
    raise typer.Exit(ExitCode.INCOMPLETE)

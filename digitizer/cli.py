"""The command line: `digitizer run` and `score`; the other commands have modules of their own."""

import os
import signal
import sys
import traceback
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer import (
    budget_commands,
    ledger_commands,
    model_commands,
    report_commands,
    retrain_commands,
    review_commands,
    template_commands,
)
from digitizer.errors import DigitizerError, ExitCode, UsageError
from digitizer.policy import QA_SHARE
from digitizer.scans.limits import SETTLE_S, Limits

if TYPE_CHECKING:
    from digitizer.policy import AcceptancePolicy

app = typer.Typer(
    name="digitizer",
    help="Read handwritten digits off scanned forms, in bulk, with confidences that hold.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(template_commands.app)
app.add_typer(model_commands.app)

DEFAULT_OUT = Path("digitizer-out")
LIMITS = Limits()
TRACEBACK_VARIABLE = "DIGITIZER_TRACEBACK"
"""Set it to see where a bug is; off by default, for a traceback may quote what a form says."""


def main() -> None:
    """Run the command line; every outcome becomes an exit code (see `digitizer.errors`)."""
    try:
        app()
    except DigitizerError as error:
        typer.echo(f"digitizer: {error}", err=True)
        sys.exit(error.exit_code)
    except Exception as error:  # a bug: the user gets a sentence, not a page of code
        if os.environ.get(TRACEBACK_VARIABLE):
            traceback.print_exc()
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
        typer.echo(f"digitizer: this is a bug: {where}. {TRACEBACK_VARIABLE}=1 shows all of it.", err=True)
        sys.exit(ExitCode.BUG)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"digitizer {version('digitizer')}")
        raise typer.Exit


@app.callback()
def _root(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    pass


@app.command()
def run(
    scans: Annotated[
        str,
        typer.Argument(help="A folder of scans, read recursively, or one file, or a URL such as s3://bucket/folder."),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the results.")] = DEFAULT_OUT,
    max_errors: Annotated[
        str | None,
        typer.Option(help="How many accepted fields may be wrong: 1/1000, 0.001 or 0.1%.", show_default="1/1000"),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(min=0, max=1, help="Instead of --max-errors: accept from this confidence on.")
    ] = None,
    qa_share: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the accepted fields that a person sees all the same.")
    ] = QA_SHARE,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Worker processes.", show_default="one per usable core")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="A model folder, or a name that `digitizer model list` shows.", show_default="the chosen one"
        ),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option(
            help="A template, or a folder of templates: only pages of these forms are read.",
            show_default="none: every comb and grid is read",
        ),
    ] = None,
    again: Annotated[
        bool,
        typer.Option("--again", help="Do anew what failed, or was done with another model, template or setting."),
    ] = False,
    settle: Annotated[
        float, typer.Option(min=0, help="A file that changed less than so many seconds ago is waited for, or left.")
    ] = SETTLE_S,
    max_megapixels: Annotated[float, typer.Option(min=0.01, help="Largest page.")] = LIMITS.max_pixels / 1e6,
    max_pages: Annotated[int, typer.Option(min=1, help="Most pages in a file.")] = LIMITS.max_pages,
    max_file_mb: Annotated[float, typer.Option(min=0.001, help="Largest file.")] = LIMITS.max_bytes / 1e6,
) -> None:
    """Read the scans that are new; write fields.csv, pages.csv and summary.json.

    What was read before stands in the ledger of the output folder, and is not read again.

    Exit codes: 0 all read, 2 wrong usage, 3 some pages were rejected or failed, 75 another run holds the
    output folder, 130 stopped by Ctrl-C, 1 a bug.
    """
    policy = acceptance_policy(max_errors, threshold)

    from digitizer.batch import digitize_folder
    from digitizer.console import ProgressDisplay, print_outcome
    from digitizer.job import Job, given_model, usable_cpus

    job = Job(
        scans=scans,
        out=out,
        policy=policy,
        learn=threshold is None,
        limits=Limits(round(max_megapixels * 1e6), max_pages, round(max_file_mb * 1e6)),
        model=given_model(model),
        template=template,
        again=again,
        qa_share=qa_share,
        settle_s=settle,
        workers=usable_cpus() if workers is None else workers,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # stop as cleanly as at Ctrl-C
    try:
        with ProgressDisplay() as display:
            outcome = digitize_folder(job, progress=display.show)
    except KeyboardInterrupt:
        typer.echo("Stopped. What was read is kept: the next run goes on from there, and writes the results.", err=True)
        raise
    print_outcome(outcome, out)
    raise typer.Exit(outcome.exit_code)


@app.command()
def score(
    results: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the results of a run.")],
    truth: Annotated[Path, typer.Option(help="CSV with the columns scan, page, field, value and perhaps cells.")],
) -> None:
    """Compare the results of a run with the truth."""
    from digitizer.report.score import format_score
    from digitizer.report.score import score as compare

    typer.echo(format_score(compare(results, truth)))


for command in (
    review_commands.review,
    report_commands.report,
    report_commands.overlay,
    budget_commands.threshold,
    retrain_commands.retrain,
    ledger_commands.status,
    ledger_commands.export,
    ledger_commands.purge,
):
    app.command()(command)


def acceptance_policy(max_errors: str | None, threshold: float | None) -> "AcceptancePolicy":
    """Return the policy that the two options ask for.

    Raises
    ------
    UsageError
        If both are given, or the error rate is none.
    """
    from digitizer.policy import AcceptancePolicy, asked_policy

    if threshold is not None:
        if max_errors is not None:
            raise UsageError("Give either --max-errors or --threshold, not both.")
        return AcceptancePolicy(threshold)
    return asked_policy(max_errors)

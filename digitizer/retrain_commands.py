"""The command line: `digitizer retrain`, by which a network learns from what people have settled."""

import importlib.util
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.errors import UsageError

if TYPE_CHECKING:
    from digitizer.budget.comparison import Comparison, Figures
    from digitizer.retraining import Outcome

_NEEDS = ("training", "tensorflow")


def retrain(
    results: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Folders of results in which people have reviewed.")
    ],
    data: Annotated[
        Path | None,
        typer.Option(help="mnist.npz, or a folder of MNIST's IDX files.", show_default="Keras fetches MNIST"),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="The model to go on from: a folder or a name.", show_default="the chosen one")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the new model.", show_default="retrained-1, -2 ...")] = None,
    max_errors: Annotated[str, typer.Option(help="Error rate at which the two are compared.")] = "1/1000",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Train and compare, install nothing.")] = False,
    keep: Annotated[
        Path | None, typer.Option(help="Keep the new model in this folder, also if it is not installed.")
    ] = None,
) -> None:
    """Train the network on what people have settled; the new one reads from now on if it is better.

    It needs the extra `train`, and minutes. Nothing in the folders of results is changed.

    Exit codes: 0 done, whether or not the new model is better; 2 wrong usage, or too little was settled; 130 stopped
    by Ctrl-C; 1 the training failed.
    """
    _require_training()

    from digitizer.job import given_model
    from digitizer.policy import parse_error_rate
    from digitizer.retraining import Request
    from digitizer.retraining import retrain as learn

    request = Request(
        results=results,
        model=given_model(model),
        data=data,
        name=name,
        max_errors=parse_error_rate(max_errors),
        dry_run=dry_run,
        keep=keep,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # stop as cleanly as at Ctrl-C
    outcome = learn(request, say=lambda line: typer.echo(line, err=True))
    for line in outcome_lines(outcome, keep):
        typer.echo(line)


def outcome_lines(outcome: "Outcome", keep: Path | None) -> Iterator[str]:
    """Yield both networks beside each other, and what follows from it."""
    yield from _table(outcome.comparison)
    yield ""
    if outcome.installed is not None:
        yield f"installed as {outcome.name}, which reads from now on. The way back: digitizer model use default"
        return
    yield f"not installed: {'; '.join(outcome.objections) or 'it is better, but --dry-run was asked for'}"
    if keep is not None:
        yield f"The new model lies in {keep}."


def _require_training() -> None:
    """Refuse what a process would refuse that takes seconds to start."""
    missing = [name for name in _NEEDS if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(
            f"Training needs {' and '.join(missing)}, of the extra `train`: in a clone of the project, "
            "uv run --extra train digitizer retrain ..."
        )


def _table(found: "Comparison") -> Iterator[str]:
    rows = [("", "of", "before", "after"), *_rows(found)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for what, *numbers in rows:
        cells = [number.rjust(width) for number, width in zip(numbers, widths[1:], strict=True)]
        yield "  ".join([what.ljust(widths[0]), *cells])


def _rows(found: "Comparison") -> list[tuple[str, str, str, str]]:
    def row(what: str, of: float, number: Callable[["Figures"], float]) -> tuple[str, str, str, str]:
        return what, f"{of:.0f}", f"{number(found.before):.0f}", f"{number(found.after):.0f}"

    return [
        row("kept fields wrong", found.fields, lambda each: each.wrong),
        row("their digits wrong", found.cells, lambda each: each.cells_wrong),
        row("MNIST's held-out digits wrong", found.mnist, lambda each: each.mnist_wrong),
        row("of all fields that they stand for: wrong", found.all_fields, lambda each: each.wrong_of_all),
        row(f"straight through at {found.max_errors}", found.all_fields, lambda each: each.through),
        row("wrong among these", found.all_fields, lambda each: each.errors_through),
    ]

"""The command line: `digitizer model`: which networks there are, and which one reads."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from digitizer.reading.installed import StoredModel
    from digitizer.reading.model_card import ModelCard

app = typer.Typer(
    name="model", help="See which networks there are, and choose the one that reads.", no_args_is_help=True
)

_HEADER = ("", "name", "where", "sha256", "digits right", "made from")
_CHOSEN = "*"


@app.command("list")
def list_() -> None:
    """List all models; a star marks the one that reads.

    `digits right` is the share of digits of MNIST's held-out writers that the model reads right.
    """
    from digitizer.reading.installed import missing_choice, models, models_folder

    for line in _table([_HEADER, *map(_row, models())]):
        typer.echo(line)
    if missing := missing_choice():
        typer.echo(
            f"The chosen model {missing} is missing: nothing reads until `digitizer model use default`.", err=True
        )
    typer.echo(f"Installed models lie in {models_folder()}.", err=True)


@app.command()
def use(
    name: Annotated[
        str, typer.Argument(help="Its name, as `digitizer model list` shows it; `default` is the way back.")
    ],
) -> None:
    """Choose the model that reads from now on, on this machine and for this user.

    Scans that were read stay as they are; `digitizer run --again` reads them anew. Where --model is given, that one
    reads.

    Exit codes: 0 chosen, 2 there is no such model, or it cannot be used.
    """
    from digitizer.reading.installed import choose

    choose(name)
    typer.echo(f"{name} reads from now on.")


def _row(model: "StoredModel") -> tuple[str, ...]:
    where = "bundled" if model.bundled else "installed"
    mark = _CHOSEN if model.chosen else ""
    if model.card is None:
        return mark, model.name, where, "-", "-", f"cannot be used: {model.fault}"
    return mark, model.name, where, model.sha256[:8], _digits_right(model.card), _made_from(model.card)


def _digits_right(card: "ModelCard") -> str:
    """Return the share of held-out digits that are read right, rounded down."""
    share = _inside(card.metrics, "validation", "accuracy")
    return f"{int(share * 10_000 + 1e-6) / 100:.2f}%" if isinstance(share, int | float) else "-"


def _made_from(card: "ModelCard") -> str:
    """Say what a model has learned from."""
    data = str(_inside(card.training, "data", "name") or "-")
    crops, fields = (_inside(card.training, "retrained", name) for name in ("crops", "fields"))
    if crops is None:
        return data
    return f"{data}, and {crops} digit{_plural(crops)} of {fields} settled field{_plural(fields)}"


def _plural(count: object) -> str:
    return "" if count == 1 else "s"


def _inside(told: dict[str, Any], *path: str) -> Any:
    """Return what a card says at a place, None if nothing: cards of other makers may say less."""
    found: Any = told
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()

"""The command line: `digitizer threshold`, which shows what each error rate would cost."""

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.results import opened

if TYPE_CHECKING:
    from digitizer.budget.estimate import Estimate


def threshold(
    results: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the results of a run.")],
    max_errors: Annotated[
        str | None,
        typer.Option(help="Show this error rate too, such as 1/500.", show_default=False),
    ] = None,
    qa_share: Annotated[
        float | None,
        typer.Option(
            min=0.0001, max=1.0, help="Share of accepted fields in review by lot.", show_default="that of the last run"
        ),
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.0, help="What a person needs for a field.")] = 6.0,
) -> None:
    """Show what error rates cost: how much goes straight through, expected errors, minutes of review.

    Nothing is changed. What reviewers found counts, where they have settled fields.

    Exit codes: 0 shown, 2 wrong usage.
    """
    from digitizer.budget.text import curve_lines
    from digitizer.policy import parse_error_rate

    asked = None if max_errors is None else parse_error_rate(max_errors)
    for line in curve_lines(*_curve(results, asked, qa_share, seconds)):
        typer.echo(line)


def _curve(
    results: Path, asked: Fraction | None, qa_share: float | None, seconds: float
) -> tuple[list["Estimate"], Fraction]:
    """Return what error rates come to, and the one to be marked: that of the last run."""
    from digitizer.budget.estimate import RATES, estimate
    from digitizer.budget.outcomes import tabulate
    from digitizer.ledger.outcomes import settled_fields
    from digitizer.policy import QA_SHARE

    with opened(results) as ledger:
        provenance = ledger.latest_provenance()
        table = tabulate(field for page in ledger.rows() for field in page.fields)
        evidence = tabulate(settled_fields(ledger, provenance.model_sha256) if provenance else ())
    present = provenance.policy.max_errors if provenance else Fraction(0)
    share = qa_share or (provenance.qa_share if provenance else 0.0) or QA_SHARE
    rates = sorted({*RATES, present, *([] if asked is None else [asked])})
    return [estimate(table, evidence, rate, qa_share=share, seconds_per_field=seconds) for rate in rates], present

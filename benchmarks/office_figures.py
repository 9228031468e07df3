"""What networks make of an office's last night: as rows of a table, as a file, and as a curve."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from digitizer.report.score import Score
from samples.files import write_csv

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RATES = (Fraction(1, 100), Fraction(1, 1000))
"""Error rates of fields that are asked for."""
TITLES = (
    *("network", "forms", "corrections", "of these differed", "digits wrong", "fields wrong"),
    *(f"straight through at {rate}" for rate in RATES),
    *("MNIST's held-out wrong", "minutes", "installed"),
)
HEADER = f"| {' | '.join(TITLES)} |\n|{'---|' * len(TITLES)}"


@dataclass(frozen=True, slots=True)
class Read:
    """How the last night was read, by `digitizer score`.

    Attributes
    ----------
    digits_wrong, fields_wrong
        Of all digits and fields, those of pages that were rejected among them.
    through_100, wrong_100, through_1000, wrong_1000
        Fields that went straight through at each of `RATES`, and wrong ones among them.
    """

    digits: int
    digits_wrong: int
    fields: int
    fields_wrong: int
    through_100: int
    wrong_100: int
    through_1000: int
    wrong_1000: int

    @classmethod
    def from_scores(cls, scores: Mapping[Fraction, Score]) -> "Read":
        """Take it from the scores at each of `RATES`."""
        first, second = (scores[rate] for rate in RATES)
        # What was read is the same at all rates.
        digits, of_fields = first.digits - first.digits_right, first.fields - first.fields_right
        through = (first.accepted, first.accepted_wrong, second.accepted, second.accepted_wrong)
        return cls(first.digits, digits, first.fields, of_fields, *through)


@dataclass(frozen=True, slots=True)
class Learning:
    """What a network had learned from, and what became of it; the bundled one has learned nothing here.

    Attributes
    ----------
    forms
        That were read and reviewed before.
    corrections, differed
        Digits that a person has decided on, and those of them that had been read as others.
    mnist, mnist_before, mnist_after
        MNIST's held-out digits, and how many of them are wrong.
    why
        What spoke against the network; empty if it was installed.
    """

    network: str
    forms: int = 0
    corrections: int = 0
    differed: int = 0
    mnist: int = 0
    mnist_before: int = 0
    mnist_after: int = 0
    minutes: float = 0.0
    why: str = ""


def row(learning: Learning, read: Read) -> str:
    """Return a row below `HEADER`."""
    learned = learning.forms > 0
    told = [str(each) if learned else "" for each in (learning.forms, learning.corrections, learning.differed)]
    mnist = f"{learning.mnist_after} of {learning.mnist}, {learning.mnist_before} before" if learned else ""
    cells = [
        learning.network,
        *told,
        f"{read.digits_wrong} of {read.digits} ({read.digits_wrong / read.digits:.2%})",
        f"{read.fields_wrong} of {read.fields} ({read.fields_wrong / read.fields:.1%})",
        f"{read.through_100 / read.fields:.1%}, {read.wrong_100} wrong",
        f"{read.through_1000 / read.fields:.1%}, {read.wrong_1000} wrong",
        mnist,
        f"{learning.minutes:.1f}" if learned else "",
        (learning.why or "yes") if learned else "",
    ]
    return f"| {' | '.join(cells)} |"


def save(file: Path, found: Sequence[tuple[Learning, Read]]) -> None:
    """Write all figures into a CSV file."""
    columns = [each.name for each in (*fields(Learning), *fields(Read))]
    rows = [[str(value) for value in (asdict(learning) | asdict(read)).values()] for learning, read in found]
    write_csv(file, columns, rows)


def curve(found: Sequence[tuple[Learning, Read]]) -> "Figure":
    """Draw errors and what goes straight through over the number of corrections; needs the extra `train`."""
    from matplotlib.figure import Figure

    places = range(len(found))
    figure = Figure(figsize=(8, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(places, [100 * each.fields_wrong / each.fields for _, each in found], "o-", label="fields")
    left.plot(places, [100 * each.digits_wrong / each.digits for _, each in found], "s-", label="digits")
    left.set_ylabel("read wrong, %")
    right.plot(places, [100 * each.through_100 / each.fields for _, each in found], "o-", label="at 1/100")
    right.plot(places, [100 * each.through_1000 / each.fields for _, each in found], "s-", label="at 1/1000")
    right.set_ylabel("straight through, %")
    for axes in (left, right):
        axes.set_xticks(list(places), [str(learning.corrections) for learning, _ in found])
        axes.set_xlabel("digits settled by people")
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
        axes.legend()
    return figure

"""How well the sample jobs are read, as a Markdown table: `python -m benchmarks.samples`."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from digitizer.batch import Job, digitize_folder
from digitizer.report.score import ERROR_RATES, Score, score
from samples.digits import BUNDLED_FILE

SAMPLES = BUNDLED_FILE.parent


def main() -> None:
    """Read each job into a temporary folder, as `digitizer run` does, and compare it with its truth."""
    jobs = sorted(path.parent.name for path in SAMPLES.glob("*/truth.csv"))
    with TemporaryDirectory() as folder:
        scores = [read(job, Path(folder) / job) for job in jobs]
    print(f"| | {' | '.join(jobs)} | together |\n|{'---|' * (len(jobs) + 2)}")
    for name, part in ROWS.items():
        print(f"| {name} | {' | '.join(parts([part(each) for each in scores]))} |")
    for rate in ERROR_RATES:
        cells = [f"{each.straight_through[rate]:.1%}" for each in scores]
        print(f"| possible at {float(rate):.1%} field error | {' | '.join(cells)} | |")
    print(f"| calibration error | {' | '.join(f'{each.calibration_error or 0:.3f}' for each in scores)} | |")


def read(job: str, out: Path) -> Score:
    """Read one job and score it."""
    digitize_folder(Job(scans=SAMPLES / "scans" / job, out=out))
    return score(out, SAMPLES / job / "truth.csv")


def parts(counts: list[tuple[int, int]]) -> list[str]:
    """Write a part of a total for each job, and for all together."""
    counts = [*counts, (sum(count for count, _ in counts), sum(total for _, total in counts))]
    return [f"{count} of {total} ({count / total:.1%})" if total else "" for count, total in counts]


def told(kind: str) -> Callable[[Score], tuple[int, int]]:
    """Return what counts the cells of a kind that were read as one of that kind, and all of that kind."""

    def count(each: Score) -> tuple[int, int]:
        return each.cells.get((kind, kind), 0), sum(number for (true, _), number in each.cells.items() if true == kind)

    return count


ROWS: dict[str, Callable[[Score], tuple[int, int]]] = {
    "fields found": lambda each: (each.fields - len(each.missing), each.fields),
    "fields exactly right": lambda each: (each.fields_right, each.fields),
    "digits right": lambda each: (each.digits_right, each.digits),
    "spurious fields": lambda each: (len(each.spurious), each.fields),
    "straight through at 1/1000": lambda each: (each.accepted, each.fields),
    "of these wrong": lambda each: (each.accepted_wrong, each.accepted),
    "blank cells told": told("blank"),
    "inked cells told": told("inked"),
    "crossed-out cells told": told("void"),
}


if __name__ == "__main__":
    main()

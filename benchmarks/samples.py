"""How well the sample jobs are read, as Markdown tables: `python -m benchmarks.samples`.

Without templates; with them, but for their rules; with all that they say.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from digitizer.batch import digitize_folder
from digitizer.job import Job
from digitizer.report.score import ERROR_RATES, Score, score
from samples.digits import BUNDLED_FILE

SAMPLES = BUNDLED_FILE.parent
TEMPLATES = SAMPLES / "templates"
ALONE, NO_RULES, WITH_RULES = "no template", "template, no rules", "template with its rules"


def main() -> None:
    """Read each job in three ways into a temporary folder, as `digitizer run` does, and compare it with its truth."""
    jobs = sorted(path.parent.name for path in SAMPLES.glob("*/truth.csv"))
    with TemporaryDirectory() as name:
        folder = Path(name)
        ways = {ALONE: None, NO_RULES: without_rules(TEMPLATES, folder / "templates"), WITH_RULES: TEMPLATES}
        scores = {way: [read(job, folder / way / job, template) for job in jobs] for way, template in ways.items()}
    print(f"| | | {' | '.join(jobs)} | together |\n|{'---|' * (len(jobs) + 3)}")
    for row, part in ROWS.items():
        for way, each_job in scores.items():
            print(f"| {row} | {way} | {' | '.join(parts([part(each) for each in each_job]))} |")
    for rate in ERROR_RATES:
        for way, each_job in scores.items():
            cells = [f"{each.straight_through[rate]:.1%}" for each in each_job]
            print(f"| possible at {float(rate):.1%} field error | {way} | {' | '.join(cells)} | |")
    for way, each_job in scores.items():
        print(
            f"| calibration error | {way} | {' | '.join(f'{each.calibration_error or 0:.3f}' for each in each_job)} | |"
        )


def read(job: str, out: Path, template: Path | None) -> Score:
    """Read one job and score it."""
    digitize_folder(Job(scans=SAMPLES / "scans" / job, out=out, template=template, qa_share=0.0))
    return score(out, SAMPLES / job / ("truth.csv" if template is None else "truth_with_template.csv"))


def without_rules(templates: Path, folder: Path) -> Path:
    """Copy templates and leave their rules out."""
    from ruamel.yaml import YAML

    shutil.copytree(templates, folder)
    yaml = YAML()
    for path in folder.glob("*.yaml"):
        content = yaml.load(path)
        content.pop("rules", None)
        for field in content["fields"]:
            field.pop("rules", None)
        yaml.dump(content, path)
    return folder


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
    "spurious fields": lambda each: (len(each.spurious), each.fields),
    "fields exactly right": lambda each: (each.fields_right, each.fields),
    "digits right": lambda each: (each.digits_right, each.digits),
    "straight through at 1/1000": lambda each: (each.accepted, each.fields),
    "of these wrong": lambda each: (each.accepted_wrong, each.accepted),
    "blank cells told": told("blank"),
    "crossed-out cells told": told("void"),
}


if __name__ == "__main__":
    main()

"""Starts several runs at once on one folder, in rounds.

`python -m benchmarks.reliability.rivals [--rounds N] [--runs N] [--program stub|fork|cli]`

The run that holds the folder reads nothing before all others have ended, so that none comes too late to meet it.
With the true reader (`--program cli`) nothing can hold it; there the scans are all samples, seconds of work.
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.reliability import processes
from benchmarks.reliability.outcome import Finding, Reference, check_final, reference
from benchmarks.reliability.runs import BUSY, FINISHED, Program
from benchmarks.reliability.stub_reader import HOLD_VARIABLE
from benchmarks.reliability.tables import conclude, counted, print_table
from benchmarks.reliability.work import CLI, PROGRAMS, copy_samples, make_scans

REFUSAL_LIMIT_S = 60.0
TITLES = ("program", "rounds", "runs started at once", "worked", f"ended with {BUSY}", "ended otherwise", "found wrong")


@dataclass(slots=True)
class Round:
    """How the runs of one round ended."""

    codes: Counter[int] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> None:
    """Let runs compete, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--runs", type=int, default=8)
    parser.add_argument("--program", choices=PROGRAMS, default="stub")
    options = parser.parse_args(arguments)
    program = PROGRAMS[options.program]
    with TemporaryDirectory() as folder:
        rounds = compete(program, Path(folder), options.rounds, options.runs)
    codes = sum((each.codes for each in rounds), Counter[int]())
    findings = [finding for each in rounds for finding in each.findings]
    worked = sum(codes[code] for code in FINISHED)
    others = codes.total() - worked - codes[BUSY]
    row = (program.name, len(rounds), options.runs, worked, codes[BUSY], others, counted(findings))
    print_table(TITLES, [row])
    conclude(findings)


def compete(
    program: Program, folder: Path, rounds: int, runs: int, refusal_limit_s: float = REFUSAL_LIMIT_S
) -> list[Round]:
    """Start runs at once, several times, each time into a new folder; wait so long for those that are turned away."""
    scans = copy_samples(folder / "scans") if program.name == CLI.name else make_scans(program, folder / "scans", 1)
    program.finish(scans, folder / "alone")
    expected = reference(folder / "alone")
    places = [folder / f"round{number}" for number in range(rounds)]
    return [run_round(program, scans, place, runs, expected, refusal_limit_s) for place in places]


def run_round(
    program: Program, scans: Path, folder: Path, runs: int, expected: Reference, refusal_limit_s: float
) -> Round:
    """Start runs at once; see that one works and the others are told that the folder is busy."""
    folder.mkdir()
    hold, trial = folder / "hold", f"rivals-{folder}"
    held = program.with_environment(**{HOLD_VARIABLE: str(hold)})
    started = [held.start(scans, folder / "out", trial=trial) for _ in range(runs)]
    deadline = time.monotonic() + refusal_limit_s
    while sum(each.poll() is not None for each in started) < runs - 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    hold.touch()
    codes = Counter(each.end()[0] for each in started)
    findings = check_final(folder / "out", expected) + processes.check_gone(trial)
    if codes[BUSY] != runs - 1 or sum(codes[code] for code in FINISHED) != 1:
        findings.append(Finding("rivals", f"the runs ended with {dict(codes)}"))
    return Round(codes, findings)


if __name__ == "__main__":
    main()

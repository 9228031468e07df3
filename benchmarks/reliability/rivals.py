"""Starts several runs at once on one folder, in rounds: `python -m benchmarks.reliability.rivals [--rounds N] [--runs N]`.

The run that holds the folder reads nothing before all others have ended, so that none comes too late to meet it.
With the true reader (`--program cli`) nothing can hold it; there the scans are all samples, seconds of work.
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory

from benchmarks.reliability import processes
from benchmarks.reliability.outcome import Finding, Reference, check_final, reference
from benchmarks.reliability.stub import HOLD_VARIABLE
from benchmarks.reliability.tables import conclude, counted, print_table
from benchmarks.reliability.work import BUSY, CLI, FINISHED, PROGRAMS, RUN_LIMIT_S, Program, copy_samples, make_scans

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


def compete(program: Program, folder: Path, rounds: int, runs: int) -> list[Round]:
    """Start runs at once, several times, each time into a new folder."""
    scans = copy_samples(folder / "scans") if program.name == CLI.name else make_scans(program, folder / "scans", 1)
    program.finish(scans, folder / "alone")
    expected = reference(folder / "alone")
    return [run_round(program, scans, folder / f"round{number}", runs, expected) for number in range(rounds)]


def run_round(program: Program, scans: Path, folder: Path, runs: int, expected: Reference) -> Round:
    """Start runs at once; see that one works and the others are told that the folder is busy."""
    folder.mkdir()
    hold, trial = folder / "hold", f"rivals-{folder}"
    started = [program.start(scans, folder / "out", 1, trial=trial, **{HOLD_VARIABLE: str(hold)}) for _ in range(runs)]
    deadline = time.monotonic() + REFUSAL_LIMIT_S
    while sum(each.poll() is not None for each in started) < runs - 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    hold.touch()
    codes = Counter(_end(each) for each in started)
    findings = check_final(folder / "out", expected) + processes.check_gone(trial)
    if codes[BUSY] != runs - 1 or sum(codes[code] for code in FINISHED) != 1:
        findings.append(Finding("rivals", f"the runs ended with {dict(codes)}"))
    return Round(codes, findings)


def _end(process: "Popen[str]") -> int:
    with process:
        process.communicate(timeout=RUN_LIMIT_S)
        return process.returncode


if __name__ == "__main__":
    main()

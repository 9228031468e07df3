"""Lets the harnesses loose on designs that are known to be broken: `python -m benchmarks.reliability.broken`.

Each flaw of `miniature` has to be found by the harness that is there for it, and the same design without a flaw has to
pass all of them. A harness that finds nothing in a broken design says nothing about a sound one.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.reliability import faults, kills, rivals
from benchmarks.reliability.miniature import Flaw
from benchmarks.reliability.outcome import Finding
from benchmarks.reliability.runs import Program
from benchmarks.reliability.tables import conclude, counted, print_table

TITLES = ("flaw", "harness", "found wrong", "so the harness")
EVERY = 3
KILL_TRIALS = 24
ROUNDS = 2


def _by_faults(program: Program, folder: Path) -> list[Finding]:
    return faults.found(*faults.disturb(program, folder.resolve(), faults.each_kind(EVERY), ["SIGKILL"], at_once=2))


def _by_refusals(program: Program, folder: Path) -> list[Finding]:
    return faults.found(*faults.disturb(program, folder.resolve(), faults.each_kind(EVERY), ["ENOSPC"], at_once=2))


def _by_kills(program: Program, folder: Path) -> list[Finding]:
    scene = kills.set_scene(program, 1, folder, seed=1)
    trials = kills.run_trials(scene, folder, KILL_TRIALS, seed=1, at_once=2)
    return [finding for trial in trials for finding in trial.findings]


def _by_rivals(program: Program, folder: Path) -> list[Finding]:
    return [finding for each in rivals.compete(program, folder, ROUNDS, 4) for finding in each.findings]


Harness = Callable[[Program, Path], list[Finding]]
HARNESSES: dict[str, Harness] = {
    "kills": _by_kills,
    "faults, SIGKILL": _by_faults,
    "faults, ENOSPC": _by_refusals,
    "rivals": _by_rivals,
}
FINDERS = {
    Flaw.MARKED_FIRST: ("kills", "faults, SIGKILL"),
    Flaw.UNMARKED: ("kills", "faults, SIGKILL"),
    Flaw.IN_PLACE: ("faults, SIGKILL", "faults, ENOSPC"),
    Flaw.SILENT: ("faults, ENOSPC",),
    Flaw.UNSYNCED: ("faults, SIGKILL",),
    Flaw.UNLOCKED: ("rivals",),
}
"""Which harness has to find which flaw."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a harness found in a design."""

    flaw: Flaw
    harness: str
    findings: list[Finding]

    @property
    def right(self) -> bool:
        """Whether it found something exactly where there is something to be found."""
        return bool(self.findings) == (self.flaw is not Flaw.NONE)


def main(arguments: Sequence[str] | None = None) -> None:
    """Try all harnesses, and print."""
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    pairs = [(flaw, harness) for flaw, finders in FINDERS.items() for harness in finders]
    verdicts = [judge(flaw, harness) for flaw, harness in [*pairs, *((Flaw.NONE, harness) for harness in HARNESSES)]]
    print_table(
        TITLES,
        [
            (each.flaw, each.harness, counted(each.findings), "is right" if each.right else "IS WRONG")
            for each in verdicts
        ],
    )
    conclude([Finding("harness", f"{each.harness} on {each.flaw}") for each in verdicts if not each.right])


def miniature(flaw: Flaw) -> Program:
    """Return the program with a flaw."""
    return Program(f"miniature, {flaw}", (sys.executable, "-m", "benchmarks.reliability.miniature", flaw))


def judge(flaw: Flaw, harness: str) -> Verdict:
    """Let one harness loose on one design."""
    with TemporaryDirectory() as folder:
        return Verdict(flaw, harness, HARNESSES[harness](miniature(flaw), Path(folder)))


if __name__ == "__main__":
    main()

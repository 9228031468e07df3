"""Runs again over a ledger of many scans, of which none is new: `python -m benchmarks.reliability.scale [--scans N]`.

The first run fills the ledger, with the reader of `stub`. Then runs with nothing to do are timed, in turns with runs
over an empty folder, which cost what a start costs.
"""

import argparse
import hashlib
import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.reliability.outcome import Finding
from benchmarks.reliability.runs import FINISHED, ROOT
from benchmarks.reliability.stub_reader import PAGE_SECONDS_VARIABLE
from benchmarks.reliability.tables import conclude, print_table
from benchmarks.reliability.work import STUB, draw_stubs

LIMIT_S = 3.0
TITLES = ("run", "wall, s", "CPU, s", "peak memory of its largest process, MiB")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took; memory is that of the largest of its processes."""

    wall_s: float
    cpu_s: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured: the first run, those with nothing to do, and those over an empty folder."""

    first: Cost
    again: list[Cost]
    empty: list[Cost]
    ledger_mib: float
    findings: list[Finding]

    @property
    def above_start_s(self) -> float:
        """Seconds that a run with nothing to do takes beside its start: the difference of the medians."""
        return statistics.median(c.wall_s for c in self.again) - statistics.median(c.wall_s for c in self.empty)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill, run, compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scans", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        measured = measure(Path(folder), options.scans, options.rounds)
    rows = [("first", measured.first), ("again", _median(measured.again)), ("empty folder", _median(measured.empty))]
    print(f"{options.scans} scans, a ledger of {measured.ledger_mib:.0f} MiB; medians of {options.rounds} rounds.")
    print_table(
        TITLES, [(name, f"{cost.wall_s:.2f}", f"{cost.cpu_s:.2f}", f"{cost.peak_mib:.0f}") for name, cost in rows]
    )
    print(f"A run with nothing to do takes {measured.above_start_s:.2f} s above its start.")
    conclude(measured.findings)


def measure(folder: Path, scans: int, rounds: int) -> Measured:
    """Fill a ledger, then time runs that find nothing new in it, and see that they change nothing."""
    draw_stubs(folder / "scans", seed=1, files=scans)
    (folder / "nothing").mkdir()
    run(folder / "nothing", folder / "empty")
    first = run(folder / "scans", folder / "out")
    before = contents(folder / "out")
    again, empty = [], []
    for _ in range(rounds):
        again.append(run(folder / "scans", folder / "out"))
        empty.append(run(folder / "nothing", folder / "empty"))
    after = contents(folder / "out")
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    findings = [Finding("changed", f"a run with nothing to do changed {name}") for name in changed]
    measured = Measured(first, again, empty, (folder / "out" / "ledger.sqlite").stat().st_size / 2**20, findings)
    if measured.above_start_s > LIMIT_S:
        findings.append(Finding("slow", f"{measured.above_start_s:.2f} s above the start"))
    return measured


def run(scans: Path, out: Path) -> Cost:
    """Carry out one run, and measure it."""
    command = [*STUB.command, str(scans), "--out", str(out), "--workers", "2"]
    environment = os.environ | {PAGE_SECONDS_VARIABLE: "0", "PYTHONPATH": str(ROOT)}
    start = time.monotonic()
    silent = subprocess.DEVNULL
    process = subprocess.Popen(command, env=environment, stdout=silent, stderr=silent)  # noqa: S603
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in FINISHED:
        raise RuntimeError(f"A run ended with {process.returncode}.")
    return Cost(time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def contents(out: Path) -> dict[str, tuple[str, int]]:
    """Return hash and time of change of every file in a folder."""
    return {path.relative_to(out).as_posix(): (_hash(path), path.stat().st_mtime_ns) for path in out.rglob("*")}


def _hash(path: Path) -> str:
    """Hash a file piece by piece: a process that is started takes this one's peak of memory for its own."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.wall_s for cost in costs),
        statistics.median(cost.cpu_s for cost in costs),
        max(cost.peak_mib for cost in costs),
    )


if __name__ == "__main__":
    main()

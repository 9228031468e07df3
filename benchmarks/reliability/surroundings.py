"""Runs with a full disk, a read-only one, a wrong clock, other time zones, locales and umasks.

`python -m benchmarks.reliability.surroundings`; to fill and lock disks it has to mount some, as only root may.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.reliability.outcome import (
    Finding,
    Reference,
    check_final,
    check_results,
    check_whole,
    nothing,
    reference,
)
from benchmarks.reliability.runs import FINISHED, Program
from benchmarks.reliability.stub_reader import PAGE_SECONDS_VARIABLE, READS_VARIABLE
from benchmarks.reliability.tables import conclude, counted, print_table
from benchmarks.reliability.work import FORK, STUB, draw_stubs

TITLES = ("surroundings", "runs", "ended with", "said", "found wrong")
BUG_MESSAGE = "this is a bug"
SMALLEST_KIB = 16
GROWTH = 1.5
ENOUGH_KIB = 64 * 1024
YEAR_S = 365 * 24 * 3600
DATES_S = (0, 4_102_444_800)
"""1970 and 2100."""
SETTINGS: dict[str, dict[str, str]] = {
    "time zone of Kiritimati": {"TZ": "Pacific/Kiritimati"},
    "time zone of Los Angeles": {"TZ": "America/Los_Angeles"},
    "locale C.UTF-8": {"LC_ALL": "C.UTF-8"},
    "locale C, ASCII only": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "other hash seed": {"PYTHONHASHSEED": "12345"},
}


@dataclass(slots=True)
class Result:
    """What became of the runs in one of the surroundings."""

    codes: list[int] = field(default_factory=list)
    said: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def note(self, ended: tuple[int, str]) -> int:
        """Remember how a run ended; a bug is no clear message."""
        code, said = ended
        self.codes.append(code)
        if code not in FINISHED:
            self.said.add(re.sub(r"/\S*/out", "DIR", said.strip().splitlines()[-1]) if said.strip() else "nothing")
        if BUG_MESSAGE in said or "Traceback" in said or (code not in FINISHED and not said.strip()):
            self.findings.append(Finding("not plain", f"code {code}: {said[-300:]}"))
        return code


def main(arguments: Sequence[str] | None = None) -> None:
    """Try all surroundings, and print."""
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    results: dict[str, Result] = {}
    with TemporaryDirectory() as folder:
        scans = draw_stubs(Path(folder) / "scans", seed=1)
        FORK.finish(scans, Path(folder) / "undisturbed")
        expected = reference(Path(folder) / "undisturbed")
        for name, attempt in surroundings().items():
            results[name] = attempt(scans, Path(folder) / "".join(filter(str.isalnum, name)), expected)
    print_table(TITLES, [_row(name, result) for name, result in results.items()])
    conclude([finding for result in results.values() for finding in result.findings])


Attempt = Callable[[Path, Path, Reference], Result]
"""Takes scans, a folder that does not exist yet, and what is to come out."""


def surroundings() -> dict[str, Attempt]:
    """Return what can be tried here, by name."""
    mounted: dict[str, Attempt] = {
        "disk full": disk_full,
        "read-only, new": read_only,
        "read-only, later": read_only_later,
    }
    free: dict[str, Attempt] = {
        "clock 10 years back after a kill": partial(wrong_clock, seconds=-10 * YEAR_S),
        "clock 10 years ahead after a kill": partial(wrong_clock, seconds=10 * YEAR_S),
        "scans of 1970 and 2100": strange_dates,
        "umask 077": partial(elsewhere, program=with_umask("077")),
    }
    settings = {name: partial(elsewhere, program=STUB.with_environment(**more)) for name, more in SETTINGS.items()}
    return (mounted if may_mount() else {}) | free | settings


def disk_full(scans: Path, folder: Path, expected: Reference) -> Result:
    """Take disks of growing size, until one is large enough; then give each more room."""
    result, size_kib, code = Result(), float(SMALLEST_KIB), -1
    while code not in FINISHED:
        out = folder / str(int(size_kib)) / "out"
        with disk(out.parent, int(size_kib)) as resize:
            code = result.note(FORK.finish(scans, out))
            if code in FINISHED:
                result.findings += check_results(out, expected)
            else:
                result.findings += check_whole(out, nothing(), expected)
            resize(f"size={ENOUGH_KIB}k")
            result.note(FORK.finish(scans, out))
            result.findings += check_final(out, expected)
        size_kib *= GROWTH
    return result


def read_only(scans: Path, folder: Path, expected: Reference) -> Result:
    """Let the disk be read-only from the start."""
    result = Result()
    with disk(folder, ENOUGH_KIB) as change:
        (folder / "out").mkdir()
        change("ro")
        _expect_refusal(result, FORK.finish(scans, folder / "out"))
        change("rw")
        result.note(FORK.finish(scans, folder / "out"))
        result.findings += check_final(folder / "out", expected)
    return result


def read_only_later(scans: Path, folder: Path, expected: Reference) -> Result:
    """Let the disk become read-only between two nights, one of which was killed half-way."""
    result = Result()
    with disk(folder, ENOUGH_KIB) as change:
        kill_half_way(scans, folder / "out", folder / "reads")
        change("ro")
        _expect_refusal(result, FORK.finish(scans, folder / "out"))
        result.findings += check_whole(folder / "out", nothing())
        change("rw")
        result.note(FORK.finish(scans, folder / "out"))
        result.findings += check_final(folder / "out", expected)
    return result


def wrong_clock(scans: Path, folder: Path, expected: Reference, *, seconds: float) -> Result:
    """Let a run be killed half-way, the next one have another idea of what time it is, and a third one be right."""
    result = Result()
    folder.mkdir()
    program = Program("clock", (sys.executable, "-m", "benchmarks.reliability.clock", str(seconds), "run"))
    kill_half_way(scans, folder / "out", folder / "reads")
    result.note(program.finish(scans, folder / "out"))
    result.findings += check_final(folder / "out", expected)
    result.note(FORK.finish(scans, folder / "out"))
    result.findings += check_final(folder / "out", expected)
    return result


def strange_dates(scans: Path, folder: Path, expected: Reference) -> Result:
    """Let the files be as old as the clock can tell, and from the future."""
    result = Result()
    folder.mkdir()
    program = Program("waiting", FORK.command[:1], forked=True)
    for number, date_s in enumerate(DATES_S):
        for path in filter(Path.is_file, scans.rglob("*")):
            os.utime(path, (date_s, date_s))
        result.note(program.finish(scans, folder / "out"))
        result.findings += check_final(folder / "out", expected)
        result.note(program.finish(scans, folder / f"out{number}"))
        result.findings += check_final(folder / f"out{number}", expected)
    return result


def elsewhere(scans: Path, folder: Path, expected: Reference, *, program: Program) -> Result:
    """Let a run be killed half-way, and finished in other surroundings; then let all happen there."""
    result = Result()
    folder.mkdir()
    kill_half_way(scans, folder / "begun", folder / "reads")
    for name in ("begun", "all"):
        result.note(program.finish(scans, folder / name))
        result.findings += check_final(folder / name, expected)
    return result


def with_umask(mask: str) -> Program:
    """Return the program under another umask."""
    return Program("umask", ("sh", "-c", f'umask {mask}; exec "$0" "$@"', *STUB.command))


def kill_half_way(scans: Path, out: Path, reads: Path) -> None:
    """Start a run, and kill it when it has read some pages."""
    slow = FORK.with_environment(**{PAGE_SECONDS_VARIABLE: "0.05", READS_VARIABLE: str(reads)})
    run = slow.start(scans, out)
    while run.poll() is None and (not reads.exists() or reads.read_text().count("\n") < 10):
        time.sleep(0.005)
    if run.poll() is None:
        os.kill(run.pid, signal.SIGKILL)
    run.end()


def may_mount() -> bool:
    """Tell whether disks can be mounted here."""
    with TemporaryDirectory() as folder:
        try:
            with disk(Path(folder), SMALLEST_KIB):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


@contextmanager
def disk(folder: Path, size_kib: int) -> Iterator[Callable[[str], None]]:
    """Mount an empty disk on a folder; give back what changes its options."""
    folder.mkdir(parents=True, exist_ok=True)

    def mount(options: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603

    mount(f"size={size_kib}k")
    try:
        yield lambda options: mount(f"remount,{options}")
    finally:
        subprocess.run(["umount", str(folder)], check=True, capture_output=True)  # noqa: S603, S607


def _expect_refusal(result: Result, ended: tuple[int, str]) -> None:
    if result.note(ended) in FINISHED:
        result.findings.append(Finding("false success", "a run said that it was done on a read-only disk"))


def _row(name: str, result: Result) -> tuple[object, ...]:
    codes = ", ".join(f"{result.codes.count(code)} x {code}" for code in sorted(set(result.codes)))
    return name, len(result.codes), codes, " / ".join(sorted(result.said)) or "-", counted(result.findings)


if __name__ == "__main__":
    main()

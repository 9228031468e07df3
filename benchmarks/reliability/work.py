"""The scans that runs are disturbed over, and the programs that read them.

Most trials are of the true command line with another reader (`stub`), which looks at no pixels and so leaves its time
to what is tested; some are of the true command line as it is (`cli`).
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples" / "scans"
LONG_AGO_S = 1_700_000_000
"""Time of change of all files, in seconds: a scan that has just changed would be left for the next run."""
TRIAL_VARIABLE = "RELIABILITY_TRIAL"
"""Names the trial in the environment of all its processes, so that those left behind are found."""
FINISHED = (0, 3)
BUSY = 75
RUN_LIMIT_S = 300.0

PNG_START = b"\x89PNG\r\n\x1a\n"
FEW_SAMPLES = (
    "cheque/cheque_05.tif",
    "cheque/cheques_06_to_08.pdf",
    "postal/abroad_02.png",
    "postal/card_01.jpg",
    "postal/redirections.tif",
    "survey/sheet_04.png",
)
"""Some ten pages in all formats, seconds of work."""


@dataclass(frozen=True, slots=True)
class Program:
    """How a run is started: `command SCANS --out DIR --workers N`.

    Attributes
    ----------
    environment
        What is set beside the variables of this process.
    """

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)

    def arguments(self, scans: Path, out: Path, workers: int) -> list[str]:
        """Return the command line of one run."""
        return [*self.command, str(scans), "--out", str(out), "--workers", str(workers)]

    def start(
        self, scans: Path, out: Path, workers: int = 1, *, wrapper: tuple[str, ...] = (), trial: str = "", **more: str
    ) -> "subprocess.Popen[str]":
        """Start one run in a process group of its own; what it prints on stderr can be read from it."""
        environment = os.environ | self.environment | more | {TRIAL_VARIABLE: trial, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(  # noqa: S603
            [*wrapper, *self.arguments(scans, out, workers)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            process_group=0,
        )

    def finish(self, scans: Path, out: Path, workers: int = 1, **more: str) -> tuple[int, str]:
        """Carry out one run; return its exit code and what it said on stderr."""
        with self.start(scans, out, workers, **more) as process:
            try:
                _, said = process.communicate(timeout=RUN_LIMIT_S)
            except BaseException:
                process.kill()
                raise
            return process.returncode, said

    def with_environment(self, **more: str) -> "Program":
        """Return the same program in another environment."""
        return Program(self.name, self.command, self.environment | more)


CLI = Program("cli", (sys.executable, "-m", "digitizer", "run"))
STUB = Program("stub", (sys.executable, "-m", "benchmarks.reliability.stub", "run"))
PROGRAMS = {program.name: program for program in (CLI, STUB)}


def make_scans(program: Program, folder: Path, seed: int, files: int = 10) -> Path:
    """Lay out scans that a program can read, small ones; return their folder."""
    return copy_samples(folder, FEW_SAMPLES) if program.name == CLI.name else draw_stubs(folder, seed, files)


def draw_stubs(folder: Path, seed: int, files: int = 10, first: int = 0) -> Path:
    """Lay out files for the reader of `stub`: of 1 to 3 pages; a duplicate, a damaged file, and one that is no scan."""
    rng = np.random.default_rng([seed, first])
    for number in range(first, first + files):
        name = f"tray {number % 3}/=scan ü{number:05d}.png"
        write(folder / name, PNG_START + b"pages=%d\n" % rng.integers(1, 4) + rng.bytes(200))
    write(folder / f"copy {first}.png", (folder / f"tray {first % 3}/=scan ü{first:05d}.png").read_bytes())
    write(folder / f"damaged {first}.png", PNG_START + rng.bytes(20))
    write(folder / f"notes {first}.txt", b"no scan")
    return folder


def copy_samples(folder: Path, names: tuple[str, ...] = ()) -> Path:
    """Lay out samples (all of them if none is named), with a duplicate, a damaged file and one that is no scan."""
    found = [SAMPLES / name for name in names] or sorted(path for path in SAMPLES.rglob("*") if path.is_file())
    for path in found:
        write(folder / path.relative_to(SAMPLES), path.read_bytes())
    write(folder / "zz copy.png", (SAMPLES / "postal/abroad_02.png").read_bytes())
    write(folder / "damaged.jpg", (SAMPLES / "postal/card_01.jpg").read_bytes()[:20_000])
    write(folder / "notes.txt", b"no scan")
    return folder


def write(path: Path, content: bytes) -> None:
    """Write a file that has not changed for long."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (LONG_AGO_S, LONG_AGO_S))


def fresh(folder: Path, base: Path | None = None) -> Path:
    """Give back an output folder: one that does not exist yet, or a copy of `base`."""
    shutil.rmtree(folder, ignore_errors=True)
    if base is not None:
        shutil.copytree(base, folder)
    return folder

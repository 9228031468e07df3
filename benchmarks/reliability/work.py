"""The scans that runs are disturbed over, and the programs that read them.

`cli` is the true command line. `stub` is the same with another reader, which looks at no pixels and so leaves its time
to what is tested; `fork` is that without the start of an interpreter, for hundreds of trials.
"""

import shutil
import sys
from pathlib import Path

import numpy as np

from benchmarks.reliability.runs import ROOT, Program

SAMPLES = ROOT / "samples" / "scans"

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


RUN = ("run", "--settle", "0")
"""Scans have lain still for long here, but files that were just made look as if they had not."""
CLI = Program("cli", (sys.executable, "-m", "digitizer", *RUN))
STUB = Program("stub", (sys.executable, "-m", "benchmarks.reliability.stub", *RUN))
FORK = Program("stub, forked", RUN, forked=True)
PROGRAMS = {"cli": CLI, "stub": STUB, "fork": FORK}


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
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def fresh(folder: Path, base: Path | None = None) -> Path:
    """Give back an output folder: one that does not exist yet, or a copy of `base`."""
    shutil.rmtree(folder, ignore_errors=True)
    if base is not None:
        shutil.copytree(base, folder)
    return folder

"""Some 800 damaged and hostile files in one folder: what becomes of each, what they cost, and what passes for whole.

All files are made from the samples, the same ones each time, in a temporary folder; `digitizer run` reads them as it
would for a user, with two workers. Those that are made to exhaust are then read again one by one, for what each costs.
"""

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.hostile_checks import (
    Rows,
    different,
    entries,
    judge_damaged,
    not_once,
    outcomes,
    read_rows,
    without_reason,
)
from benchmarks.hostile_costs import Cost, costs
from benchmarks.hostile_files import SAMPLES, Hostile, damaged, originals
from benchmarks.hostile_images import pictures
from benchmarks.hostile_oddities import oddities
from benchmarks.hostile_pdfs import pdfs
from benchmarks.hostile_places import lay_out_specials, names
from benchmarks.hostile_watch import Usage, watched
from benchmarks.speed import in_own_process

WORKERS = 2
PARENT_BYTES = 200 * 10**6
"""So much more than over an empty folder may the parent hold."""
CHILD_BYTES = 1_500_000_000
CHILD_CPU_S = 20.0
GOOD = {
    "altered/5 good.jpg": "cheque/cheque_03.jpg",
    "bomb/a good.tif": "cheque/cheque_05.tif",
    "cut/1 good.png": "postal/abroad_02.png",
    "good.jpg": "postal/card_01.jpg",
    "pdf/forms good.tif": "postal/redirections.tif",
    "special/p good.jpg": "survey/sheet_03_bound.jpg",
}
"""Whole scans in between, and the samples that they are."""
SPECIAL = "pipe, device, link, folder, empty file"
EXHAUSTING = ("picture that exhausts", "PDF that exhausts", "PDF that loops", "PDF of a broken image", "sparse file")
"""Kinds that are read one by one as well."""


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold: what was found, and what speaks against it."""

    what: str
    found: str
    faults: Sequence[str] = ()


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the files, run, and print a table and what was checked; code 1 if something does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="some 80 files, the worst ones smaller, none alone")
    parser.add_argument("--keep", type=Path, help="make files and results in this folder, and leave them there")
    options = parser.parse_args(arguments)
    if options.keep:
        sys.exit(measure(options.keep, options.short))
    with TemporaryDirectory() as name:
        try:
            code = measure(Path(name), options.short)
        finally:
            with contextlib.suppress(FileNotFoundError):  # it cannot be deleted as it is
                (Path(name) / "scans" / "special" / "locked").chmod(0o700)
    sys.exit(code)


def measure(folder: Path, short: bool) -> int:
    """Do all of it below a folder; return the exit code."""
    # In a process of its own: a child counts the memory of its parent at its start as its own.
    files: list[Hostile] = in_own_process(lay_out, folder, short)
    (folder / "nothing").mkdir()
    base = run(folder / "nothing", folder / "out of nothing")
    run(folder / "good", folder / "out of good")
    usage = run(folder / "scans", folder / "out")
    rows = read_rows(folder / "out")
    exhausting = [file for file in files if file.kind in EXHAUSTING]
    alone: dict[str, Cost] = {} if short else in_own_process(costs, exhausting, folder / "scans")
    listed = entries(folder / "scans")
    print(f"{len(listed)} files, {WORKERS} workers, {usage.wall_s:.0f} s, exit code {usage.exit_code}\n")
    print("\n".join(table(files, rows, listed, alone)) + "\n")
    checks = [*row_checks(folder, files, rows), *cost_checks(base, usage, alone)]
    for check in checks:
        print(f"{'FAILED' if check.faults else 'holds '}  {check.what}: {check.found}")
        print("".join(f"          {fault!r}\n" for fault in check.faults), end="")
    return int(any(check.faults for check in checks))


def lay_out(folder: Path, short: bool) -> list[Hostile]:
    """Write all files; return what they are, without their bytes."""
    written = []
    for make in (damaged, pictures, oddities, pdfs, names):
        for file in make(short):
            path = folder / "scans" / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
            if file.sparse_bytes:
                os.truncate(path, file.sparse_bytes)
            written.append(replace(file, data=b""))
    lay_out_specials(folder / "scans" / "special", folder / "outside")
    for place, sample in GOOD.items():
        for root in ("scans", "good"):
            path = folder / root / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes((SAMPLES / sample).read_bytes())
    (folder / "originals").mkdir()
    for name, data in originals().items():
        (folder / "originals" / name).write_bytes(data)
    return written


def run(scans: Path, out: Path) -> Usage:
    """Read scans as a user would."""
    command = [sys.executable, "-m", "digitizer", "run", str(scans), "--out", str(out)]
    return watched([*command, "--workers", str(WORKERS), "--settle", "0"])


def table(files: Sequence[Hostile], rows: Rows, listed: Iterable[str], alone: dict[str, Cost]) -> Iterator[str]:
    """Yield a line for each kind of file."""
    kinds: dict[str, list[str]] = {}
    for file in files:
        kinds.setdefault(file.kind, []).append(file.name)
    known = {file.name for file in files} | set(GOOD)
    kinds[SPECIAL] = [name for name in listed if name not in known]
    yield "| kind | files | what became of them | most memory of a worker | most CPU of a worker |"
    yield "|---|---|---|---|---|"
    for kind, of_kind in kinds.items():
        became = ", ".join(f"{outcome} {count}" for outcome, count in outcomes(rows, of_kind))
        cost = alone.get(kind)
        memory, cpu = (f"{cost.memory_bytes / 1e6:.0f} MB", f"{cost.cpu_s:.1f} s") if cost else ("", "")
        yield f"| {kind} | {len(of_kind)} | {became} | {memory} | {cpu} |"


def row_checks(folder: Path, files: Sequence[Hostile], rows: Rows) -> Iterator[Check]:
    """Check what stands in the results."""
    listed = entries(folder / "scans")
    yield Check("each file stands there once", f"{len(listed)} files", not_once(rows, listed))
    count = sum(map(len, rows.values()))
    yield Check("what is not done says why", f"{count} rows", without_reason(rows))
    others = different(folder / "out", folder / "out of good", GOOD)
    yield Check("good files have the rows that they have alone", f"{len(GOOD)} files", others)
    broken = [file for file in files if file.damage]
    found = in_own_process(judge_damaged, broken, rows, folder / "scans", folder / "originals")
    untold = ", ".join(f"{name} {number}" for name, number in sorted(found.untold.items())) or "none"
    told = f"{len(broken)} damaged: {found.told} told, {found.unharmed} with all their pixels"
    yield Check("nothing that lacks a part passes for whole", told, found.as_if_whole)
    yield Check("altered pixels in formats without checksums cannot be told", f"{found.untold.total()} ({untold})")


def cost_checks(base: Usage, usage: Usage, alone: dict[str, Cost]) -> Iterator[Check]:
    """Check memory and processor time."""
    grown = usage.parent_peak_bytes - base.parent_peak_bytes
    child = max([usage.child_peak_bytes, *(cost.memory_bytes for cost in alone.values())])
    yield _bound("parent beyond its base", grown, PARENT_BYTES, lambda value: f"{value / 1e6:.0f} MB")
    yield _bound("largest worker", child, CHILD_BYTES, lambda value: f"{value / 1e6:.0f} MB")
    if alone:
        cpu_s = max(cost.cpu_s for cost in alone.values())
        yield _bound("CPU of a worker for one page", cpu_s, CHILD_CPU_S, lambda value: f"{value:.1f} s")


def _bound(what: str, value: float, bound: float, text: Callable[[float], str]) -> Check:
    return Check(f"{what}, under {text(bound)}", text(value), [] if value < bound else [f"{text(value)} is more"])


if __name__ == "__main__":
    main()

"""Kills runs at random moments and starts them again until one comes to its end.

`python -m benchmarks.reliability.kills [--trials N] [--program fork|stub|cli] [--workers 1 4] [--seed N] [--at-once N]`

A trial takes a new output folder, or, every other time, one in which an earlier night has left its results. What is
killed, with SIGKILL, is the run (whose workers then have to notice), one of its workers (which must cost nothing), or
the whole process group. Half of the moments are drawn over the whole run, half over the time in which pages are read.
"""

import argparse
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.reliability import processes
from benchmarks.reliability.outcome import Finding, Reference, check_final, check_whole, nothing, reference
from benchmarks.reliability.runs import FINISHED, KILLED, Program, Run
from benchmarks.reliability.stub_reader import READS_VARIABLE
from benchmarks.reliability.tables import conclude, counted, print_table, with_progress
from benchmarks.reliability.work import CLI, PROGRAMS, draw_stubs, fresh, make_scans

TARGETS = ("run", "worker", "group")
SHARES = (0.5, 0.25, 0.25)
MOST_KILLS = 4
"""In one trial."""
LATEST = 0.8
"""Of the time that a run takes: what is killed later has mostly ended."""
TITLES = (
    "program",
    "workers",
    "trials",
    "kills",
    "of them run / worker / group",
    "runs",
    "pages read again",
    "found wrong",
)


@dataclass(slots=True)
class Scene:
    """What trials have in common.

    Attributes
    ----------
    base
        An output folder as an earlier night left it.
    before, after
        What lies in `base`, and what an undisturbed run makes of it or of nothing.
    whole_s, reading_s
        How long such a run takes, and from when on it reads pages.
    """

    program: Program
    workers: int
    scans: Path
    base: Path
    before: Reference
    after: Reference
    whole_s: float
    reading_s: float
    pages: int


@dataclass(slots=True)
class Trial:
    """What became of one trial."""

    kills: list[str] = field(default_factory=list)
    runs: int = 0
    read_again: int = 0
    findings: list[Finding] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> None:
    """Kill, compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--program", choices=PROGRAMS, default="fork")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=2, help="trials side by side")
    options = parser.parse_args(arguments)
    findings: list[Finding] = []
    rows = []
    for workers in options.workers:
        with TemporaryDirectory() as folder:
            scene = set_scene(PROGRAMS[options.program], workers, Path(folder), options.seed)
            trials = run_trials(
                scene, Path(folder), options.trials // len(options.workers), options.seed, options.at_once
            )
        rows.append(_row(scene, trials))
        findings += [finding for trial in trials for finding in trial.findings]
    print_table(TITLES, rows)
    conclude(findings)


def set_scene(program: Program, workers: int, folder: Path, seed: int) -> Scene:
    """Let undisturbed runs show what is to come out: of an earlier night, and of this one."""
    scans, base, reads = folder / "scans", folder / "base", folder / "reads"
    first = draw_stubs(scans, seed, 4, first=90) if program.name != CLI.name else make_scans(program, scans, seed)
    _expect_finished(program.finish(first, base, workers))
    before = reference(base)
    if program.name != CLI.name:
        draw_stubs(scans, seed, 10)
    start = time.monotonic()
    run = program.with_environment(**{READS_VARIABLE: str(reads)}).start(scans, folder / "undisturbed", workers)
    while not reads.exists() and run.poll() is None:
        time.sleep(0.01)
    reading_s = time.monotonic() - start
    _expect_finished(run.end())
    after = reference(folder / "undisturbed")
    pages = sum(page != "" for _, page in after.rows)
    return Scene(program, workers, scans, base, before, after, time.monotonic() - start, reading_s, pages)


def run_trials(scene: Scene, folder: Path, count: int, seed: int, at_once: int) -> list[Trial]:
    """Carry out trials, some side by side: they get into each other's way, as is meant."""
    with ThreadPoolExecutor(at_once) as threads:
        trials = threads.map(lambda number: run_trial(scene, folder, number, seed), range(count))
        return list(with_progress(trials, f"{scene.workers} workers", count))


def run_trial(scene: Scene, folder: Path, number: int, seed: int) -> Trial:
    """Kill runs on one folder until there were enough kills, then let one come to its end."""
    rng = np.random.default_rng([seed, scene.workers, number])
    name = f"{scene.program.name}-{scene.workers}-{number}-{folder.name}"
    again = number % 2 == 1
    out = fresh(folder / f"out{number}", scene.base if again else None)
    before = scene.before if again else nothing()
    reads = folder / f"reads{number}"
    program = scene.program.with_environment(**{READS_VARIABLE: str(reads)})
    trial, planned, code = Trial(), int(rng.integers(1, MOST_KILLS + 1)), None
    while code not in FINISHED and trial.runs < planned + 3:
        trial.runs += 1
        run = program.start(scene.scans, out, scene.workers, trial=name)
        if len(trial.kills) < planned and (killed := _kill(run, scene, reads, rng)):
            trial.kills.append(killed)
        code, said = run.end()
        trial.findings += check_whole(out, before, scene.after)
        if code not in (*FINISHED, KILLED):
            trial.findings.append(Finding("failed", f"a run ended with {code}: {said[-300:]}"))
    if code not in FINISHED:
        trial.findings.append(Finding("failed", "no run came to its end"))
    trial.findings += check_final(out, scene.after) + processes.check_gone(name)
    trial.read_again = _read_again(reads)
    fresh(out)
    return trial


def _kill(run: Run, scene: Scene, reads: Path, rng: np.random.Generator) -> str:
    """Kill something of a run at a random moment; return what it was, empty if the run was faster."""
    target = str(rng.choice(TARGETS, p=SHARES))
    if rng.random() < 0.5:
        _wait(run, float(rng.uniform(0, LATEST * scene.whole_s)))
    else:
        known = reads.stat().st_size if reads.exists() else 0
        deadline = time.monotonic() + scene.whole_s
        while run.poll() is None and time.monotonic() < deadline:
            if reads.exists() and reads.stat().st_size > known:
                break
            time.sleep(0.005)
        _wait(run, float(rng.uniform(0, scene.whole_s - scene.reading_s)))
    if run.poll() is not None:
        return ""
    workers = processes.children(run.pid)
    if target == "worker" and workers:
        return target if processes.kill(int(rng.choice(workers))) else ""
    target = "group" if target == "group" else "run"
    return target if processes.kill(run.pid, group=target == "group") else ""


def _wait(run: Run, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while run.poll() is None and time.monotonic() < deadline:
        time.sleep(min(0.01, max(0.0, deadline - time.monotonic())))


def _read_again(reads: Path) -> int:
    lines = reads.read_text().splitlines() if reads.exists() else []
    return len(lines) - len({line.rsplit(maxsplit=1)[0] for line in lines})


def _expect_finished(ended: tuple[int, str]) -> None:
    code, said = ended
    if code not in FINISHED:
        raise RuntimeError(f"An undisturbed run ended with {code}: {said}")


def _row(scene: Scene, trials: Sequence[Trial]) -> tuple[object, ...]:
    kills = [kill for trial in trials for kill in trial.kills]
    again = f"{sum(trial.read_again for trial in trials)} of {len(trials) * scene.pages}"
    return (
        scene.program.name,
        scene.workers,
        len(trials),
        len(kills),
        " / ".join(str(kills.count(target)) for target in TARGETS),
        sum(trial.runs for trial in trials),
        "not known" if scene.program.name == CLI.name else again,
        counted([finding for trial in trials for finding in trial.findings]),
    )


if __name__ == "__main__":
    main()

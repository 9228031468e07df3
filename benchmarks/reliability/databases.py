"""Kills PostgreSQL under a run, and one of several runs that share a ledger there.

`python -m benchmarks.reliability.databases [--kills N] [--rounds N] [--seed N]`. It needs PostgreSQL's binaries, starts
a server of its own on loopback, and kills that with SIGKILL, all its processes, as a loss of power would.
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psycopg

from benchmarks.reliability import processes
from benchmarks.reliability.outcome import Finding, Reference, check_final, reference
from benchmarks.reliability.runs import FINISHED, KILLED, Program, Run
from benchmarks.reliability.stub import LEASE_VARIABLE
from benchmarks.reliability.stub_reader import PAGE_SECONDS_VARIABLE, READS_VARIABLE
from benchmarks.reliability.tables import conclude, counted, print_table
from benchmarks.reliability.work import FORK, draw_stubs
from digitizer.results import DATABASE_VARIABLE
from tests.postgres import Server, postgres_server

FILES = 40
SHARERS = 3
LEASE_S = 6
LONGEST_OUTAGE_S = 4.0
MOST_RUNS = 30
TABLES = ("entries", "scans", "pages", "fields", "cells", "strips", "leases")
TITLES = ("what", "killed", "runs started", "they ended with", "pages", "read twice", "found wrong")


@dataclass(frozen=True, slots=True)
class Scene:
    """What is read, and what is to come out: the results, and the number of rows in each table."""

    scans: Path
    expected: Reference
    counts: dict[str, int]
    pages: int


@dataclass(slots=True)
class Result:
    """What became of a trial."""

    kills: int = 0
    codes: list[int] = field(default_factory=list)
    read_twice: int = 0
    findings: list[Finding] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> None:
    """Kill, compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(options.seed)
    with TemporaryDirectory() as folder, postgres_server() as server:
        scene = set_scene(server, Path(folder))
        died = kill_server(server, scene, Path(folder) / "killed", options.kills, rng)
        rounds = [share(server, scene, Path(folder) / f"shared{n}", rng) for n in range(options.rounds)]
    rows = [_row(scene, "a run whose PostgreSQL is killed", [died])]
    rows.append(_row(scene, f"{SHARERS} runs that share a ledger, one of them killed", rounds))
    print_table(TITLES, rows)
    conclude([finding for each in (died, *rounds) for finding in each.findings])


def set_scene(server: Server, folder: Path, files: int = FILES) -> Scene:
    """Let an undisturbed run show what is to come out."""
    scans, url = draw_stubs(folder / "scans", seed=1, files=files), server.new_database()
    code, said = FORK.with_environment(**{DATABASE_VARIABLE: url}).finish(scans, folder / "undisturbed")
    if code not in FINISHED:
        raise RuntimeError(f"An undisturbed run ended with {code}: {said}")
    expected = reference(folder / "undisturbed")
    return Scene(scans, expected, count_rows(url), sum(page != "" for _, page in expected.rows))


def kill_server(server: Server, scene: Scene, folder: Path, kills: int, rng: np.random.Generator) -> Result:
    """Kill the server under a run, again and again; a run that gives up is followed by another."""
    folder.mkdir()
    result, url, reads = Result(), server.new_database(), folder / "reads"
    program = FORK.with_environment(
        **{DATABASE_VARIABLE: url, READS_VARIABLE: str(reads), PAGE_SECONDS_VARIABLE: "0.15"}
    )
    every = max(1, scene.pages // (kills + 1))
    run = program.start(scene.scans, folder / "out", 2)
    while len(result.codes) < MOST_RUNS:
        if result.kills < kills and _reads(reads).total() >= every * (result.kills + 1):
            time.sleep(float(rng.uniform(0, 0.3)))
            server.kill()
            time.sleep(float(rng.uniform(0, LONGEST_OUTAGE_S)))
            server.start()
            result.kills += 1
        if run.poll() is not None:
            result.codes.append(_end(run, result))
            if result.codes[-1] in FINISHED:
                break
            run = program.start(scene.scans, folder / "out", 2)
        time.sleep(0.02)
    if result.kills < kills:
        result.findings.append(Finding("too fast", f"the run was over after {result.kills} kills"))
    result.findings += check_final(folder / "out", scene.expected) + check_rows(url, scene)
    result.read_twice = sum(count > 1 for count in _reads(reads).values())
    return result


def share(server: Server, scene: Scene, folder: Path, rng: np.random.Generator) -> Result:
    """Let several runs share the scans, and kill one of them; the others do its part when its leases have run out."""
    folder.mkdir()
    result, url, reads = Result(kills=1), server.new_database(), folder / "reads"
    variables = {DATABASE_VARIABLE: url, READS_VARIABLE: str(reads), LEASE_VARIABLE: str(LEASE_S)}
    program: Program = FORK.with_environment(**variables, **{PAGE_SECONDS_VARIABLE: "0.1"})
    names = [f"{folder}-{number}" for number in range(SHARERS)]
    runs = [program.start(scene.scans, folder / "out", 1, trial=name) for name in names]
    moment = int(rng.integers(1, scene.pages // 2))
    while _reads(reads).total() < moment:
        time.sleep(0.01)
    at_work = [number for number, name in enumerate(names) if _readers(reads, name)]
    victim = at_work[int(rng.integers(len(at_work)))]
    processes.kill(runs[victim].pid)
    result.codes = [_end(run, result) for run in runs]
    if sorted(result.codes)[0] != KILLED or not all(code in FINISHED for code in sorted(result.codes)[1:]):
        result.findings.append(Finding("failed", f"the runs ended with {result.codes}"))
    result.findings += check_final(folder / "out", scene.expected) + check_rows(url, scene)
    dead = _readers(reads, names[victim])
    twice = {page for page, count in _reads(reads).items() if count > 1}
    if strange := twice - dead:
        result.findings.append(Finding("read twice", f"{len(strange)} pages, though nobody died over them"))
    result.read_twice = len(twice)
    return result


def check_rows(url: str, scene: Scene) -> list[Finding]:
    """See that each table has as many rows as after an undisturbed run."""
    counts = count_rows(url)
    return [
        Finding("rows", f"{counts[table]} rows in {table} instead of {scene.counts[table]}")
        for table in TABLES
        if counts[table] != scene.counts[table]
    ]


def count_rows(url: str) -> dict[str, int]:
    """Return the number of rows in each table of a ledger."""
    with psycopg.connect(url) as connection:
        return {table: _count(connection, table) for table in TABLES}


def _count(connection: "psycopg.Connection[tuple[int]]", table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    return row[0] if row else 0


def _reads(reads: Path) -> Counter[tuple[str, str]]:
    """Return how often each page (hash of its scan, number) was read."""
    lines = reads.read_text().splitlines() if reads.exists() else []
    return Counter((digest, number) for digest, number, _ in map(str.split, lines))


def _readers(reads: Path, name: str) -> set[tuple[str, str]]:
    """Return the pages that a run has read."""
    lines = reads.read_text().splitlines() if reads.exists() else []
    return {(digest, number) for digest, number, reader in map(str.split, lines) if reader == name}


def _end(run: Run, result: Result) -> int:
    code, said = run.end()
    if "this is a bug" in said or "Traceback" in said:
        result.findings.append(Finding("not plain", said[-300:]))
    return code


def _row(scene: Scene, what: str, results: Sequence[Result]) -> tuple[object, ...]:
    codes = Counter(code for each in results for code in each.codes)
    return (
        what,
        sum(each.kills for each in results),
        codes.total(),
        ", ".join(f"{count} x {code}" for code, count in sorted(codes.items())),
        len(results) * scene.pages,
        sum(each.read_twice for each in results),
        counted([finding for each in results for finding in each.findings]),
    )


if __name__ == "__main__":
    main()

"""What single files cost the worker that reads them: its memory, and its processor time for one page (Linux)."""

import contextlib
import os
import resource
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hostile_files import Hostile
from benchmarks.hostile_watch import children, cpu_s, peak_bytes
from digitizer.document import ScanFile
from digitizer.job import PAGE_TIMEOUT_S, WORKER_MEMORY_BYTES
from digitizer.policy import DEFAULT_MAX_ERRORS, AcceptancePolicy
from digitizer.reader import OpenReader
from digitizer.scans.limits import Limits
from digitizer.tasks import Chunk, Inspected, Inspection, PageRun
from digitizer.worker import WorkerSettings
from digitizer.workers import TaskFailed, Workers

PAGES = 3
"""So many of a file's pages are read."""


@dataclass(slots=True)
class Cost:
    """The most that a kind of file took: resident memory of a worker, and its processor time for a page."""

    memory_bytes: int = 0
    cpu_s: float = 0.0


def costs(files: Iterable[Hostile], scans: Path) -> dict[str, Cost]:
    """Read files one by one, in a worker with the bounds of every run; return what they cost at most, by kind."""
    by_kind: dict[str, Cost] = {}
    reader = OpenReader(None, AcceptancePolicy.from_max_errors(DEFAULT_MAX_ERRORS), Limits())
    with Workers(WorkerSettings(reader, PAGE_TIMEOUT_S, WORKER_MEMORY_BYTES), 1) as workers:
        for file in files:
            _read(ScanFile(scans / file.name, file.name), workers, by_kind.setdefault(file.kind, Cost()))
    return by_kind


def _read(file: ScanFile, workers: Workers, cost: Cost) -> None:
    """Look into a file and read its first pages, each a task of its own."""
    inspected: Inspected
    for inspected in _attempt(Inspection((file,)), workers, cost):
        if inspected.info is not None:
            for page in range(1, min(inspected.info.pages, PAGES) + 1):
                _attempt(Chunk((PageRun(file, (page,), inspected.info.sha256),)), workers, cost)


def _attempt(task: Inspection | Chunk, workers: Workers, cost: Cost) -> list[Inspected]:
    """Carry out a task and note what it took; nothing comes back of one that ended its worker."""
    workers.info()  # starts a worker if there is none
    (worker,) = children(os.getpid())
    Path(f"/proc/{worker}/clear_refs").write_text("5")  # the peak begins anew
    before_s, ended_s = cpu_s(worker), _cpu_of_ended_s()
    answer: list[Inspected] = []
    with contextlib.suppress(TaskFailed):
        answer = workers.run(task)
    if (ended := _cpu_of_ended_s() - ended_s) > 0:
        cost.memory_bytes = max(cost.memory_bytes, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
        cost.cpu_s = max(cost.cpu_s, ended - before_s)
    else:
        cost.memory_bytes = max(cost.memory_bytes, peak_bytes(worker))
        cost.cpu_s = max(cost.cpu_s, cpu_s(worker) - before_s)
    return answer


def _cpu_of_ended_s() -> float:
    """Return the processor time of all children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime

"""The whole job: a folder of scans in, `fields.csv`, `pages.csv` and `summary.json` out.

1. Lock the output folder; load the model and the templates.
2. Find the scans and look into each, in worker processes.
3. Deal their pages out in chunks, and read the chunks in worker processes.
4. Where a worker crashes or hangs, retry file by file, then page by page: only the culprit is lost.
5. Write all results at once, sorted, so that neither workers nor chunks nor their order can be told from them.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Protocol, Self, TypeVar

from digitizer.document import PageResult, PageStatus, ScanFile
from digitizer.errors import TemplateError, UsageError
from digitizer.ledger.export import write_results
from digitizer.ledger.lock import output_lock
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.summary import Summary, summarize
from digitizer.policy import DEFAULT_MAX_ERRORS, AcceptancePolicy
from digitizer.reader import OpenReader, ReaderInfo
from digitizer.scans.decode import Limits
from digitizer.scans.discovery import Found, discover
from digitizer.tasks import Chunk, Inspected, Inspection, plan_chunks
from digitizer.worker import Handler, WorkerSettings
from digitizer.workers import TaskFailed, Workers

PAGES_PER_CHUNK = 12
"""Seconds of work, so that handing it out costs little; few enough pages to be retried cheaply."""
FILES_PER_INSPECTION = 16
PAGE_TIMEOUT_S = 60.0
"""Some 100 times what a page takes: reached by what hangs, not by what is slow."""
WORKER_MEMORY_BYTES = 4 * 2**30
"""Some ten times what a worker needs for an A4 page at 600 dpi."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be read, how, and where the results go.

    Attributes
    ----------
    scans
        A folder, read recursively, or one file; nothing in it is changed.
    out
        Folder of the results; made if it does not exist.
    model
        A model folder, the name of a shipped model, or None for the default one.
    template
        A template or a folder of templates; None to read every comb and grid of every page.
    workers
        Worker processes at most.
    pages_per_chunk
        Pages that a worker reads in one go.
    page_timeout_s
        A worker that spends longer on one page is stopped, and the page failed.
    worker_memory_bytes
        What a worker's data may grow to.
    """

    scans: Path
    out: Path
    policy: AcceptancePolicy = field(default_factory=lambda: AcceptancePolicy.from_max_errors(DEFAULT_MAX_ERRORS))
    limits: Limits = field(default_factory=Limits)
    model: Path | str | None = None
    template: Path | None = None
    workers: int = field(default_factory=lambda: usable_cpus())
    pages_per_chunk: int = PAGES_PER_CHUNK
    page_timeout_s: float = PAGE_TIMEOUT_S
    worker_memory_bytes: int = WORKER_MEMORY_BYTES


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come: `done` of `total` files looked into, or of pages read."""

    stage: str
    done: int
    total: int


ReadChunk = Callable[[Chunk], list[PageResult]]
"""Reads one chunk in a supervised worker; may be called from several threads; never raises for a bad scan."""
Execute = Callable[[ReadChunk, Sequence[Chunk]], Iterable[list[PageResult]]]
"""Decides when each chunk is read; returns the results in any order."""

Result = TypeVar("Result")
Item = TypeVar("Item")


class Task(Protocol[Result]):
    """Work for one worker, of several parts: `Inspection` and `Chunk`."""

    def split(self) -> tuple[Self, ...]:
        """Return the same work in smaller tasks, none if it is as small as can be."""

    def failed(self, reason: str) -> list[Result]:
        """Return the result of a task that could not be carried out."""


def digitize_folder(
    job: Job,
    *,
    execute: Execute | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    setup: Callable[[], Handler] | None = None,
) -> Summary:
    """Read every scan of a folder and write the results.

    Parameters
    ----------
    execute
        Decides when each chunk is read; by default as many at once as there are workers.
    progress
        Told how far the run is, from the calling thread.
    setup
        What makes a worker's handler, importable by name; by default the reader of `digitizer.reader`.

    Raises
    ------
    UsageError
        If a folder or the model is missing or unfit.
    FolderBusyError
        If another run writes into the same folder.
    """
    _prepare(job)
    reader = setup or OpenReader(job.model, job.policy, job.limits, job.template)
    settings = WorkerSettings(reader, job.page_timeout_s, job.worker_memory_bytes)
    with output_lock(job.out), Workers(settings, job.workers) as workers:
        info: ReaderInfo = workers.info()
        found = discover(job.scans, _excluded(job))
        rows = [_not_opened(each) for each in found if not each.to_read]
        inspected = _inspect([each.file for each in found if each.to_read], job, workers, progress)
        rows += [_whole_file(each.file, PageStatus.FAILED, each.reason) for each in inspected if each.info is None]
        chunks = plan_chunks(inspected, job.pages_per_chunk, job.workers)
        rows += _read(chunks, workers, execute or partial(on_threads, threads=job.workers), progress)
        provenance = Provenance(
            version("digitizer"), info.model, info.model_sha256, job.policy.threshold, info.templates
        )
        summary = summarize(rows, provenance)
        write_results(job.out, rows, summary)
    return summary


def usable_cpus() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def on_threads(work: Callable[[Item], Result], items: Sequence[Item], threads: int) -> Iterator[Result]:
    """Work on several items at once, yielding each result when it is there."""
    executor = ThreadPoolExecutor(threads, thread_name_prefix="digitizer")
    try:
        for future in as_completed([executor.submit(work, item) for item in items]):
            yield future.result()
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def carry_out(task: Task[Result], workers: Workers, verdict: Lock) -> list[Result]:
    """Carry out a task whatever happens; what keeps failing when it is tried alone gets a failed result.

    Nothing is condemned for one failure, and while the last attempt runs no other last attempt does
    (`verdict`): a worker may have been ended for the memory that others took.
    """
    try:
        return list(workers.run(task))
    except TaskFailed:
        return [result for part in task.split() or (task,) for result in _retry(part, workers, verdict)]


def _retry(task: Task[Result], workers: Workers, verdict: Lock) -> list[Result]:
    if task.split():
        return carry_out(task, workers, verdict)
    with verdict:
        try:
            return list(workers.run(task))
        except TaskFailed as failure:
            return task.failed(failure.reason)


def _inspect(
    files: Sequence[ScanFile], job: Job, workers: Workers, progress: Callable[[Progress], None]
) -> list[Inspected]:
    """Look into all files, in worker processes."""
    size = max(1, min(FILES_PER_INSPECTION, -(-len(files) // job.workers)))
    inspections = [Inspection(tuple(files[start : start + size])) for start in range(0, len(files), size)]
    verdict = Lock()
    inspected: list[Inspected] = []
    for results in on_threads(lambda task: carry_out(task, workers, verdict), inspections, job.workers):
        inspected += results
        progress(Progress("inspect", len(inspected), len(files)))
    return inspected


def _read(
    chunks: Sequence[Chunk], workers: Workers, execute: Execute, progress: Callable[[Progress], None]
) -> list[PageResult]:
    """Read all chunks, in worker processes."""
    verdict = Lock()
    total = sum(chunk.page_count for chunk in chunks)
    pages: list[PageResult] = []
    for results in execute(lambda chunk: carry_out(chunk, workers, verdict), chunks):
        pages += results
        progress(Progress("read", len(pages), total))
    return pages


def _not_opened(found: Found) -> PageResult:
    """Return the row of an entry that is no scan, or that cannot be reached."""
    status = PageStatus.FAILED if found.fail_reason else PageStatus.SKIPPED
    return _whole_file(found.file, status, found.fail_reason or found.skip_reason)


def _whole_file(file: ScanFile, status: PageStatus, reason: str) -> PageResult:
    """Return the one row of a file that has no page."""
    return PageResult(file.name, None, "", status, reason)


def _prepare(job: Job) -> None:
    """See that the job can be done, and make the output folder."""
    if job.workers < 1 or job.pages_per_chunk < 1:
        raise UsageError("At least one worker is needed, and one page in a chunk.")
    if not job.scans.exists():
        raise UsageError(f"There is no such folder or file of scans: {job.scans}")
    if job.template is not None and not job.template.exists():
        raise TemplateError(f"There is no such template or folder of templates: {job.template}")
    if job.out.resolve() == job.scans.resolve():
        raise UsageError(f"Results do not go into the folder of scans itself: {job.out}. Choose another --out.")
    try:
        job.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The output folder cannot be made: {job.out} ({error.strerror}).") from error
    if not os.access(job.out, os.W_OK | os.X_OK):
        raise UsageError(f"The output folder cannot be written to: {job.out}")


def _excluded(job: Job) -> Path | None:
    """Return the output folder if it lies among the scans, so that results are not read as scans."""
    return job.out if job.out.resolve().is_relative_to(job.scans.resolve()) else None

"""The whole job: scans in; ledger, `fields.csv`, `pages.csv` and `summary.json` out.

1. Lock the output folder, open the ledger, learn from what people found; load the model and the templates.
2. Find the scans, and look into those that the ledger does not know, in worker processes.
3. Deal the pages of the new ones out in chunks, and read the chunks in worker processes.
4. Where a worker crashes or hangs, retry file by file, then page by page: only the culprit is lost.
5. Put each scan into the ledger when all its pages are read: as a whole, once, whatever happens in between.
6. Write all results of the ledger, sorted, so that neither workers nor chunks nor interruptions can be told from them.
"""

import os
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from importlib.metadata import version
from threading import Lock

from digitizer.attempts import carry_out, on_threads
from digitizer.document import PageResult
from digitizer.errors import TemplateError, UsageError
from digitizer.experience import experience_of
from digitizer.gathering import Gathering, without_pages
from digitizer.intake import Intake, take_in
from digitizer.job import Execute, Job, Outcome, Progress
from digitizer.ledger.export import write_results
from digitizer.ledger.ledger import Ledger, open_ledger
from digitizer.ledger.lock import output_lock
from digitizer.ledger.provenance import Provenance
from digitizer.policy import AcceptancePolicy
from digitizer.reader import OpenReader, ReaderInfo
from digitizer.sharing import shares
from digitizer.tasks import Chunk, Inspected, Redecision, plan_chunks
from digitizer.worker import Handler, WorkerSettings
from digitizer.workers import Workers

SCANS_PER_DECISION = 32
"""Scans whose evidence is in memory at once for each worker."""


def digitize_folder(
    job: Job,
    *,
    execute: Execute | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    setup: Callable[[], Handler] | None = None,
) -> Outcome:
    """Read every scan that the ledger does not hold yet, and write the results.

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
    LedgerError
        If the ledger or the results cannot be written; what was read until then is kept.
    """
    _prepare(job)
    with _lock(job), open_ledger(job.out, job.database) as ledger:
        policy = experience_of(job, ledger).policy
        reader = setup or OpenReader(job.model, policy, job.limits, job.template)
        settings = WorkerSettings(reader, job.page_timeout_s, job.worker_memory_bytes)
        with Workers(settings, job.workers) as workers:
            provenance = _provenance(job, workers.info(), policy)
            intake = take_in(job, ledger, workers, provenance, progress)
            run = _Run(job, ledger, provenance, ChunkReader(settings, workers), execute, progress)
            read = run.read(intake.new)
            decided = run.decide(workers) if job.again else 0
            stale = _stale(ledger, intake, provenance)
            summary = write_results(job.out, ledger, provenance, partial(_lies_there, intake))
        expected = experience_of(job, ledger).expected(summary)
    known = len(intake.digests) - len(intake.new)
    return Outcome(summary, expected, read, decided, known, intake.waiting, stale)


class ChunkReader:
    """Reads chunks in the workers of this process; any other process can do the same by `settings`."""

    def __init__(self, settings: WorkerSettings, workers: Workers) -> None:
        self.settings = settings
        self._workers = workers
        self._verdict = Lock()

    def __call__(self, chunk: Chunk) -> list[PageResult]:
        """Return the results of all pages of the chunk; called from several threads."""
        return carry_out(chunk, self._workers, self._verdict)


class _Run:
    """Reading and deciding, with a ledger that takes in what is done."""

    def __init__(
        self,
        job: Job,
        ledger: Ledger,
        provenance: Provenance,
        reader: ChunkReader,
        execute: Execute | None,
        progress: Callable[[Progress], None],
    ) -> None:
        self._job = job
        self._ledger = ledger
        self._provenance = provenance
        self._reader = reader
        self._execute = execute or partial(on_threads, threads=job.workers)
        self._progress = progress

    def read(self, new: Iterable[Inspected]) -> int:
        """Read the pages of new scans, put each into the ledger when it is complete; return how many they are."""
        files = list(new)
        lost = [without_pages(each) for each in files if each.info is None]
        self._ledger.put_scans(lost, self._provenance, replace=self._job.again)
        whole = [each for each in files if each.info]
        total, done, scans = sum(each.info.pages for each in whole if each.info), 0, len(lost)
        gathering = Gathering(whole)
        for share in shares(whole, self._ledger, self._job):
            chunks = plan_chunks(share, self._job.pages_per_chunk, self._job.workers)
            for pages in self._execute(self._reader, chunks):
                complete = gathering.add(pages)
                self._ledger.put_scans(complete, self._provenance, replace=self._job.again)
                scans += len(complete)
                done += len(pages)
                self._progress(Progress("read", done, total))
        self._ledger.put_entries(gathering.unreached)
        return scans

    def decide(self, workers: Workers) -> int:
        """Decide again about scans whose pixels need no second look; return how many they are."""
        digests = [
            scan.sha256
            for scan in self._ledger.known().values()
            if not scan.purged
            and scan.seen_with == self._provenance.seen_with
            and scan.decided_with != self._provenance.decided_with
        ]
        verdict, done = Lock(), 0
        for start in range(0, len(digests), SCANS_PER_DECISION):
            scans = tuple(self._ledger.evidence(digests[start : start + SCANS_PER_DECISION]))
            decided = carry_out(Redecision(scans), workers, verdict)
            self._ledger.put_scans(decided, self._provenance)
            done += len(decided)
            self._progress(Progress("decide", start + len(scans), len(digests)))
        return done


def _prepare(job: Job) -> None:
    """See that the job can be done, and make the output folder."""
    if job.workers < 1 or job.pages_per_chunk < 1:
        raise UsageError("At least one worker is needed, and one page in a chunk.")
    if job.folder is not None and not job.folder.exists():
        raise UsageError(f"There is no such folder or file of scans: {job.scans}")
    if job.template is not None and not job.template.exists():
        raise TemplateError(f"There is no such template or folder of templates: {job.template}")
    if job.folder is not None and job.out.resolve() == job.folder.resolve():
        raise UsageError(f"Results do not go into the folder of scans itself: {job.out}. Choose another --out.")
    try:
        job.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The output folder cannot be made: {job.out} ({error.strerror}).") from error
    if not os.access(job.out, os.W_OK | os.X_OK):
        raise UsageError(f"The output folder cannot be written to: {job.out}")


def _lock(job: Job) -> AbstractContextManager[None]:
    """Keep other runs away, unless they share the ledger, scan by scan."""
    return nullcontext() if job.database else output_lock(job.out)


def _provenance(job: Job, info: ReaderInfo, policy: AcceptancePolicy) -> Provenance:
    return Provenance(
        version("digitizer"),
        info.model,
        info.model_sha256,
        policy.threshold,
        info.templates,
        job.limits,
        job.qa_share,
        policy.learned,
    )


def _stale(ledger: Ledger, intake: Intake, provenance: Provenance) -> int:
    """Count what was done with other things than those asked for now; other thresholds may have been learned since."""
    asked_for = {each.decided_with: each.asked_to_decide_with for each, _ in ledger.provenances()}
    return sum(
        asked_for.get(scan.decided_with, scan.decided_with) != provenance.asked_to_decide_with
        if scan.seen_with == provenance.seen_with
        else scan.sha256 in intake.digests
        for scan in ledger.known().values()
        if not scan.purged
    )


def _lies_there(intake: Intake, page: PageResult) -> bool:
    """Tell whether what a row speaks of still lies in the folder of scans; what has no hash was just seen there."""
    return not page.sha256 or page.sha256 in intake.digests

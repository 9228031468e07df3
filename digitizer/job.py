"""What a run is asked to do, what it tells meanwhile, and what became of it."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from digitizer.budget.estimate import Expected
from digitizer.document import PageResult
from digitizer.errors import ExitCode
from digitizer.ledger.summary import Summary
from digitizer.policy import DEFAULT_MAX_ERRORS, QA_SHARE, AcceptancePolicy
from digitizer.reading.installed import chosen_model, named_model
from digitizer.results import database_url
from digitizer.scans.limits import SETTLE_S, Limits
from digitizer.scans.places import local_path
from digitizer.tasks import Chunk
from digitizer.worker import WorkerSettings

PAGES_PER_CHUNK = 12
"""Seconds of work, so that handing it out costs little; few enough pages to be retried cheaply."""
PAGE_TIMEOUT_S = 60.0
"""Some 100 times what a page takes: reached by what hangs, not by what is slow."""
WORKER_MEMORY_BYTES = 1280 * 2**20
"""Some three times what a worker needs for an A4 page at 600 dpi; no file whatever takes a worker beyond 1.5 GB."""
LEASE_S = 120.0
"""How long a shared ledger keeps scans for a run that gives no more sign of life."""


def usable_cpus() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def given_model(text: str | None) -> Path | str:
    """Tell a model folder from the name of a shipped or installed model; without either, the one that was chosen reads.

    Raises
    ------
    ModelError
        If there is none of that name, or what was chosen cannot be used.
    """
    if text is None:
        return chosen_model()
    return Path(text) if os.sep in text or Path(text).is_dir() else named_model(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be read, how, and where the results go.

    Attributes
    ----------
    scans
        A folder, read recursively, or one file, or the fsspec URL of a folder; nothing in it is changed.
    out
        Folder of the results; made if it does not exist.
    learn
        Whether thresholds follow from what people have found, where they have reviewed enough fields; else that of
        `policy` holds for all.
    model
        A model folder, the name of a shipped model, or None for the default one.
    template
        A template or a folder of templates; None to read every comb and grid of every page.
    again
        Whether scans that were read with another model, other templates or other settings, or that failed, are
        done anew.
    qa_share
        Share, 0-1, of the fields that are sure enough which a person sees all the same, to measure how often they are
        wrong.
    settle_s
        A file that was changed less than this ago, or that is changing, is left to the next run.
    database
        URL of the PostgreSQL database that holds the ledger; None to keep it in `out`.
    workers
        Worker processes at most.
    pages_per_chunk
        Pages that a worker reads in one go.
    page_timeout_s
        A worker that spends longer on one page is stopped, and the page failed.
    worker_memory_bytes
        What a worker's data may grow to.
    lease_s
        With a database: other runs take over the scans of a run that has given no sign for so long.
    """

    scans: Path | str
    out: Path
    policy: AcceptancePolicy = field(default_factory=lambda: AcceptancePolicy.from_max_errors(DEFAULT_MAX_ERRORS))
    learn: bool = True
    limits: Limits = field(default_factory=Limits)
    model: Path | str | None = None
    template: Path | None = None
    again: bool = False
    qa_share: float = QA_SHARE
    settle_s: float = SETTLE_S
    database: str | None = field(default_factory=database_url, repr=False)
    workers: int = field(default_factory=usable_cpus)
    pages_per_chunk: int = PAGES_PER_CHUNK
    page_timeout_s: float = PAGE_TIMEOUT_S
    worker_memory_bytes: int = WORKER_MEMORY_BYTES
    lease_s: float = LEASE_S

    @property
    def folder(self) -> Path | None:
        """Where the scans lie on a file system of this machine; None if they lie in storage."""
        return local_path(self.scans)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come: `done` of `total` files looked into, or of pages read."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run.

    Attributes
    ----------
    summary
        Of all that the ledger holds.
    expected
        Wrong fields among those that go straight through.
    read, decided, known
        Scans that this run has read, has decided about anew without looking at them, and that lie in the folder and
        were done before.
    waiting
        Files that were still being written: the next run reads them.
    stale
        Scans that were done with another model, other templates or other settings, and left as they are.
    """

    summary: Summary
    expected: Expected
    read: int
    decided: int
    known: int
    waiting: int
    stale: int

    @property
    def exit_code(self) -> ExitCode:
        """What a command that made this run ends with."""
        return self.summary.exit_code


class ReadChunk(Protocol):
    """Reads one chunk in a supervised worker; may be called from several threads; never raises for a bad scan."""

    settings: WorkerSettings
    """By which the same can be read in any other process."""

    def __call__(self, chunk: Chunk) -> list[PageResult]:
        """Return the results of all pages of the chunk."""


Execute = Callable[[ReadChunk, Sequence[Chunk]], Iterable[list[PageResult]]]
"""Decides when and where each chunk is read; returns the results in any order, as they come."""

"""The work that is handed to worker processes, and how it is dealt out."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Self

from digitizer.document import PageResult, PageStatus, ScanFile
from digitizer.ledger.records import ScanRecord
from digitizer.scans.decode import FileInfo


@dataclass(frozen=True, slots=True)
class Inspected:
    """What stands in a file: `info`, or the `reason` why nobody can tell.

    Attributes
    ----------
    sha256
        Of the file's bytes, also where there is no `info`; empty where they could not be read.
    """

    file: ScanFile
    info: FileInfo | None
    reason: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """A task: look into these files without decoding their pages."""

    files: tuple[ScanFile, ...]

    def split(self) -> tuple[Self, ...]:
        """Return the same work in smaller tasks, none if it is as small as can be."""
        return tuple(type(self)((file,)) for file in self.files) if len(self.files) > 1 else ()

    def failed(self, reason: str) -> list[Inspected]:
        """Return the result of a task that could not be carried out."""
        return [Inspected(file, None, reason) for file in self.files]


@dataclass(frozen=True, slots=True)
class PageRun:
    """Pages of one file that are read together; `sha256` is that of the file when it was inspected."""

    file: ScanFile
    pages: tuple[int, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """A task: read these pages."""

    runs: tuple[PageRun, ...]

    @property
    def page_count(self) -> int:
        """Number of pages in all files of the chunk."""
        return sum(len(run.pages) for run in self.runs)

    def identities(self) -> list[tuple[str, int]]:
        """Return file name and number of every page."""
        return [(run.file.name, page) for run in self.runs for page in run.pages]

    def split(self) -> tuple[Self, ...]:
        """Return the same work in smaller tasks: by file, then by page; none for a single page."""
        if len(self.runs) > 1:
            return tuple(type(self)((run,)) for run in self.runs)
        if self.page_count > 1:
            return tuple(
                type(self)((PageRun(run.file, (page,), run.sha256),)) for run in self.runs for page in run.pages
            )
        return ()

    def failed(self, reason: str) -> list[PageResult]:
        """Return the result of a task that could not be carried out."""
        return [failed_page(run, page, reason) for run in self.runs for page in run.pages]


@dataclass(frozen=True, slots=True)
class Redecision:
    """A task: decide again about scans, from what was seen of them."""

    scans: tuple[ScanRecord, ...]

    def split(self) -> tuple[Self, ...]:
        """Return the same work in smaller tasks, none if it is as small as can be."""
        return tuple(type(self)((scan,)) for scan in self.scans) if len(self.scans) > 1 else ()

    def failed(self, reason: str) -> list[ScanRecord]:  # noqa: ARG002 - as of all tasks
        """Return nothing: what was decided before stands."""
        return []


def failed_page(run: PageRun, page: int, reason: str) -> PageResult:
    """Return the row of a page that could not be decoded."""
    return PageResult(run.file.name, page, "", PageStatus.FAILED, reason, sha256=run.sha256)


def plan_chunks(inspected: Iterable[Inspected], pages_per_chunk: int, workers: int) -> list[Chunk]:
    """Deal out all pages in chunks of at most `pages_per_chunk`, as many chunks for each worker as for the others.

    A file with more pages is spread over several chunks; several small files share one.
    """
    ordered = sorted(inspected, key=lambda each: each.file.name)
    pages = [(each, number) for each in ordered if each.info for number in range(1, each.info.pages + 1)]
    rounds = math.ceil(len(pages) / (workers * pages_per_chunk))
    size = math.ceil(len(pages) / (workers * max(1, rounds)))
    return [_chunk(pages[start : start + size]) for start in range(0, len(pages), max(1, size))]


def _chunk(pages: list[tuple[Inspected, int]]) -> Chunk:
    """Gather pages of the same file, which lie side by side."""
    runs = []
    for _, group in groupby(pages, key=lambda page: id(page[0])):
        same = list(group)
        inspected = same[0][0]
        if inspected.info is not None:
            runs.append(PageRun(inspected.file, tuple(number for _, number in same), inspected.info.sha256))
    return Chunk(tuple(runs))

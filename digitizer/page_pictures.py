"""Pictures of pages with what was read on them: files are opened and read in supervised worker processes only."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from digitizer.attempts import carry_out
from digitizer.document import PageResult, PageStatus, ScanFile
from digitizer.job import PAGE_TIMEOUT_S, WORKER_MEMORY_BYTES
from digitizer.policy import AcceptancePolicy
from digitizer.reader import OpenReader
from digitizer.report.drawing import Drawing, Drawn, OpenDrawer
from digitizer.scans.limits import Limits
from digitizer.scans.names import scan_name
from digitizer.tasks import Chunk, Inspection, PageRun, failed_page
from digitizer.worker import WorkerSettings
from digitizer.workers import TaskFailed, Workers


@dataclass(frozen=True, slots=True)
class Overlay:
    """A page as it was read, and its picture with that drawn onto it: a PNG, empty if the page failed.

    Attributes
    ----------
    pages
        How many the file has; 0 if it could not be opened.
    """

    page: PageResult
    picture: bytes
    pages: int


def overlay_scan(
    scan: Path,
    number: int,
    policy: AcceptancePolicy,
    *,
    model: Path | str | None = None,
    template: Path | None = None,
    limits: Limits | None = None,
) -> Overlay:
    """Read one page of a scan, and draw onto it what was found and read.

    Parameters
    ----------
    number
        Of the page in its file, from 1.

    Raises
    ------
    ModelError
        If the model is missing or altered.
    TemplateError
        If a template is missing or wrong.
    """
    limits = limits or Limits()
    file = ScanFile(scan.absolute(), scan_name((scan.name,)))
    with _workers(OpenReader(model, policy, limits, template)) as workers:
        inspected = carry_out(Inspection((file,)), workers, Lock())[0]
        if inspected.info is None:
            run = PageRun(file, (number,), inspected.sha256)
            return Overlay(failed_page(run, number, inspected.reason), b"", 0)
        chunk = Chunk((PageRun(file, (number,), inspected.sha256),))
        page = carry_out(chunk, workers, Lock())[0]
    if page.status is PageStatus.FAILED:
        return Overlay(page, b"", inspected.info.pages)
    drawn = next(iter(draw_pages([Drawing(file, number, page.sha256, page.fields)], limits)))
    return Overlay(page, drawn.picture, inspected.info.pages)


def draw_pages(drawings: Iterable[Drawing], limits: Limits) -> Iterator[Drawn]:
    """Draw pages one after the other; where that fails there is a reason instead of a picture."""
    tasks: Sequence[Drawing] = tuple(drawings)
    if not tasks:
        return
    with _workers(OpenDrawer(limits)) as workers:
        for task in tasks:
            try:
                yield workers.run(task)
            except TaskFailed as failure:
                yield Drawn(reason=failure.reason)


def _workers(setup: OpenReader | OpenDrawer) -> Workers:
    return Workers(WorkerSettings(setup, PAGE_TIMEOUT_S, WORKER_MEMORY_BYTES), 1)

"""The flow `digitize-folder`: the same job as `digitizer run`, on a schedule and with a page to watch it on.

One Prefect task is one chunk of pages, which takes seconds; a digit or a field would cost more in book-keeping
than in reading. Tasks are handed indices and give back rows; scans never pass through Prefect, and neither
names of scans nor what they say are logged or put into artifacts.

`python -m flows.digitize SCANS --out DIR` runs it here and now.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import cast
from uuid import UUID

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture, as_completed
from prefect.states import Completed
from prefect.task_runners import ThreadPoolTaskRunner

from digitizer.batch import PAGES_PER_CHUNK, Execute, Job, Progress, ReadChunk, digitize_folder, usable_cpus
from digitizer.document import PageResult
from digitizer.errors import DigitizerError, ExitCode
from digitizer.ledger.export import FIELDS_FILE, PAGES_FILE
from digitizer.ledger.summary import Summary
from digitizer.policy import AcceptancePolicy, parse_error_rate
from digitizer.tasks import Chunk

INCOMPLETE = "Incomplete"
"""State of a run that did its work, though some scans could not be read: a kind of Completed, by its own name."""
_PROGRESS_STEP_PERCENT = 5


@flow(name="digitize-folder")
def digitize_folder_flow(
    scans: str,
    out: str,
    max_errors: str = "1/1000",
    threshold: float | None = None,
    workers: int | None = None,
    pages_per_task: int = PAGES_PER_CHUNK,
    template: str | None = None,
) -> State[Summary]:
    """Read every scan of a folder; write fields.csv, pages.csv and summary.json into `out`.

    Parameters
    ----------
    scans
        A folder, read recursively, or one file; never changed.
    out
        Folder of the results.
    max_errors
        How many accepted fields may be wrong: `1/1000`, `0.001` or `0.1%`.
    threshold
        Instead of `max_errors`: accept from this confidence on, 0-1.
    workers
        Worker processes, and so tasks at once; by default one per usable core.
    pages_per_task
        Pages that one task reads.
    template
        A template or a folder of templates; without one every comb and grid of boxes is read.

    Returns
    -------
    State
        Completed; named `Incomplete` if some pages were rejected or failed. One bad scan is no reason for a
        nightly job to count as broken; an unusable folder or a bug is, and fails the run.
    """
    policy = (
        AcceptancePolicy.from_max_errors(parse_error_rate(max_errors))
        if threshold is None
        else AcceptancePolicy(threshold)
    )
    count = workers or usable_cpus()
    job = Job(
        scans=Path(scans),
        out=Path(out),
        policy=policy,
        template=None if template is None else Path(template),
        workers=count,
        pages_per_chunk=pages_per_task,
    )
    with ThreadPoolTaskRunner[list[PageResult]](max_workers=count) as runner:
        summary = digitize_folder(job, execute=as_tasks(runner), progress=progress_artifact())
    _publish(summary, job.out)
    return _final_state(summary)


def as_tasks(runner: ThreadPoolTaskRunner[list[PageResult]]) -> Execute:
    """Return what reads each chunk as one Prefect task."""

    def execute(read: ReadChunk, chunks: Sequence[Chunk]) -> Iterator[list[PageResult]]:
        @task(name="read-chunk", task_run_name="chunk {number}: {pages} pages", cache_policy=NO_CACHE)
        def read_chunk(number: int, pages: int) -> list[PageResult]:  # noqa: ARG001 - pages stand in the run's name
            return read(chunks[number - 1])

        futures: list[PrefectFuture[list[PageResult]]] = [
            runner.submit(read_chunk, {"number": number, "pages": chunk.page_count})
            for number, chunk in enumerate(chunks, start=1)
        ]
        for future in as_completed(futures):
            yield future.result()

    return execute


def progress_artifact() -> Callable[[Progress], None]:
    """Return what shows the progress of reading on the run's page, a few times in a run."""
    artifact: UUID | None = None
    shown_percent = 0

    def show(progress: Progress) -> None:
        nonlocal artifact, shown_percent
        percent = 100 * progress.done // progress.total
        if progress.stage != "read":
            return
        if artifact is None:
            made = create_progress_artifact(percent, key="digitize-folder-progress", description="Pages read")
            artifact = cast("UUID", made)  # the coroutine of its type is for asynchronous flows
        elif percent >= shown_percent + _PROGRESS_STEP_PERCENT or progress.done == progress.total:
            update_progress_artifact(artifact, percent)
        else:
            return
        shown_percent = percent

    return show


def _publish(summary: Summary, out: Path) -> None:
    """Put the counts on the run's page; numbers and reasons only."""
    counts = [
        {"what": "files", "number": summary.files},
        *({"what": f"pages {status}", "number": number} for status, number in summary.pages.items()),
        *({"what": f"pages: {reason}", "number": number} for reason, number in summary.page_reasons.items()),
        *({"what": f"fields {status}", "number": number} for status, number in summary.fields.items()),
        *({"what": f"fields: {reason}", "number": number} for reason, number in summary.field_reasons.items()),
    ]
    create_table_artifact(counts, key="digitize-folder-summary", description=f"Results in `{out}`: {FIELDS_FILE}")
    get_run_logger().info(
        "%d pages, %d fields; %d pages not read", sum(summary.pages.values()), summary.field_count, len(summary.unread)
    )


def _final_state(summary: Summary) -> State[Summary]:
    if not summary.unread:
        return Completed(data=summary)
    pages = len(summary.unread)
    return Completed(data=summary, name=INCOMPLETE, message=f"{pages} pages or files were not read: see {PAGES_FILE}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the flow in this process; the exit codes are those of `digitizer run`."""
    options = _parser().parse_args(arguments)
    state = digitize_folder_flow(**vars(options), return_state=True)
    outcome = state.result(raise_on_failure=False)
    if isinstance(outcome, Summary):
        return outcome.exit_code
    if isinstance(outcome, DigitizerError):
        sys.stderr.write(f"flows.digitize: {outcome}\n")
        return outcome.exit_code
    return ExitCode.BUG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m flows.digitize", description="Read all scans of a folder.")
    parser.add_argument("scans", help="a folder of scans, read recursively, or one file")
    parser.add_argument("--out", default="digitizer-out", help="folder of the results")
    parser.add_argument("--max-errors", default="1/1000", help="how many accepted fields may be wrong")
    parser.add_argument("--threshold", type=float, help="instead of --max-errors: accept from this confidence on")
    parser.add_argument("--workers", type=int, help="worker processes")
    parser.add_argument("--pages-per-task", type=int, default=PAGES_PER_CHUNK, help="pages that one task reads")
    parser.add_argument("--template", help="a template or a folder of templates")
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""Carries out tasks whatever happens: what fails is tried again in smaller parts, and condemned only when alone."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Lock
from typing import Protocol, Self, TypeVar

from digitizer.workers import TaskFailed, Workers

Result = TypeVar("Result")
Item = TypeVar("Item")


class Task(Protocol[Result]):
    """Work for one worker, of several parts: see `digitizer.tasks`."""

    def split(self) -> tuple[Self, ...]:
        """Return the same work in smaller tasks, none if it is as small as can be."""

    def failed(self, reason: str) -> list[Result]:
        """Return the result of a task that could not be carried out."""


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


def on_threads(work: Callable[[Item], Result], items: Sequence[Item], threads: int) -> Iterator[Result]:
    """Work on several items at once, yielding each result when it is there."""
    executor = ThreadPoolExecutor(threads, thread_name_prefix="digitizer")
    try:
        for future in as_completed([executor.submit(work, item) for item in items]):
            yield future.result()
    finally:
        executor.shutdown(wait=False, cancel_futures=True)

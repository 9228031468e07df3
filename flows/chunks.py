"""Reads each chunk of pages as one Prefect task, and loses none, whatever becomes of Prefect meanwhile.

A task takes seconds; a digit or a field would cost more in book-keeping than in reading. Only a few chunks more than
can be read at once are handed out, so that neither Prefect nor a cluster gathers results. What comes back without a
result, for the server, the pool or the cluster is gone, is read by the workers of the run itself.
"""

import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from queue import SimpleQueue
from typing import Any

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from digitizer.document import PageResult
from digitizer.job import Execute, ReadChunk
from digitizer.remote import read_chunk
from digitizer.tasks import Chunk

TASK = "read-chunk"
TASK_RUN = "chunk {number}: {pages} pages"

Pages = list[PageResult]
Take = Callable[[], Pages]
"""Returns the results of a chunk that is done, or raises what became of it."""
HandOut = Callable[[int, Chunk], tuple[PrefectFuture[Any], Take]]


@task(name=TASK, task_run_name=TASK_RUN, cache_policy=NO_CACHE, persist_result=False)
def read_elsewhere(number: int, pages: int, packed: bytes) -> bytes:  # noqa: ARG001 - they stand in the run's name
    """Read a chunk in whatever process this is; packed, for Prefect looks through what it can see through."""
    settings, chunk = pickle.loads(packed)  # noqa: S301 - made below
    return pickle.dumps(read_chunk(settings, chunk))


def as_tasks(runner: TaskRunner[Any], count: int) -> Execute:
    """Return what reads each chunk as one Prefect task.

    Parameters
    ----------
    runner
        Started. Threads use the workers of the run; any other runner reads in processes of its own.
    count
        Tasks at once.
    """
    dealt = 0

    def execute(read: ReadChunk, chunks: Sequence[Chunk]) -> Iterator[Pages]:
        nonlocal dealt
        first, dealt = dealt + 1, dealt + len(chunks)
        hand_out = _here(runner, read) if isinstance(runner, ThreadPoolTaskRunner) else _elsewhere(runner, read)
        yield from _Dealing(hand_out, read, count).results(chunks, first)

    return execute


def _here(runner: TaskRunner[Any], read: ReadChunk) -> HandOut:
    """Hand chunks to threads of this process; results do not pass through Prefect."""
    kept: dict[int, Pages] = {}

    def hand_out(number: int, chunk: Chunk) -> tuple[PrefectFuture[Any], Take]:
        @task(name=TASK, task_run_name=TASK_RUN, cache_policy=NO_CACHE, persist_result=False)
        def read_here(number: int, pages: int) -> None:  # noqa: ARG001
            kept[number] = read(chunk)

        def take() -> Pages:
            return kept.pop(number)

        return runner.submit(read_here, {"number": number, "pages": chunk.page_count}), take

    return hand_out


def _elsewhere(runner: TaskRunner[Any], read: ReadChunk) -> HandOut:
    """Hand chunks to other processes, which know from the settings how to read them."""

    def hand_out(number: int, chunk: Chunk) -> tuple[PrefectFuture[Any], Take]:
        packed = pickle.dumps((read.settings, chunk))
        future = runner.submit(read_elsewhere, {"number": number, "pages": chunk.page_count, "packed": packed})

        def take() -> Pages:
            pages: Pages = pickle.loads(future.result())  # noqa: S301 - made above, by a worker of this run
            return pages

        return future, take

    return hand_out


class _Dealing:
    """Chunks under way: `hand_out` gives one to Prefect, `read` reads it without."""

    def __init__(self, hand_out: HandOut, read: ReadChunk, count: int) -> None:
        self._hand_out = hand_out
        self._read = read
        self._window = 2 * count
        self._refused: Exception | None = None
        self._direct = ThreadPoolExecutor(count, thread_name_prefix="digitizer-direct")
        self._done: SimpleQueue[tuple[int, Chunk, Take, bool]] = SimpleQueue()

    def results(self, chunks: Sequence[Chunk], first: int) -> Iterator[Pages]:
        """Yield the results of all chunks, as they come; the first one is called number `first`."""
        waiting = iter(enumerate(chunks, start=first))
        try:
            for number, chunk in islice(waiting, self._window):
                self._start(number, chunk)
            for _ in chunks:
                pages = self._next()
                for number, chunk in islice(waiting, 1):
                    self._start(number, chunk)
                yield pages
        finally:
            self._direct.shutdown(wait=False, cancel_futures=True)

    def _start(self, number: int, chunk: Chunk) -> None:
        if self._refused is not None:
            self._start_directly(number, chunk, self._refused)
            return
        try:
            future, take = self._hand_out(number, chunk)
        except Exception as error:  # whatever a runner fails with, the chunk is read
            self._refused = error  # and no other is offered: to find a cluster gone may take half a minute
            self._start_directly(number, chunk, error)
        else:
            future.add_done_callback(lambda _: self._done.put((number, chunk, take, False)))

    def _next(self) -> Pages:
        """Wait for a chunk to be done, and return its results."""
        while True:
            number, chunk, take, direct = self._done.get()
            try:
                return take()
            except Exception as error:  # as above; without Prefect an error is the library's own, and stands
                if direct:
                    raise
                self._start_directly(number, chunk, error)

    def _start_directly(self, number: int, chunk: Chunk, error: Exception) -> None:
        message = "Chunk %d came back without a result (%s). It is read without Prefect."
        get_run_logger().warning(message, number, type(error).__name__)
        future = self._direct.submit(self._read, chunk)
        future.add_done_callback(lambda done: self._done.put((number, chunk, done.result, True)))

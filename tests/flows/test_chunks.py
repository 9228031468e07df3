"""Chunks handed out as tasks: each comes back once, whatever the runner does with it."""

from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest
from prefect.logging import disable_run_logger
from prefect.task_runners import TaskRunner

from digitizer.document import PageResult, PageStatus, ScanFile
from digitizer.errors import ModelError
from digitizer.tasks import Chunk, PageRun
from digitizer.worker import WorkerSettings
from flows.chunks import as_tasks
from tests.fake_reader import FakeReader

CHUNKS = [Chunk((PageRun(ScanFile(path=None, name=f"{n}.png"), (1,), "0" * 64),)) for n in range(9)]  # type: ignore[arg-type]


class Reading:
    """Reads without a worker."""

    settings = WorkerSettings(FakeReader, timeout_s=1, memory_bytes=1)

    def __call__(self, chunk: Chunk) -> list[PageResult]:
        """Return a row for each page."""
        return [PageResult(name, page, "", PageStatus.DONE, "") for name, page in chunk.identities()]


class Refusing(TaskRunner[Any]):
    """Takes no task, as a pool does that is broken."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.offered = 0

    def duplicate(self) -> "Refusing":
        """Return another one."""
        return Refusing()

    def submit(self, *_: Any, **__: Any) -> Any:
        """Fail."""
        self.offered += 1
        raise RuntimeError("the pool is broken")


class Losing(Refusing):
    """Takes each task and loses it, as a cluster does whose scheduler dies."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[Future[bytes]] = []
        self.most_open = 0

    def submit(self, *_: Any, **__: Any) -> Any:
        """Return a future that fails before the next task is taken in, the oldest first."""
        future: Future[bytes] = Future()
        self.open.append(future)
        self.most_open = max(self.most_open, len(self.open))
        if len(self.open) == 4:
            for lost in self.open:
                lost.set_exception(ConnectionError())
            self.open = []
        return future


@pytest.fixture(autouse=True)
def outside_of_a_run() -> Iterator[None]:
    """Let what is logged for a run go nowhere."""
    with disable_run_logger():
        yield


@pytest.mark.parametrize("runner", [Refusing(), Losing()])
def test_what_comes_back_without_a_result_is_read_without_prefect(runner: TaskRunner[Any]) -> None:
    """No chunk is lost, and none comes twice."""
    chunks = CHUNKS[:8]

    read = [page.scan for pages in as_tasks(runner, 2)(Reading(), chunks) for page in pages]

    assert sorted(read) == [f"{n}.png" for n in range(8)]


def test_a_runner_that_takes_nothing_is_not_asked_again() -> None:
    """To find that a cluster is gone may take half a minute: once is enough."""
    runner = Refusing()

    list(as_tasks(runner, 2)(Reading(), CHUNKS))

    assert runner.offered == 1


def test_only_a_few_chunks_are_handed_out_at_once() -> None:
    """Neither Prefect nor a cluster gathers what thousands of pages say."""
    runner = Losing()

    list(as_tasks(runner, 2)(Reading(), CHUNKS[:8]))

    assert runner.most_open == 4


def test_an_error_of_the_library_is_the_runs() -> None:
    """A model that is missing is missing without Prefect too."""

    class Broken(Reading):
        def __call__(self, chunk: Chunk) -> list[PageResult]:  # noqa: ARG002
            raise ModelError("There is no such model.")

    with pytest.raises(ModelError):
        list(as_tasks(Refusing(), 2)(Broken(), CHUNKS))

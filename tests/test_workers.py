"""Supervised worker processes: what becomes of a task whose process crashes, hangs or raises."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from digitizer.errors import DigitizerError, ModelError
from digitizer.worker import WorkerSettings
from digitizer.workers import TaskFailed, Workers, WorkersClosed
from tests.echo import Echo, broken_setup, refusing_setup, vanishing_setup

TIMEOUT_S = 2.0
MEMORY_BYTES = 2 * 2**30


@pytest.fixture
def workers() -> Iterator[Workers]:
    """Provide one worker that does as it is told."""
    with Workers(WorkerSettings(Echo, TIMEOUT_S, MEMORY_BYTES), 1) as workers:
        yield workers


def test_a_task_is_carried_out_in_another_process(workers: Workers) -> None:
    """A task comes back from a process that is not this one."""
    word, process = workers.run("good")

    assert word == "good"
    assert process != os.getpid()


def test_a_worker_serves_many_tasks(workers: Workers) -> None:
    """The model is loaded once, not for each task."""
    assert workers.run("one")[1] == workers.run("two")[1]


def test_a_worker_does_not_run_the_main_module_again(workers: Workers) -> None:
    """An orchestrator that starts the job is not imported into its workers."""
    assert workers.run("main")[0] == "no main file"


@pytest.mark.parametrize(
    ("word", "reason"),
    [("crash", "crashed"), ("hang", "timeout"), ("error", "internal_error"), ("memory", "out_of_memory")],
)
def test_a_bad_task_fails_with_its_reason(workers: Workers, word: str, reason: str) -> None:
    """What goes wrong in a worker is told apart, and the next task is served."""
    with pytest.raises(TaskFailed) as failure:
        workers.run(word)

    assert failure.value.reason == reason
    assert workers.run("good")[0] == "good"


def test_a_slow_worker_that_gives_signs_of_life_is_left_to_work(workers: Workers) -> None:
    """The timeout is for one page, not for a whole chunk."""
    assert workers.run("slow")[0] == "slow"


def test_an_idle_worker_that_is_killed_costs_one_attempt(workers: Workers) -> None:
    """A worker that dies between tasks is replaced."""
    os.kill(workers.run("good")[1], signal.SIGKILL)

    with pytest.raises(TaskFailed, match="crashed"):
        workers.run("good")
    assert workers.run("good")[0] == "good"


def test_an_error_is_logged_without_its_message(workers: Workers, caplog: pytest.LogCaptureFixture) -> None:
    """The log names kind and place of an error, not what the form says."""
    with pytest.raises(TaskFailed):
        workers.run("error")

    assert "ValueError in echo.py:" in caplog.text
    assert "12345" not in caplog.text


def test_a_setup_that_refuses_says_why() -> None:
    """A model that is missing ends the run with its own message."""
    with (
        Workers(WorkerSettings(refusing_setup, TIMEOUT_S, MEMORY_BYTES), 1) as workers,
        pytest.raises(ModelError, match="altered"),
    ):
        workers.info()


def test_a_setup_that_breaks_is_described() -> None:
    """An unforeseen error of the set-up names its kind."""
    with (
        Workers(WorkerSettings(broken_setup, TIMEOUT_S, MEMORY_BYTES), 1) as workers,
        pytest.raises(DigitizerError, match="could not set itself up: OSError"),
    ):
        workers.info()


def test_workers_that_never_start_end_the_run() -> None:
    """A worker that dies at its start is not started for ever."""
    with (
        Workers(WorkerSettings(vanishing_setup, TIMEOUT_S, MEMORY_BYTES), 1) as workers,
        pytest.raises(DigitizerError, match="do not start"),
    ):
        workers.info()


def test_closing_ends_a_task_under_way() -> None:
    """A run that is given up leaves no process and no waiting thread behind."""
    workers = Workers(WorkerSettings(Echo, 60.0, MEMORY_BYTES), 1)
    process = workers.run("good")[1]
    outcome: list[BaseException] = []

    def hang() -> None:
        try:
            workers.run("hang")
        except WorkersClosed as closed:
            outcome.append(closed)

    thread = threading.Thread(target=hang)
    thread.start()
    workers.close()
    thread.join(30)

    assert len(outcome) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)

"""Supervised worker processes: what becomes of a task whose process crashes, hangs or raises."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitizer.errors import DigitizerError, ModelError
from digitizer.worker import WorkerSettings
from digitizer.workers import TaskFailed, Workers, WorkersClosed
from tests.echo import Echo, broken_setup, refusing_setup, vanishing_setup

TIMEOUT_S = 2.0
MEMORY_BYTES = 2 * 2**30
PATIENCE_S = 60.0
"""For what is to end long before it is stopped for being late."""


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
    [
        ("crash", "crashed"),
        ("hang", "timeout"),
        ("error", "internal_error"),
        ("memory", "out_of_memory"),
        ("memory of OpenCV", "out_of_memory"),
        ("write", "internal_error"),
    ],
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


def test_a_worker_that_spins_is_stopped(caplog: pytest.LogCaptureFixture) -> None:
    """What uses up its processor time inside a library is ended by the kernel, and counts as a timeout."""
    settings = WorkerSettings(Echo, PATIENCE_S, MEMORY_BYTES, cpu_s=0.5)
    with Workers(settings, 1) as workers, pytest.raises(TaskFailed, match="timeout"):
        workers.run("spin")

    assert f"ended with code {-signal.SIGXCPU}" in caplog.text


def test_processor_time_is_for_one_page() -> None:
    """A worker that gives signs of life may work for longer than that in all."""
    with Workers(WorkerSettings(Echo, PATIENCE_S, MEMORY_BYTES, cpu_s=0.7), 1) as workers:
        assert workers.run("work")[0] == "work"


def test_no_form_is_left_in_a_core_dump(workers: Workers) -> None:
    """With a limit of one byte Linux neither writes one nor hands it to a program that collects them."""
    assert workers.run("core")[0] == "1"


def test_a_worker_outlives_the_thread_that_needed_it(workers: Workers) -> None:
    """Threads of a pool come and go; the kernel would end a worker with the thread that started it."""
    first: list[int] = []
    thread = threading.Thread(target=lambda: first.append(workers.run("good")[1]))
    thread.start()
    thread.join()

    assert workers.run("good")[1] == first[0]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a worker ends with the task it is at")
def test_no_worker_outlives_a_parent_that_is_killed() -> None:
    """Not even one that is deep in a library and says nothing."""
    command = [sys.executable, "-c", "from tests.test_workers import be_parent; be_parent()"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        time.sleep(0.2)
        parent.kill()

    deadline = time.monotonic() + PATIENCE_S / 2
    while is_alive(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(worker)


def be_parent() -> None:
    """Print the number of a worker process that then spins."""
    with Workers(WorkerSettings(Echo, PATIENCE_S, MEMORY_BYTES, cpu_s=PATIENCE_S), 1) as workers:
        print(workers.run("good")[1], flush=True)
        workers.run("spin")


def is_alive(process: int) -> bool:
    """Tell whether a process runs; one that nobody has taken note of yet (a zombie) does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


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

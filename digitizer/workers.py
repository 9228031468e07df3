"""Supervised worker processes: a task that crashes or hangs its process costs that task alone.

Each worker is a fresh Python that is joined to its parent by one socket of its own, so the death of a worker
is seen at once (its end closes), is charged to the task it held, and touches no other worker. A worker does
not run the program's main module again, as the pools of `multiprocessing` do: under an orchestrator that
would import the orchestrator into every worker.

One thread that lives as long as `Workers` starts them all: the kernel ends them with it, or if this process is killed.
"""

import contextlib
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Pipe
from pathlib import Path
from types import TracebackType
from typing import Any

from digitizer.errors import DigitizerError
from digitizer.worker import Beat, Failed, Refused, WorkerSettings

logger = logging.getLogger(__name__)

CRASHED = "crashed"
TIMEOUT = "timeout"

_START_TIMEOUT_S = 180.0
"""Until a worker has imported its libraries and loaded its model, on a machine that is busy with much else."""
_START_ATTEMPTS = 3
_BOOTSTRAP = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[2]); "
    "from digitizer.worker import serve; serve(int(sys.argv[1]))"
)


class TaskFailed(Exception):  # noqa: N818 - an outcome of a task, which the caller turns into a row
    """A task did not come to its end: its worker crashed, hung, or met an error.

    Parameters
    ----------
    reason
        `crashed`, `timeout`, `out_of_memory` or `internal_error`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WorkersClosed(Exception):  # noqa: N818 - how a run that is given up ends its threads
    """The run was given up while this task was under way."""


class Workers:
    """A bounded set of worker processes, started when they are first needed.

    Its methods may be called from several threads; `run` blocks its caller until a worker is free and done.

    Parameters
    ----------
    count
        How many processes at most.
    """

    def __init__(self, settings: WorkerSettings, count: int) -> None:
        self._settings = settings
        self._slots: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._living: set[_Worker] = set()
        self._lock = threading.Lock()
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="digitizer-starter")
        self._closed = False
        for _ in range(count):
            self._slots.put(None)

    def __enter__(self) -> "Workers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def info(self) -> Any:
        """Start a worker if there is none, and return what its handler says of itself.

        Raises
        ------
        DigitizerError
            If it cannot start, such as for a model that is missing.
        """
        worker = self._take()
        self._slots.put(worker)
        return worker.info

    def run(self, task: Any) -> Any:
        """Carry out one task in a worker.

        Raises
        ------
        TaskFailed
            If the worker crashed, hung, or met an error.
        DigitizerError
            If no worker can start.
        """
        worker = self._take()
        try:
            return worker.run(task)
        except TaskFailed:
            if self._closed:
                raise WorkersClosed from None
            raise
        finally:
            self._give_back(worker)

    def close(self) -> None:
        """Stop all workers, those at work too."""
        with self._lock:
            self._closed = True
            living, self._living = self._living, set()
        for worker in living:
            worker.stop()
        self._starter.shutdown(wait=False)

    def _take(self) -> "_Worker":
        """Wait for a free slot and see that a worker stands in it."""
        worker = self._slots.get()
        try:
            return worker if worker and worker.alive else self._start()
        except BaseException:
            self._slots.put(None)
            raise

    def _start(self) -> "_Worker":
        for attempt in range(_START_ATTEMPTS):
            worker = self._register(self._launch())
            try:
                worker.await_ready()
            except TaskFailed as failure:
                self._discard(worker)
                logger.warning("A worker process did not start (%s), attempt %d", failure.reason, attempt + 1)
            else:
                return worker
        raise DigitizerError("Worker processes do not start. Is there enough memory, and is the installation whole?")

    def _launch(self) -> "_Worker":
        try:
            launching = self._starter.submit(_Worker, self._settings)
        except RuntimeError:  # it was shut down
            raise WorkersClosed from None
        return launching.result()

    def _register(self, worker: "_Worker") -> "_Worker":
        """Keep account of a worker, so that closing stops it."""
        with self._lock:
            if not self._closed:
                self._living.add(worker)
                return worker
        worker.stop()
        raise WorkersClosed

    def _give_back(self, worker: "_Worker") -> None:
        """Free the slot; whoever takes it next replaces a dead worker."""
        if not worker.alive:
            self._discard(worker)
        self._slots.put(worker)

    def _discard(self, worker: "_Worker") -> None:
        worker.stop()
        with self._lock:
            self._living.discard(worker)


class _Worker:
    """One worker process, seen from the parent."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.info: Any = None
        self.alive = True
        self._timeout_s = settings.timeout_s
        self._connection, theirs = Pipe()
        with theirs:
            self._process = _launch(theirs.fileno())
        with contextlib.suppress(OSError):  # a worker that is gone already is found so by `await_ready`
            self._connection.send(settings)

    def await_ready(self) -> None:
        """Wait until the worker has set itself up; raise what kept it from doing so."""
        message = self._receive(_START_TIMEOUT_S)
        if isinstance(message, Refused):
            self.stop()
            raise message.error
        self.info = message.value

    def run(self, task: Any) -> Any:
        """Send a task, wait for its result."""
        try:
            self._connection.send(task)
        except OSError:
            self.stop()
            raise TaskFailed(CRASHED) from None
        message = self._receive(self._timeout_s)
        while isinstance(message, Beat):
            message = self._receive(self._timeout_s)
        if isinstance(message, Failed):
            logger.warning("A task failed: %s at %s", message.reason, message.place)
            raise TaskFailed(message.reason)
        return message.value

    def stop(self) -> None:
        """End the process at once; it holds nothing that would be lost."""
        self.alive = False
        self._process.kill()
        self._process.wait()

    def _receive(self, timeout_s: float) -> Any:
        try:
            if self._connection.poll(timeout_s):
                return self._connection.recv()
        except (EOFError, OSError):
            raise TaskFailed(self._cause_of_death()) from None
        self.stop()
        raise TaskFailed(TIMEOUT)

    def _cause_of_death(self) -> str:
        """Tell a worker that used up its processor time from one that crashed."""
        self.stop()  # one that has ended keeps the code that it ended with
        logger.warning("A worker process ended with code %d", self._process.returncode)
        return TIMEOUT if self._process.returncode == -signal.SIGXCPU else CRASHED


def _launch(descriptor: int) -> subprocess.Popen[bytes]:
    """Start an interpreter that serves tasks; one thread each, for the processes share the cores."""
    path = json.dumps([entry or str(Path.cwd()) for entry in sys.path])
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    silent = None if logger.isEnabledFor(logging.DEBUG) else subprocess.DEVNULL
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-c", _BOOTSTRAP, str(descriptor), path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=silent,  # image libraries print there what they dislike in a file
        pass_fds=[descriptor],
        env=os.environ | single,
    )

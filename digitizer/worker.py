"""The inside of a worker process: takes tasks from its parent, sends back results and signs of life.

It works within bounds that the kernel holds, for a library that a bad file drives wild heeds nothing else: memory,
processor time for each page, size of files, no core dump (it would hold a form), and no life after its parent's.
"""

import contextlib
import ctypes
import faulthandler
import math
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

from digitizer.errors import DigitizerError

OUT_OF_MEMORY = "out_of_memory"
INTERNAL_ERROR = "internal_error"

DEFAULT_CPU_S = 15.0
"""Some 40 times what a page of A4 at 300 dpi takes."""
_FILE_BYTES = 1 << 20
"""Nothing is written but what libtiff says of a file, in a temporary one."""
_NO_CORE_DUMP = 1
"""In bytes. With 0 Linux would still hand one to a program that collects them; with 1 it makes none at all."""
_PR_SET_PDEATHSIG = 1
_OPENCV_OUT_OF_MEMORY = -4


class Handler(Protocol):
    """What a worker does with its tasks; made once in each worker process."""

    @property
    def info(self) -> Any:
        """What the parent is told when the worker stands ready."""

    def __call__(self, task: Any, beat: Callable[[], None]) -> Any:
        """Carry out one task, calling `beat` at least once in every timeout."""


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """How workers are started and how long they are waited for.

    Attributes
    ----------
    setup
        Makes the handler; importable by name, for it runs in the worker.
    timeout_s
        A worker that gives no sign for so long is stopped.
    memory_bytes
        What a worker's own data may grow to; what goes beyond fails with `out_of_memory`.
    cpu_s
        Processor time from one sign to the next, rounded up to the next whole second; who needs more is stopped.
    """

    setup: Callable[[], Handler]
    timeout_s: float
    memory_bytes: int
    cpu_s: float = DEFAULT_CPU_S


@dataclass(frozen=True, slots=True)
class Beat:
    """Sign of life of a worker."""


@dataclass(frozen=True, slots=True)
class Done:
    """A result on its way to the parent."""

    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """An error on its way to the parent: its kind and its place, never its message, which may quote a document."""

    reason: str
    place: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A worker that cannot start."""

    error: Exception


def serve(descriptor: int) -> None:
    """Be a worker: set up, then carry out tasks until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C, and ends its workers
    _end_with_parent()
    with Connection(descriptor) as connection, contextlib.suppress(EOFError, ConnectionError):
        try:
            settings: WorkerSettings = connection.recv()  # imports what the setup needs
            _confine(settings.memory_bytes)
            handler = settings.setup()
        except Exception as error:  # whatever it is, the parent tells the user
            connection.send(Refused(_portable(error)))
            return
        connection.send(Done(handler.info))
        with Path(os.devnull).open("w") as silence:
            while True:
                connection.send(_attempt(handler, connection, settings, silence.fileno()))
                faulthandler.cancel_dump_traceback_later()


def _attempt(
    handler: Handler, connection: "Connection[Any, Any]", settings: WorkerSettings, silence: int
) -> Done | Failed:
    """Carry out the next task; an error becomes an answer here, at the boundary that keeps a run going."""

    def beat() -> None:
        connection.send(Beat())
        _grant_time(settings, silence)

    task = connection.recv()
    _grant_time(settings, silence)
    try:
        return Done(handler(task, beat))
    except ConnectionError:
        raise
    except Exception as error:  # the one place where an unforeseen error becomes a failed row
        return Failed(OUT_OF_MEMORY if _tells_of_memory(error) else INTERNAL_ERROR, _place(error))


def _grant_time(settings: WorkerSettings, silence: int) -> None:
    """Set the clock and the processor time by which the next sign of life is due."""
    # Ends a worker that sleeps for ever after its parent is gone, where the kernel does not.
    faulthandler.dump_traceback_later(2 * settings.timeout_s, exit=True, file=silence)
    _lower(resource.RLIMIT_CPU, math.ceil(time.process_time() + settings.cpu_s))


def _tells_of_memory(error: Exception) -> bool:
    """Tell whether memory ran out: OpenCV has an error of its own for that and everything else."""
    opencv = type(error).__module__ == "cv2" and getattr(error, "code", None) == _OPENCV_OUT_OF_MEMORY
    return opencv or isinstance(error, MemoryError)


def _place(error: BaseException) -> str:
    """Tell kind and origin of an error without its message."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return type(error).__name__
    return f"{type(error).__name__} in {Path(traceback.tb_frame.f_code.co_filename).name}:{traceback.tb_lineno}"


def _portable(error: Exception) -> Exception:
    """Return an error that can cross to the parent as it is, or its description as one that can."""
    if isinstance(error, DigitizerError):
        return error
    return DigitizerError(f"A worker process could not set itself up: {type(error).__name__}: {error}")


def _confine(memory_bytes: int) -> None:
    """Bound what the process may take of the machine for as long as it lives."""
    _lower(resource.RLIMIT_DATA, memory_bytes)  # data, not addresses: libraries reserve addresses they never use
    _lower(resource.RLIMIT_FSIZE, _FILE_BYTES)  # Python ignores SIGXFSZ: writing fails
    _lower(resource.RLIMIT_CORE, _NO_CORE_DUMP)
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)  # if the parent was started with it ignored


def _lower(kind: int, bound: int) -> None:
    """Set a soft limit of this process, within the hard one."""
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (bound if hard == resource.RLIM_INFINITY else min(bound, hard), hard))


def _end_with_parent() -> None:
    """Have Linux kill this process when the thread that started it ends, as it does when the parent is killed.

    Elsewhere, and until now, a worker ends when it next speaks to its parent. No task is lost sight of in between: none
    is sent before the worker has said that it is ready.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)

"""The inside of a worker process: takes tasks from its parent, sends back results and signs of life."""

import contextlib
import faulthandler
import os
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

from digitizer.errors import DigitizerError

OUT_OF_MEMORY = "out_of_memory"
INTERNAL_ERROR = "internal_error"


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
    """

    setup: Callable[[], Handler]
    timeout_s: float
    memory_bytes: int


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
    with Connection(descriptor) as connection, contextlib.suppress(EOFError, ConnectionError):
        try:
            settings: WorkerSettings = connection.recv()  # imports what the setup needs
            _limit_memory(settings.memory_bytes)
            handler = settings.setup()
        except Exception as error:  # whatever it is, the parent tells the user
            connection.send(Refused(_portable(error)))
            return
        connection.send(Done(handler.info))
        with Path(os.devnull).open("w") as silence:
            while True:
                connection.send(_attempt(handler, connection, 2 * settings.timeout_s, silence.fileno()))
                faulthandler.cancel_dump_traceback_later()


def _attempt(handler: Handler, connection: "Connection[Any, Any]", deadline_s: float, silence: int) -> Done | Failed:
    """Carry out the next task; an error becomes an answer here, at the boundary that keeps a run going."""

    def beat() -> None:
        connection.send(Beat())
        # Ends a worker that hangs after its parent is gone, even inside a library that never returns.
        faulthandler.dump_traceback_later(deadline_s, exit=True, file=silence)

    task = connection.recv()
    faulthandler.dump_traceback_later(deadline_s, exit=True, file=silence)
    try:
        return Done(handler(task, beat))
    except ConnectionError:
        raise
    except MemoryError as error:
        return Failed(OUT_OF_MEMORY, _place(error))
    except Exception as error:  # the one place where an unforeseen error becomes a failed row
        return Failed(INTERNAL_ERROR, _place(error))


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


def _limit_memory(memory_bytes: int) -> None:
    """Bound what the process may allocate: data, not addresses, for libraries reserve addresses they never use."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    soft = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))

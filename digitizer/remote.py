"""Reads chunks of pages in processes that are not the run's own: those of Dask, of Ray, of a pool.

Such a process keeps one supervised worker of its own, so that a hostile file ends that one, and not a process that a
cluster counts on. Worker and model stay from one chunk to the next.
"""

import atexit
from dataclasses import dataclass
from threading import Lock

from digitizer.attempts import carry_out
from digitizer.document import PageResult
from digitizer.tasks import Chunk
from digitizer.worker import WorkerSettings
from digitizer.workers import Workers


@dataclass(slots=True)
class _Kept:
    """The worker of this process, if it has read before, and how it was started."""

    settings: WorkerSettings | None = None
    workers: Workers | None = None


_kept = _Kept()
_turn = Lock()


def read_chunk(settings: WorkerSettings, chunk: Chunk) -> list[PageResult]:
    """Read one chunk in the worker of this process; threads of the same process take turns.

    Parameters
    ----------
    settings
        Those of the run: `ReadChunk.settings`.

    Returns
    -------
    list of PageResult
        Of all pages of the chunk: the same, whichever process reads it.

    Raises
    ------
    DigitizerError
        If no worker can start, such as for a model that this machine does not have.
    """
    with _turn:
        return carry_out(chunk, _workers(settings), Lock())


def close() -> None:
    """End the worker of this process, if there is one."""
    if _kept.workers is not None:
        _kept.workers.close()
    _kept.settings = _kept.workers = None


def _workers(settings: WorkerSettings) -> Workers:
    """Return the worker with these settings; one with others makes way for it."""
    if _kept.workers is None or _kept.settings != settings:
        close()
        _kept.settings, _kept.workers = settings, Workers(settings, 1)
    return _kept.workers


atexit.register(close)

"""Which scans are this run's to read: all of them, or, with a ledger that several runs share, a few at a time."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from uuid import uuid4

from digitizer.errors import LedgerError
from digitizer.job import Job
from digitizer.ledger.ledger import Ledger
from digitizer.tasks import Inspected

_CHUNKS_PER_SHARE = 4
"""For each worker: few enough that runs which share a folder end together, enough to keep all workers busy."""
_POLL_S = 2.0
"""Between two looks whether other runs have finished what they hold."""


def shares(files: Sequence[Inspected], ledger: Ledger, job: Job) -> Iterator[list[Inspected]]:
    """Yield all files, in parts that are to be read one after the other.

    With a shared ledger a part is claimed before it is yielded, and kept until the next is asked for. What other runs
    have claimed is waited for: they finish it, or give no more sign of life, and it is yielded here. What is read again
    is not shared out: the ledger holds it already.
    """
    if not ledger.shared or job.again:
        yield list(files)
        return
    owner = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
    pending = {each.sha256: each for each in files}
    try:
        while pending:
            claimed = _claim(list(pending.values()), ledger, job, owner)
            if claimed:
                with _kept(lambda: ledger.claim(sorted(claimed), owner, job.lease_s), job.lease_s / 4):  # noqa: B023
                    yield [pending.pop(digest) for digest in list(pending) if digest in claimed]
            else:
                time.sleep(min(_POLL_S, job.lease_s / 4))
            for digest in ledger.known(list(pending)):
                del pending[digest]
    finally:
        ledger.release(owner)


def _claim(files: Sequence[Inspected], ledger: Ledger, job: Job, owner: str) -> set[str]:
    """Claim the first part of which anything is free."""
    parts = _parts(files, _CHUNKS_PER_SHARE * job.workers * job.pages_per_chunk)
    return next(filter(None, (ledger.claim(part, owner, job.lease_s) for part in parts)), set())


def _parts(files: Sequence[Inspected], pages: int) -> Iterator[list[str]]:
    """Yield the digests of files that have so many pages together, or a few more."""
    part: list[str] = []
    room = pages
    for each in files:
        part.append(each.sha256)
        room -= each.info.pages if each.info else 0
        if room <= 0:
            yield part
            part, room = [], pages
    if part:
        yield part


@contextmanager
def _kept(renew: Callable[[], object], every_s: float) -> Iterator[None]:
    """Renew a claim every few seconds for as long as its scans are being read."""
    ended = threading.Event()

    def keep() -> None:
        while not ended.wait(every_s):
            with suppress(LedgerError):  # a lease that runs out costs that others read the same, nothing else
                renew()

    keeper = threading.Thread(target=keep, name="digitizer-lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()

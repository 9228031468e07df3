"""Keeps two runs from writing into one output folder."""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from digitizer.errors import FolderBusyError
from digitizer.ledger.trouble import plain_disk_errors

LOCK_FILE = ".digitizer.lock"


@contextmanager
def output_lock(out: Path) -> Iterator[None]:
    """Hold the output folder for this run.

    The lock is the kernel's (`flock`) and ends with the process however that ends, so a killed run leaves no
    stale lock. The file stays: removing it would let a third run lock a name that a second one still waits on.

    Raises
    ------
    FolderBusyError
        If another run holds it.
    LedgerError
        If the disk does not let it be held.
    """
    with ExitStack() as stack:
        with plain_disk_errors(str(out)):
            file = stack.enter_context((out / LOCK_FILE).open("a"))
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise FolderBusyError(
                    f"Another run is writing into {out}. Wait for it, or choose another --out."
                ) from error
        yield

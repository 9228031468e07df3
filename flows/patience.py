"""Tries again what may have healed meanwhile: a database or a storage that was away. Never a bad file.

Prefect's own retries of a flow know no conditions: they would repeat a folder that does not exist, or a bug. And no
task needs any: a bad file is a row, and what a task has read is put into the ledger by the run that started it. As the
ledger holds what was done, trying again costs a look at the folder.
"""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from digitizer.errors import LedgerError, LedgerVersionError, StorageError

WAITS_S = (10.0, 60.0, 300.0)
"""A database that restarts, a network that comes back, a machine that boots."""

Result = TypeVar("Result")


def patiently(
    work: Callable[[], Result],
    waits_s: Sequence[float],
    tell: Callable[[Exception, float], None] = lambda *_: None,
) -> Result:
    """Do the work; after an error that time may heal wait, and do it again.

    Parameters
    ----------
    waits_s
        Seconds before the second attempt, the third ...
    tell
        Told the error and the seconds until the next attempt.
    """
    for wait_s in waits_s:
        try:
            return work()
        except (LedgerError, StorageError, OSError) as error:
            if not may_heal(error):
                raise
            tell(error, wait_s)
        time.sleep(wait_s)
    return work()


def may_heal(error: Exception) -> bool:
    """Tell whether the same may succeed a while later: the database or the storage, not what the user asked for."""
    return isinstance(error, LedgerError | StorageError | OSError) and not isinstance(error, LedgerVersionError)

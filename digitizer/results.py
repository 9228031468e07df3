"""The ledger of a folder of results, as commands open it: beside the results, or where the environment says."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from digitizer.errors import UsageError

if TYPE_CHECKING:
    from digitizer.ledger.ledger import Ledger

DATABASE_VARIABLE = "DIGITIZER_DATABASE_URL"
"""Where the ledger is kept if not in the output folder."""


def database_url() -> str | None:
    """Return the URL of the database that holds the ledger; None where it lies with the results."""
    return os.environ.get(DATABASE_VARIABLE) or None


def require_folder(results: Path) -> None:
    """Raise `UsageError` if there is no such folder."""
    if not results.is_dir():
        raise UsageError(f"There is no such folder: {results}")


@contextmanager
def opened(results: Path, *, writable: bool = False) -> Iterator["Ledger"]:
    """Open the ledger of a folder of results that is there.

    Raises
    ------
    UsageError
        If there is no such folder, or no ledger.
    LedgerError
        If the ledger cannot be read.
    """
    from digitizer.ledger.ledger import open_ledger  # takes a while, and help has to come at once

    require_folder(results)
    with open_ledger(results, database_url(), writable=writable) as ledger:
        yield ledger

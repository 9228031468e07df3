"""Makes the CSVs anew from what people have decided, unless a run holds the folder: it will do so itself."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from digitizer.errors import FolderBusyError
from digitizer.ledger.export import write_results
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.lock import output_lock
from digitizer.ledger.provenance import Provenance


@dataclass(frozen=True, slots=True)
class Written:
    """Whether the files were written, and what to tell a person."""

    written: bool
    message: str


def project(out: Path, ledger: Ledger) -> Written:
    """Write `fields.csv`, `pages.csv` and `summary.json` of an output folder.

    Raises
    ------
    LedgerError
        If the ledger cannot be read, or the files cannot be written.
    """
    provenance = ledger.latest_provenance() or Provenance(version("digitizer"), "", "", threshold=1.0)
    lock: AbstractContextManager[None] = nullcontext() if ledger.shared else output_lock(out)
    try:
        with lock:
            write_results(out, ledger, provenance)
    except FolderBusyError:
        return Written(False, "A run is going on; it writes the CSV files when it ends, with what was decided.")
    return Written(True, "The CSV files hold what was decided.")

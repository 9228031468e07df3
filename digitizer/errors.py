"""Every error the library raises on purpose, and the exit code each one ends a command with.

DigitizerError                 1
├── UsageError                 2   the command cannot start as it was given
│   ├── TemplateError          2   a template is missing or wrong
│   └── ModelError             2   a model folder is missing, altered or of another kind
├── FolderBusyError           75   another run holds the output folder
├── StorageError               1   the storage of the scans does not answer, or refuses
├── LedgerError                1   the ledger cannot be written or read: disk full, database away, damaged
│   └── LedgerVersionError     2   a newer digitizer made it
└── ScanError                  -   one scan or page cannot be read: becomes a row, never ends a run
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command tells the program that started it."""

    OK = 0
    BUG = 1
    USAGE = 2
    INCOMPLETE = 3
    """Finished, but some pages were rejected or failed."""
    BUSY = 75


class DigitizerError(Exception):
    """Base of all errors raised on purpose; the message says what, where, and what to do."""

    exit_code: ExitCode = ExitCode.BUG


class UsageError(DigitizerError):
    """The command cannot start as it was given."""

    exit_code = ExitCode.USAGE


class TemplateError(UsageError):
    """A template is missing or wrong."""


class ModelError(UsageError):
    """A model folder is missing, altered, or holds another kind of model."""


class FolderBusyError(DigitizerError):
    """Another run holds the output folder."""

    exit_code = ExitCode.BUSY


class StorageError(DigitizerError):
    """The storage of the scans does not answer, or refuses; nothing was changed."""


class LedgerError(DigitizerError):
    """The ledger, or what is made of it, cannot be written or read; what it held is as it was."""


class LedgerVersionError(LedgerError):
    """The ledger was made by a newer digitizer."""

    exit_code = ExitCode.USAGE


class ScanError(DigitizerError):
    """One scan or page cannot be read.

    Parameters
    ----------
    reason
        A short, stable identifier (`truncated`, `encrypted`, `too_large` ...): it is the `reason`
        column of `pages.csv`. Never holds anything that a document says.
    sha256
        Of the file's bytes, if they could be read as a whole.
    """

    def __init__(self, reason: str, message: str = "", sha256: str = "") -> None:
        super().__init__(message or reason)
        self.reason = reason
        self.sha256 = sha256

"""What databases and disks complain about, in plain words: every such error becomes a `LedgerError` with advice."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from digitizer.errors import LedgerError

_FULL = "the disk is full. Free some space, then run again."
_READ_ONLY = (
    "it cannot be written to. See to its permissions, and whether its disk is mounted read-only; then run again."
)
_DAMAGED = "it is damaged. Restore it from a backup, or move it away and run again."
_DISK_FAULT = "the disk reports a fault. Look after the disk, then run again."
_BUSY = "another program holds it. Close that program, then run again."
_AWAY = "the database does not answer. See whether it runs and can be reached, then run again."
_REFUSED = "the database refuses access. See to its name, the user, the password and the user's rights; then run again."
_MISSING = "it cannot be opened. See whether the folder is there, and to its permissions; then run again."

_SQLITE_ADVICE = (
    (("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"), _FULL),  # the second: a file beside it found no room to grow
    (("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH"), _READ_ONLY),
    (("SQLITE_CORRUPT", "SQLITE_NOTADB"), _DAMAGED),
    (("SQLITE_IOERR",), _DISK_FAULT),
    (("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL"), _BUSY),
    (("SQLITE_CANTOPEN",), _MISSING),
)
# Classes and codes of SQLSTATE: PostgreSQL's documentation, appendix A.
_SQLSTATE_ADVICE = (
    (("53100",), _FULL),
    (("25006",), _READ_ONLY),
    (("28", "3D", "42501"), _REFUSED),
    (("XX001", "XX002"), _DAMAGED),
    (("58030",), _DISK_FAULT),
    (("55P03", "57014"), _BUSY),
)
_ERRNO_ADVICE = (
    ((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), _FULL),
    ((errno.EROFS, errno.EACCES, errno.EPERM), _READ_ONLY),
    ((errno.EIO,), _DISK_FAULT),
    ((errno.ENOENT, errno.ENOTDIR), _MISSING),
)

_LOST_STATES = ("08", "57P", "40001", "40P01", "53300")
"""Connection lost, server stopped or starting, a transaction that the server gave up for another, too many clients."""
_NEVER_HEALS = ("authentication failed", "does not exist", "pg_hba.conf", "no password", "translate host name")
"""In what is said about a connection that was not made; the client library gives no code for it."""


@contextmanager
def plain_errors(what: str) -> Iterator[None]:
    """Raise `LedgerError` for whatever the database or the disk complains about.

    Parameters
    ----------
    what
        What is being used, for the message: a path, or "the ledger's database".
    """
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise LedgerError(f"{what}: {_advice(error)}") from error


@contextmanager
def plain_disk_errors(what: str) -> Iterator[None]:
    """Like `plain_errors`, but let the database's errors pass, to be dealt with further up."""
    try:
        yield
    except OSError as error:
        raise LedgerError(f"{what}: {_advice(error)}") from error


def is_lost(error: BaseException) -> bool:
    """Return whether the connection was lost, or the server gave up a transaction, so that trying again may help."""
    if not isinstance(error, DBAPIError) or isinstance(error.orig, sqlite3.Error):
        return False
    state = _sqlstate(error)
    if state:
        return state.startswith(_LOST_STATES)
    if error.connection_invalidated:
        return True
    return type(error.orig).__name__ == "OperationalError" and not any(said in str(error.orig) for said in _NEVER_HEALS)


def _advice(error: Exception) -> str:
    """Say what is wrong and what to do; of the error itself only its kind is told, for it may quote what was read."""
    if isinstance(error, OSError):
        found = next((advice for codes, advice in _ERRNO_ADVICE if error.errno in codes), "")
        return found or f"{error.strerror or type(error).__name__}. See to the disk, then run again."
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(cause, sqlite3.Error):
        return _of_name(getattr(cause, "sqlite_errorname", ""), _SQLITE_ADVICE) or _unknown(cause)
    if isinstance(error, DBAPIError):
        not_let_in = _REFUSED if not _sqlstate(error) and any(said in str(cause) for said in _NEVER_HEALS) else ""
        found = _of_name(_sqlstate(error), _SQLSTATE_ADVICE) or (_AWAY if is_lost(error) else not_let_in)
        return found or _unknown(cause)
    return _unknown(cause)


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def _of_name(name: str, advice: tuple[tuple[tuple[str, ...], str], ...]) -> str:
    return next((said for starts, said in advice if name.startswith(starts)), "")


def _unknown(cause: BaseException) -> str:
    name = getattr(cause, "sqlite_errorname", "") or getattr(cause, "sqlstate", "") or ""
    kind = f"{type(cause).__name__} {name}".strip()
    return f"it cannot be used ({kind}). Restore it from a backup, or move it away and run again."

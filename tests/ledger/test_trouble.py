"""What databases and disks complain about, in plain words."""

import errno
import os
import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, InvalidRequestError, OperationalError

from digitizer.errors import LedgerError
from digitizer.ledger.trouble import is_lost, plain_errors

WRITTEN = "Anna Example"


def sqlite_error(name: str) -> Exception:
    """Return an error of SQLite as SQLAlchemy raises it."""
    error = sqlite3.OperationalError(WRITTEN)
    error.sqlite_errorname = name
    return OperationalError("INSERT", {"name": WRITTEN}, error)


def postgres_error(state: str, said: str = WRITTEN) -> DBAPIError:
    """Return an error of PostgreSQL as SQLAlchemy raises it; without a state, one of a connection that was not made."""
    kind = psycopg.errors.lookup(state) if state else psycopg.OperationalError
    return OperationalError("INSERT", {"name": WRITTEN}, kind(said))


CASES = [
    (sqlite_error("SQLITE_FULL"), "disk is full"),
    (sqlite_error("SQLITE_READONLY_DBMOVED"), "cannot be written"),
    (sqlite_error("SQLITE_CORRUPT_VTAB"), "is damaged"),
    (sqlite_error("SQLITE_NOTADB"), "is damaged"),
    (sqlite_error("SQLITE_IOERR_FSYNC"), "reports a fault"),
    (sqlite_error("SQLITE_BUSY"), "another program"),
    (sqlite_error("SQLITE_CANTOPEN"), "cannot be opened"),
    (sqlite_error("SQLITE_NEW"), "SQLITE_NEW"),
    (postgres_error("53100"), "disk is full"),
    (postgres_error("25006"), "cannot be written"),
    (postgres_error("28P01"), "refuses access"),
    (postgres_error("42501"), "refuses access"),
    (postgres_error("XX001"), "is damaged"),
    (postgres_error("57P01"), "does not answer"),
    (postgres_error("", "Connection refused"), "does not answer"),
    (postgres_error("", "FATAL: password authentication failed"), "refuses access"),
    (postgres_error("42703"), "42703"),
    (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "disk is full"),
    (OSError(errno.EROFS, os.strerror(errno.EROFS)), "cannot be written"),
    (OSError(errno.EIO, os.strerror(errno.EIO)), "reports a fault"),
    (OSError(errno.ENOENT, os.strerror(errno.ENOENT)), "cannot be opened"),
    (OSError(errno.EMFILE, os.strerror(errno.EMFILE)), "Too many open files"),
    (sqlite3.DatabaseError(WRITTEN), "DatabaseError"),
    (InvalidRequestError(WRITTEN), "InvalidRequestError"),
]


@pytest.mark.parametrize(("error", "said"), CASES)
def test_every_error_is_told_with_advice_and_quotes_nothing(error: Exception, said: str) -> None:
    """Whatever it is, it becomes a `LedgerError` that says where, what, and what to do."""
    with pytest.raises(LedgerError, match=said) as told, plain_errors("DIR/ledger.sqlite"):
        raise error

    assert str(told.value).startswith("DIR/ledger.sqlite: ")
    assert str(told.value).endswith("run again.")
    assert WRITTEN not in str(told.value)
    assert told.value.__cause__ is error


def test_what_is_no_trouble_of_the_ledger_passes() -> None:
    """A mistake of the program is not dressed up as a full disk."""
    with pytest.raises(ZeroDivisionError), plain_errors("DIR"):
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (postgres_error("57P01"), True),
        (postgres_error("57P03"), True),
        (postgres_error("08006"), True),
        (postgres_error("40P01"), True),
        (postgres_error("", "Connection refused"), True),
        (postgres_error("", 'database "x" does not exist'), False),
        (postgres_error("53100"), False),
        (postgres_error("23505"), False),
        (sqlite_error("SQLITE_BUSY"), False),
        (OSError(errno.EIO, "fault"), False),
    ],
)
def test_only_what_can_heal_is_tried_again(error: Exception, lost: bool) -> None:
    """A lost connection heals; a full disk, a wrong password and a file in use do not."""
    assert is_lost(error) is lost

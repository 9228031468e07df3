"""The two kinds of database a ledger may lie in, and transactions on them that heal what can heal."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from digitizer.errors import UsageError
from digitizer.ledger.trouble import is_lost, plain_errors

LEDGER_FILE = "ledger.sqlite"
WAITS_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Pauses between attempts when a connection is lost: a server that starts anew is back within a minute."""
FIRST_WAITS_S = WAITS_S[:4]
"""The same before the first transaction of all: an address that was mistyped should not take a minute to say so."""

_BUSY_TIMEOUT_S = 30
_POSTGRES_SESSION = (
    # A client whose machine was switched off must not hold its locks for the two hours of TCP's default.
    "SET tcp_keepalives_idle = 30",
    "SET tcp_keepalives_interval = 10",
    "SET tcp_keepalives_count = 3",
    "SET idle_in_transaction_session_timeout = '10min'",
)
_CONNECT_TIMEOUT_S = 10

Result = TypeVar("Result")


class Database:
    """An engine, and transactions on it.

    Attributes
    ----------
    place
        What messages call it: never with a password.
    """

    def __init__(self, engine: Engine, place: str) -> None:
        self.place = place
        self._engine = engine
        self._waits_s: Sequence[float] = FIRST_WAITS_S

    @property
    def shared(self) -> bool:
        """Whether several machines may use it at once."""
        return self._engine.dialect.name == "postgresql"

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Carry out a whole transaction, and again if the connection was lost on the way.

        `work` has to recognise what an attempt before it has done: the answer to a COMMIT may be what was lost.

        Raises
        ------
        LedgerError
            If it cannot be done; the database is then as it was.
        """
        return self.again(lambda: self._once(work, "BEGIN IMMEDIATE", "READ COMMITTED"))

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """Like `write`, for what only reads: all that `work` sees is of one moment."""
        return self.again(lambda: self._once(work, "BEGIN", "REPEATABLE READ"))

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Read at length: all that is seen is of one moment. A lost connection ends it.

        Raises
        ------
        LedgerError
            If the first connection cannot be made; what is raised inside passes as it is.
        """
        connection = self.again(lambda: self._open("BEGIN", "REPEATABLE READ"))
        try:
            yield connection
        finally:
            with plain_errors(self.place):
                connection.close()

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Wait until nobody else, on any machine, is inside with this name; without others, do nothing."""
        if not self.shared:
            yield
            return
        connection = self.again(lambda: self._open("", "AUTOCOMMIT"))
        try:
            with plain_errors(self.place):
                connection.execute(text("SELECT pg_advisory_lock(hashtext(:name))"), {"name": name})
            yield
        finally:
            # Not handed back to the pool: ending the session is what releases the lock, also after trouble.
            connection.invalidate()
            connection.close()

    @contextmanager
    def outside_transactions(self) -> Iterator[Any]:
        """Give the driver's own cursor, for the few statements that go with no transaction, such as `VACUUM`.

        Raises
        ------
        LedgerError
            If the database complains about one of them.
        """
        with plain_errors(self.place):
            connection = self._open("", "AUTOCOMMIT")
            kind = self._engine.dialect.loaded_dbapi.Error
            try:
                yield connection.connection.cursor()
            except kind as error:
                raise DBAPIError("", None, error) from error
            finally:
                connection.close()

    def close(self) -> None:
        """Close all connections; the last one removes SQLite's files beside the ledger."""
        with plain_errors(self.place):
            self._engine.dispose()

    def _once(self, work: Callable[[Connection], Result], begin: str, isolation: str) -> Result:
        connection = self._open(begin, isolation)
        try:
            result = work(connection)
            connection.commit()
        finally:
            connection.close()
        return result

    def _open(self, begin: str, isolation: str) -> Connection:
        if self.shared:
            return self._engine.connect().execution_options(isolation_level=isolation)
        return self._engine.connect().execution_options(begin=begin)

    def again(self, attempt: Callable[[], Result]) -> Result:
        """Carry out what uses the database, and again if the connection was lost on the way.

        Raises
        ------
        LedgerError
            If it cannot be done.
        """
        with plain_errors(self.place):
            for wait_s in self._waits_s:
                try:
                    result = attempt()
                except SQLAlchemyError as error:
                    if not is_lost(error):
                        raise
                    time.sleep(wait_s)
                else:
                    self._waits_s = WAITS_S
                    return result
            return attempt()


def sqlite_database(path: Path, *, writable: bool = True) -> Database:
    """Return the database of a file, which is made if it is missing and `writable`.

    Who only reads leaves no file behind and changes none: where the folder cannot be written to, the file is opened as
    one that nobody changes.
    """
    mode = "rwc" if writable else "rw"
    if not writable and _is_read_only(path):
        mode = "ro&immutable=1"
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            uri, uri=True, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, cached_statements=256
        )

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _pragmas(connection: sqlite3.Connection, _: Any) -> None:
        if writable:
            # NORMAL would lose acknowledged work when the power fails.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
        else:
            connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return Database(engine, str(path))


def postgres_database(url: str) -> Database:
    """Return the database that a URL such as `postgresql://user@host/name` leads to.

    Raises
    ------
    UsageError
        If it is no such URL, or the driver is not installed.
    """
    engine = _postgres_engine(_postgres_url(url))

    @event.listens_for(engine, "connect")
    def _session(connection: Any, _: Any) -> None:
        # Left open, this would be the first transaction of the pool's user.
        connection.autocommit = True
        for setting in _POSTGRES_SESSION:
            connection.execute(setting)
        connection.autocommit = False

    return Database(engine, "The ledger's database")


def _postgres_engine(url: URL) -> Engine:
    try:
        return create_engine(
            url,
            connect_args={"connect_timeout": _CONNECT_TIMEOUT_S},
            pool_pre_ping=True,
            hide_parameters=True,
        )
    except ImportError as error:
        raise UsageError(
            "A ledger in PostgreSQL needs the extra `postgres`: pip install 'digitizer[postgres]'"
        ) from error


def _postgres_url(url: str) -> URL:
    """Name the driver, whatever the spelling; nothing of the URL is quoted, for it may hold a password."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UsageError("DIGITIZER_DATABASE_URL is no URL such as postgresql://user@host/name.") from error
    if parsed.drivername.split("+")[0] not in ("postgresql", "postgres"):
        raise UsageError("DIGITIZER_DATABASE_URL has to begin with postgresql://, for that is the kind it can be.")
    return parsed.set(drivername="postgresql+psycopg")


def _is_read_only(path: Path) -> bool:
    return not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists()

"""The two kinds of database that a ledger may lie in: a SQLite file, and PostgreSQL by its URL."""

import logging
import os
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from digitizer.errors import UsageError
from digitizer.ledger.database import Database

_BUSY_TIMEOUT_S = 30
_POSTGRES_SESSION = (
    # A client whose machine was switched off must not hold its locks for the two hours of TCP's default.
    "SET tcp_keepalives_idle = 30",
    "SET tcp_keepalives_interval = 10",
    "SET tcp_keepalives_count = 3",
    "SET idle_in_transaction_session_timeout = '10min'",
)
_CONNECT_TIMEOUT_S = 10


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

    _quieten()

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
    _quieten()

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


def _quieten() -> None:
    """Keep tracebacks of lost connections off stderr where nobody has set up logging: a `LedgerError` tells of them."""
    logger = logging.getLogger("sqlalchemy")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())

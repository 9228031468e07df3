"""Transactions on the ledger's database, which are tried again where that may help."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from digitizer.ledger.trouble import is_lost, plain_errors

LEDGER_FILE = "ledger.sqlite"
WAITS_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Pauses between attempts when a connection is lost: a server that starts anew is back within a minute."""
FIRST_WAITS_S = WAITS_S[:4]
"""The same before the first transaction of all: an address that was mistyped should not take a minute to say so."""

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
        """Wait until nobody else, on any machine, is inside with this name; without others, do nothing.

        For what is carried out by `again`: the database's errors pass as they are.
        """
        if not self.shared:
            yield
            return
        connection = self._open("", "AUTOCOMMIT")
        try:
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

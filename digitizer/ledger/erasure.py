"""Takes the bytes of what was deleted out of the files of a database, where they lie until something covers them."""

import time
from typing import Any

from digitizer.errors import LedgerError
from digitizer.ledger.database import Database
from digitizer.ledger.schema import METADATA

WAIT_S = 60.0
"""How long others may still look at what was deleted before it is given up."""

_READERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend' AND backend_xmin IS NOT NULL"
)
_IN_USE = "Somebody reads the ledger, and what was deleted stays in its files as long. Purge again when nobody does."


def erase_leftovers(database: Database) -> None:
    """Write the database's files anew, so that nothing in them is left of what was deleted.

    It takes a while, and as much free space as what is left needs. What the file system does with the blocks that it
    frees is beyond its reach.

    Raises
    ------
    LedgerError
        If there is no space, or somebody reads the ledger all the while.
    """
    with database.outside_transactions() as cursor:
        if database.shared:
            _rewrite_postgres(cursor)
        else:
            _rewrite_sqlite(cursor)


def _rewrite_sqlite(cursor: Any) -> None:
    """Rewrite the file, then empty its log, in which earlier states lie too."""
    cursor.execute("VACUUM")
    busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise LedgerError(_IN_USE)


def _rewrite_postgres(cursor: Any) -> None:
    """Rewrite the tables; rows stay in them that somebody's transaction could still see."""
    until = time.monotonic() + WAIT_S
    while cursor.execute(_READERS).fetchone()[0]:
        if time.monotonic() > until:
            raise LedgerError(_IN_USE)
        time.sleep(0.2)
    cursor.execute(f"SET lock_timeout = '{WAIT_S:.0f}s'")
    for table in METADATA.sorted_tables:
        cursor.execute(f"VACUUM (FULL) {table.name}")

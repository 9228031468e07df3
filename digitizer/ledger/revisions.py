"""Who writes into the ledger waits for their turn, and says that what it shows has changed."""

from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy import Connection, select, update

from digitizer.ledger.schema import meta

Item = TypeVar("Item")

_MANY = 500
"""Values in one query: well below what either database takes."""


def lock_writers(connection: Connection) -> int:
    """Let the transactions that write follow each other; return the revision before this one."""
    return int(connection.execute(select(meta.c.revision).with_for_update()).scalar_one())


def next_revision(connection: Connection) -> int:
    """Say that the CSVs are no longer what the ledger says; return the revision from now on."""
    query = update(meta).values(revision=meta.c.revision + 1).returning(meta.c.revision)
    return int(connection.execute(query).scalar_one())


def in_parts(items: Iterable[Item]) -> Iterable[list[Item]]:
    """Return some hundred items at a time, each once."""
    unique = list(dict.fromkeys(items))
    return (unique[start : start + _MANY] for start in range(0, len(unique), _MANY))

"""Ledgers to test with: each test of `place` runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from digitizer.ledger.ledger import Ledger, open_ledger
from tests.postgres import Server, postgres_server


@dataclass(frozen=True)
class Place:
    """Where a ledger lies, empty at first: an output folder, and the URL of a database where it is one."""

    out: Path
    url: str | None = None

    def open(self) -> AbstractContextManager[Ledger]:
        """Open the ledger."""
        return open_ledger(self.out, self.url)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Run PostgreSQL, once for all tests of the ledger."""
    with postgres_server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Provide a place on each kind of database."""
    if request.param == "sqlite":
        return Place(tmp_path)
    running: Server = request.getfixturevalue("server")
    return Place(tmp_path, running.new_database())

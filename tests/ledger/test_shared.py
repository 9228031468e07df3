"""A ledger that several runs share: leases, and a server that dies under way."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from digitizer.errors import LedgerError
from digitizer.ledger import database
from digitizer.ledger.export import write_results
from digitizer.ledger.ledger import Ledger, open_ledger
from tests.ledger.recorded import COMB, PROVENANCE, a_field, a_scan, digest_of
from tests.postgres import Server, postgres_server

LONG_S = 100.0


@pytest.fixture
def url(server: Server) -> str:
    """Provide an empty database."""
    return server.new_database()


@pytest.fixture
def ledger(tmp_path: Path, url: str) -> Iterator[Ledger]:
    """Provide an open ledger in PostgreSQL."""
    with open_ledger(tmp_path, url) as opened:
        yield opened


def test_a_scan_is_claimed_by_one_only(ledger: Ledger) -> None:
    """What another holds is not handed out; one's own is, again."""
    assert ledger.claim(["a", "b"], "one", LONG_S) == {"a", "b"}
    assert ledger.claim(["a", "b", "c"], "two", LONG_S) == {"c"}
    assert ledger.claim(["a", "b", "c"], "one", LONG_S) == {"a", "b"}


def test_a_lease_that_ran_out_is_taken_over(ledger: Ledger) -> None:
    """Whoever claimed it and died keeps nobody from reading it for longer than it said."""
    ledger.claim(["a"], "dead", 0.0)

    assert ledger.claim(["a"], "two", LONG_S) == {"a"}
    assert ledger.claim(["a"], "dead", LONG_S) == set()


def test_what_is_released_is_free(ledger: Ledger) -> None:
    """A run that ends gives back what it did not read."""
    ledger.claim(["a"], "one", LONG_S)
    ledger.release("one")

    assert ledger.claim(["a"], "two", LONG_S) == {"a"}


def test_a_scan_that_is_done_is_not_handed_out(ledger: Ledger) -> None:
    """Nor is its lease kept; who wants to read it again says as of when it knows the ledger."""
    digest = digest_of("a.png")
    ledger.claim([digest], "one", LONG_S)
    ledger.put_scans([a_scan("a.png")], PROVENANCE)

    assert ledger.claim([digest], "two", LONG_S) == set()
    assert ledger.claim([digest], "two", LONG_S, since=ledger.revision()) == {digest}


def test_a_ledger_of_ones_own_hands_out_everything(tmp_path: Path) -> None:
    """The lock of the folder makes leases needless."""
    with open_ledger(tmp_path) as alone:
        assert alone.claim(["a"], "one", LONG_S) == alone.claim(["a"], "two", LONG_S) == {"a"}
        alone.release("one")


def test_many_runs_put_in_and_claim_at_once(tmp_path: Path, url: str) -> None:
    """Eight that make the tables, put in the same and other scans and write results: all is there, once."""

    def work(number: int) -> None:
        with open_ledger(tmp_path, url) as one:
            for name in ("same", f"own{number}", "same2"):
                one.put_scans([a_scan(name, fields=(a_field("one", COMB),))], PROVENANCE)
                one.claim([digest_of(name), str(number)], str(number), LONG_S)
            write_results(tmp_path, one, PROVENANCE)

    with ThreadPoolExecutor(8) as runs:
        list(runs.map(work, range(8)))

    lines = (tmp_path / "pages.csv").read_text().splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == [*(f"own{number}" for number in range(8)), "same", "same2"]
    assert len((tmp_path / "fields.csv").read_text().splitlines()) == 11


def test_an_answer_that_was_lost_does_not_double(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The transaction was carried out, but its end was not heard of: trying again finds that out."""
    monkeypatch.setattr(database, "WAITS_S", (0.0,))
    monkeypatch.setattr(ledger.database, "_waits_s", (0.0,))
    commit = Connection.commit
    lost: list[bool] = []

    def lose_the_answer(connection: Connection) -> None:
        commit(connection)
        if not lost:
            lost.append(True)
            connection.connection.close()
            raise DBAPIError("", None, psycopg.OperationalError("server closed the connection"))

    monkeypatch.setattr(Connection, "commit", lose_the_answer)
    ledger.put_scans([a_scan("a.png", fields=(a_field("one", COMB),))], PROVENANCE)

    assert lost
    assert len(list(ledger.rows())) == ledger.revision() == 1


def test_a_server_that_dies_costs_time_only(tmp_path: Path) -> None:
    """Killed three times while scans go in and rows come out, it has every one of them once."""
    scans = [a_scan(f"{number:03}", fields=(a_field("one", COMB),)) for number in range(60)]
    with postgres_server() as server, open_ledger(tmp_path, server.new_database()) as ledger:
        for number, scan in enumerate(scans):
            if number % 20 == 10:
                server.kill()
                threading.Timer(0.2, server.start).start()
            ledger.put_scans([scan], PROVENANCE)
        server.kill()
        threading.Timer(0.2, server.start).start()
        summary = write_results(tmp_path, ledger, PROVENANCE)

        assert summary.files == summary.field_count == 60
        assert [row.scan for row in ledger.rows()] == [scan.source for scan in scans]


def test_a_server_that_stays_away_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to look after."""
    monkeypatch.setattr(database, "WAITS_S", (0.0, 0.1))
    with postgres_server() as server, open_ledger(tmp_path, server.new_database()) as ledger:
        server.kill()

        with pytest.raises(LedgerError, match="See whether it runs"):
            ledger.put_scans([a_scan("a.png")], PROVENANCE)


def test_a_database_that_does_not_exist_is_told_at_once(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot heal is not tried again."""
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("waited"))
    url = f"postgresql://digitizer@127.0.0.1:{server.port}/nowhere"

    with pytest.raises(LedgerError, match="refuses access"), open_ledger(tmp_path, url):
        pass

"""`digitizer review`: how it starts, what it says, and how it ends."""

import socket
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from digitizer.errors import UsageError
from digitizer.ledger import review
from digitizer.ledger.ledger import open_ledger
from digitizer.ledger.lock import output_lock
from digitizer.ledger.review import Decision, Screen
from digitizer.review import server
from digitizer.review.results import Written
from digitizer.review.server import Reviewing, serve
from digitizer.review_commands import review as command
from tests.review.scans_to_review import fill
from tests.review.serving import serving


def settle_all(out: Path) -> None:
    """Say that all sevens in doubt are sevens."""
    with open_ledger(out) as ledger:
        cells = review.next_sheet(ledger, "anna", "7", 10, 60).cells
        said = [
            Decision(f"c{number}", "anna", Screen.SHEET, cell.key, cell.position, "7", "7", cell.seen)
            for number, cell in enumerate(cells)
        ]
        assert review.decide(ledger, said) == []


def test_ctrl_c_ends_it_and_writes_what_was_decided(tmp_path: Path) -> None:
    """The exit code is 0, nothing is complained of, and the CSV says what people have said."""
    _, out = fill(tmp_path)
    with serving(out) as served:
        settle_all(out)

    assert (served.exit_code, served.errors) == (0, "")
    assert "The CSV files hold what was decided." in served.output
    assert "confirmed" in (out / "fields.csv").read_text()


def test_a_run_that_holds_the_folder_is_left_to_write(tmp_path: Path) -> None:
    """It is told, and is no error."""
    _, out = fill(tmp_path)
    with output_lock(out), serving(out) as served:
        pass

    assert (served.exit_code, served.errors) == (0, "")
    assert "A run is going on" in served.output


def test_the_address_is_the_same_each_time(tmp_path: Path) -> None:
    """Marks that a browser has kept are found again by it; if it is taken, there is another."""
    _, out = fill(tmp_path)
    with serving(out) as first, serving(out) as second:
        pass
    with serving(out) as third:
        pass

    assert first.root == third.root != second.root


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    """Who asks for a port gets that one or none."""
    _, out = fill(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=str(port)):
            serve(Reviewing(out=out, reviewer="anna", port=port), lambda _: None, browser=False)


def test_a_folder_without_a_ledger_is_told(tmp_path: Path) -> None:
    """Review makes no ledger."""
    with pytest.raises(UsageError, match="ledger"):
        serve(Reviewing(out=tmp_path, reviewer="anna"), lambda _: None, browser=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("host", "warned"), [("127.0.0.1", False), ("192.0.2.1", True)])
def test_the_network_is_warned_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, warned: bool) -> None:
    """Whoever opens the page to other machines is told what that means."""
    monkeypatch.setattr(server, "serve", lambda *_, **__: Written(True, "done"))
    app = Typer()
    app.command()(command)
    result = CliRunner().invoke(app, [str(tmp_path), "--host", host])

    assert result.exit_code == 0
    assert ("warning" in result.stderr) == warned


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 61])
def test_a_name_is_one_line(tmp_path: Path, name: str) -> None:
    """It stands in a column of the CSV."""
    with pytest.raises(UsageError, match="--reviewer"):
        command(tmp_path, reviewer=name)

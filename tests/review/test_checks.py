"""Checks of reviewers on the page: nothing that the browser gets tells them from other cells."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner

from digitizer.ledger import review
from digitizer.ledger.checks import catch_rates
from digitizer.ledger.ledger import open_ledger
from digitizer.ledger.review import Decision, Screen
from digitizer.review import api, server
from digitizer.review.app import build_app
from digitizer.review.desk import Desk
from digitizer.review.results import Written
from digitizer.review.rule_check import RuleCheck
from digitizer.review.security import Door, loopback_hosts
from digitizer.review.server import Reviewing
from digitizer.review.whole_page import PageViewer
from digitizer.review_commands import review as command
from tests.review.asking import ORIGIN, TOKEN, Page, TestClient
from tests.review.scans_to_review import fill, many_sevens

Json = dict[str, Any]
SETTLED, ALL = 6, 12


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """Provide the page as anna sees it: half of the sevens in doubt are ones, bob has said."""
    scans, out = fill(tmp_path, many_sevens(ALL))
    with open_ledger(out) as ledger:
        cells = review.next_sheet(ledger, "bob", "7", SETTLED, 60).cells
        review.decide(
            ledger,
            [
                Decision(f"b{at}", "bob", Screen.SHEET, cell.key, cell.position, "7", "1", cell.seen)
                for at, cell in enumerate(cells)
            ],
        )
        viewer = PageViewer(ledger, str(scans))
        desk = Desk(out, ledger, viewer, RuleCheck(ledger), check_share=1.0)
        door = Door(TOKEN, frozenset(loopback_hosts()), 8000, "anna")
        client = TestClient(build_app(desk, door), base_url=ORIGIN)
        client.get(f"/?token={TOKEN}")
        yield Page(client, ledger, out)
        viewer.close()


def settled(page: Page) -> set[str]:
    """Return the fields that nobody has to see any more."""
    [rows] = page.ledger.rows()
    return {row.field for row in rows.fields if row.status != "review"}


def confirmed(sheet: Json) -> list[Json]:
    """Return what the page says of a sheet that is left as it is."""
    return [
        cell | {"client_id": f"c{at}", "screen": "sheet", "before": "7", "after": "7"}
        for at, cell in enumerate(sheet["cells"])
    ]


def test_nothing_on_a_sheet_tells_a_check(page: Page) -> None:
    """All cells are told by the same names, of the same state; so are their fields, when one looks at them."""
    known = settled(page)
    cells = page.ask("sheet")["cells"]
    told = {bool(cell["key"]["field"] in known): cell for cell in cells}
    looked_at = {check: page.ask("field", key=cell["key"]) for check, cell in told.items()}

    assert len(cells) == ALL
    assert told[True].keys() == told[False].keys()
    assert told[True]["seen"] == told[False]["seen"]
    assert looked_at[True].keys() == looked_at[False].keys() == {*api._LOOKED_AT}


def test_a_check_is_answered_and_taken_back_like_any_cell(page: Page) -> None:
    """The answers are the same, and its field stays as it is."""
    known = settled(page)
    sheet = page.ask("sheet")

    assert page.ask("decide", decisions=confirmed(sheet)) == {"conflicts": []}
    [rate] = catch_rates(page.ledger)
    assert (rate.reviewer, rate.checks, rate.caught) == ("anna", SETTLED, 0)
    [rows] = page.ledger.rows()
    assert {row.value for row in rows.fields if row.field in known} == {"4711"}
    events = page.ask("undo", count=ALL, client_id="u1")["events"]
    assert {event["kind"] for event in events} == {"cell"}
    assert len(events) == ALL
    assert catch_rates(page.ledger) == []


def test_ones_own_rate_is_told_later(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, it would tell which cells were checks; and nobody is told that of others."""
    page.ask("decide", decisions=confirmed(page.ask("sheet")))
    at_once = page.client.get("/api/progress").json()["checks"]
    monkeypatch.setattr(api, "CHECKS_TOLD_AFTER_S", -10)
    later = page.client.get("/api/progress").json()["checks"]

    assert at_once is None
    assert (later["checks"], later["caught"], later["low"]) == (SETTLED, 0, 0.0)
    assert page.another("bob").client.get("/api/progress").json()["checks"] is None


def test_the_share_is_asked_for_by_an_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it there are none."""
    asked: list[Reviewing] = []

    def serve(reviewing: Reviewing, *_: object, **__: object) -> Written:
        asked.append(reviewing)
        return Written(True, "done")

    monkeypatch.setattr(server, "serve", serve)
    app = Typer()
    app.command()(command)
    results = [CliRunner().invoke(app, [str(tmp_path), *more]) for more in ([], ["--check-share", "0.02"])]

    assert [result.exit_code for result in results] == [0, 0]
    assert [reviewing.check_share for reviewing in asked] == [0.0, 0.02]
    assert CliRunner().invoke(app, [str(tmp_path), "--check-share", "0.6"]).exit_code == 2


def test_the_share_reaches_the_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page works with it."""
    _, out = fill(tmp_path)

    def build(desk: Desk, _: Door) -> None:
        raise InterruptedError(f"{desk.check_share:.0%}")  # in place of serving

    monkeypatch.setattr(server, "build_app", build)
    with pytest.raises(InterruptedError, match="2%"):
        server.serve(Reviewing(out=out, reviewer="anna", check_share=0.02), lambda _: None, browser=False)

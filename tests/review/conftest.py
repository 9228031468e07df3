"""A review page over a small ledger."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from digitizer.ledger.ledger import open_ledger
from digitizer.review.app import build_app
from digitizer.review.desk import Desk
from digitizer.review.rule_check import RuleCheck
from digitizer.review.security import Door, loopback_hosts
from digitizer.review.whole_page import PageViewer
from tests.postgres import Server, postgres_server
from tests.review.asking import ORIGIN, TOKEN, Page, TestClient
from tests.review.chromium import chromium
from tests.review.scans_to_review import fill


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """Provide the page as anna sees it, who has come in by the link."""
    scans, out = fill(tmp_path)
    with open_ledger(out) as ledger:
        viewer = PageViewer(ledger, str(scans))
        door = Door(TOKEN, frozenset(loopback_hosts()), 8000, "anna")
        client = TestClient(build_app(Desk(out, ledger, viewer, RuleCheck(ledger)), door), base_url=ORIGIN)
        client.get(f"/?token={TOKEN}")
        yield Page(client, ledger, out)
        viewer.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[BrowserContext]:
    """Provide one browser for all tests of a module: each has a server of its own, and with it storage of its own."""
    with chromium() as context:
        yield context


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Run PostgreSQL, once for all tests of the page."""
    with postgres_server() as running:
        yield running

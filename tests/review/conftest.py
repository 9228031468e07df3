"""A review page over a small ledger."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from digitizer.ledger.ledger import open_ledger
from digitizer.review.app import build_app
from digitizer.review.desk import Desk
from digitizer.review.rule_check import RuleCheck
from digitizer.review.security import Door, loopback_hosts
from digitizer.review.whole_page import PageViewer
from tests.review.asking import ORIGIN, TOKEN, Page, TestClient
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

"""A browser's side of the review page, without a browser."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitizer.ledger.ledger import Ledger

__all__ = ["ORIGIN", "TOKEN", "Page", "TestClient"]

with warnings.catch_warnings():
    # It would rather have the successor of the HTTP library that it is installed with.
    warnings.filterwarnings("ignore", message="Using `httpx`")
    from starlette.testclient import TestClient

ORIGIN = "http://127.0.0.1:8000"
TOKEN = "the-token"  # noqa: S105 - of a test


@dataclass(frozen=True)
class Page:
    """What a person's browser says: `client` sends what it is told, `post` what a script of the page would."""

    client: TestClient
    ledger: Ledger
    out: Path

    def post(self, work: str, /, **told: Any) -> Any:
        """Ask for something as the page does; return the answer."""
        return self.client.post(f"/api/{work}", json=told, headers={"Origin": ORIGIN})

    def ask(self, work: str, /, **told: Any) -> Any:
        """Ask for what has to be granted; return its JSON."""
        answer = self.post(work, **told)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def another(self, reviewer: str) -> "Page":
        """Return the page as somebody else sees it, who has come in by the same link."""
        client = TestClient(self.client.app, base_url=ORIGIN)
        client.get(f"/?token={TOKEN}")
        page = Page(client, self.ledger, self.out)
        page.ask("reviewer", name=reviewer)
        return page

"""Who lingers on a screen keeps what is on it; whoever has gone does not. The browser's clock is put forward."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from sqlalchemy import select, update

from digitizer.ledger.ledger import open_ledger
from digitizer.ledger.schema import review_leases
from tests.review.chromium import needs_chromium, opened
from tests.review.scans_to_review import fill, many_sevens
from tests.review.serving import Served, serving

pytestmark = needs_chromium()
HOLD = "**/api/hold"
MINUTE_MS = 60_000
_HIDE = """state => {
  Object.defineProperty(document, "visibilityState", { get: () => state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Provide a page over some sevens, and one field that is seen as a whole."""
    _, out = fill(tmp_path, many_sevens(6))
    with serving(out, "--reviewer", "anna") as served:
        yield served


@pytest.fixture
def sheet(browser: BrowserContext, served: Served) -> Iterator[Page]:
    """Provide the sheet of sevens, its clock at our command."""
    with opened(browser, served) as page:
        page.clock.install()
        page.goto(f"{served.root}/sheets")
        expect(page.locator(".tile")).to_have_count(6)
        yield page


def nearly_over(out: Path) -> None:
    """Leave the holder five seconds."""
    with open_ledger(out) as ledger:
        ledger.database.write(lambda each: each.execute(update(review_leases).values(until=time.time() + 5)))


def left_s(out: Path) -> list[float]:
    """Return for how long things are held."""
    with open_ledger(out) as ledger:
        rows = ledger.database.read(lambda each: each.execute(select(review_leases.c.until)).scalars().all())
    return [until - time.time() for until in rows]


def holds(page: Page, minutes: int) -> int:
    """Return how often the page holds on to what it shows in some minutes."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/hold") else None)
    for _ in range(minutes):
        page.clock.fast_forward(MINUTE_MS)
    page.wait_for_load_state("networkidle")
    return len(asked)


def test_who_looks_at_a_sheet_keeps_it(sheet: Page, served: Served) -> None:
    """Each minute anew, for half an hour from then on."""
    nearly_over(served.out)
    with sheet.expect_response(HOLD) as answer:
        sheet.clock.fast_forward(MINUTE_MS + 1000)

    assert answer.value.ok
    assert min(left_s(served.out)) > 1000
    assert len(left_s(served.out)) == 6


def test_a_page_that_is_hidden_for_long_lets_go(sheet: Page) -> None:
    """It goes on for ten minutes, and at once when it is seen again."""
    sheet.evaluate(_HIDE, "hidden")
    assert 8 <= holds(sheet, 10) <= 10
    assert holds(sheet, 10) == 0
    with sheet.expect_response(HOLD):
        sheet.evaluate(_HIDE, "visible")


def test_a_page_that_nobody_has_touched_for_hours_lets_go(sheet: Page) -> None:
    """A screen that was left on keeps nobody from the work; a key is a sign of life."""
    sheet.clock.fast_forward(2 * 60 * MINUTE_MS)
    assert holds(sheet, 5) == 0
    sheet.keyboard.press("ArrowRight")
    assert holds(sheet, 2) >= 1


def test_a_hold_that_fails_disturbs_nobody(sheet: Page) -> None:
    """No message, and what is typed is saved."""
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        if len(refused) % 2:
            route.abort()
        else:
            route.fulfill(status=503, json={"error": "busy"})

    sheet.route(HOLD, refuse)
    for _ in range(4):
        sheet.clock.fast_forward(MINUTE_MS)
    sheet.keyboard.press("1")
    expect(sheet.locator(".tile[data-mark='1']")).to_have_count(1)
    expect(sheet.locator("#saved")).to_have_text("all saved")

    assert len(refused) >= 3
    expect(sheet.locator("#notes > *")).to_have_count(0)
    expect(sheet.locator("#offline")).to_be_hidden()

"""What a person notices who settles thousands of digits by keyboard: nothing unseen is confirmed, every key answers."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.review.chromium import needs_chromium, opened
from tests.review.scans_to_review import a_field, fill
from tests.review.serving import Served, serving

pytestmark = needs_chromium()
SOME_MS = 400


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Provide a page over 24 sevens and 12 ones in doubt, for anna."""
    fields = [a_field(at % 6, f"f{at:02}", "4717", doubtful=(1, 2, 3)) for at in range(12)]
    with serving(fill(tmp_path, fields)[1], "--reviewer", "anna") as served:
        yield served


@pytest.fixture
def sheet(browser: BrowserContext, served: Served) -> Iterator[Page]:
    """Provide the sheet of sevens, which has been looked at."""
    with opened(browser, served) as page:
        page.clock.install()
        page.goto(f"{served.root}/sheets")
        shows(page, "7", 24)
        page.clock.run_for(SOME_MS)
        yield page


def shows(page: Page, symbol: str, count: int) -> None:
    """Wait until a sheet is there with its picture."""
    expect(page.locator("#symbol")).to_have_text(symbol)
    expect(page.locator(".tile")).to_have_count(count)
    painted = page.locator("#tile-0").evaluate("tile => tile.style.backgroundImage")
    expect(page.locator("body")).to_have_attribute("data-ready", re.sub('url\\("(.*)"\\)', r"\1", painted))


def test_a_sheet_that_has_only_just_come_is_not_confirmed(sheet: Page) -> None:
    """Enter pressed twice is meant once."""
    sheet.clock.pause_at(sheet.evaluate("Date.now() + 1000"))
    sheet.keyboard.press("Enter")
    shows(sheet, "1", 12)
    sheet.keyboard.press("Enter")
    expect(sheet.locator("#said")).to_contain_text("only just come")
    shows(sheet, "1", 12)
    sheet.clock.run_for(SOME_MS)
    sheet.keyboard.press("Enter")
    expect(sheet.locator("#empty")).to_be_visible()


def test_a_key_that_is_held_down_confirms_one_sheet(sheet: Page) -> None:
    """Whatever the time it takes."""
    sheet.keyboard.down("Enter")
    shows(sheet, "1", 12)
    sheet.wait_for_timeout(SOME_MS)
    sheet.keyboard.down("Enter")
    sheet.keyboard.up("Enter")
    sheet.wait_for_timeout(SOME_MS)  # for what must not happen
    shows(sheet, "1", 12)


def test_a_digit_says_what_it_is_while_its_field_is_shown(sheet: Page) -> None:
    """One key, and not one to close what is shown and one more."""
    sheet.keyboard.press("F2")
    expect(sheet.locator("#strip-dialog")).to_be_visible()
    sheet.keyboard.press("4")
    expect(sheet.locator("#strip-dialog")).not_to_be_visible()
    expect(sheet.locator("#tile-0")).to_have_attribute("data-mark", "4")
    expect(sheet.locator("#sheet")).to_be_focused()


def test_nothing_is_undone_by_a_key_that_closes_what_is_shown(sheet: Page) -> None:
    """Any key closes it."""
    sheet.keyboard.press("4")
    sheet.keyboard.press("F2")
    expect(sheet.locator("#strip-dialog")).to_be_visible()
    sheet.keyboard.press("u")
    expect(sheet.locator("#strip-dialog")).not_to_be_visible()
    expect(sheet.locator("#tile-0")).to_have_attribute("data-mark", "4")


def test_an_arrow_that_closes_what_is_shown_does_not_move(sheet: Page) -> None:
    """The first only closes it; the cursor is where it was."""
    sheet.keyboard.press("F2")
    expect(sheet.locator("#strip-dialog")).to_be_visible()
    sheet.keyboard.press("ArrowRight")
    expect(sheet.locator("#strip-dialog")).not_to_be_visible()
    expect(sheet.locator("#sheet")).to_have_attribute("aria-activedescendant", "tile-0")
    sheet.keyboard.press("ArrowRight")
    expect(sheet.locator("#sheet")).to_have_attribute("aria-activedescendant", "tile-1")


def test_a_key_without_a_meaning_is_told(sheet: Page) -> None:
    """Until the next key, in sight also where the page is enlarged and scrolled."""
    sheet.set_viewport_size({"width": 640, "height": 400})
    sheet.keyboard.press("End")
    sheet.keyboard.press("q")
    expect(sheet.locator("#said")).to_have_text("That key means nothing here.")
    expect(sheet.locator("#said")).to_be_in_viewport(ratio=1)
    sheet.keyboard.press("ArrowLeft")
    expect(sheet.locator("#said")).to_have_text("")


def test_messages_are_in_sight_wherever_one_has_scrolled_to(sheet: Page) -> None:
    """They are about what was just done."""
    sheet.set_viewport_size({"width": 640, "height": 200})
    sheet.keyboard.press("End")
    sheet.evaluate("scrollTo(0, document.body.scrollHeight)")
    sheet.keyboard.press("F9")
    expect(sheet.locator("#notes .note")).to_be_in_viewport(ratio=1)


def test_a_symbol_that_nothing_was_read_as_leaves_the_sheet(sheet: Page) -> None:
    """It is told that there is none of it, and not that nothing waits."""
    sheet.get_by_role("button", name="3", exact=True).press("Enter")
    expect(sheet.locator("#notes .note")).to_contain_text("No digits that were read as 3")
    shows(sheet, "7", 24)


def test_from_screen_to_screen_by_one_key(sheet: Page, served: Served) -> None:
    """Where nothing waits any more the way on is a key, as on the overview."""
    sheet.goto(f"{served.root}/")
    sheet.keyboard.press("2")
    expect(sheet.locator("#empty")).to_be_visible()
    expect(sheet.locator("#keys")).to_contain_text("digit sheets")
    sheet.keyboard.press("1")
    shows(sheet, "7", 24)

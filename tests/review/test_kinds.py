"""Whole numbers in one frame, and tick boxes, in a real browser: read from a scan, settled by keyboard."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.review.chromium import needs_chromium, opened
from tests.review.forms_to_review import fill_form
from tests.review.serving import Served, serving

pytestmark = needs_chromium()


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Read the form once."""
    return fill_form(tmp_path_factory.mktemp("visit"))


@pytest.fixture
def served(visit: tuple[Path, Path, Path], tmp_path: Path) -> Iterator[Served]:
    """Provide a page over what was read, for anna."""
    scans, read, template = visit
    out = tmp_path / "out"
    shutil.copytree(read, out)
    with serving(out, "--scans", str(scans), "--template", str(template), "--reviewer", "anna") as served:
        yield served


@pytest.fixture
def page(browser: BrowserContext, served: Served) -> Iterator[Page]:
    """Provide the fields, the number of rooms first."""
    with opened(browser, served) as page:
        page.goto(f"{served.root}/fields")
        expect_field(page, "rooms")
        yield page


def expect_field(page: Page, name: str) -> None:
    """Wait until a field is shown, the cursor in it."""
    expect(page.locator("#name")).to_contain_text(f"{name} ·")
    expect(page.locator("input:focus")).to_have_attribute("aria-label", f"{name}{SUFFIX[name]}")


def press(page: Page, *keys: str) -> None:
    """Press keys, one after the other."""
    for key in keys:
        page.keyboard.press(key)


SUFFIX = {"rooms": ": the number", "nights": ": the number", "agreed": ", tick box", "moved": ", tick box"}


def rows(out: Path) -> dict[str, tuple[str, str, str]]:
    """Return value, cells and status of each field as the CSV has them."""
    with (out / "fields.csv").open(encoding="utf-8", newline="") as file:
        return {row["field"]: (row["value"], row["cells"], row["status"]) for row in csv.DictReader(file)}


def test_numbers_and_tick_boxes_by_keyboard(page: Page, served: Served) -> None:
    """Numbers of another length, a box that is ticked and one that is not; all of it stands in the CSV."""
    expect(page.locator("input:focus")).to_have_value("412")
    press(page, "9", "9", "9", "9")
    expect(page.locator("#rules")).to_contain_text("Against the rules")
    press(page, "Backspace", "Backspace")
    expect(page.locator("#rules")).to_have_text("All rules are obeyed.")
    press(page, "Enter")
    expect_field(page, "nights")
    press(page, "End", "0", "Enter")
    expect_field(page, "agreed")
    expect(page.locator("#meaning")).to_have_text("Not ticked.")
    expect(page.locator("#rules")).to_contain_text("something has to stand here")
    press(page, "1")
    expect(page.locator("#meaning")).to_have_text("Ticked.")
    expect(page.locator("#rules")).to_have_text("All rules are obeyed.")
    press(page, "Enter")
    expect_field(page, "moved")
    press(page, "0")
    expect(page.locator("#meaning")).to_have_text("Not ticked.")
    press(page, "Enter")
    expect(page.locator("#empty")).to_be_visible()
    press(page, "F9")
    expect(page.locator("#notes .note.done").last).to_contain_text("hold what was decided")

    assert rows(served.out) == {
        "rooms": ("99", "99", "corrected"),
        "nights": ("750", "750", "corrected"),
        "agreed": ("1", "1", "corrected"),
        "moved": ("", "_", "corrected"),
    }


def test_a_blank_number_has_to_be_said(page: Page, served: Served) -> None:
    """An empty line is none; the key for blank, crossed out or unsure stands for the whole number."""
    press(page, "Backspace", "Enter")
    expect(page.locator("#said")).to_contain_text("No number yet")
    press(page, "4", "1", "x")
    expect(page.locator("#meaning")).to_have_text("Crossed out.")
    press(page, "b")
    expect(page.locator("#meaning")).to_have_text("Nothing is written.")
    press(page, "Enter")
    expect_field(page, "nights")
    press(page, "F9")
    expect(page.locator("#notes .note.done")).to_be_visible()

    assert rows(served.out)["rooms"] == ("", "_", "corrected")


def test_who_types_faster_than_the_rules_answer_is_warned(page: Page) -> None:
    """Enter right after the last digit waits for them; once more accepts what is written so."""
    press(page, "9", "9", "9", "9", "Enter")
    expect(page.locator("#said")).to_contain_text("accept again if it is written so")
    expect_field(page, "rooms")
    press(page, "Enter")
    expect_field(page, "nights")


def test_a_tick_box_is_ticked_or_not(page: Page) -> None:
    """No other digit goes into it; its keys stand at the foot of the page."""
    press(page, "PageDown", "PageDown")
    expect_field(page, "agreed")
    expect(page.locator("#keys")).to_contain_text("not ticked")
    press(page, "7")
    expect(page.locator("#said")).to_contain_text("A tick box is ticked")
    expect(page.locator("input:focus")).to_have_value("_")


def test_a_key_that_is_held_down_accepts_one_field(page: Page) -> None:
    """What nobody has looked at is not accepted."""
    page.keyboard.down("Enter")
    expect_field(page, "nights")
    expect(page.locator("input:focus")).to_have_value("75")
    page.keyboard.down("Enter")
    page.wait_for_timeout(400)  # for what must not happen
    expect_field(page, "nights")
    page.keyboard.up("Enter")


def test_what_is_typed_over_the_whole_page_goes_into_the_field(page: Page) -> None:
    """It is shown with the field in the light; the cursor is where it was."""
    press(page, "F2")
    expect(page.locator("#page-dialog .shade")).to_be_attached(timeout=20_000)
    press(page, "7")
    expect(page.locator("#page-dialog")).not_to_be_visible()
    expect(page.locator("input:focus")).to_have_value("7")


def test_enlarged_the_number_and_its_picture_are_in_sight(page: Page) -> None:
    """A screen of 1280 × 800 px, enlarged to 200 %, is one of 640 × 400."""
    page.set_viewport_size({"width": 640, "height": 400})
    page.reload()
    for name in ("rooms", "nights", "agreed", "moved"):
        expect_field(page, name)
        expect(page.locator("input:focus")).to_be_in_viewport(ratio=1)
        expect(page.locator("#rows polygon.current")).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= 640
        press(page, "PageDown")

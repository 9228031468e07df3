"""The page in a real browser, by keyboard alone; the ledger afterwards says what was typed."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from digitizer.ledger import review
from digitizer.ledger.ledger import open_ledger
from digitizer.ledger.review import Decision, Screen
from tests.postgres import Server
from tests.review.chromium import needs_chromium, opened
from tests.review.scans_to_review import HOSTILE_NAME, fill, many_sevens
from tests.review.serving import Served, serving

pytestmark = needs_chromium()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Provide a page over many sevens in doubt, on which anna reviews."""
    _, out = fill(tmp_path_factory.mktemp("sevens"), many_sevens(24))
    with serving(out, "--reviewer", "anna") as served:
        yield served


@pytest.fixture
def sevens(browser: BrowserContext, served: Served) -> Iterator[Page]:
    """Provide the sheet of what is left of them."""
    with opened(browser, served) as page:
        page.goto(f"{served.root}/sheets")
        expect(page.locator(".tile").first).to_be_visible()
        yield page


def say_of_first_cell(out: Path, reviewer: str, symbol: str) -> None:
    """Have somebody else decide about the cell that stands first on the sheet of sevens."""
    with open_ledger(out) as ledger:
        review.release(ledger, "anna")
        cell = review.next_sheet(ledger, reviewer, "7", 1, 60).cells[0]
        seen = (cell.key, cell.position, cell.symbol, symbol, cell.seen)
        assert review.decide(ledger, [Decision("b1", reviewer, Screen.SHEET, *seen)]) == []


def be(page: Page, name: str) -> None:
    """Have another person sit down before the page, by keyboard."""
    page.get_by_role("button", name=re.compile("^You are")).press("Enter")
    page.get_by_label(re.compile("^Your name")).fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"You are {name}")).to_be_visible()


def settle_sheet(page: Page) -> None:
    """Say that the seven of the amount is a one, see where it stands, and confirm the other one."""
    expect(page.locator(".tile")).to_have_count(2)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("F2")
    expect(page.locator("#strip-dialog polygon.doubt")).to_have_count(1)
    expect(page.locator("#strip-title")).to_contain_text(HOSTILE_NAME)
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator("#empty")).to_be_visible()


def key_fields(page: Page) -> None:
    """Key the cell that could not be read, see the whole page, and accept what only broke a rule."""
    expect(page.locator("#name")).to_contain_text("date")
    expect(page.locator("input:focus")).to_have_attribute("aria-label", "date, box 2 of 4, doubtful")
    page.keyboard.press("F2")
    expect(page.locator("#page-dialog .shade")).to_be_attached(timeout=20_000)
    page.keyboard.press("Escape")
    page.keyboard.press("9")
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_contain_text("total")
    page.keyboard.press("Enter")
    expect(page.locator("#empty")).to_be_visible()


def key_blind(page: Page, values: dict[str, str]) -> None:
    """Key fields in which nothing that was said before may stand."""
    for name, value in values.items():
        expect(page.locator("#name")).to_contain_text(name)
        assert page.locator("#rows input").evaluate_all("all => all.map(each => each.value).join('')") == ""
        for digit in value:
            page.keyboard.press(digit)
        page.keyboard.press("Enter")
    expect(page.locator("#empty")).to_be_visible()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    """Provide the URL of an empty database; None for the file beside the results."""
    if request.param == "sqlite":
        return None
    running: Server = request.getfixturevalue("postgres")
    return running.new_database()


def test_all_screens_by_keyboard(browser: BrowserContext, tmp_path: Path, database: str | None) -> None:
    """A sheet is settled, a field is keyed, two more people key blind; all of it stands in the CSV."""
    scans, out = fill(tmp_path, database=database)
    options = ("--scans", str(scans), "--reviewer", "anna", "--second-look", "1")
    with serving(out, *options, database=database) as served, opened(browser, served) as page:
        page.goto(f"{served.root}/sheets")
        settle_sheet(page)
        page.goto(f"{served.root}/fields")
        key_fields(page)
        be(page, "bob")
        key_blind(page, {"account": "4711", "amount": "0715", "date": "1912", "total": "2003"})
        be(page, "cleo")
        key_blind(page, {"account": "4711", "amount": "0715"})

    with (out / "fields.csv").open(encoding="utf-8", newline="") as file:
        found = {row["field"]: (row["value"], row["status"], row["machine_value"]) for row in csv.DictReader(file)}
    assert found == {
        "account": ("4711", "corrected", "4717"),
        "amount": ("0715", "confirmed", "0715"),
        "date": ("1912", "corrected", "112"),
        "total": ("2003", "confirmed", "2003"),
    }
    assert served.exit_code == 0, served.errors
    assert (out / "ledger.sqlite").exists() == (database is None)


def test_marks_made_offline_are_kept_and_sent_again(sevens: Page, served: Served) -> None:
    """A mark that the server could not be given outlives the page, and is sent when it answers again."""
    before = sevens.locator(".tile").count()
    sevens.context.set_offline(True)
    sevens.keyboard.press("1")
    expect(sevens.locator("#offline")).to_contain_text("1 mark is kept")
    sevens.goto("about:blank")
    sevens.context.set_offline(False)
    sevens.goto(f"{served.root}/sheets")
    expect(sevens.locator("#saved")).to_have_text("all saved")
    sevens.reload()
    expect(sevens.locator(".tile")).to_have_count(before - 1)


def test_a_mark_that_can_be_none_does_not_keep_the_others(sevens: Page) -> None:
    """It is told and thrown away; those behind it are saved."""
    sevens.evaluate(
        """() => {
          const { ledger, reviewer } = document.body.dataset;
          localStorage.setItem(`digitizer:${ledger}:${reviewer}:mark:0`, '{"client_id": "0", "after": "nonsense"}');
        }"""
    )
    sevens.keyboard.press("1")
    expect(sevens.locator(".note.trouble")).to_contain_text("nonsense")
    expect(sevens.locator("#saved")).to_have_text("all saved")


def test_a_conflict_is_shown_with_the_other_word(sevens: Page, served: Served) -> None:
    """Who was too late learns what the other one has said."""
    say_of_first_cell(served.out, "bob", "2")
    sevens.keyboard.press("1")
    expect(sevens.locator(".note.conflict")).to_contain_text("bob has decided in the meantime: it stands as “2”")


@pytest.mark.parametrize("key", ["u", "Control+z"])
def test_undo_shows_the_cell_as_it_was(sevens: Page, key: str) -> None:
    """One key, or the one that is undo everywhere."""
    sevens.keyboard.press("1")
    expect(sevens.locator(".tile[data-mark]")).to_have_count(1)
    sevens.keyboard.press(key)
    expect(sevens.locator(".tile[data-mark]")).to_have_count(0)


def test_keys_can_be_given_to_other_actions(sevens: Page) -> None:
    """`j` for unsure, instead of Space; it is so after loading the page again, until it is taken back."""
    sevens.get_by_role("button", name="Keys").press("Enter")
    sevens.get_by_role("button", name=re.compile("^Key for unsure")).press("Enter")
    sevens.keyboard.press("j")
    sevens.keyboard.press("Escape")
    sevens.reload()
    expect(sevens.locator(".tile").first).to_be_visible()
    sevens.keyboard.press("j")
    expect(sevens.locator(".tile[data-mark='?']")).to_have_count(1)
    sevens.get_by_role("button", name="Keys").press("Enter")
    sevens.get_by_role("button", name="As they were").press("Enter")


def test_every_crop_is_told_to_who_cannot_see_it(sevens: Page) -> None:
    """A list of options, of which the one under the cursor is named."""
    sheet = sevens.get_by_role("listbox", name=re.compile("crops read as 7"))
    expect(sheet).to_be_focused()
    assert sheet.get_attribute("aria-activedescendant") == "tile-0"
    expect(sevens.locator("#tile-0")).to_have_attribute("aria-label", re.compile("^Crop 1 of [0-9]+, read as 7$"))


@pytest.mark.parametrize("path", ["/", "/sheets", "/fields"])
def test_nothing_is_cut_off_at_200_percent(sevens: Page, served: Served, path: str) -> None:
    """A screen of 1280 px, enlarged to 200 %, is one of 640: no screen is wider than that."""
    sevens.set_viewport_size({"width": 640, "height": 430})
    sevens.goto(served.root + path)
    sevens.wait_for_load_state("load")
    assert sevens.evaluate("document.documentElement.scrollWidth") <= 640

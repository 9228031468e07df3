"""Where typing goes in the boxes of a field: what a person sees under a box is what they typed there."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from digitizer.document import FieldKind, FieldResult
from digitizer.ledger import review
from digitizer.ledger.ledger import open_ledger
from digitizer.ledger.review import Decision, Screen
from tests.review.chromium import needs_chromium, opened
from tests.review.scans_to_review import a_field, fill
from tests.review.serving import Served, serving

pytestmark = needs_chromium()
FIELDS = ("account", "amount", "grid", "last", "blind")
"""In the order in which they come; a second look comes last."""
FULL = "That was the last box"


def a_grid() -> FieldResult:
    """Return two rows of four boxes, the sixth box in doubt."""
    field = a_field(2, "grid", "97308?41", reason="unreadable")
    assert field.evidence is not None
    first = field.evidence.quads[:4]
    second = tuple(tuple(at + 45 * (place % 2) for place, at in enumerate(quad)) for quad in first)
    left, top, width, height = field.evidence.strip_box
    evidence = replace(
        field.evidence, kind=FieldKind.GRID, quads=(*first, *second), strip_box=(left, top, width, height + 45)
    )
    return replace(field, evidence=evidence)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Provide a page for anna over combs, a grid, and a field that bob has keyed; what is only typed is not kept."""
    fields = [
        a_field(0, "account", "97308?4", reason="unreadable"),
        a_field(1, "amount", "97?08?4", reason="unreadable"),
        a_grid(),
        a_field(3, "last", "973085?", reason="unreadable"),
        a_field(4, "blind", "9730854", reason="rule:sum"),
    ]
    _, out = fill(tmp_path_factory.mktemp("cursor"), fields)
    with open_ledger(out) as ledger:
        shown = next(each for each in review.next_fields(ledger, "bob", 9, 60) if each.key.field == "blind")
        said = Decision("b1", "bob", Screen.FIELD, shown.key, None, "9730854", "9730854", shown.seen)
        assert review.decide(ledger, [said], second_share=1) == []
        review.release(ledger, "bob")
    with serving(out, "--reviewer", "anna", "--second-look", "1") as served:
        yield served


@pytest.fixture
def show(browser: BrowserContext, served: Served) -> Iterator[Callable[[str], Page]]:
    """Provide a way to any of the fields."""

    def shown(name: str) -> Page:
        page.goto(f"{served.root}/fields")
        expect(page.locator("#name")).to_contain_text(f"{FIELDS[0]} ·")
        for each in FIELDS[1 : FIELDS.index(name) + 1]:
            page.keyboard.press("PageDown")
            expect(page.locator("#name")).to_contain_text(f"{each} ·")
        return page

    with opened(browser, served) as page:
        yield shown


def press(page: Page, *keys: str) -> None:
    """Press keys, one after the other; a text of digits is a key for each."""
    for key in keys:
        for each in key if key.isdigit() else [key]:
            page.keyboard.press(each)


def boxes(page: Page) -> str:
    """Return what stands in the boxes, `.` for an empty one."""
    text: str = page.locator("#rows input").evaluate_all("all => all.map(each => each.value || '.').join('')")
    return text


def place(page: Page) -> int:
    """Return the box that the cursor is in, from 1."""
    found: int = page.locator("#rows input").evaluate_all("all => all.indexOf(document.activeElement) + 1")
    return found


def test_typing_goes_from_doubtful_box_to_doubtful_box(show: Callable[[str], Page]) -> None:
    """Who touches nothing else keys what is in doubt, and no more."""
    page = show("amount")
    assert place(page) == 3
    press(page, "3")
    assert place(page) == 6
    press(page, "5")
    assert (boxes(page), place(page)) == ("9730854", 7)


@pytest.mark.parametrize("moves", [["Home"], ["ArrowLeft"] * 5, ["Shift+Tab"] * 5, ["End", *["ArrowLeft"] * 6]])
def test_who_goes_to_the_first_box_keys_box_by_box(show: Callable[[str], Page], moves: list[str]) -> None:
    """By whatever keys: the doubtful box draws nothing to it."""
    page = show("account")
    assert place(page) == 6
    press(page, *moves, "973")
    assert (boxes(page), place(page)) == ("97308.4", 4)
    press(page, "0954")
    assert boxes(page) == "9730954"


def test_who_clicks_on_a_box_keys_box_by_box(show: Callable[[str], Page]) -> None:
    """The mouse moves the cursor as keys do."""
    page = show("account")
    page.locator("#rows input").nth(1).click()
    press(page, "612")
    assert (boxes(page), place(page)) == ("96128.4", 5)


def test_who_clicks_where_the_cursor_is_says_that_it_is_meant(show: Callable[[str], Page]) -> None:
    """The last box may be typed once more then."""
    page = show("account")
    press(page, "End", "9")
    page.locator("#rows input").nth(6).click()
    press(page, "8")
    assert boxes(page) == "97308.8"


def test_digits_past_the_last_box_are_told_and_not_taken(show: Callable[[str], Page]) -> None:
    """Whoever types the whole number where one digit is in doubt learns that it went elsewhere."""
    page = show("account")
    press(page, "97")
    assert boxes(page) == "9730897"
    expect(page.locator("#said")).to_have_text("")
    press(page, "3")
    assert (boxes(page), place(page)) == ("9730897", 7)
    expect(page.locator("#said")).to_contain_text(FULL)


def test_past_the_last_box_in_doubt_nothing_is_overwritten_either(show: Callable[[str], Page]) -> None:
    """Backspace takes the last one back, and it can be typed anew."""
    page = show("last")
    press(page, "49")
    assert boxes(page) == "9730854"
    expect(page.locator("#said")).to_contain_text(FULL)
    press(page, "Backspace", "9")
    assert boxes(page) == "9730859"


def test_who_has_gone_box_by_box_to_the_end_stays_there(show: Callable[[str], Page]) -> None:
    """Typing does not go back to what waits; Enter does, and from there on from doubtful box to doubtful box."""
    page = show("amount")
    press(page, "End", "88")
    assert (boxes(page), place(page)) == ("97.08.8", 7)
    expect(page.locator("#said")).to_contain_text(FULL)
    press(page, "Enter")
    expect(page.locator("#said")).to_contain_text("not filled in yet")
    press(page, "35")
    assert boxes(page) == "9730858"


def test_on_the_way_to_a_doubtful_box_sure_ones_are_only_passed(show: Callable[[str], Page]) -> None:
    """What is typed there leads on to the other doubtful one."""
    page = show("amount")
    press(page, "ArrowRight", "ArrowRight", "ArrowRight", "5")
    assert (boxes(page), place(page)) == ("97.0854", 3)


def test_who_goes_back_to_mend_a_box_goes_on_box_by_box(show: Callable[[str], Page]) -> None:
    """Also where it is a doubtful one that they had come through."""
    page = show("amount")
    press(page, "Home", "971", "ArrowLeft", "31")
    assert (boxes(page), place(page)) == ("97318.4", 5)


def test_who_mends_a_doubtful_box_goes_on_to_the_next(show: Callable[[str], Page]) -> None:
    """They have keyed nothing else."""
    page = show("amount")
    press(page, "1", "ArrowLeft", "ArrowLeft", "ArrowLeft", "35")
    assert boxes(page) == "9730854"


@pytest.mark.parametrize("keys", [["Home", "Backspace"], ["Backspace", "Backspace"]])
def test_after_backspace_in_a_sure_box_typing_goes_box_by_box(show: Callable[[str], Page], keys: list[str]) -> None:
    """Whether they had gone there, or took it back on the way."""
    page = show("amount")
    press(page, *keys, "5123854")
    assert boxes(page) == "5123854"


def test_after_backspace_in_a_doubtful_box_typing_goes_on_to_the_next(show: Callable[[str], Page]) -> None:
    """What was taken back there is in doubt again."""
    page = show("amount")
    press(page, "1", "ArrowLeft", "ArrowLeft", "ArrowLeft", "Backspace", "35")
    assert boxes(page) == "9730854"


def test_a_second_look_is_keyed_box_by_box_from_where_one_goes(show: Callable[[str], Page]) -> None:
    """What is empty elsewhere draws nothing to it; what is too much is told."""
    page = show("blind")
    assert (boxes(page), place(page)) == (".......", 1)
    press(page, "97", "ArrowRight", "0", "Home", "12345678")
    assert (boxes(page), place(page)) == ("1234567", 7)
    expect(page.locator("#said")).to_contain_text(FULL)


def test_a_grid_is_keyed_from_row_to_row(show: Callable[[str], Page]) -> None:
    """The last box is that of the last row."""
    page = show("grid")
    expect(page.locator("#rows .row")).to_have_count(2)
    assert place(page) == 6
    press(page, "Home", "12345")
    assert (boxes(page), place(page)) == ("12345.41", 6)
    press(page, "6789")
    assert boxes(page) == "12345678"
    expect(page.locator("#said")).to_contain_text(FULL)


def test_what_is_typed_over_the_whole_page_is_not_typed_over(show: Callable[[str], Page]) -> None:
    """The digit that closes it counts as any other: the cursor has gone on."""
    page = show("account")
    press(page, "Home", "F2")
    expect(page.locator("#page-dialog")).to_be_visible()
    press(page, "1")
    expect(page.locator("#page-dialog")).not_to_be_visible()
    page.wait_for_timeout(200)  # for what must not happen
    press(page, "2")
    assert boxes(page) == "12308.4"


def test_a_digit_typed_beside_the_boxes_goes_where_the_cursor_was(show: Callable[[str], Page]) -> None:
    """After a click on the paper beside them none is lost, and none goes to another box."""
    page = show("account")
    page.locator("#why").click()
    press(page, "5")
    assert boxes(page) == "9730854"

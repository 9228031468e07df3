"""What the screens get for what they ask, and what stands in the ledger afterwards."""

import csv
import io
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from PIL import Image

from digitizer.errors import LedgerError
from digitizer.ledger import review
from digitizer.ledger.lock import output_lock
from digitizer.review import app
from digitizer.review.sprites import PITCH_PX
from tests.review.asking import Page
from tests.review.scans_to_review import HOSTILE_NAME, a_field, a_scan, put

Json = dict[str, Any]


def said(shown: Json, after: str, name: str, **changed: Any) -> Json:
    """Return a decision about something that was shown."""
    whole = "position" not in shown
    return {
        "client_id": name,
        "screen": shown["screen"] if whole else "sheet",
        "key": shown["key"],
        "position": None if whole else shown["position"],
        "before": shown["cells"] if whole else "7",
        "after": after,
        "seen": shown["seen"],
    } | changed


def standing(page: Page) -> dict[str, dict[str, str]]:
    """Return the rows of the CSV, written anew, by field."""
    assert page.ask("results")["written"]
    text = (page.out / "fields.csv").read_text(encoding="utf-8")
    return {row["field"]: row for row in csv.DictReader(io.StringIO(text))}


def field_named(page: Page, name: str) -> Json:
    """Return a field that is to be reviewed as a whole."""
    found: list[Json] = page.ask("fields", count=20)["fields"]
    return next(each for each in found if each["key"]["field"] == name)


def test_a_sheet_shows_the_least_sure_cells_of_one_symbol(page: Page) -> None:
    """Both sevens in doubt are on it, as one picture."""
    sheet = page.ask("sheet")
    picture = page.client.get(sheet["sprite"]["image"])

    assert sheet["symbol"] == "7"
    assert {(cell["key"]["field"], cell["position"]) for cell in sheet["cells"]} == {("account", 3), ("amount", 1)}
    assert picture.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(picture.content)).height == PITCH_PX


def test_a_settled_sheet_closes_its_fields(page: Page) -> None:
    """What was right is confirmed, what was not is corrected, and the machine's value stays."""
    cells = {cell["key"]["field"]: cell for cell in page.ask("sheet")["cells"]}
    answer = page.ask("decide", decisions=[said(cells["account"], "7", "c1"), said(cells["amount"], "1", "c2")])
    rows = standing(page)

    assert answer == {"conflicts": []}
    assert (rows["account"]["status"], rows["account"]["value"]) == ("confirmed", "4717")
    assert (rows["amount"]["status"], rows["amount"]["value"]) == ("corrected", "0115")
    assert (rows["amount"]["machine_value"], rows["amount"]["reviewer"]) == ("0715", "anna")


def test_a_decision_sent_twice_counts_once(page: Page) -> None:
    """A browser that got no answer sends again."""
    made = [said(page.ask("sheet")["cells"][0], "1", "c1")]
    page.ask("decide", decisions=made)

    assert page.ask("decide", decisions=made) == {"conflicts": []}
    assert len(page.ask("undo", count=5, client_id="u1")["events"]) == 1


def test_a_stale_decision_is_refused_with_what_stands(page: Page) -> None:
    """Nobody's word is overwritten by one who has not seen it."""
    cell = page.ask("sheet")["cells"][0]
    bob = page.another("bob")
    bob.ask("decide", decisions=[said(cell, "1", "b1")])

    [conflict] = page.ask("decide", decisions=[said(cell, "2", "a1")])["conflicts"]

    assert (conflict["client_id"], conflict["after"]) == ("a1", "2")
    assert (conflict["now"], conflict["reviewer"]) == ("1", "bob")


def test_two_people_never_get_the_same(page: Page) -> None:
    """What anna is shown, bob is not."""
    page.ask("sheet")

    assert page.another("bob").ask("sheet")["cells"] == []


def test_what_is_given_back_goes_to_others(page: Page) -> None:
    """Who closes the page does not keep others from it."""
    page.ask("sheet")
    page.ask("release")

    assert len(page.another("bob").ask("sheet")["cells"]) == 2


def test_the_field_of_a_cell_can_be_seen(page: Page) -> None:
    """Its strip, and where its cells stand on it."""
    cell = page.ask("sheet")["cells"][0]
    shown = page.ask("field", key=cell["key"])
    strip = np.asarray(Image.open(io.BytesIO(page.client.get(shown["image"]).content)))
    (left, top), _, (right, bottom), _ = shown["cells_at"][cell["position"]]["points"]

    assert shown["scan"] == HOSTILE_NAME
    assert strip[round(top) + 3 : round(bottom) - 3, round(left) + 3 : round(right) - 3].min() < 100  # its ink
    assert strip.shape == (shown["height"], shown["width"])


def test_a_field_is_decided_as_a_whole(page: Page) -> None:
    """The unreadable one is keyed."""
    page.ask("decide", decisions=[said(field_named(page, "date"), "1912", "c1")])

    assert standing(page)["date"]["value"] == "1912"


def test_undo_takes_back(page: Page) -> None:
    """The field waits again."""
    field = field_named(page, "date")
    page.ask("decide", decisions=[said(field, "1912", "c1")])
    [event] = page.ask("undo", count=1, client_id="u1")["events"]

    assert event["key"] == field["key"]
    assert standing(page)["date"]["status"] == "review"


def test_a_field_that_somebody_could_not_tell_goes_to_another(page: Page) -> None:
    """Not to the same person again."""
    page.ask("decide", decisions=[said(field_named(page, "date"), "1?12", "c1")])
    own = {each["key"]["field"] for each in page.ask("fields")["fields"]}
    page.ask("release")
    others = {each["key"]["field"] for each in page.another("bob").ask("fields")["fields"]}

    assert "date" not in own
    assert "date" in others


def test_progress_is_told(page: Page) -> None:
    """What is left goes down."""
    before = page.client.get("/api/progress").json()
    page.ask("decide", decisions=[said(page.ask("sheet")["cells"][0], "7", "c1")])
    after = page.client.get("/api/progress").json()

    assert after["open_cells"] == before["open_cells"] - 1
    assert after["settled"] == 1


@pytest.mark.parametrize(("checks", "told"), [(None, False), ({"checks": 12, "caught": 11}, True)])
def test_own_checks_are_told_on_the_overview(
    page: Page, monkeypatch: pytest.MonkeyPatch, checks: Json | None, told: bool
) -> None:
    """Where there were any."""
    before = page.client.get("/api/progress").json()
    monkeypatch.setattr(app, "tell_progress", lambda *_: before | {"checks": checks})

    assert ("you noticed 11 of 12" in page.client.get("/").text) == told


def test_a_run_that_holds_the_folder_is_left_to_write(page: Page) -> None:
    """It will write what was decided until then; nobody waits, nothing is torn."""
    with output_lock(page.out):
        answer = page.ask("results")

    assert not answer["written"]
    assert "run" in answer["message"]


@pytest.mark.parametrize(
    ("work", "told"),
    [("decide", {}), ("decide", {"decisions": [1]}), ("undo", {}), ("field", {"key": 1}), ("reviewer", {"name": ""})],
)
def test_what_is_not_understood_is_refused(page: Page, work: str, told: Json) -> None:
    """A wrong request is answered, and nothing happens."""
    assert page.post(work, **told).status_code == 400


@pytest.mark.parametrize("body", [b"[]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_refused(page: Page, body: bytes) -> None:
    """Whatever the bytes are."""
    sent = {"Origin": "http://127.0.0.1:8000", "Content-Type": "application/json"}

    assert page.client.post("/api/decide", content=body, headers=sent).status_code == 400


def test_a_ledger_in_trouble_is_told(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page learns that it has to keep its marks."""

    def full(*_: object, **__: object) -> None:
        raise LedgerError("The disk is full.")

    monkeypatch.setattr(review, "decide", full)
    answer = page.post("decide", decisions=[])

    assert answer.status_code == 503
    assert answer.json() == {"error": "The disk is full."}


def test_hostile_names_stay_text(page: Page) -> None:
    """A reviewer's name is escaped; names of scans never come as HTML."""
    page.ask("reviewer", name='"><script>alert(1)</script>')
    text = page.client.get("/fields").text

    assert "<script>alert" not in text
    assert HOSTILE_NAME not in text


def test_a_picture_that_is_gone_is_no_error(page: Page) -> None:
    """The page is told to load again."""
    assert page.client.get("/images/" + "0" * 40).status_code == 404


def test_eight_people_settle_everything_once(page: Page) -> None:
    """All at the same time: no cell is shown to two, no decision is lost, none is refused."""
    fields = [a_field(line % 6, f"field_{line:02d}", "7777", doubtful=(0, 1, 2, 3)) for line in range(60)]
    put(page.ledger, a_scan("b.png", "5" * 64, fields))

    def settle(name: str) -> list[tuple[str, int]]:
        person, seen = page.another(name), list[tuple[str, int]]()
        while cells := person.ask("sheet", symbol="7", count=7)["cells"]:
            made = [said(cell, "1", f"{name}-{len(seen)}-{place}") for place, cell in enumerate(cells)]
            assert person.ask("decide", decisions=made) == {"conflicts": []}
            seen += [(cell["key"]["field"], cell["position"]) for cell in cells]
        return seen

    with ThreadPoolExecutor(8) as people:
        shown = [place for seen in people.map(settle, [f"person {number}" for number in range(8)]) for place in seen]

    assert len(shown) == len(set(shown)) == 242
    assert page.client.get("/api/progress").json()["open_cells"] == 0
    assert {row["value"] for name, row in standing(page).items() if name.startswith("field")} == {"1111"}


def test_words_are_readable(page: Page) -> None:
    """Every pair of colours that words are shown in has a contrast of 4.5 at least (WCAG 2, AA)."""
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", page.client.get("/static/review.css").text))
    pairs = [("ink", "paper"), ("ink", "ground"), ("strong", "paper"), ("strong", "ground"), ("strong-ink", "strong")]
    pairs += [(name, f"{name}-ground") for name in ("doubt", "wrong", "good")] + [("quiet", "ground")]

    assert {pair: _contrast(*(colours[name] for name in pair)) >= 4.5 for pair in pairs} == dict.fromkeys(pairs, True)


def _contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2, relative luminance)."""
    dark, light = sorted(_luminance(colour) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

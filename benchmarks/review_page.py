"""How fast the review page is in a real browser: `python -m benchmarks.review_page`; its pictures: `--pictures`.

For a ledger of crops that are all in doubt: seconds until a sheet of 360 crops can be worked on, milliseconds from a
key to the screen (until after the frame in which it shows), and seconds from Enter to the next sheet, with the 360
decisions in the ledger. `--pictures` draws the screens of the sample pages into `docs/review`. Needs Debian's Chromium.
"""

import argparse
import hashlib
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page

from digitizer.batch import digitize_folder
from digitizer.job import Job
from digitizer.ledger.ledger import open_ledger
from digitizer.policy import AcceptancePolicy
from tests.review.chromium import chromium
from tests.review.scans_to_review import PROVENANCE, a_field, a_scan
from tests.review.serving import Served, serving

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "review"
SAMPLES = ROOT / "samples"
PICTURE_THRESHOLD = 0.99999
"""So strict that there is much to review."""
CELLS_A_FIELD, FIELDS_A_SCAN = 10, 10
SCANS_AT_ONCE = 50
KEYS = 200
SHEETS = 5
LOOK_MS = 500
"""Before a sheet is confirmed: the page takes no key for that from who cannot have looked at it."""
_WATCH = """() => {
  window.spent = [];
  document.addEventListener("keydown", (event) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => window.spent.push(performance.now() - event.timeStamp);
    channel.port2.postMessage(0);
  }), true);
}"""
"""A message that is sent within a frame comes after it was painted."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, or draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=20_000, help="crops in the ledger")
    parser.add_argument("--pictures", action="store_true", help="draw docs/review instead")
    told = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        if told.pictures:
            draw_pictures(Path(folder))
        else:
            measure(Path(folder), told.cells)


def measure(out: Path, cells: int) -> None:
    """Fill a ledger, work through some sheets, and print how long it took."""
    start = time.perf_counter()
    fill(out, cells)
    print(f"{cells} crops put into the ledger in {time.perf_counter() - start:.0f} s", flush=True)
    with serving(out) as served, chromium() as browser:
        page = browser.new_page()
        _open(page, served)
        first_s = [_sheet_s(page, served) for _ in range(SHEETS)]
        keys_ms = _keys_ms(page)
        next_s = [_next_sheet_s(page) for _ in range(SHEETS)]
    tenth = statistics.quantiles(keys_ms, n=10)[-1]
    print("| | median | worst |\n|---|---|---|")
    print(f"| sheet of 360 crops ready, s | {statistics.median(first_s):.2f} | {max(first_s):.2f} |")
    print(f"| key to screen, ms ({len(keys_ms)} keys; 9 of 10 within {tenth:.0f}) | ", end="")
    print(f"{statistics.median(keys_ms):.1f} | {max(keys_ms):.1f} |")
    print(f"| Enter to next sheet, 360 decisions saved, s | {statistics.median(next_s):.2f} | {max(next_s):.2f} |")


def fill(out: Path, cells: int) -> None:
    """Put scans into a ledger of which every cell is in doubt."""
    wanted = -(-cells // (CELLS_A_FIELD * FIELDS_A_SCAN))
    symbols = "0123456789"
    fields = [a_field(0, f"field_{n:02d}", symbols, doubtful=range(CELLS_A_FIELD)) for n in range(FIELDS_A_SCAN)]
    names = [f"scan_{number:06d}.png" for number in range(wanted)]
    scans = [a_scan(name, hashlib.sha256(name.encode()).hexdigest(), fields) for name in names]
    with open_ledger(out) as ledger:
        for start in range(0, wanted, SCANS_AT_ONCE):
            ledger.put_scans(scans[start : start + SCANS_AT_ONCE], PROVENANCE)


def _open(page: Page, served: Served) -> None:
    page.goto(served.link)
    page.wait_for_url(f"{served.root}/")


def _sheet_s(page: Page, served: Served) -> float:
    """Return the seconds until a sheet is there, its picture loaded."""
    start = time.perf_counter()
    page.goto(f"{served.root}/sheets")
    page.wait_for_selector("body[data-ready]")
    spent_s = time.perf_counter() - start
    if page.locator(".tile").count() != 360:
        raise RuntimeError("That was no sheet of 360 crops.")
    return spent_s


def _keys_ms(page: Page) -> list[float]:
    """Return the milliseconds from keys to the screen: moves, and some marks."""
    page.evaluate(_WATCH)
    for number in range(KEYS):
        page.keyboard.press("8" if number % 10 == 9 else "ArrowRight")
    page.wait_for_timeout(500)
    spent: list[float] = page.evaluate("window.spent")
    if len(spent) != KEYS:
        raise RuntimeError(f"{len(spent)} keys were seen, of {KEYS}.")
    return spent


def _next_sheet_s(page: Page) -> float:
    """Return the seconds from confirming a sheet to the next one being there."""
    page.wait_for_timeout(LOOK_MS)
    page.evaluate("document.body.removeAttribute('data-ready')")
    start = time.perf_counter()
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-ready]")
    return time.perf_counter() - start


def draw_pictures(out: Path) -> None:
    """Read the samples, and draw each screen in a state that shows what it is for."""
    PICTURES.mkdir(exist_ok=True)
    policy = AcceptancePolicy(PICTURE_THRESHOLD)
    job = Job(scans=SAMPLES / "scans", out=out, policy=policy, template=SAMPLES / "templates", database=None)
    digitize_folder(job)
    options = ("--scans", str(job.scans), "--template", str(job.template), "--reviewer", "anna", "--second-look", "1")
    with serving(out, *options) as served, chromium(1120, 700) as browser:
        page = browser.new_page()
        _open(page, served)
        _draw_sheet(page, served)
        _draw_field(page, served)
        _draw_second(page)


def _draw_sheet(page: Page, served: Served) -> None:
    page.goto(f"{served.root}/sheets")
    page.wait_for_selector("body[data-ready]")
    for key in ("ArrowRight", "ArrowRight", "7", "ArrowRight", " ", "ArrowDown"):
        page.keyboard.press(key)
    _save(page, "sheet")
    page.keyboard.press("F2")
    page.wait_for_selector("#strip-dialog image")
    _save(page, "strip")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_timeout(1000)


def _draw_field(page: Page, served: Served) -> None:
    page.goto(f"{served.root}/fields")
    page.wait_for_selector("body[data-shown]")
    _go_to(page, "#name", "question_4")  # which a rule speaks of, so that a slip of the finger is seen
    while page.locator("#rows input.open").count():
        page.keyboard.press("7")
    page.keyboard.press("7")
    page.wait_for_timeout(800)
    _save(page, "field")
    page.keyboard.press("F2")
    page.wait_for_selector("#page-dialog .shade")
    _save(page, "page")
    page.keyboard.press("Escape")


def _go_to(page: Page, place: str, text: str) -> None:
    """Leave fields for later, until one says what is looked for."""
    for _ in range(150):
        if text in page.locator(place).inner_text():
            return
        shown = page.get_attribute("body", "data-shown")
        page.keyboard.press("PageDown")
        page.wait_for_function("shown => document.body.dataset.shown !== shown", arg=shown)
    raise RuntimeError(f"No field says {text!r}.")


def _draw_second(page: Page) -> None:
    """Have bob key blind what anna has settled on the sheet."""
    page.get_by_role("button", name="You are anna").press("Enter")
    page.locator("#reviewer-name").fill("bob")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="You are bob").wait_for()
    page.wait_for_selector("body[data-shown]")
    _go_to(page, "#screen", "Second")
    page.keyboard.press("1")
    _save(page, "second")


def _save(page: Page, name: str) -> None:
    page.wait_for_timeout(300)
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()

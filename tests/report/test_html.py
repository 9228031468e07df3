"""`report.html` is one file that holds everything, harms nobody, and is the same for the same findings."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from digitizer.document import FieldStatus, PageResult, PageStatus
from digitizer.report.collect import Collector, Truth
from digitizer.report.html import MOST_FIELDS, ReadWith, Report, report_html
from digitizer.report.score_input import FieldKey, TrueField
from tests.report.pages_read import THRESHOLD, a_field, a_page, an_unread_page, many_pages

HOSTILE = "<img src=x onerror=alert(1)>\"'&\u202egnp.<script>.png"
READ_WITH = ReadWith("0.1.0", "default", "ab" * 32, ("ballot 2",), THRESHOLD, 7)
PICTURE = "data:image/png;base64,AAAA"
VOID_TAGS = {"meta", "img", "br", "line", "rect", "polyline"}


class Page(HTMLParser):
    """Reads a page: its tags with their attributes, its text, and whether all that is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID_TAGS:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note a tag that ends at once."""
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += f" {data}" if not self.open or self.open[-1] != "style" else ""

    def words(self) -> str:
        """Return the text on one line, with plain spaces only."""
        return " ".join(self.text.split())


def report_of(*pages: PageResult, truth: Truth | None = None) -> Report:
    """Collect pages, and give each example the same picture."""
    collector = Collector(THRESHOLD, truth)
    for page in pages:
        collector.add(page)
    found = collector.findings()
    return Report(
        found,
        tuple((each, PICTURE) for each in found.doubtful[:36]),
        tuple((each, PICTURE) for each in found.mistakes),
        tuple((each, PICTURE if each.page else "") for each in found.unread),
        (READ_WITH,),
    )


@pytest.fixture(scope="module")
def everything() -> Report:
    """Provide a report in which nothing is missing, of names that mean harm."""
    read = a_page(
        a_field(), a_field(HOSTILE, "34", 0.7), a_field("c", "56", 0.99999, form=HOSTILE), scan=HOSTILE, number=3
    )
    broken = a_field("d", "7", 0.9, FieldStatus.REVIEW, reason=f"rule:{HOSTILE}")
    truth = {
        FieldKey(HOSTILE, "3", HOSTILE): TrueField("84", ""),
        FieldKey(HOSTILE, "3", "total"): TrueField("12", ""),
    }
    lost = an_unread_page(HOSTILE, "truncated")
    rejected = an_unread_page(HOSTILE, "no_fields", PageStatus.REJECTED, 2)
    return report_of(read, a_page(broken), lost, rejected, truth=truth)


def test_it_loads_nothing(everything: Report) -> None:
    """No address leads out of the file, no tag runs or sends anything, and its policy forbids both."""
    text = report_html(everything)
    page = Page(text)

    assert "http:" not in text
    assert "https:" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert not {tag for tag, _ in page.tags} & {"script", "link", "iframe", "object", "embed", "form", "base", "a"}
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name in ("href", "style", "srcset")]
        assert str(attributes.get("src", "data:image/")).startswith("data:image/")
    assert page.open == []


def test_its_policy_allows_its_own_style_and_pictures_only(everything: Report) -> None:
    """The style is named by its hash, so that no other is obeyed."""
    text = report_html(everything)
    [policy] = [
        attributes["content"]
        for tag, attributes in Page(text).tags
        if attributes.get("http-equiv") == "Content-Security-Policy" and tag == "meta"
    ]
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_names_from_outside_are_text(everything: Report) -> None:
    """Of scans, fields, forms and rules; no character of them turns text around."""
    text = report_html(everything)

    assert "<img src=x" not in text
    assert "<script" not in text
    assert "\u202e" not in text
    assert Page(text).text.count("<img src=x onerror=alert(1)>\"'&\\u202egnp.<script>.png") >= 6


def test_the_same_findings_give_the_same_bytes(everything: Report) -> None:
    """There is no time in it, and no chance."""
    assert report_html(everything) == report_html(replace(everything))


def test_it_answers_what_a_person_in_charge_asks(everything: Report) -> None:
    """In this order, in words."""
    said = Page(report_html(everything)).words()

    headings = [
        "What was read",
        "Fields 4 on 2 pages",
        "Straight through 50 % 2 fields accepted",
        "Expected errors among them < 0.01",
        "measured 0 in 1, so at most 80 %",
        "To review 2",
        "Pages not read 2 1 failed, 1 rejected",
        "What the error budget costs",
        "1/1000, now",
        "Do the confidences hold?",
        "Compared with the known values of 2 fields",
        "Why fields need a person",
        "Field by field",
        "The digits it is least sure of",
        "Confident and wrong",
        "Pages that were not read",
        "Copy it again, or scan it again.",
        "ballot 2",
        "digitizer review DIR",
        "digitizer export DIR --to xlsx",
    ]
    places = [said.find(heading) for heading in headings]
    assert -1 not in places, headings[places.index(-1)]
    assert places == sorted(places)


def test_pictures_tell_what_they_show(everything: Report) -> None:
    """To those who do not see them."""
    pictures = [attributes for tag, attributes in Page(report_html(everything)).tags if tag == "img"]

    assert len(pictures) == 2 + 1 + 1 + 1
    assert all(each["alt"] for each in pictures)


def test_an_empty_ledger_says_so() -> None:
    """No share of nothing, no chart of nothing."""
    page = Page(report_html(Report(Collector(THRESHOLD).findings())))

    assert "Fields 0" in page.words()
    assert "no field was read" in page.words()
    assert "No scan was read." in page.words()
    assert not [tag for tag, _ in page.tags if tag == "svg"]


def test_a_ledger_of_failures_tells_what_to_do() -> None:
    """Each with its reason and the advice; those that are not listed are counted."""
    report = report_of(*(an_unread_page(f"{number}.pdf", "encrypted") for number in range(150)))

    said = Page(report_html(report)).words()

    assert said.count("Save it without the password.") == 100
    assert "50 more: see pages.csv." in said
    assert "digitizer run SCANS --out DIR" in said
    assert "What the error budget costs" not in said


def test_it_says_plainly_that_nobody_has_checked() -> None:
    """Without truth and review there is no diagram, and no word of mistakes."""
    said = Page(report_html(report_of(a_page(a_field(), a_field("b", confidence=0.5))))).words()

    assert "Nobody has checked yet." in said
    assert "not measured yet" in said
    assert "Confident and wrong" not in said


def test_what_people_found_is_told_as_theirs() -> None:
    """With how many they have settled."""
    settled = a_field("b", "7", 0.5, FieldStatus.CORRECTED, machine_value="1")

    said = Page(report_html(report_of(a_page(a_field(), settled)))).words()

    assert "1 settled by people" in said
    assert "As people found in 1 fields that they settled" in said
    assert "Nobody has checked" not in said


def test_the_present_setting_is_marked_in_the_chart() -> None:
    """With what it lets through; where it lies outside the axis, only the table has it."""
    pages = [a_page(a_field(), a_field("b", confidence=0.5))]
    inside = report_html(report_of(*pages))
    collector = Collector(0.5)
    collector.add(pages[0])
    outside = report_html(Report(collector.findings()))

    assert "now 1/1000: 50\u202f%" in inside
    assert "now 1/2:" not in outside
    assert "1/2, now" in outside


def test_numbers_of_charts_are_finite(everything: Report) -> None:
    """No coordinate is `nan`, infinite or outside the picture."""
    for picture in re.findall(r'<svg class="chart".*?</svg>', report_html(everything), re.DOTALL):
        numbers = [float(each) for each in re.findall(r'\b(?:x|y|x1|y1|x2|y2|cx|cy)="([^"]+)"', picture)]
        assert len(numbers) > 20
        assert all(0 <= each <= 480 for each in numbers)


def test_a_large_ledger_makes_no_large_file() -> None:
    """20000 fields of 300 kinds: less than 3 MB, and the rows that are not shown are counted."""
    text = report_html(report_of(*many_pages(67, 300)))

    assert len(text.encode()) < 300_000
    assert f"{300 - MOST_FIELDS} more fields" in Page(text).words()

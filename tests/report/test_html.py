"""`report.html` is one file that holds everything, harms nobody, and is the same for the same findings."""

import base64
import hashlib
import re
from dataclasses import replace

import pytest

from digitizer.document import FieldStatus, PageStatus
from digitizer.report.collect import Collector
from digitizer.report.html import MOST_FIELDS, Report, report_html
from digitizer.report.score_input import FieldKey, TrueField
from tests.report.html_read import PICTURE, Page, report_of
from tests.report.pages_read import POLICY, a_field, a_page, an_unread_page, many_pages

HOSTILE = "<img src=x onerror=alert(1)>\"'&\u202egnp.<script>.png"


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
        "Expected errors < 0.01",
        "measured 0 in 1, so at most 95 %",
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
    page = Page(report_html(Report(Collector(POLICY).findings())))

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


def test_it_says_why_pages_have_no_pictures(everything: Report) -> None:
    """Where the scans were not named, how to name them; else what became of those that are missing."""
    not_named = Page(report_html(everything)).words()
    named = replace(everything, scans_at_hand=True)
    missing = replace(named, unread=tuple((page, "") for page, _ in named.unread))
    all_there = replace(named, unread=tuple((page, PICTURE) for page, _ in named.unread))

    assert "digitizer report DIR --scans SCANS looks for them there." in not_named
    assert "Of the others there is no picture" in Page(report_html(named)).words()
    assert "Of these pages there is no picture" in Page(report_html(missing)).words()
    assert "no picture" not in Page(report_html(all_there)).words()


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

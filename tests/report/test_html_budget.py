"""`report.html` tells what an error budget costs and what people found."""

import re
from dataclasses import replace
from fractions import Fraction

from digitizer.budget.outcomes import tabulate
from digitizer.budget.text import learned_lines
from digitizer.document import FieldStatus
from digitizer.policy import DEFAULT_MAX_ERRORS, AcceptancePolicy
from digitizer.report.collect import Collector
from digitizer.report.findings import Attention
from digitizer.report.html import MOST_LEARNED, Report, report_html
from tests.budget.fields import some_fields
from tests.report.html_read import READ_WITH, Page, report_of
from tests.report.pages_read import POLICY, a_field, a_page


def test_the_cards_tell_of_what_went_straight_through_and_of_what_waits() -> None:
    """Errors with their bounds, and how long people need; not what would be at the threshold of now."""
    accepted = [a_field(confidence=0.99, status=FieldStatus.ACCEPTED)] * 100
    waiting = [a_field(confidence=0.5)] * 31

    said = Page(report_html(report_of(a_page(*accepted, *waiting)))).words()

    assert "Expected errors 1 among these, between 0 and 3 with 90 %; not measured yet" in said
    assert "To review 31 about 4 minutes at 6 s each; nobody has begun" in said


def test_the_table_has_what_each_rate_comes_to() -> None:
    """The row of now is marked; errors and minutes are rounded up, what goes straight through down."""
    fields = [a_field(f"f{place}", confidence=1 - place / 100_000) for place in range(700)]

    rows = re.findall(r"<tr.*?</tr>", report_html(report_of(a_page(*fields))))

    [now] = [Page(row).words() for row in rows if 'class="present"' in row]
    assert now == "1/1000, now 101 14.4 % 0.051 0.050 % 0 and 0 599 61"


def test_what_was_learned_is_told() -> None:
    """As `digitizer threshold` tells it; of many thresholds the first."""
    bad = some_fields(100, 300, 0.9985, "<b>", "bad")
    settled = bad + [each for number in range(20) for each in some_fields(200, 0, 0.9985, "<b>", f"good_{number:02}")]
    collector = Collector(POLICY)
    collector.add(a_page(*settled))
    found = collector.findings(tabulate(settled))

    page = Page(report_html(Report(found)))

    told = list(learned_lines(found.budget.now.learned, DEFAULT_MAX_ERRORS))
    assert "for <b> / good_19: as stated" in told[-1]
    assert all(line in page.text for line in told[:MOST_LEARNED])
    assert f"{len(told) - MOST_LEARNED} more thresholds" in page.words()


def test_the_sample_is_told() -> None:
    """How much of it was reviewed, and what follows; nothing where none was drawn."""
    right = a_field(status=FieldStatus.CONFIRMED, reason="qa_sample")
    wrong = a_field(status=FieldStatus.CORRECTED, reason="qa_sample", machine_value="7")
    settled = [right] * 29 + [wrong]
    collector = Collector(POLICY)
    waiting = [a_field(status=FieldStatus.REVIEW, reason="qa_sample")] * 20
    collector.add(a_page(a_field(), *settled, *waiting))

    said = Page(report_html(Report(collector.findings(tabulate(settled))))).words()

    assert "50 were drawn by lot for people to see. 30 of these have been reviewed, and 1 was read wrong" in said
    assert "measured 1 in 30" in said
    assert "drawn by lot" not in Page(report_html(report_of(a_page(a_field())))).words()


def test_reviewers_are_told_with_what_they_caught() -> None:
    """With bounds; nothing where nobody was given known answers."""
    report = replace(report_of(a_page(a_field())), reviewers=(Attention("<i>anna", 40, 38, 0.8533, 0.9911),))

    assert "<i>anna 40 38 85.3–99.2 %" in Page(report_html(report)).words()
    assert "Known answers" not in report_html(replace(report, reviewers=()))


def test_the_network_may_learn_from_enough_settled_digits() -> None:
    """Not from a few."""
    many = a_field("a", "7" * 200, 0.5, FieldStatus.CONFIRMED)
    fewer = a_field("a", "7" * 199 + "_", 0.5, FieldStatus.CONFIRMED)

    assert "digitizer retrain DIR" in Page(report_html(report_of(a_page(many)))).words()
    assert "digitizer retrain" not in Page(report_html(report_of(a_page(fewer)))).words()


def test_the_present_setting_is_marked_in_the_chart() -> None:
    """With what it lets through; where it lies outside the axis, only the table has it."""
    pages = [a_page(a_field(), a_field("b", confidence=0.5))]
    inside = report_html(report_of(*pages))
    collector = Collector(AcceptancePolicy(0.5))
    collector.add(pages[0])
    outside = report_html(Report(collector.findings()))

    assert "now 1/1000: 50\u202f%" in inside
    assert "now 1/2:" not in outside
    assert "1/2, now" in outside


def test_each_error_rate_has_its_dots() -> None:
    """For what goes straight through, and for what is expected to be wrong, whose bounds are drawn where they are."""
    doubtful = [a_field(f"f{place}", confidence=0.98) for place in range(100)]

    text = report_html(report_of(a_page(a_field(), *doubtful)))
    chart = text.partition('<section id="budget">')[2].partition("</svg>")[0]

    assert chart.count('class="dot good"') == chart.count('class="dot bad"') == 6
    assert chart.count("<title>2.1 wrong, between 0 and 5</title>") == 1
    assert chart.count('class="whisker bad"') == 6


def test_a_stricter_budget_than_usual_lies_in_the_chart() -> None:
    """The axis begins where it is."""
    collector = Collector(AcceptancePolicy.from_max_errors(Fraction(1, 200_000)))
    collector.add(a_page(a_field(confidence=0.999999)))

    text = report_html(Report(collector.findings()))

    assert "now 1/200\u202f000: 100\u202f%" in text
    assert ">1/1\u202f000\u202f000</text>" in text


def test_learned_thresholds_are_told_with_what_was_read() -> None:
    """How many there were."""
    report = replace(report_of(a_page(a_field())), read_with=(replace(READ_WITH, learned=12),))

    assert "0.999 12 learned" in Page(report_html(report)).words()

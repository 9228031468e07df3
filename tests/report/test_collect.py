"""The findings of a report: what is counted, what is compared, and which examples are kept."""

import tracemalloc
from dataclasses import replace

import pytest

from digitizer.document import FieldStatus, PageResult, PageStatus
from digitizer.policy import LearnedThreshold
from digitizer.report.collect import MOST_DOUBTFUL, MOST_UNREAD, Collector, Truth
from digitizer.report.findings import Findings
from digitizer.report.score_input import FieldKey, TrueField
from tests.report.pages_read import POLICY, a_field, a_page, an_unread_page, many_pages

ACCEPTED, REVIEW = FieldStatus.ACCEPTED, FieldStatus.REVIEW
CONFIRMED, CORRECTED = FieldStatus.CONFIRMED, FieldStatus.CORRECTED


def found(*pages: PageResult, truth: Truth | None = None) -> Findings:
    """Collect pages."""
    collector = Collector(POLICY, truth, lambda name: f"'{name}" if name.startswith("=") else name)
    for page in pages:
        collector.add(page)
    return collector.findings()


def true(**values: str) -> Truth:
    """Say what stands in fields of the first page of `a.png`."""
    return {FieldKey("a.png", "1", name): TrueField(value, "") for name, value in values.items()}


def test_pages_and_fields_are_counted_by_status_and_reason() -> None:
    """Reasons count for fields that wait, the most frequent first."""
    page = a_page(a_field(), a_field("x", confidence=0.5), a_field("y", confidence=0.6), a_field("z", "1", 0.9, REVIEW))
    findings = found(page, an_unread_page("b.pdf", "encrypted"))

    assert findings.fields == {ACCEPTED: 1, REVIEW: 3, CONFIRMED: 0, CORRECTED: 0}
    assert findings.pages[PageStatus.FAILED] == findings.unread_count == 1
    assert findings.field_reasons == {"low_confidence": 3}
    assert findings.page_reasons == {"encrypted": 1}
    assert findings.budget.expected.errors == pytest.approx(1e-4)


def test_a_field_that_broke_a_rule_passes_at_no_budget() -> None:
    """One that was only drawn by chance does."""
    page = a_page(
        a_field("a", status=REVIEW, reason="rule:sum"), a_field("b", status=REVIEW, reason="qa_sample"), a_field("c")
    )

    assert found(page).budget.now.accepted == 2


def test_without_truth_or_review_nothing_is_checked() -> None:
    """Then there is nothing to say of reliability."""
    findings = found(a_page(a_field(), a_field("x", confidence=0.5)))

    assert findings.checked.count == 0
    assert findings.bins == ()


def test_people_tell_what_was_read_wrong() -> None:
    """A confirmed field was right, a corrected one wrong, with what the machine had read."""
    page = a_page(a_field("a", "12", 0.9, CONFIRMED), a_field("b", "72", 0.95, CORRECTED, machine_value="12"))

    findings = found(page)

    assert (findings.checked.count, findings.checked.wrong, findings.checked.accepted) == (2, 1, 0)
    [mistake] = findings.mistakes
    assert (mistake.place.field, mistake.read, mistake.right, mistake.confidence) == ("b", "12", "72", 0.95)


def test_only_the_sample_measures_errors_among_the_accepted() -> None:
    """Fields that people look at because they are doubtful say nothing of those that nobody looks at."""
    page = a_page(
        a_field("a", status=CONFIRMED, reason="qa_sample"),
        a_field("b", "72", status=CORRECTED, reason="qa_sample", machine_value="12"),
        a_field("c", "1", 0.5, CORRECTED, machine_value="7"),
    )

    checked = found(page).checked

    assert (checked.accepted, checked.accepted_wrong) == (2, 1)


def test_the_truth_judges_the_machine_and_not_the_person() -> None:
    """A field that was corrected had been read wrong, though it is right now."""
    page = a_page(a_field("a", "12"), a_field("b", "72", 0.6, CORRECTED, machine_value="12"), a_field("c", "9"))

    findings = found(page, truth=true(a="12", b="72", d="5"))

    assert (findings.checked.count, findings.checked.wrong, findings.checked.missing) == (2, 1, 1)
    assert (findings.checked.accepted, findings.checked.accepted_wrong) == (1, 0)


def test_a_name_that_looks_like_a_formula_is_found_in_the_truth() -> None:
    """The truth may write it as the results do."""
    truth = {FieldKey("'=a.png", "1", "total"): TrueField("12", "")}

    assert found(a_page(a_field(), scan="=a.png"), truth=truth).checked.count == 1


def test_mistakes_come_the_surest_first() -> None:
    """And no more than are shown."""
    page = a_page(*(a_field(f"f{place:02}", "1", 0.5 + place / 100) for place in range(30)))

    mistakes = found(page, truth=true(**{f"f{place:02}": "2" for place in range(30)})).mistakes

    assert [each.place.field for each in mistakes] == [f"f{place:02}" for place in range(29, 17, -1)]


def test_doubtful_cells_come_the_least_sure_first_two_of_a_field() -> None:
    """Cells without ink, and those that are sure, are none."""
    field = a_field("a", "12_45", 0.9)
    doubts = (0.7, 0.6, 0.1, 0.65, 0.9999)
    other = a_field("b", "7", 0.62)

    doubtful = found(a_page(replace(field, cell_confidences=doubts), other)).doubtful

    assert [(each.symbol, each.confidence, each.position) for each in doubtful] == [
        ("2", 0.6, 1),
        ("7", 0.62, 0),
        ("4", 0.65, 3),
    ]


def test_what_people_have_settled_is_no_longer_doubtful() -> None:
    """However little sure the machine had been."""
    assert found(a_page(a_field("a", "1", 0.5, CONFIRMED), a_field("b", "2", 0.6, CORRECTED))).doubtful == ()


def test_what_is_accepted_is_not_doubtful() -> None:
    """Rules have made up for a cell that is not sure."""
    field = replace(a_field("a", "12"), cell_confidences=(0.5, 0.9999))

    assert found(a_page(field)).doubtful == ()


def test_a_cell_is_doubtful_by_the_threshold_of_its_field() -> None:
    """Which may have been learned."""
    collector = Collector(replace(POLICY, learned=(LearnedThreshold("ballot", "strict", 0.99995),)))
    collector.add(a_page(*(a_field(name, "1", 0.9999, REVIEW) for name in ("strict", "other"))))

    assert [each.place.field for each in collector.findings().doubtful] == ["strict"]


def test_digits_that_people_settled_are_counted() -> None:
    """Those that had been in doubt: no blank cells, none of fields that wait or were drawn by lot."""
    settled = a_field("a", "1_2", 0.5, CONFIRMED), a_field("b", "34", 0.6, CORRECTED)
    drawn = a_field("c", "5", status=CONFIRMED, reason="qa_sample")

    assert found(a_page(*settled, drawn, a_field("d", "6", 0.6))).settled_digits == 4


def test_a_reading_that_a_rule_spoilt_was_wrong() -> None:
    """The person brought back what was read first: the confidence was that of what the rule made of it."""
    page = a_page(a_field("a", "12", 0.9, CORRECTED, reason="rule:sum", machine_value="12"))

    assert found(page).checked.wrong == found(page, truth=true(a="12")).checked.wrong == 1


def test_fields_are_tallied_over_all_pages() -> None:
    """Those first of which most waits."""
    first = a_page(a_field("a"), a_field("b", confidence=0.5), a_field("c", "1", 0.5, CONFIRMED))
    second = a_page(a_field("a"), a_field("b"), scan="b.png")

    tallies = [(each.field, each.accepted, each.settled, each.review) for each in found(first, second).by_field]

    assert tallies == [("b", 1, 0, 1), ("a", 2, 0, 0), ("c", 0, 1, 0)]


def test_memory_does_not_grow_with_the_number_of_fields() -> None:
    """20000 fields and ten times as many cells leave less than 2 MB behind, and examples are bounded."""
    collector = Collector(POLICY)
    tracemalloc.start()
    for page in many_pages(200, 100):
        collector.add(page)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    for number in range(2 * MOST_UNREAD):
        collector.add(an_unread_page(f"{number}.png", "empty"))

    findings = collector.findings()

    assert peak < 2e6
    assert findings.field_count == 20_000
    assert (len(findings.doubtful), len(findings.unread)) == (MOST_DOUBTFUL, MOST_UNREAD)

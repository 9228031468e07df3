"""The choice of fields that are looked at however sure they are."""

from dataclasses import replace

import pytest

from digitizer.document import QA_SAMPLE, FieldStatus
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.review import decide, next_sheet, progress, show_field, undo
from digitizer.ledger.review_records import FieldKey
from digitizer.ledger.sampling import SECOND_LOOK, is_chosen, with_sample
from tests.ledger.conftest import Place
from tests.ledger.readings import LONG_S, PROVENANCE, a_field, a_scan, key_of, of_cell, of_field, row_of
from tests.ledger.recorded import digest_of

KEYS = [
    FieldKey(digest_of(str(scan)), page, f"f{field}") for scan in range(200) for page in (1, 2) for field in range(25)
]


def chosen(share: float, purpose: str = QA_SAMPLE) -> set[FieldKey]:
    """Return which of ten thousand fields are chosen."""
    return {key for key in KEYS if is_chosen(key, share, purpose)}


@pytest.mark.parametrize(
    ("share", "low", "high"), [(0.0, 0, 0), (0.01, 70, 130), (0.3, 2860, 3140), (1.0, 10_000, 10_000)]
)
def test_the_share_is_kept(share: float, low: int, high: int) -> None:
    """Within three standard deviations."""
    assert low <= len(chosen(share)) <= high


def test_a_larger_share_holds_a_smaller() -> None:
    """Who samples more keeps what was sampled."""
    assert chosen(0.01) < chosen(0.05)


def test_purposes_are_independent() -> None:
    """A sampled field is looked at twice no more often than any other."""
    assert 25 < len(chosen(0.1) & chosen(0.05, SECOND_LOOK)) < 75


def test_the_choice_never_changes() -> None:
    """Across machines and versions: a share of a ledger that was read in years is one share."""
    assert sorted(key.field for key in KEYS[:400] if is_chosen(key, 0.01, QA_SAMPLE)) == ["f17", "f22"]


def test_only_what_was_accepted_and_can_be_shown_is_sampled() -> None:
    """What waits for review anyway keeps its reason."""
    bare = replace(a_field("bare", "12"), evidence=None)
    record = with_sample(a_scan("a.png", a_field("sure", "12"), a_field("doubtful", "12", {0: 0.5}), bare), 1.0)

    assert [(each.field, each.status, each.reason) for each in record.pages[0].fields] == [
        ("sure", FieldStatus.REVIEW, QA_SAMPLE),
        ("doubtful", FieldStatus.REVIEW, "low_confidence"),
        ("bare", FieldStatus.ACCEPTED, ""),
    ]


def test_a_ledger_samples_what_is_put_in(place: Place) -> None:
    """By the share that the scan was read with; without one nothing is sampled."""
    field = a_field("one", "12")
    with place.open() as ledger:
        ledger.put_scans([a_scan("a.png", field)], PROVENANCE)
        ledger.put_scans([a_scan("b.png", field)], replace(PROVENANCE, qa_share=1.0))

        assert [page.fields[0].reason for page in ledger.rows()] == ["", QA_SAMPLE]
        assert ledger.latest_provenance() == replace(PROVENANCE, qa_share=1.0)


LOWER = replace(PROVENANCE, threshold=0.5, qa_share=1.0)
"""As when a scan is decided about again: what was doubtful is accepted, and all that may be drawn is."""
DOUBTFUL = a_field("one", "12", {0: 0.8, 1: 0.9})
ACCEPTED = replace(DOUBTFUL, status=FieldStatus.ACCEPTED, reason="")


def settle_on_sheets(ledger: Ledger, said: str = "") -> None:
    """Say of the doubtful cells what they are; without anything, what they were read as."""
    ledger.put_scans([a_scan("a.png", DOUBTFUL)], PROVENANCE)
    for symbol in "12":
        decide(ledger, [of_cell(cell, said) for cell in next_sheet(ledger, "ann", symbol, 9, LONG_S).cells])


def test_what_was_settled_on_sheets_stays_settled(place: Place) -> None:
    """It is not drawn when a lower threshold accepts it, however often it is decided about."""
    with place.open() as ledger:
        settle_on_sheets(ledger)

        for _ in range(2):
            ledger.put_scans([a_scan("a.png", ACCEPTED)], LOWER, replace=True)

            row = row_of(ledger)
            assert (row.status, row.reason, row.reviewer) == (FieldStatus.CONFIRMED, "", "ann")
            assert progress(ledger).open_fields == 0


def test_what_was_taken_back_is_accepted_and_may_be_drawn_later(place: Place) -> None:
    """Not at once: only a reading draws."""
    with place.open() as ledger:
        settle_on_sheets(ledger)
        ledger.put_scans([a_scan("a.png", ACCEPTED)], LOWER, replace=True)

        undo(ledger, "ann", 2)

        assert (row_of(ledger).status, row_of(ledger).reason) == (FieldStatus.ACCEPTED, "")
        ledger.put_scans([a_scan("a.png", ACCEPTED)], LOWER, replace=True)
        assert (row_of(ledger).status, row_of(ledger).reason) == (FieldStatus.REVIEW, QA_SAMPLE)


def test_what_nobody_could_tell_on_sheets_may_be_drawn(place: Place) -> None:
    """It is not settled by that, and accepted like any other."""
    with place.open() as ledger:
        settle_on_sheets(ledger, "?")

        ledger.put_scans([a_scan("a.png", ACCEPTED)], LOWER, replace=True)

        assert (row_of(ledger).status, row_of(ledger).reason) == (FieldStatus.REVIEW, QA_SAMPLE)


def test_a_sample_that_was_keyed_stays_a_sample(place: Place) -> None:
    """It is evidence of how often accepted fields are wrong; also where cells of it had been told before."""
    with place.open() as ledger:
        ledger.put_scans([a_scan("a.png", DOUBTFUL)], PROVENANCE)
        decide(ledger, [of_cell(next_sheet(ledger, "ann", "1", 9, LONG_S).cells[0])])
        task = show_field(ledger, key_of("one"))
        assert task is not None
        decide(ledger, [of_field(task, "12")])

        ledger.put_scans([a_scan("a.png", ACCEPTED)], LOWER, replace=True)

        assert (row_of(ledger).status, row_of(ledger).reason) == (FieldStatus.CONFIRMED, QA_SAMPLE)


def test_a_sample_is_a_reason_to_decide_anew() -> None:
    """But none of those before there were samples is another combination than it was."""
    sampled = replace(PROVENANCE, qa_share=0.01)

    assert sampled.decided_with != PROVENANCE.decided_with
    assert sampled.seen_with == PROVENANCE.seen_with
    assert "qa_share" not in PROVENANCE.content

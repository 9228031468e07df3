"""What stands on the page of a run: rates and thresholds, told as the command line tells them."""

from digitizer.budget.estimate import Expected
from digitizer.document import FieldStatus, PageStatus
from digitizer.job import Outcome
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.summary import Summary
from digitizer.policy import LearnedThreshold
from flows.page import rates


def an_outcome(*learned: LearnedThreshold) -> Outcome:
    """Return what became of 826 accepted fields of 829."""
    fields = dict.fromkeys(FieldStatus, 1) | {FieldStatus.ACCEPTED: 826}
    provenance = Provenance("0.1.0", "seed", "ab" * 32, 0.999, learned=learned)
    summary = Summary(1, dict.fromkeys(PageStatus, 0), fields, {}, {}, 0.001, {}, (), provenance)
    return Outcome(summary, Expected(0.1212, (0, 1)), 1, 0, 0, 0, 0)


def test_rates_are_rounded_against_the_machine() -> None:
    """What is good down, what is bad up, expected errors to two digits that count."""
    told = rates(an_outcome())

    assert "**99.6%** of 829 fields" in told
    assert "**0.015%** are expected to be wrong: 0.13, between 0 and 1. The 1 that wait will take" in told
    assert told.endswith("about 1 minute.\n\nConfidence from which fields are accepted: 0.999.")


def test_thresholds_that_were_learned_are_told() -> None:
    """With their number and direction, beside the stated one."""
    told = rates(an_outcome(LearnedThreshold("", "", 0.9999), LearnedThreshold("exam", "", 0.99)))

    assert told.endswith("accepted: 0.999; 2 learned from review (1 stricter, 1 looser).")

"""Fields as columns: which of them tell about thresholds, and what."""

import numpy as np
import pytest

from digitizer.budget.outcomes import tabulate
from digitizer.document import FieldStatus
from tests.budget.fields import a_field


@pytest.mark.parametrize(
    ("status", "reason", "found"),
    [
        (FieldStatus.CONFIRMED, "low_confidence", (True, False)),
        (FieldStatus.CORRECTED, "low_confidence", (False, False)),
        (FieldStatus.CONFIRMED, "qa_sample", (True, True)),
        (FieldStatus.CORRECTED, "qa_sample", (False, True)),
    ],
)
def test_settled_fields_are_outcomes(status: FieldStatus, reason: str, found: tuple[bool, bool]) -> None:
    """Right if confirmed; drawn by lot if they were of the sample."""
    outcomes = tabulate([a_field(0.9, status, reason)]).outcomes()

    assert outcomes.confidence.tolist() == [0.9]
    assert (outcomes.correct[0], outcomes.sampled[0]) == found


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (FieldStatus.REVIEW, "low_confidence"),
        (FieldStatus.ACCEPTED, ""),
        (FieldStatus.CORRECTED, "unreadable"),
        (FieldStatus.CONFIRMED, "rule:luhn"),
    ],
)
def test_other_fields_tell_nothing(status: FieldStatus, reason: str) -> None:
    """Nobody has settled them, or they went to review at any confidence."""
    assert len(tabulate([a_field(0.9, status, reason)]).outcomes()) == 0


def test_fields_pass_unless_something_forces_them_to_review() -> None:
    """A rule or an unreadable cell does; chance and confidence do not."""
    reasons = ["", "low_confidence", "qa_sample", "unreadable", "rule:luhn", "required"]

    table = tabulate(a_field(reason=reason) for reason in reasons)

    assert table.passes.tolist() == [True, True, True, False, False, False]


def test_places_are_told_apart() -> None:
    """Each by template and name; outcomes of some of them can be had alone."""
    names = [("ballot", "total"), ("ballot", "votes"), ("ballot", "total"), ("card", "total")]
    table = tabulate(a_field(0.5 + i / 10, FieldStatus.CONFIRMED, form=f, name=n) for i, (f, n) in enumerate(names))

    assert [table.places[place] for place in table.place] == names
    assert table.outcomes([table.places.index(("ballot", "total"))]).confidence.tolist() == [0.5, 0.7]


def test_no_fields_make_an_empty_table() -> None:
    """With columns of the right kind."""
    table = tabulate([])

    assert len(table) == len(table.outcomes()) == 0
    assert table.passes.dtype == np.bool_

"""What comes from the page is checked, all of it."""

from typing import Any

import pytest

from digitizer.ledger.review import FieldKey, Screen
from digitizer.review.messages import MAX_DECISIONS, decisions_of, key_of, name_of, number

KEY = {"sha256": "a" * 64, "page": 1, "field": "date"}
DECISION = {
    "client_id": "c1", "screen": "sheet", "key": KEY, "position": 2, "before": "7", "after": "1", "seen": "1.2",
}  # fmt: skip


def test_a_decision_is_taken() -> None:
    """Who decides is told by the session, whatever the page says."""
    [taken] = decisions_of([DECISION | {"reviewer": "mallory"}], "anna")

    assert taken.reviewer == "anna"
    assert taken.key == FieldKey("a" * 64, 1, "date")
    assert (taken.screen, taken.position, taken.before, taken.after) == (Screen.SHEET, 2, "7", "1")


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": None},
        {"client_id": "\ud800"},
        {"screen": "elsewhere"},
        {"key": {**KEY, "page": "1"}},
        {"key": {**KEY, "page": True}},
        {"key": None},
        {"position": "2"},
        {"position": -1},
        {"position": True},
        {"after": "a"},
        {"after": 1},
        {"before": "<b>"},
        {"seen": ["1.2"]},
        {"after": "1" * 5000},
    ],
)
def test_what_is_no_decision_is_refused(changed: dict[str, Any]) -> None:
    """Nothing of the wrong kind reaches the ledger."""
    with pytest.raises(ValueError):  # noqa: PT011 - its text is for people
        decisions_of([DECISION | changed], "anna")


@pytest.mark.parametrize("told", [None, {}, "x", [1], [None], [DECISION] * (MAX_DECISIONS + 1)])
def test_what_is_no_list_of_decisions_is_refused(told: Any) -> None:
    """The list, and each thing in it, is looked at."""
    with pytest.raises(ValueError):  # noqa: PT011
        decisions_of(told, "anna")


@pytest.mark.parametrize("told", [None, [], {"sha256": 1, "page": 1, "field": "x"}, {"sha256": "a", "page": 1}])
def test_what_is_no_key_is_refused(told: Any) -> None:
    """A key has three parts, each of its kind."""
    with pytest.raises(ValueError):  # noqa: PT011
        key_of(told)


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "x" * 61, 7])
def test_what_is_no_name_is_refused(name: Any) -> None:
    """A name is one line that can be printed."""
    with pytest.raises(ValueError):  # noqa: PT011
        name_of({"name": name})


def test_counts_are_bounded() -> None:
    """A client gets no more than a screen holds."""
    assert number({"count": 10_000}, "count", 360) == 360
    assert number({}, "count", 360) == 360
    with pytest.raises(ValueError, match="count"):
        number({"count": 0}, "count", 360)

"""What stands of a field after what people have said: a matter of what was read and of their words alone."""

from dataclasses import replace

import pytest

from digitizer.document import FieldKind, FieldResult, FieldStatus
from digitizer.ledger.doubt import field_read
from digitizer.ledger.review_records import Screen
from digitizer.ledger.standing import Look, Standing, Word, fits, standing
from tests.ledger.readings import a_field

DOUBTFUL = a_field("one", "1234", {0: 0.9, 2: 0.8})
RULED = a_field("one", "1234", reason="rule:sum")
BOX = a_field("one", "12?", reason="unreadable", kind=FieldKind.BOX)
SURE = a_field("one", "1234")
CONFIRMED, CORRECTED = FieldStatus.CONFIRMED, FieldStatus.CORRECTED
REVIEW, ACCEPTED = FieldStatus.REVIEW, FieldStatus.ACCEPTED

Said = tuple[str, Screen, int | None, str]
"""Who, where, of which cell, what."""
Gist = tuple[str, FieldStatus, str, Look | None]
"""Cells, status, reviewer, what it waits for."""


def cell(position: int, said: str, by: str = "ann") -> Said:
    """Say something of a cell, on a sheet."""
    return by, Screen.SHEET, position, said


def whole(said: str, by: str = "ann", screen: Screen = Screen.FIELD) -> Said:
    """Say something of the field."""
    return by, screen, None, said


def after(field: FieldResult, *said: Said, second_look: bool = False) -> Standing:
    """Return how a field stands after some words."""
    read = field_read(field, 0.999)
    assert read is not None
    words = [Word(number, *each, second_look) for number, each in enumerate(said, 1)]
    assert all(fits(read, word.position, word.said) for word in words)
    return standing(read, words)


def brief(now: Standing) -> Gist:
    """Return the gist."""
    return now.cells, now.status, now.reviewer, now.look


@pytest.mark.parametrize(
    ("field", "look", "open_cells"),
    [
        (DOUBTFUL, Look.SHEET, {0, 2}),
        (RULED, Look.FIELD, set()),
        (BOX, Look.FIELD, set()),
        (SURE, None, set()),
        (a_field("one", "1", {0: 0.7}, kind=FieldKind.MARK), Look.FIELD, set()),
    ],
    ids=["digits in doubt", "rule", "box", "accepted", "mark"],
)
def test_what_nobody_has_seen_waits_in_its_way(field: FieldResult, look: Look | None, open_cells: set[int]) -> None:
    """On sheets, as a whole, or not at all."""
    now = after(field)

    assert (now.look, set(now.open)) == (look, open_cells)
    assert now.decided == (None,) * len(now.decided)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([cell(0, "1")], ("1234", REVIEW, "", Look.SHEET)),
        ([cell(0, "1"), cell(2, "3")], ("1234", CONFIRMED, "ann", None)),
        ([cell(0, "7"), cell(2, "3", "bob")], ("7234", CORRECTED, "bob", None)),
        ([cell(0, "7"), cell(2, "3"), cell(0, "1")], ("1234", CONFIRMED, "ann", None)),
        ([cell(0, "_"), cell(2, "x")], ("_2x4", CORRECTED, "ann", None)),
        ([cell(0, "7"), cell(2, "?")], ("72?4", REVIEW, "", Look.FIELD)),
        ([cell(0, "7"), cell(2, "?"), whole("7294", "bob")], ("7294", CORRECTED, "bob", None)),
        ([whole("1234")], ("1234", CONFIRMED, "ann", None)),
        ([whole("12?4")], ("12?4", REVIEW, "", Look.UNSURE)),
        ([whole("12?4"), whole("1234", "bob")], ("1234", CONFIRMED, "bob", None)),
        ([whole("1734"), cell(1, "2", "bob")], ("1234", CONFIRMED, "bob", None)),
    ],
)
def test_words_about_digits_in_doubt(said: list[Said], expected: Gist) -> None:
    """The later word counts; the field closes when no cell is in doubt any more."""
    assert brief(after(DOUBTFUL, *said)) == expected


def test_open_cells_are_those_nobody_has_decided_about() -> None:
    """What is decided is told of the cell."""
    now = after(DOUBTFUL, cell(2, "9"))

    assert (set(now.open), now.decided) == ({0}, (None, None, "9", None))


def test_cells_alone_do_not_settle_what_is_doubted_as_a_whole() -> None:
    """A rule that is broken is not mended by looking at one cell."""
    assert brief(after(RULED, cell(0, "1"))) == ("1234", REVIEW, "", Look.FIELD)
    assert brief(after(RULED, whole("1234"))) == ("1234", CONFIRMED, "ann", None)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("128", ("128", CORRECTED, "ann", None)),
        ("12", ("12", CONFIRMED, "ann", None)),
        ("", ("", CORRECTED, "ann", None)),
        ("1?", ("1?", REVIEW, "", Look.UNSURE)),
    ],
)
def test_a_box_takes_a_number_of_any_length(said: str, expected: Gist) -> None:
    """Also none at all."""
    assert brief(after(BOX, whole(said))) == expected


def test_a_reading_that_is_accepted_now_yields_to_a_word_but_not_to_doubt() -> None:
    """As when a scan is read again with a better network."""
    assert brief(after(SURE, cell(0, "7"))) == ("7234", CORRECTED, "ann", None)
    assert brief(after(SURE, cell(0, "?"))) == ("1234", ACCEPTED, "", None)
    assert brief(after(SURE, whole("1?34"))) == ("1234", ACCEPTED, "", None)
    assert brief(after(replace(SURE, cells="12"), cell(0, "1"))) == ("12", CONFIRMED, "ann", None)


SECOND, THIRD = Screen.SECOND, Screen.THIRD


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ([], ("1934", CORRECTED, "ann", Look.SECOND)),
        ([whole("1934", "bob", SECOND)], ("1934", CORRECTED, "ann", None)),
        ([whole("1?34", "bob", SECOND)], ("1934", CORRECTED, "ann", Look.SECOND)),
        ([whole("1234", "bob", SECOND)], ("1934", REVIEW, "", Look.THIRD)),
        ([whole("1234", "bob", SECOND), whole("1234", "eve", THIRD)], ("1234", CONFIRMED, "eve", None)),
        ([whole("1234", "bob", SECOND), whole("1834", "eve", THIRD)], ("1834", CORRECTED, "eve", None)),
        ([whole("1234", "bob", SECOND), whole("?234", "eve", THIRD)], ("1934", REVIEW, "", Look.THIRD)),
    ],
)
def test_a_second_look_confirms_and_a_third_settles(later: list[Said], expected: Gist) -> None:
    """Until then a value that is disputed waits for review."""
    assert brief(after(RULED, whole("1934"), *later, second_look=True)) == expected


FIRST: dict[str, list[Said]] = {
    "none": [],
    "unsure, like the second": [whole("72?4")],
    "unsure, unlike the second": [whole("12?4")],
    "part, like the second": [cell(0, "7")],
    "part, unlike the second": [cell(0, "1")],
    "part, and the rest untold": [cell(0, "7"), cell(2, "?")],
    "like the second": [cell(0, "7"), cell(2, "3")],
    "unlike the second": [cell(0, "1"), cell(2, "3")],
}
SECONDS = {"none": [], "unsure": [whole("7?34", "bob", SECOND)], "complete": [whole("7234", "bob", SECOND)]}
UNSETTLED = [[], [whole("12?4", "eve", THIRD)]]
BOB = ("7234", CORRECTED, "bob", None)
TABLE: dict[str, tuple[Gist, Gist]] = {
    "none": (("1234", REVIEW, "", Look.SHEET), BOB),
    "unsure, like the second": (("72?4", REVIEW, "", Look.UNSURE), BOB),
    "unsure, unlike the second": (("12?4", REVIEW, "", Look.UNSURE), ("7234", REVIEW, "", Look.THIRD)),
    "part, like the second": (("7234", REVIEW, "", Look.SHEET), BOB),
    "part, unlike the second": (("1234", REVIEW, "", Look.SHEET), ("7234", REVIEW, "", Look.THIRD)),
    "part, and the rest untold": (("72?4", REVIEW, "", Look.FIELD), BOB),
    "like the second": (("7234", CORRECTED, "ann", Look.SECOND), ("7234", CORRECTED, "ann", None)),
    "unlike the second": (("1234", CONFIRMED, "ann", Look.SECOND), ("1234", REVIEW, "", Look.THIRD)),
}
"""How the field stands without a third look: if the second is not complete, and if it is."""


@pytest.mark.parametrize("third", UNSETTLED, ids=["no third", "third unsure"])
@pytest.mark.parametrize("second", SECONDS)
@pytest.mark.parametrize("first", FIRST)
def test_what_stands_without_a_third_look(first: str, second: str, third: list[Said]) -> None:
    """A complete second look stands for a first that is not; it disputes what the first has said, and no more."""
    now = after(DOUBTFUL, *FIRST[first], *SECONDS[second], *third, second_look=True)

    assert brief(now) == TABLE[first][second == "complete"]


@pytest.mark.parametrize("field", [DOUBTFUL, RULED, SURE], ids=["doubtful", "rule", "accepted"])
@pytest.mark.parametrize("second", SECONDS)
@pytest.mark.parametrize("first", FIRST)
def test_a_third_look_decides_whatever_became_of_the_others(first: str, second: str, field: FieldResult) -> None:
    """As when another network doubts cells that the first had not to look at."""
    now = after(field, *FIRST[first], *SECONDS[second], whole("1934", "eve", THIRD), second_look=True)

    assert brief(now) == ("1934", CORRECTED, "eve", None)
    assert (now.decided, now.open) == (tuple("1934"), frozenset())


@pytest.mark.parametrize(("first", "look"), [("128", Look.THIRD), ("1?", None)])
def test_the_second_look_at_a_box(first: str, look: Look | None) -> None:
    """A number is disputed as a whole, and not at all by somebody who could not tell."""
    assert after(BOX, whole(first), whole("12", "bob", SECOND), second_look=True).look is look


def test_where_digits_lie_is_no_dispute() -> None:
    """The value is the same."""
    assert brief(after(DOUBTFUL, cell(0, "_"), whole("x234", "bob", SECOND))) == ("x234", CORRECTED, "bob", None)


def test_who_agrees_blind_has_decided_about_all_cells() -> None:
    """The crops have their symbols then, also those that nobody saw on a sheet."""
    first = cell(0, "1"), cell(2, "3")

    assert after(DOUBTFUL, *first, second_look=True).decided == ("1", None, "3", None)
    assert after(DOUBTFUL, *first, whole("1234", "bob", SECOND)).decided == tuple("1234")


def test_nothing_waits_for_people_that_cannot_be_shown() -> None:
    """Without pictures the field stays in review, and on no screen."""
    assert DOUBTFUL.evidence is not None
    no_strip = replace(DOUBTFUL.evidence, strip=b"")
    no_crops = replace(no_strip, cells=tuple(replace(each, crop=b"") for each in no_strip.cells))

    assert after(replace(DOUBTFUL, evidence=no_strip)).look is Look.SHEET
    assert brief(after(replace(DOUBTFUL, evidence=no_crops))) == ("1234", REVIEW, "", None)

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


def brief(now: Standing) -> tuple[str, FieldStatus, str, Look | None]:
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
def test_words_about_digits_in_doubt(said: list[Said], expected: tuple[str, FieldStatus, str, Look | None]) -> None:
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
def test_a_box_takes_a_number_of_any_length(said: str, expected: tuple[str, FieldStatus, str, Look | None]) -> None:
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
def test_a_second_look_confirms_and_a_third_settles(
    later: list[Said], expected: tuple[str, FieldStatus, str, Look | None]
) -> None:
    """Until then a value that is disputed waits for review."""
    assert brief(after(RULED, whole("1934"), *later, second_look=True)) == expected


def test_a_second_look_stands_for_a_first_that_was_taken_back() -> None:
    """No word of anybody is lost."""
    assert brief(after(RULED, whole("1234", "bob", SECOND))) == ("1234", CONFIRMED, "bob", None)


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

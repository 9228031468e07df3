"""Sheets of digits: what is dealt out to whom, and until when, on both kinds of database."""

from dataclasses import replace

import pytest

from digitizer.ledger.ledger import Ledger
from digitizer.ledger.review import decide, next_sheet, progress, release
from tests.ledger.conftest import Place
from tests.ledger.readings import CROP, LONG_S, a_field, key_of, of_cell, places, put


def sevens(ledger: Ledger, *confidences: float, name: str = "a.png") -> None:
    """Put in fields of one doubtful seven each, called after the confidence."""
    put(ledger, *(a_field(f"f{each}", "7", {0: each}) for each in confidences), name=name)


def test_the_least_sure_come_first(place: Place) -> None:
    """Over all scans, of one symbol, with all that is to be shown."""
    with place.open() as ledger:
        sevens(ledger, 0.9, 0.5)
        sevens(ledger, 0.7, name="b.png")
        put(ledger, a_field("one", "1", {0: 0.1}), name="c.png")

        sheet = next_sheet(ledger, "ann", "7", 2, LONG_S)

    assert (sheet.symbol, sheet.remaining) == ("7", 1)
    assert [cell.confidence for cell in sheet.cells] == [0.5, 0.7]
    first = sheet.cells[0]
    assert (first.key, first.position, first.symbol, first.crop) == (key_of("f0.5"), 0, "7", CROP)


def test_only_what_is_in_doubt_is_on_sheets(place: Place) -> None:
    """Not the sure digits beside it, nor fields that are seen as a whole."""
    with place.open() as ledger:
        put(ledger, a_field("one", "777", {1: 0.6}), a_field("two", "77"), a_field("three", "7", reason="rule:sum"))

        assert places(next_sheet(ledger, "ann", "7", 10, LONG_S)) == [("one", 1)]


def test_without_a_wish_the_symbol_comes_of_which_most_is_free(place: Place) -> None:
    """What others are shown does not count; the lower one of equals; none at last."""
    with place.open() as ledger:
        sevens(ledger, 0.5, 0.6)
        put(ledger, a_field("one", "1", {0: 0.5}), name="b.png")
        put(ledger, a_field("void", "1x", {1: 0.5}), name="c.png")

        dealt = [next_sheet(ledger, by, None, 10, LONG_S) for by in ("ann", "bob", "eve", "zoe")]

    assert [(sheet.symbol, len(sheet.cells)) for sheet in dealt] == [("7", 2), ("1", 1), ("x", 1), ("", 0)]


def test_two_people_never_get_the_same(place: Place) -> None:
    """What one is shown the other is not; it is still told as remaining."""
    with place.open() as ledger:
        sevens(ledger, *(each / 100 for each in range(10, 30)))

        ann, bob = next_sheet(ledger, "ann", "7", 8, LONG_S), next_sheet(ledger, "bob", "7", 8, LONG_S)
        eve = next_sheet(ledger, "eve", "7", 8, LONG_S)

    assert [len(each.cells) for each in (ann, bob, eve)] == [8, 8, 4]
    assert len({cell.key for each in (ann, bob, eve) for cell in each.cells}) == 20
    assert eve.remaining == 16


def test_what_one_holds_comes_again(place: Place) -> None:
    """Who closes the page and opens it again sees what is left of the sheet."""
    with place.open() as ledger:
        sevens(ledger, 0.1, 0.2, 0.3)
        first = next_sheet(ledger, "ann", "7", 2, LONG_S)
        decide(ledger, [of_cell(first.cells[0])])

        again = next_sheet(ledger, "ann", "7", 2, LONG_S)

    assert places(first) == [("f0.1", 0), ("f0.2", 0)]
    assert places(again) == [("f0.2", 0), ("f0.3", 0)]


def test_a_lease_that_ran_out_is_taken_over(place: Place) -> None:
    """Whoever went home keeps nobody from it for longer than it said."""
    with place.open() as ledger:
        sevens(ledger, 0.1)
        next_sheet(ledger, "ann", "7", 1, -0.001)

        assert places(next_sheet(ledger, "bob", "7", 1, LONG_S)) == [("f0.1", 0)]
        assert places(next_sheet(ledger, "ann", "7", 1, LONG_S)) == []


def test_what_is_released_is_free(place: Place) -> None:
    """Only one's own."""
    with place.open() as ledger:
        sevens(ledger, 0.1, 0.2)
        next_sheet(ledger, "ann", "7", 1, LONG_S)
        next_sheet(ledger, "bob", "7", 1, LONG_S)
        release(ledger, "ann")

        assert places(next_sheet(ledger, "eve", "7", 2, LONG_S)) == [("f0.1", 0)]


def test_leases_end_with_the_scan_that_they_are_on(place: Place) -> None:
    """Read again, its cells are others."""
    with place.open() as ledger:
        sevens(ledger, 0.1)
        next_sheet(ledger, "ann", "7", 1, LONG_S)
        put(ledger, a_field("f0.1", "7", {0: 0.2}), again=True)

        assert [cell.confidence for cell in next_sheet(ledger, "bob", "7", 1, LONG_S).cells] == [0.2]


def test_progress_counts_what_is_open(place: Place) -> None:
    """And what is settled, and the pace."""
    with place.open() as ledger:
        sevens(ledger, 0.1, 0.2)
        put(ledger, a_field("one", "12", reason="rule:sum"), a_field("sure", "12"), name="b.png")
        before = progress(ledger)
        decide(ledger, [of_cell(cell) for cell in next_sheet(ledger, "ann", "7", 1, LONG_S).cells])
        after = progress(ledger)

    assert (before.open_cells, before.open_fields, before.settled, before.per_hour) == (2, 1, 0, {})
    assert (after.open_cells, after.open_fields, after.settled, after.per_hour) == (1, 1, 1, {"ann": 60})


@pytest.mark.parametrize(
    ("symbol", "count", "by"), [("\0", 1, "a"), ("12", 1, "a"), ("?", 1, "a"), ("7", 0, "a"), ("7", 1, "\n")]
)
def test_what_cannot_be_asked_for_is_refused(place: Place, symbol: str, count: int, by: str) -> None:
    """Before the database is asked."""
    with place.open() as ledger, pytest.raises(ValueError, match=r"can|On a sheet"):
        next_sheet(ledger, by, symbol, count, LONG_S)


def test_a_cell_without_its_picture_is_on_no_sheet(place: Place) -> None:
    """Its field is seen as a whole."""
    field = a_field("one", "7", {0: 0.5})
    assert field.evidence is not None
    bare = replace(field.evidence, cells=(replace(field.evidence.cells[0], crop=b""),))
    with place.open() as ledger:
        put(ledger, replace(field, evidence=bare))

        assert next_sheet(ledger, "ann", "7", 1, LONG_S).cells == ()
        assert progress(ledger).open_fields == 1

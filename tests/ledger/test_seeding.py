"""Checks among the cells of sheets: how many, which, and that nothing tells them; on both kinds of database."""

from dataclasses import replace

from sqlalchemy import select

from digitizer.ledger.purge import purge
from digitizer.ledger.retention import Retention
from digitizer.ledger.review import decide, next_fields, next_sheet
from digitizer.ledger.schema import review_leases
from tests.ledger.checked import checks_of, places_of, put_open, settle, sheet_of
from tests.ledger.conftest import Place
from tests.ledger.readings import LONG_S, a_field, key_of, of_cell, of_field, put


def test_settled_digits_are_mixed_in(place: Place) -> None:
    """As cells that were read like the others, by confidence; what is left to do is as much as without them."""
    with place.open() as ledger:
        settle(ledger, "1", "1", "9")
        put_open(ledger, 20)
        sheet = sheet_of(ledger)

    assert len(checks_of(sheet)) == 3
    assert (len(sheet.cells), sheet.remaining) == (23, 0)
    assert {cell.symbol for cell in sheet.cells} == {"7"}
    confidences = [cell.confidence for cell in sheet.cells]
    assert confidences == sorted(confidences)
    assert confidences.count(0.3) >= 3
    assert len({cell.seen.partition(".")[2] for cell in sheet.cells}) == 1


def test_there_are_none_unless_they_are_asked_for(place: Place) -> None:
    """The setting is off by default."""
    with place.open() as ledger:
        settle(ledger, "1", "1")
        put_open(ledger, 20)

        assert checks_of(next_sheet(ledger, "ann", "7", 40, LONG_S)) == []


def test_about_the_share_asked_for_is_mixed_in(place: Place) -> None:
    """The same again for the same sheet, other ones for another reviewer."""
    with place.open() as ledger:
        settle(ledger, *"1" * 60)
        put_open(ledger, 400)
        first, again = (places_of(checks_of(sheet_of(ledger, count=500, share=0.05))) for _ in range(2))
        put_open(ledger, 400, name="more.png")
        others = places_of(checks_of(sheet_of(ledger, "eve", count=500, share=0.05)))

    assert 10 <= len(first) <= 32  # of a binomial with a mean of 20, but for one in a hundred
    assert first == again
    assert 10 <= len(others) <= 32
    assert others != first


def test_a_sheet_grows_no_larger(place: Place) -> None:
    """Some of what is open waits for the next one; at least half of it is for work."""
    with place.open() as ledger:
        settle(ledger, *"1" * 30)
        put_open(ledger, 30)
        sheet = sheet_of(ledger, count=10)

    assert (len(sheet.cells), len(checks_of(sheet)), sheet.remaining) == (10, 5, 25)


def test_what_was_misread_as_the_symbol_comes_first(place: Place) -> None:
    """Then digits that look like it; never the symbol itself, nor others."""
    with place.open() as ledger:
        settle(ledger, "5", "7", "x")
        settle(ledger, *"1" * 12, read_as="1", name="ones.png")
        settle(ledger, "8", "8", read_as="8", name="eights.png")
        put_open(ledger, 20)
        all_of_them = places_of(checks_of(sheet_of(ledger)))
        few = places_of(checks_of(sheet_of(ledger, count=4)))

    old, ones = key_of("", "old.png").sha256, key_of("", "ones.png").sha256
    assert few == {(old, "old0"), (old, "old2")}
    assert all_of_them == few | {(ones, f"old{at}") for at in range(12)}


def test_nobody_is_checked_with_what_they_settled_while_there_is_more(place: Place) -> None:
    """They would know it again; alone, one has to make do with it."""
    with place.open() as ledger:
        settle(ledger, "1", "1", by="ann", name="own.png")
        settle(ledger, "2", "2", by="bob", name="others.png")
        put_open(ledger, 20)
        few = checks_of(sheet_of(ledger, "ann", count=4))

        assert {cell.key.sha256 for cell in few} == {key_of("", "others.png").sha256}
        assert len(checks_of(sheet_of(ledger, "ann"))) == 4


def test_nobody_is_checked_with_the_same_twice(place: Place) -> None:
    """What has not been answered comes again, and others are checked with it too."""
    with place.open() as ledger:
        settle(ledger, "1", "1")
        put_open(ledger, 20)
        answered, other = checks_of(sheet_of(ledger))
        decide(ledger, [of_cell(answered, "1")])

        assert places_of(checks_of(sheet_of(ledger))) == places_of([other])
        put_open(ledger, 20, name="more.png")
        assert places_of(checks_of(sheet_of(ledger, "eve"))) == places_of([answered, other])


def test_what_is_open_is_no_check(place: Place) -> None:
    """Neither a field with another digit in doubt, nor one that waits for a second look, or that nobody could tell."""
    with place.open() as ledger:
        put(
            ledger,
            a_field("old0", "77", {0: 0.3, 1: 0.3}),
            a_field("old1", "7", {0: 0.3}),
            a_field("old2", "7", {0: 0.3}),
        )
        cells = {(cell.key.field, cell.position): cell for cell in next_sheet(ledger, "bob", "7", 9, LONG_S).cells}
        decide(ledger, [of_cell(cells["old0", 0], "1", "bob"), of_cell(cells["old2", 0], "?", "bob")])
        decide(ledger, [of_cell(cells["old1", 0], "1", "bob")], second_share=1.0)
        put_open(ledger, 20)
        sheet = sheet_of(ledger)

    assert checks_of(sheet) == []


def test_a_field_keyed_as_a_whole_gives_checks_too(place: Place) -> None:
    """A word about the field is one about each of its cells."""
    with place.open() as ledger:
        put(ledger, a_field("old", "57", reason="rule:sum"), name="old.png")
        decide(ledger, [of_field(task, "51", "bob") for task in next_fields(ledger, "bob", 1, LONG_S)])
        put_open(ledger, 20)

        assert [cell.position for cell in checks_of(sheet_of(ledger))] == [1]


def test_without_its_picture_no_cell_is_a_check(place: Place) -> None:
    """It could not be shown."""
    with place.open() as ledger:
        settle(ledger, "1", "1")
        retention = Retention(0, images_only=True)
        purge(place.out, ledger, retention, by="me", now_s=2**31, project=lambda: None)
        put_open(ledger, 20)

        assert checks_of(sheet_of(ledger)) == []


def test_checks_are_held_by_nobody(place: Place) -> None:
    """Two may be shown the same one; what is in work is held as always."""
    with place.open() as ledger:
        settle(ledger, "1", "1")
        put_open(ledger, 20)
        ann, eve = sheet_of(ledger, "ann", 12), sheet_of(ledger, "eve", 12)
        held = ledger.database.read(lambda each: len(each.execute(select(review_leases)).all()))

    assert places_of(checks_of(ann)) == places_of(checks_of(eve))
    assert held == len(ann.cells) + len(eve.cells) - 4
    assert not (places_of(ann.cells) - places_of(checks_of(ann))) & places_of(eve.cells)


def test_a_check_of_another_confidence_does_not_stand_at_an_end(place: Place) -> None:
    """Surer than all others, it is put anywhere: where follows from reviewer and cell."""
    with place.open() as ledger:
        settle(ledger, "1")
        put(ledger, *(a_field(f"new{at}", "7", {0: 0.4 + at / 100}) for at in range(9)), name="new.png")
        found = {}
        for by in ("ann", "bob", "eve", "kim", "lou", "max"):
            sheet = sheet_of(ledger, by)
            found[by] = [cell.key.field for cell in sheet.cells].index("old0")
            again = sheet_of(ledger, by)
            assert [replace(cell, seen="") for cell in again.cells] == [replace(cell, seen="") for cell in sheet.cells]
            ledger.database.write(lambda each: each.execute(review_leases.delete()))

    assert len(set(found.values())) > 2
    assert 0 not in found.values()

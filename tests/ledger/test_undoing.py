"""Taking back what one has decided, on both kinds of database."""

from collections.abc import Sequence

from sqlalchemy import select

from digitizer.document import FieldStatus
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.review import Event, decide, next_fields, next_sheet, show_field, undo
from digitizer.ledger.schema import cells, events
from tests.ledger.conftest import Place
from tests.ledger.readings import LONG_S, a_field, key_of, of_cell, of_field, put, row_of

DOUBTFUL = a_field("one", "1727", {1: 0.6, 3: 0.7})


def said(taken_back: Sequence[Event]) -> list[tuple[int | None, str]]:
    """Return of what cells, and what was said of them."""
    return [(event.position, event.after) for event in taken_back]


def decide_all(ledger: Ledger, after: str = "1", by: str = "ann") -> None:
    """Decide about both doubtful cells."""
    decide(ledger, [of_cell(cell, after, by) for cell in next_sheet(ledger, by, "7", 9, LONG_S).cells])


def test_the_most_recent_decision_is_taken_back(place: Place) -> None:
    """The field is open again, the cell on its sheet; a second time goes on with the one before."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        decide_all(ledger)

        assert said(undo(ledger, "ann")) == [(3, "1")]
        row = row_of(ledger)
        sheet = next_sheet(ledger, "bob", "7", 9, LONG_S)
        assert said(undo(ledger, "ann")) == [(1, "1")]

        assert (row.status, row.cells, row.reviewer) == (FieldStatus.REVIEW, "1127", "")
        assert [cell.position for cell in sheet.cells] == [3]
        assert row_of(ledger).cells == "1727"
        assert undo(ledger, "ann") == []


def test_nothing_is_left_of_it_but_the_events(place: Place) -> None:
    """Field and cells are as if nobody had said anything; the log has both, and what undoes what."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        before = row_of(ledger)
        decide_all(ledger)
        undo(ledger, "ann", 2)

        logged = ledger.database.read(lambda each: each.execute(select(events).order_by(events.c.id)).all())
        states = ledger.database.read(lambda each: set(each.execute(select(cells.c.decided)).scalars()))
        assert row_of(ledger) == before
    assert [(row.kind, row.after, row.undoes) for row in logged] == [
        ("cell", "1", None),
        ("cell", "1", None),
        ("undo", "7", 2),
        ("undo", "7", 1),
    ]
    assert states == {None}


def test_several_are_taken_back_at_once(place: Place) -> None:
    """The newest first; what was said before of the same cell stands again."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        one = next_sheet(ledger, "ann", "7", 9, LONG_S).cells[0]
        for symbol in "298":
            decide(ledger, [of_cell(one, symbol)])

        assert said(undo(ledger, "ann", 2)) == [(1, "8"), (1, "9")]
        assert row_of(ledger).cells == "1227"


def test_what_somebody_else_has_decided_about_since_stands(place: Place) -> None:
    """Undo passes it over: the other's word would be lost with it."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        decide_all(ledger)
        task = show_field(ledger, key_of("one"))
        assert task is not None
        decide(ledger, [of_field(task, "1922", "bob")])

        assert undo(ledger, "ann", 5) == []
        assert row_of(ledger).cells == "1922"


def test_what_somebody_else_said_of_another_cell_is_no_hindrance(place: Place) -> None:
    """Each keeps their own."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        decide(ledger, [of_cell(next_sheet(ledger, "ann", "7", 1, LONG_S).cells[0], "1")])
        decide(ledger, [of_cell(next_sheet(ledger, "bob", "7", 1, LONG_S).cells[0], "2", "bob")])

        assert said(undo(ledger, "ann")) == [(1, "1")]
        assert row_of(ledger).cells == "1722"


def test_what_the_other_has_taken_back_is_no_hindrance(place: Place) -> None:
    """Then the first word is the last again."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        decide_all(ledger)
        task = show_field(ledger, key_of("one"))
        assert task is not None
        decide(ledger, [of_field(task, "1922", "bob")])
        undo(ledger, "bob")

        assert said(undo(ledger, "ann")) == [(3, "1")]


def test_only_ones_own_is_taken_back(place: Place) -> None:
    """Whoever else was later."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        decide_all(ledger)

        assert undo(ledger, "bob") == []


def test_an_undo_sent_again_takes_back_nothing_more(place: Place) -> None:
    """It says the same as the first time."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        decide_all(ledger)
        first = undo(ledger, "ann", 1, client_id="u1")

        assert undo(ledger, "ann", 1, client_id="u1") == first
        assert row_of(ledger).cells == "1127"


def test_a_whole_field_is_taken_back(place: Place) -> None:
    """It waits for people again."""
    with place.open() as ledger:
        put(ledger, a_field("one", "12", reason="rule:sum"))
        [task] = next_fields(ledger, "ann", 1, LONG_S)
        decide(ledger, [of_field(task, "19")])

        [event] = undo(ledger, "ann")

        assert (event.position, event.before, event.after) == (None, "12", "19")
        assert len(next_fields(ledger, "bob", 1, LONG_S)) == 1


def test_what_was_taken_back_stays_so_when_the_scan_is_read_again(place: Place) -> None:
    """Only words that stand are put over a new reading."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        decide_all(ledger)
        undo(ledger, "ann")
        put(ledger, DOUBTFUL, again=True)

        assert row_of(ledger).cells == "1127"

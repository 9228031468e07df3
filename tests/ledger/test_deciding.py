"""What people decide: kept, projected, and refused where somebody said something else; on both kinds of database."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from digitizer.document import FieldStatus
from digitizer.ledger.export import write_results
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.review import (
    Conflict,
    Screen,
    Sheet,
    decide,
    next_fields,
    next_sheet,
    release,
    show_field,
)
from digitizer.ledger.schema import cells, events
from tests.ledger.conftest import Place
from tests.ledger.readings import LONG_S, PROVENANCE, a_field, key_of, of_cell, of_field, put, row_of

DOUBTFUL = a_field("one", "1727", {1: 0.6, 3: 0.7})


def stale_sheets(ledger: Ledger, symbol: str = "7") -> tuple[Sheet, Sheet]:
    """Show two people the same, as when a lease has run out."""
    ann = next_sheet(ledger, "ann", symbol, 100, LONG_S)
    release(ledger, "ann")
    return ann, next_sheet(ledger, "bob", symbol, 100, LONG_S)


def logged(ledger: Ledger) -> list[tuple[str, str, int | None, str, str]]:
    """Return the events: who, what kind, of which cell, before, after."""
    query = select(events).order_by(events.c.id)
    rows = ledger.database.read(lambda connection: connection.execute(query).all())
    return [(row.reviewer, row.kind, row.position, row.before, row.after) for row in rows]


def test_a_confirmed_sheet_closes_its_fields(place: Place) -> None:
    """Status, reviewer and each cell are told; what the machine had said stays, and so does its confidence."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)

        assert decide(ledger, [of_cell(cell) for cell in next_sheet(ledger, "ann", "7", 9, LONG_S).cells]) == []

        row = row_of(ledger)
        query = select(cells.c.decided, cells.c.open).order_by(cells.c.position)
        decided = ledger.database.read(lambda connection: [tuple(each) for each in connection.execute(query)])
    assert row == replace(DOUBTFUL, status=FieldStatus.CONFIRMED, reviewer="ann", y=20, evidence=None)
    assert decided == [(None, False), ("7", False), (None, False), ("7", False)]


def test_a_correction_changes_the_csv_but_not_what_the_machine_said(place: Place) -> None:
    """The files are made again, with who decided."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        write_results(place.out, ledger, PROVENANCE)
        one, other = next_sheet(ledger, "ann", "7", 9, LONG_S).cells

        decide(ledger, [of_cell(one, "1"), of_cell(other, "_")])

        row = row_of(ledger)
        write_results(place.out, ledger, PROVENANCE)
    assert (row.value, row.cells, row.machine_value) == ("112", "112_", "1727")
    line = (place.out / "fields.csv").read_text().splitlines()[1]
    assert line.startswith("a.png,1,form,one,112,112_,")
    assert ",corrected,low_confidence," in line
    assert line.endswith(",1727,ann")


def test_a_field_stays_open_until_all_its_doubts_are_settled(place: Place) -> None:
    """What was said already stands."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        decide(ledger, [of_cell(next_sheet(ledger, "ann", "7", 1, LONG_S).cells[0], "1")])

        row = row_of(ledger)
        rest = next_sheet(ledger, "ann", "7", 9, LONG_S).cells
    assert (row.status, row.cells, row.reviewer) == (FieldStatus.REVIEW, "1127", "")
    assert [cell.position for cell in rest] == [3]


def test_a_cell_that_nobody_could_tell_leads_to_its_field(place: Place) -> None:
    """With what was settled filled in, the cursor where it was not."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        one, other = next_sheet(ledger, "ann", "7", 9, LONG_S).cells
        decide(ledger, [of_cell(one, "?"), of_cell(other, "1")])

        [task] = next_fields(ledger, "ann", 9, LONG_S)
        decide(ledger, [of_field(task, "1921")])

        assert (task.cells, task.open_positions, task.screen, task.blind) == ("1?21", (1,), Screen.FIELD, False)
        assert row_of(ledger).cells == "1921"


def test_every_decision_is_an_event(place: Place) -> None:
    """Who, of what, before, after; in order."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        one, other = next_sheet(ledger, "ann", "7", 9, LONG_S).cells
        decide(ledger, [of_cell(one, "1"), of_cell(other)])
        decide(ledger, [of_cell(one, "2")])

        assert logged(ledger) == [
            ("ann", "cell", 1, "7", "1"),
            ("ann", "cell", 3, "7", "7"),
            ("ann", "cell", 1, "7", "2"),
        ]


def test_what_somebody_else_said_meanwhile_is_a_conflict(place: Place) -> None:
    """It says what stands, and who said so; the others of the same save are kept."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        ann, bob = stale_sheets(ledger)
        decide(ledger, [of_cell(ann.cells[0])])
        late = of_cell(bob.cells[0], "1", "bob")

        conflicts = decide(ledger, [late, of_cell(bob.cells[1], "9", "bob")])

        assert conflicts == [Conflict(late, "7", "ann")]
        assert row_of(ledger).cells == "1729"


def test_the_same_word_of_two_people_is_no_conflict(place: Place) -> None:
    """Both are kept."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        ann, bob = stale_sheets(ledger)
        decide(ledger, [of_cell(ann.cells[0], "1")])

        assert decide(ledger, [of_cell(bob.cells[0], "1", "bob")]) == []
        assert len(logged(ledger)) == 2


def test_who_has_seen_the_other_word_may_change_it(place: Place) -> None:
    """It was shown, so it is no accident."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        decide(ledger, [of_cell(cell) for cell in next_sheet(ledger, "ann", "7", 9, LONG_S).cells])
        task = show_field(ledger, key_of("one"))
        assert task is not None

        assert decide(ledger, [of_field(task, "1827", "bob")]) == []
        assert row_of(ledger).reviewer == "bob"


@pytest.mark.parametrize("first", ["cell", "field"])
def test_a_cell_and_its_field_can_conflict(place: Place, first: str) -> None:
    """A whole field speaks of each of its cells."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        cell = next_sheet(ledger, "ann", "7", 1, LONG_S).cells[0]
        task = show_field(ledger, cell.key)
        assert task is not None
        both = [of_cell(cell, "1"), of_field(task, "1927", "bob")]
        early, late = both if first == "cell" else both[::-1]
        decide(ledger, [early])

        [conflict] = decide(ledger, [late])

    assert (conflict.reviewer, conflict.now) == (("ann", "1127") if first == "cell" else ("bob", "9"))


def test_a_decision_sent_again_counts_once(place: Place) -> None:
    """As after an answer that was lost; in one save, too; and however much was said in between."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        cell = next_sheet(ledger, "ann", "7", 9, LONG_S).cells[0]
        decision = of_cell(cell, "1")
        decide(ledger, [decision, decision])
        revision = ledger.revision()
        assert decide(ledger, [decision]) == []
        assert ledger.revision() == revision
        decide(ledger, [of_cell(cell, "9")])

        assert decide(ledger, [decision]) == []
        assert row_of(ledger).cells == "1927"


def test_decisions_survive_a_new_reading(place: Place) -> None:
    """A person's word stays; what the machine says now is told; what has become doubtful since is asked."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL, a_field("two", "5", {0: 0.5}))
        one, other = next_sheet(ledger, "ann", "7", 9, LONG_S).cells
        decide(ledger, [of_cell(one, "1"), of_cell(other)])

        put(ledger, a_field("one", "3727", {0: 0.6, 1: 0.5}), a_field("two", "5"), again=True)

        row = row_of(ledger)
        rest = next_sheet(ledger, "ann", "3", 9, LONG_S)
        decide(ledger, [of_cell(rest.cells[0], "4")])
        assert (row.cells, row.machine_value, row.status) == ("3127", "3727", FieldStatus.REVIEW)
        assert len(rest.cells) == 1
        assert (row_of(ledger).value, row_of(ledger).status) == ("4127", FieldStatus.CORRECTED)
        assert row_of(ledger, "two").status is FieldStatus.ACCEPTED


def test_a_word_is_not_put_on_another_field_of_the_same_name(place: Place) -> None:
    """Without a template names follow the order on the page: a row found anew shifts those after it."""
    other = a_field("one", "5757", {1: 0.6, 3: 0.7})
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        decide(ledger, [of_cell(cell, "1") for cell in next_sheet(ledger, "ann", "7", 9, LONG_S).cells])

        put(ledger, a_field("zero", "1"), other, again=True)

        assert (row_of(ledger).cells, row_of(ledger).status) == ("5757", FieldStatus.REVIEW)
        put(ledger, a_field("one", "123", {1: 0.6}), again=True)
        assert row_of(ledger).status is FieldStatus.REVIEW
        put(ledger, DOUBTFUL, again=True)
        assert row_of(ledger).cells == "1121"


def test_a_decision_about_what_was_read_again_since_is_refused(place: Place) -> None:
    """It may be another field now."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        cell = next_sheet(ledger, "ann", "7", 9, LONG_S).cells[0]
        put(ledger, DOUBTFUL, again=True)
        decision = of_cell(cell, "1")
        others = [replace(decision, key=key_of("none")), replace(decision, position=4)]

        assert decide(ledger, [decision]) == [Conflict(decision, "7", "")]
        assert decide(ledger, others) == [Conflict(each, "", "") for each in others]
        assert logged(ledger) == []

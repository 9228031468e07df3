"""Whole fields: who is shown which, first, blind, and to settle; on both kinds of database."""

from dataclasses import replace

import pytest

from digitizer.document import FieldKind, FieldStatus
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.review import (
    Conflict,
    Screen,
    decide,
    next_fields,
    next_sheet,
    progress,
    release,
    show_field,
    undo,
)
from tests.ledger.conftest import Place
from tests.ledger.readings import LONG_S, PROVENANCE, a_field, a_scan, key_of, of_cell, of_field, put, row_of

RULED = a_field("one", "1_3", {2: 0.9}, reason="rule:sum")


def key_in(ledger: Ledger, by: str, after: str, share: float = 0.0) -> Screen:
    """Let somebody key the next field; return where it was shown."""
    [task] = next_fields(ledger, by, 1, LONG_S)
    assert decide(ledger, [of_field(task, after, by)], second_share=share) == []
    return task.screen


def test_a_task_has_all_that_is_to_be_shown(place: Place) -> None:
    """The strip, the quads, what was read and how sure."""
    with place.open() as ledger:
        put(ledger, RULED)

        [task] = next_fields(ledger, "ann", 9, LONG_S)

    assert (task.key, task.scan, task.form, task.kind) == (key_of("one"), "a.png", "form", FieldKind.COMB)
    assert (task.value, task.cells, task.machine_cells, task.cell_count) == ("13", "1_3", "1_3", 3)
    assert (task.reason, task.open_positions) == ("rule:sum", (0, 1, 2))
    assert (task.strip, len(task.quads), task.rotation) == (b"JPEG of one", 3, 0)
    assert (task.confidence, task.cell_confidences) == (RULED.confidence, RULED.cell_confidences)


def test_fields_that_have_doubtful_digits_are_on_sheets_only(place: Place) -> None:
    """What goes straight through is on neither."""
    with place.open() as ledger:
        put(ledger, a_field("one", "12", {0: 0.5}), a_field("two", "34"))

        assert next_fields(ledger, "ann", 9, LONG_S) == []


def test_boxes_and_marks_are_keyed_whole(place: Place) -> None:
    """A box takes any number of digits."""
    box = a_field("box", "12", {0: 0.5}, kind=FieldKind.BOX)
    with place.open() as ledger:
        put(ledger, box, a_field("mark", "1", {0: 0.5}, kind=FieldKind.MARK))
        tasks = next_fields(ledger, "ann", 9, LONG_S)
        decide(ledger, [of_field(tasks[0], "0815"), of_field(tasks[1], "_")])

        assert [(task.kind, task.cell_count) for task in tasks] == [(FieldKind.BOX, 0), (FieldKind.MARK, 1)]
        assert [row_of(ledger, name).value for name in ("box", "mark")] == ["0815", ""]


def test_two_people_never_get_the_same_field(place: Place) -> None:
    """What one holds comes again to them."""
    with place.open() as ledger:
        put(ledger, *(a_field(f"f{at}", "12", reason="rule:sum") for at in range(5)))

        ann, bob = next_fields(ledger, "ann", 2, LONG_S), next_fields(ledger, "bob", 9, LONG_S)
        again = next_fields(ledger, "ann", 9, LONG_S)
        release(ledger, "bob")
        rest = next_fields(ledger, "eve", 9, LONG_S)

    names = [[task.key.field for task in tasks] for tasks in (ann, bob, again, rest)]
    assert names == [["f0", "f1"], ["f2", "f3", "f4"], ["f0", "f1"], ["f2", "f3", "f4"]]


def test_what_one_could_not_tell_is_for_somebody_else(place: Place) -> None:
    """It comes after what nobody has seen."""
    with place.open() as ledger:
        put(ledger, RULED, a_field("two", "34", reason="rule:sum"))
        key_in(ledger, "ann", "1?3")
        rest = [task.key.field for task in next_fields(ledger, "ann", 9, LONG_S)]
        release(ledger, "ann")
        bobs = next_fields(ledger, "bob", 9, LONG_S)

        assert progress(ledger).unsure_fields == 1
    assert rest == ["two"]
    assert [(task.key.field, task.cells) for task in bobs] == [("two", "34"), ("one", "1?3")]
    assert bobs[1].open_positions == (1,)


def test_a_sample_is_keyed_blind(place: Place) -> None:
    """Nothing of what was read is told; the result is confirmed or corrected."""
    with place.open() as ledger:
        ledger.put_scans([a_scan("a.png", a_field("one", "12"))], replace(PROVENANCE, qa_share=1.0))
        [task] = next_fields(ledger, "ann", 9, LONG_S)
        hidden = show_field(ledger, key_of("one"))
        decide(ledger, [of_field(task, "12")])

        row, shown = row_of(ledger), show_field(ledger, key_of("one"))
    assert (task.blind, task.screen, task.reason) == (True, Screen.FIELD, "qa_sample")
    assert (task.value, task.cells, task.machine_cells, task.cell_confidences) == ("", "", "", ())
    assert (row.status, row.reason) == (FieldStatus.CONFIRMED, "qa_sample")
    assert hidden is None
    assert shown is not None
    assert not shown.blind


def test_a_second_person_keys_a_share_blind(place: Place) -> None:
    """Not the first; the value stands meanwhile, and stays if both agree."""
    with place.open() as ledger:
        put(ledger, RULED)
        key_in(ledger, "ann", "1_9", share=1.0)
        assert next_fields(ledger, "ann", 9, LONG_S) == []
        assert row_of(ledger).status is FieldStatus.CORRECTED
        [task] = next_fields(ledger, "bob", 9, LONG_S)
        decide(ledger, [of_field(task, "1_9", "bob")])

        assert (task.blind, task.screen, task.cells) == (True, Screen.SECOND, "")
        assert show_field(ledger, task.key) is not None
        assert (row_of(ledger).value, row_of(ledger).reviewer) == ("19", "ann")
        assert progress(ledger).open_fields == 0


def test_a_third_settles_what_two_say_differently(place: Place) -> None:
    """Neither of the two; until then it waits for review."""
    with place.open() as ledger:
        put(ledger, RULED)
        key_in(ledger, "ann", "1_9", share=1.0)
        key_in(ledger, "bob", "1_3")
        assert (row_of(ledger).status, row_of(ledger).reviewer) == (FieldStatus.REVIEW, "")
        assert [next_fields(ledger, by, 9, LONG_S) for by in ("ann", "bob")] == [[], []]

        assert key_in(ledger, "eve", "1_3") is Screen.THIRD

        assert (row_of(ledger).value, row_of(ledger).status) == ("13", FieldStatus.CONFIRMED)


def test_a_third_look_survives_a_new_reading(place: Place) -> None:
    """Also one that doubts another digit than the one that was seen on a sheet; nobody is asked again."""
    with place.open() as ledger:
        put(ledger, a_field("one", "1727", {1: 0.6}))
        decide(ledger, [of_cell(next_sheet(ledger, "ann", "7", 1, LONG_S).cells[0])], second_share=1.0)
        key_in(ledger, "bob", "1127")
        assert key_in(ledger, "eve", "1927") is Screen.THIRD

        put(ledger, a_field("one", "1727", {3: 0.6}), again=True)

        row, waiting = row_of(ledger), progress(ledger)
    assert (row.cells, row.status, row.reviewer) == ("1927", FieldStatus.CORRECTED, "eve")
    assert (waiting.open_cells, waiting.open_fields) == (0, 0)


def test_sheets_too_are_looked_at_again(place: Place) -> None:
    """A field that its cells have closed is keyed whole by another."""
    with place.open() as ledger:
        put(ledger, a_field("one", "17", {1: 0.5}))
        decide(ledger, [of_cell(next_sheet(ledger, "ann", "7", 1, LONG_S).cells[0])], second_share=1.0)

        assert key_in(ledger, "bob", "11") is Screen.SECOND
        assert row_of(ledger).status is FieldStatus.REVIEW


def test_without_a_share_nobody_looks_again(place: Place) -> None:
    """That is the default."""
    with place.open() as ledger:
        put(ledger, RULED)
        key_in(ledger, "ann", "1_9")

        assert next_fields(ledger, "bob", 9, LONG_S) == []


@pytest.mark.parametrize("screen", [Screen.SECOND, Screen.THIRD])
def test_nobody_confirms_themselves(place: Place, screen: Screen) -> None:
    """Whatever a client says."""
    with place.open() as ledger:
        put(ledger, RULED)
        [task] = next_fields(ledger, "ann", 9, LONG_S)
        decide(ledger, [of_field(task, "1_9")], second_share=1.0)
        again = of_field(replace(task, screen=screen), "1_9")

        assert decide(ledger, [again]) == [Conflict(again, "", "")]


def test_second_looks_conflict_with_second_looks(place: Place) -> None:
    """Two that were shown the same: the later is refused if it differs, without being told what the other said."""
    with place.open() as ledger:
        put(ledger, RULED)
        key_in(ledger, "ann", "1_9", share=1.0)
        [bobs] = next_fields(ledger, "bob", 9, LONG_S)
        release(ledger, "bob")
        [eves] = next_fields(ledger, "eve", 9, LONG_S)
        decide(ledger, [of_field(bobs, "1_9", "bob")])
        late = of_field(eves, "1_3", "eve")

        assert decide(ledger, [late]) == [Conflict(late, "", "bob")]
        assert decide(ledger, [of_field(eves, "1_9", "eve")]) == []
        assert row_of(ledger).status is FieldStatus.CORRECTED


def test_a_second_look_can_be_taken_back(place: Place) -> None:
    """Then somebody else is to look again; the first can not be, for the second has seen it."""
    with place.open() as ledger:
        put(ledger, RULED)
        key_in(ledger, "ann", "1_9", share=1.0)
        key_in(ledger, "bob", "1_3")

        assert undo(ledger, "ann") == []
        assert [event.after for event in undo(ledger, "bob")] == ["1_3"]
        assert row_of(ledger).status is FieldStatus.CORRECTED
        assert len(next_fields(ledger, "eve", 9, LONG_S)) == 1


def test_a_field_that_is_not_there_is_not_shown(place: Place) -> None:
    """Nor one of which nothing was kept."""
    with place.open() as ledger:
        put(ledger, replace(RULED, evidence=None))

        assert show_field(ledger, key_of("one")) is None
        assert show_field(ledger, key_of("none")) is None
        assert next_fields(ledger, "ann", 9, LONG_S) == []

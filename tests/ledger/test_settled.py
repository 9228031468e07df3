"""What a network can learn from: digits in fields that people have settled, and no others."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from digitizer.document import FieldKind, FieldResult
from digitizer.ledger.ledger import Ledger, open_ledger
from digitizer.ledger.records import Entry
from digitizer.ledger.review import decide, next_fields, next_sheet
from digitizer.ledger.schema import cells, scans
from digitizer.ledger.settled import CALIBRATE, KEEP, LEARN, PAGES_OF_A_HAND, Settled, part_of, settled, stands_for
from tests.ledger.conftest import Place
from tests.ledger.readings import CROP, LONG_S, PROVENANCE, SURE, a_field, a_scan, of_cell, of_field, put
from tests.ledger.recorded import digest_of

DOUBTFUL = a_field("one", "1234", {2: 0.8})
UNREADABLE = a_field("one", "1?_4", reason="unreadable")


def type_(ledger: Ledger, said: dict[str, str]) -> None:
    """Key fields as a whole."""
    tasks = {task.key.field: task for task in next_fields(ledger, "ann", 100, LONG_S)}
    assert not decide(ledger, [of_field(tasks[field], text) for field, text in said.items()])


def settle_sheets(ledger: Ledger, said: str = "") -> None:
    """Say of all open cells what they are; without anything, what they were read as."""
    while shown := next_sheet(ledger, "ann", None, 100, LONG_S).cells:
        decide(ledger, [of_cell(cell, said) for cell in shown])


def only(ledger: Ledger) -> Settled:
    """Return what was settled."""
    return settled(ledger)[0]


def test_what_nobody_has_settled_is_not_learned_from(place: Place) -> None:
    """Neither accepted fields, nor those that wait, nor those of which a part was decided."""
    with place.open() as ledger:
        put(ledger, a_field("sure", "12"), a_field("waits", "34", {0: 0.8}), a_field("half", "56", {0: 0.8, 1: 0.8}))
        shown = next_sheet(ledger, "ann", "5", 9, LONG_S).cells
        decide(ledger, [of_cell(cell) for cell in shown])

        found, digests = settled(ledger)

    assert (len(found.labels), len(found.field_part), digests) == (0, 0, set())
    assert found.images.shape == (0, 28, 28)


def test_a_digit_on_a_sheet_settles_its_field(place: Place) -> None:
    """All cells of it are told by what stands; only of the one that was shown a person has said so."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        settle_sheets(ledger, "9")

        found, digests = settled(ledger)

    assert found.labels.tolist() == [1, 2, 9, 4]
    assert found.said.tolist() == [False, False, True, False]
    assert found.images.tobytes() == CROP * 4
    assert digests == {digest_of("a.png")}


def test_what_is_no_digit_has_labels_of_its_own(place: Place) -> None:
    """Ink that says nothing, and what was crossed out; a cell that was taken for blank is read by no network."""
    with place.open() as ledger:
        put(ledger, UNREADABLE)
        type_(ledger, {"one": "_x_4"})

        found = only(ledger)

    assert found.labels.tolist() == [10, 11, 4]
    assert found.said.all()
    np.testing.assert_allclose(found.field_rest, [SURE])
    assert found.field_possible.tolist() == [True]


def test_a_field_with_ink_that_was_taken_for_blank_cannot_be_read_right(place: Place) -> None:
    """Whatever a network makes of the rest of it."""
    with place.open() as ledger:
        put(ledger, UNREADABLE)
        type_(ledger, {"one": "1274"})

        assert only(ledger).field_possible.tolist() == [False]


def test_the_last_word_counts(place: Place) -> None:
    """A third look is above the first and the second."""
    with place.open() as ledger:
        put(ledger, a_field("one", "1234", reason="rule:sum"))
        for who, text in (("ann", "1934"), ("bob", "1834"), ("eve", "1734")):
            (task,) = next_fields(ledger, who, 9, LONG_S)
            decide(ledger, [of_field(task, text, who)], second_share=1.0)

        assert only(ledger).labels.tolist() == [1, 7, 3, 4]


def test_boxes_and_ticks_are_left_out(place: Place) -> None:
    """No network of digits reads them cell by cell."""
    with place.open() as ledger:
        kinds = {"box": FieldKind.BOX, "mark": FieldKind.MARK, "grid": FieldKind.GRID}
        put(ledger, *(a_field(name, "1", reason="rule:sum", kind=kind) for name, kind in kinds.items()))
        type_(ledger, dict.fromkeys(kinds, "1"))

        assert len(only(ledger).field_part) == 1


def test_a_field_without_its_pictures_is_left_out(place: Place) -> None:
    """As after a purge of images; it could be neither learned from nor measured by."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        put(ledger, DOUBTFUL, name="b.png")
        settle_sheets(ledger)
        ledger.database.write(lambda each: each.execute(cells.update().where(cells.c.field_id == 1).values(crop=b"")))

        assert settled(ledger)[1] == {digest_of("b.png")}


def test_a_purged_scan_is_not_there(place: Place) -> None:
    """Though it had been settled."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        settle_sheets(ledger)
        ledger.database.write(lambda each: each.execute(scans.update().values(purged=True)))

        assert settled(ledger)[1] == set()


def test_a_known_scan_is_not_collected_again(place: Place) -> None:
    """It is in another folder of results, too."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        put(ledger, DOUBTFUL, name="b.png")
        settle_sheets(ledger)

        assert settled(ledger, {digest_of("a.png")})[1] == {digest_of("b.png")}


def sampled(ledger: Ledger, names: Sequence[str], share: float = 1.0) -> None:
    """Put in scans of which a share of the accepted fields goes to review, and settle these."""
    fields: tuple[FieldResult, ...] = (a_field("one", "12"), a_field("two", "34", {0: 0.8}))
    ledger.put_entries([Entry(name, "1:2:3", digest_of(name)) for name in names])
    ledger.put_scans([a_scan(name, *fields) for name in names], replace(PROVENANCE, qa_share=share))
    settle_sheets(ledger)
    for task in next_fields(ledger, "ann", 100, LONG_S):
        decide(ledger, [of_field(task, task.machine_cells or "12")])


def test_what_was_drawn_by_lot_is_never_learned_from(place: Place) -> None:
    """It is kept for measuring, or calibrates; fields beside it are learned from."""
    names = [f"{number}.png" for number in range(12)]
    with place.open() as ledger:
        sampled(ledger, names)

        found = only(ledger)

    drawn = found.field_sampled
    assert (drawn.sum(), (~drawn).sum()) == (12, 12)
    assert LEARN not in found.field_part[drawn]
    assert {LEARN, KEEP} <= set(found.field_part[~drawn])


def test_the_share_of_the_lot_is_told(tmp_path: Path) -> None:
    """It is that of the run that had read the scan."""
    with open_ledger(tmp_path) as ledger:
        sampled(ledger, [f"{number}.png" for number in range(12)], share=0.5)

        found = only(ledger)

    assert 0 < found.field_sampled.sum() < 12
    assert set(found.field_share[found.field_sampled]) == {0.5}
    assert set(found.field_share[~found.field_sampled]) == {1.0}


def test_cells_know_their_field(place: Place) -> None:
    """Those of a field follow each other, and are of its part, also where ledgers are put together."""
    with place.open() as ledger:
        for number in range(9):
            put(ledger, DOUBTFUL, name=f"{number}.png")
        settle_sheets(ledger)
        one = only(ledger)
        found = Settled.joined([one, one])

    assert found.field.tolist() == [number for number in range(18) for _ in range(4)]
    np.testing.assert_array_equal(found.part, found.field_part[found.field])


def test_parts_follow_from_the_bytes_of_a_scan() -> None:
    """In about the stated shares; pages of one form together, those of a long stack apart."""
    digests = [digest_of(str(number)) for number in range(4000)]

    parts = np.array([part_of(digest, 1) for digest in digests])

    np.testing.assert_allclose(np.bincount(parts) / 4000, [0.60, 0.15, 0.25], atol=0.03)
    assert all(part_of(digest, PAGES_OF_A_HAND) == part for digest, part in zip(digests, parts, strict=True))
    assert {part_of(digests[0], page) for page in range(1, 500)} == {LEARN, CALIBRATE, KEEP}


def test_the_order_of_reading_makes_no_difference(tmp_path: Path) -> None:
    """The same words give the same arrays, however workers finished."""
    found = []
    for folder, names in (("one", ["a.png", "b.png"]), ("two", ["b.png", "a.png"])):
        (tmp_path / folder).mkdir()
        with open_ledger(tmp_path / folder) as ledger:
            for name in names:
                put(ledger, a_field("one", "12" if name == "a.png" else "3456", {0: 0.8}), name=name)
            settle_sheets(ledger)
            found.append(only(ledger).arrays())

    for name, column in found[0].items():
        np.testing.assert_array_equal(column, found[1][name])


def test_fields_drawn_by_lot_stand_for_all_that_were_not() -> None:
    """Of which more scans are kept than of other fields: 0.85 instead of 0.25."""
    sampled = np.array([False, True, True])

    found = stands_for(np.array([1.0, 0.01, 0.5]), sampled)

    np.testing.assert_allclose(found, [1.0, 100 * 0.25 / 0.85, 2 * 0.25 / 0.85])

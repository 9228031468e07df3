"""What reviewers do with checks: kept apart from what they say of fields, and counted; on both kinds of database."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from digitizer.document import FieldStatus
from digitizer.ledger.checks import catch_rates
from digitizer.ledger.dealt import dealt_checks
from digitizer.ledger.export import write_results
from digitizer.ledger.ledger import Ledger, open_ledger
from digitizer.ledger.purge import purge
from digitizer.ledger.retention import Retention
from digitizer.ledger.review import Sheet, SheetCell, decide, progress, show_field, undo
from digitizer.ledger.schema import events
from digitizer.ledger.status import status_of
from digitizer.ledger.status_text import status_json, status_lines
from tests.ledger.checked import checks_of, put_open, settle, sheet_of
from tests.ledger.conftest import Place
from tests.ledger.readings import PROVENANCE, a_field, of_cell, of_field, put, row_of


def a_check(ledger: Ledger, truth: str = "1", by: str = "ann") -> SheetCell:
    """Settle a seven as something else, and show it to somebody on a sheet of sevens."""
    settle(ledger, truth)
    put_open(ledger, 5)
    [check] = checks_of(sheet_of(ledger, by))
    return check


def counted(ledger: Ledger) -> list[tuple[str, int, int]]:
    """Return of each reviewer how many checks they were shown, and how many they caught."""
    return [(rate.reviewer, rate.checks, rate.caught) for rate in catch_rates(ledger)]


def kinds(ledger: Ledger) -> list[str]:
    """Return the kinds of all events but the first, by which the check was settled."""
    query = select(events.c.kind).order_by(events.c.id).offset(1)
    return ledger.database.read(lambda each: list(each.execute(query).scalars()))


@pytest.mark.parametrize(
    ("truth", "said", "caught"),
    [("1", "7", 0), ("1", "1", 1), ("1", "?", 1), ("1", "4", 0), ("_", "_", 1), ("x", "x", 1)],
)
def test_a_check_is_caught_by_the_right_key_or_by_doubt(place: Place, truth: str, said: str, caught: int) -> None:
    """Left alone on a sheet that is confirmed it is missed, and with a wrong key too."""
    with place.open() as ledger:
        decide(ledger, [of_cell(a_check(ledger, truth), said)])

        assert counted(ledger) == [("ann", 1, caught)]


def test_a_sheet_is_saved_with_its_checks(place: Place) -> None:
    """In one call, as if they were like the others; those are settled as always."""
    with place.open() as ledger:
        settle(ledger, "1", "9")
        put_open(ledger, 10)
        sheet = sheet_of(ledger)

        assert decide(ledger, [of_cell(cell) for cell in sheet.cells]) == []
        assert counted(ledger) == [("ann", 2, 0)]
        assert progress(ledger).open_cells == 0
        assert sorted(kinds(ledger)[1:]) == ["cell"] * 10 + ["check"] * 2


def test_what_is_said_of_a_check_is_no_word_about_its_field(place: Place) -> None:
    """Neither the field changes nor the CSVs, and nobody else's word conflicts with it."""
    with place.open() as ledger:
        check = a_check(ledger)
        task = show_field(ledger, check.key)
        assert task is not None
        write_results(place.out, ledger, PROVENANCE)
        before, revision = row_of(ledger, "old0", "old.png"), ledger.revision()

        assert decide(ledger, [of_cell(check, "4")]) == []
        assert (row_of(ledger, "old0", "old.png"), ledger.revision()) == (before, revision)
        assert decide(ledger, [of_field(task, "9", "eve")]) == []
        assert (before.value, row_of(ledger, "old0", "old.png").value) == ("1", "9")


def test_a_check_never_becomes_a_word(place: Place) -> None:
    """Not if its field was opened again meanwhile, nor when the scan is read again after it."""
    with place.open() as ledger:
        check = a_check(ledger)
        assert len(undo(ledger, "bob")) == 1

        assert decide(ledger, [of_cell(check, "4")]) == []
        opened = row_of(ledger, "old0", "old.png")
        put(ledger, a_field("old0", "7", {0: 0.3}), name="old.png", again=True)

        assert (opened.status, opened.value) == (FieldStatus.REVIEW, "7")
        assert row_of(ledger, "old0", "old.png").value == "7"
        assert counted(ledger) == [("ann", 1, 0)]


def test_a_check_is_known_after_a_restart_and_a_new_reading(place: Place) -> None:
    """The ledger knows what it has dealt out, and to decide about it is no conflict."""
    with place.open() as ledger:
        check = a_check(ledger)
    with place.open() as ledger:
        put(ledger, a_field("old0", "7", {0: 0.3}), name="old.png", again=True)

        assert decide(ledger, [of_cell(check, "1")]) == []
        assert counted(ledger) == [("ann", 1, 1)]


def test_a_check_shown_twice_may_come_back_from_either_sheet(place: Place) -> None:
    """As when the page was closed with something unsent, and opened again."""
    with place.open() as ledger:
        check = a_check(ledger)
        decide(ledger, [of_cell(next(cell for cell in sheet_of(ledger).cells if cell.key != check.key))])
        [again] = checks_of(sheet_of(ledger))
        assert again.seen != check.seen

        assert decide(ledger, [of_cell(check, "1"), of_cell(again, "7")]) == []
        assert kinds(ledger) == ["cell", "check", "check"]


def test_a_check_counts_for_who_answers(place: Place) -> None:
    """Whoever has changed the name on the page meanwhile says nothing about the field either."""
    with place.open() as ledger:
        decide(ledger, [of_cell(a_check(ledger), "4", "eve")])

        assert counted(ledger) == [("eve", 1, 0)]
        assert row_of(ledger, "old0", "old.png").value == "1"


def test_a_cell_in_work_is_no_check_however_it_was_shown_before(place: Place) -> None:
    """A check whose field is opened again is dealt out as open, and decided about."""
    with place.open() as ledger:
        a_check(ledger)
        undo(ledger, "bob")
        cell = next(cell for cell in sheet_of(ledger).cells if cell.key.field == "old0")
        decide(ledger, [of_cell(cell, "4")])

        assert row_of(ledger, "old0", "old.png").value == "4"
        assert counted(ledger) == []


def test_a_check_sent_again_counts_once(place: Place) -> None:
    """As any decision."""
    with place.open() as ledger:
        check = of_cell(a_check(ledger), "7")
        decide(ledger, [check, check])
        decide(ledger, [check])

        assert kinds(ledger) == ["check"]
        assert counted(ledger) == [("ann", 1, 0)]


def test_the_last_word_on_a_check_counts_and_can_be_taken_back(place: Place) -> None:
    """Then the one before counts, and none at last; what is told of it does not say that it was a check."""
    with place.open() as ledger:
        check = a_check(ledger)
        decide(ledger, [of_cell(check, "7")])
        decide(ledger, [replace(of_cell(check, "1"), before="7")])
        found = [counted(ledger)]
        for number in range(2):
            [event] = undo(ledger, "ann", client_id=f"u{number}")
            assert [event] == undo(ledger, "ann", client_id=f"u{number}")
            assert (event.kind, event.key, event.position) == ("cell", check.key, 0)
            found.append(counted(ledger))

        assert found == [[("ann", 1, 1)], [("ann", 1, 0)], []]
        assert undo(ledger, "ann") == []
        assert row_of(ledger, "old0", "old.png").value == "1"


def test_undo_takes_back_checks_and_words_in_their_order(place: Place) -> None:
    """A step of many decisions is taken back as a whole."""
    with place.open() as ledger:
        settle(ledger, "1", "1")
        put_open(ledger, 5)
        shown = sheet_of(ledger).cells
        decide(ledger, [of_cell(cell) for cell in shown])

        taken_back = undo(ledger, "ann", len(shown))

        assert [(event.key, event.kind) for event in taken_back] == [(cell.key, "cell") for cell in reversed(shown)]
        assert (progress(ledger).open_cells, counted(ledger)) == (5, [])


def test_checks_and_words_of_others_keep_nobody_from_undoing(place: Place) -> None:
    """They are not about the same."""
    with place.open() as ledger:
        check = a_check(ledger)
        task = show_field(ledger, check.key)
        assert task is not None
        decide(ledger, [of_cell(check, "7")])

        assert len(undo(ledger, "bob")) == 1
        decide(ledger, [of_field(task, "9", "bob")])
        assert len(undo(ledger, "ann")) == 1


def test_checks_count_as_work(place: Place) -> None:
    """They take a glance each."""
    with place.open() as ledger:
        decide(ledger, [of_cell(a_check(ledger))])

        assert progress(ledger).per_hour == {"ann": 60, "bob": 60}


def test_a_purge_empties_what_was_said_of_a_check(place: Place) -> None:
    """Who was checked stays; what the form said does not, and can no longer be counted or taken back."""
    with place.open() as ledger:
        check = a_check(ledger)
        decide(ledger, [of_cell(check, "1")])
        retention = Retention(0, images_only=False, even_unreviewed=True)
        project = partial(write_results, place.out, ledger, PROVENANCE)
        purge(place.out, ledger, retention, by="me", now_s=2**31, project=project)

        rows = ledger.database.read(lambda each: each.execute(select(events).order_by(events.c.id)).all())
        assert [(row.reviewer, row.kind, row.before, row.after, row.box, row.truth) for row in rows] == [
            ("bob", "cell", "", "", "", None),
            ("ann", "check", "", "", "", ""),
        ]
        assert ledger.database.read(lambda each: each.execute(select(dealt_checks)).all()) == []
        assert (counted(ledger), undo(ledger, "ann")) == ([], [])
        assert len(decide(ledger, [of_cell(check, "4")])) == 1


def test_status_tells_what_was_caught(place: Place) -> None:
    """A line for each reviewer, with exact bounds, rounded down; none without checks."""
    with place.open() as ledger:
        settle(ledger, *"1" * 20)
        put_open(ledger, 20)
        assert not any(line.startswith("checks") for line in status_lines(status_of(place.out, ledger), place.out))
        for by, missed in (("anna", 1), ("ben", 0)):
            shown = checks_of(sheet_of(ledger, by))
            decide(ledger, [of_cell(cell, "7" if at < missed else "1", by) for at, cell in enumerate(shown)])
            put_open(ledger, 20, name="more.png")
        status = status_of(place.out, ledger)

    lines = status_lines(status, place.out)
    first = lines.index("checks      anna: 19 of 20 caught (95%, between 78% and 100%)")
    assert lines[first + 1] == "            ben: 20 of 20 caught (100%, between 86% and 100%)"
    assert '"reviewer": "anna"' in status_json(status)


def test_rates_can_be_asked_for_of_one_reviewer_and_until_a_time(place: Place) -> None:
    """So that what is told of a check does not come at once."""
    with place.open() as ledger:
        check = a_check(ledger)
        decide(ledger, [of_cell(check, "1"), of_cell(check, "7", "eve")])
        at_s = ledger.database.read(lambda each: each.execute(select(events.c.at)).scalars().all())

        assert [rate.reviewer for rate in catch_rates(ledger, reviewer="eve")] == ["eve"]
        assert catch_rates(ledger, before_s=min(at_s)) == []
        assert len(catch_rates(ledger, before_s=max(at_s) + 1)) == 2


def said_of(sheet: Sheet, catch: float, rng: np.random.Generator) -> list[str]:
    """Return what somebody says of the cells of a sheet who notices a share of what is wrong on it."""
    wrong = checks_of(sheet)
    return ["1" if cell in wrong and rng.random() < catch else "7" for cell in sheet.cells]


def test_rates_hold_what_reviewers_catch(tmp_path: Path) -> None:
    """Of three who notice all, nine in ten and half of what is wrong; the fields hold none of it."""
    rng, truth = np.random.default_rng(1), {"ann": 1.0, "bob": 0.9, "eve": 0.5}
    with open_ledger(tmp_path) as ledger:
        settle(ledger, *"1" * 300, by="kim")
        put_open(ledger, 1000)
        for by, catch in truth.items():
            for _ in range(8):
                sheet = sheet_of(ledger, by, 80, 0.5)
                said = zip(sheet.cells, said_of(sheet, catch, rng), strict=True)
                assert decide(ledger, [of_cell(cell, after, by) for cell, after in said]) == []
        rates = {rate.reviewer: rate for rate in catch_rates(ledger)}
        settled = {(page.scan, field.cells) for page in ledger.rows() for field in page.fields}

    assert all(rates[by].low <= catch <= rates[by].high for by, catch in truth.items())
    assert all(rate.checks > 150 and rate.high - rate.low < 0.15 for rate in rates.values())
    assert settled == {("old.png", "1"), ("new.png", "7")}

"""Purging what people have decided: their words go with the form they are about, and that they decided stays."""

import time
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from digitizer.document import FieldStatus
from digitizer.ledger.export import write_results
from digitizer.ledger.ledger import Ledger, open_ledger
from digitizer.ledger.purge import purge
from digitizer.ledger.retention import Retention
from digitizer.ledger.review import decide, next_fields, next_sheet, progress, undo
from digitizer.ledger.schema import events
from tests.ledger.conftest import Place
from tests.ledger.readings import LONG_S, PROVENANCE, a_field, of_cell, of_field, put, row_of

TYPED = "86420975318642"
LATER_S = int(time.time()) + 1000


def purge_all(out: Path, ledger: Ledger, *, images_only: bool = False) -> None:
    """Purge all scans, however young."""
    retention = Retention(0, images_only=images_only, even_unreviewed=True)
    project = partial(write_results, out, ledger, PROVENANCE)
    purge(out, ledger, retention, by="me", now_s=LATER_S, project=project)


def key_in(ledger: Ledger) -> None:
    """Put in a field and let somebody key it."""
    put(ledger, a_field("one", "1" * len(TYPED), reason="rule:sum"))
    decide(ledger, [of_field(task, TYPED, client_id="1") for task in next_fields(ledger, "ann", 1, LONG_S)])


def test_what_was_typed_is_gone(tmp_path: Path) -> None:
    """Not a byte of it stays in the folder."""
    with open_ledger(tmp_path) as ledger:
        key_in(ledger)
        write_results(tmp_path, ledger, PROVENANCE)
        assert TYPED in (tmp_path / "fields.csv").read_text()
        purge_all(tmp_path, ledger)

    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert TYPED.encode() not in left


def test_that_somebody_decided_stays(place: Place) -> None:
    """Who, when and of which scan; it cannot be taken back, and the next purge leaves it alone."""
    with place.open() as ledger:
        key_in(ledger)
        purge_all(place.out, ledger)
        [row] = ledger.database.read(lambda each: each.execute(select(events)).all())

        assert (row.reviewer, row.field, row.before, row.after, row.box) == ("ann", "one", "", "", "")
        assert undo(ledger, "ann") == []
        assert (progress(ledger).settled, progress(ledger).open_fields) == (0, 0)


@pytest.mark.parametrize("settled", [True, False])
def test_what_people_settled_waits_for_nobody(place: Place, settled: bool) -> None:
    """A scan is kept back only while a field of it is open."""
    with place.open() as ledger:
        put(ledger, a_field("one", "17", {1: 0.5}))
        if settled:
            decide(ledger, [of_cell(cell) for cell in next_sheet(ledger, "ann", "7", 9, LONG_S).cells])
        done = purge(place.out, ledger, Retention(0), by="me", now_s=LATER_S, project=lambda: None)

    assert done.extent.scans == settled


def test_without_pictures_nothing_is_dealt_out(place: Place) -> None:
    """Neither on sheets nor as a whole; what was decided stands, and so does what waits."""
    with place.open() as ledger:
        put(ledger, a_field("one", "77", {0: 0.4, 1: 0.5}), a_field("two", "12", reason="rule:sum"))
        decide(ledger, [of_cell(next_sheet(ledger, "ann", "7", 1, LONG_S).cells[0], "1")])
        purge_all(place.out, ledger, images_only=True)

        assert next_sheet(ledger, "ann", "7", 9, LONG_S).cells == ()
        assert next_fields(ledger, "ann", 9, LONG_S) == []
        assert (progress(ledger).open_cells, progress(ledger).open_fields) == (0, 0)
        assert (row_of(ledger).cells, row_of(ledger).status) == ("17", FieldStatus.REVIEW)

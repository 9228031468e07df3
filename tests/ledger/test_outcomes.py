"""What people found in the fields of one network, as thresholds are learned from it."""

from dataclasses import replace

import pytest

from digitizer.document import FieldStatus
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.outcomes import settled_fields
from digitizer.ledger.review import decide, next_sheet
from tests.ledger.conftest import Place
from tests.ledger.readings import LONG_S, PROVENANCE, a_field, a_scan, of_cell

OTHER = "cd" * 32


def read(ledger: Ledger, count: int, name: str, model: str = PROVENANCE.model_sha256) -> None:
    """Put in a scan with fields of one doubtful digit."""
    fields = [replace(a_field(f"f{at}", "7", {0: 0.98}), y=100 * at) for at in range(count)]
    ledger.put_scans([a_scan(name, *fields)], replace(PROVENANCE, model_sha256=model))


def settle(ledger: Ledger) -> None:
    """Let a person confirm all doubtful digits."""
    decide(ledger, [of_cell(cell, "7") for cell in next_sheet(ledger, "ann", "7", 500, LONG_S).cells])


def test_settled_fields_come_night_by_night(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the CSVs within a day, whatever order they were read in; unsettled ones are left out."""
    with place.open() as ledger:
        for day, second, name, count in ((0, 10, "b.png", 2), (0, 20, "a.png", 1), (1, 0, "0.png", 3)):
            monkeypatch.setattr("digitizer.ledger.writing.time.time", lambda now=86400 * day + second: now)
            read(ledger, count, name)
        monkeypatch.undo()
        settle(ledger)
        read(ledger, 2, "1.png")

        found = list(settled_fields(ledger, PROVENANCE.model_sha256))

    assert [each.field for each in found] == ["f0", "f0", "f1", "f0", "f1", "f2"]
    assert {each.status for each in found} == {FieldStatus.CONFIRMED}


def test_only_what_people_saw_of_a_network_tells_about_it(place: Place) -> None:
    """Neither what another had read, nor what it had read when people settled it."""
    with place.open() as ledger:
        read(ledger, 3, "a.png", OTHER)
        settle(ledger)
        read(ledger, 3, "a.png")
        read(ledger, 2, "b.png")
        settle(ledger)

        assert len(list(settled_fields(ledger, PROVENANCE.model_sha256))) == 2
        assert list(settled_fields(ledger, OTHER)) == []

"""An older ledger is brought up to date, and nothing in it is lost, on both kinds of database."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text

from digitizer.document import FieldStatus
from digitizer.errors import LedgerError, LedgerVersionError
from digitizer.ledger import versions
from digitizer.ledger.checks import catch_rates
from digitizer.ledger.ledger import Ledger, open_ledger
from digitizer.ledger.review import decide, next_fields, next_sheet, undo
from tests.ledger.conftest import Place
from tests.ledger.readings import a_field as a_reading
from tests.ledger.readings import of_cell, places, row_of
from tests.ledger.recorded import COMB, PROVENANCE, a_field, a_scan

OLDER = Path(__file__).with_name("ledger_1.sql")
"""A ledger of version 1 with the scan below, as SQLite dumps it."""
REVIEWED = Path(__file__).with_name("ledger_2.sql")
"""One of version 2, in which ann has corrected a field on a sheet, bob has keyed one, and ann took something back."""
RECORD = a_scan("a.pdf", fields=(a_field("one", COMB),))
BACK_TO_2 = (
    *("DROP TABLE dealt_checks", "DROP INDEX events_truth", "DROP INDEX cells_decided"),
    *("ALTER TABLE events DROP COLUMN truth", "ALTER TABLE events DROP COLUMN model", "UPDATE meta SET version = 2"),
)
BACK_TO_1 = (
    *BACK_TO_2,
    *("DROP TABLE events", "DROP TABLE review_leases", "DROP INDEX cells_open", "DROP INDEX fields_look"),
    *("ALTER TABLE cells DROP COLUMN open", "ALTER TABLE cells DROP COLUMN decided"),
    *("ALTER TABLE fields DROP COLUMN look", "ALTER TABLE fields DROP COLUMN read_cells"),
    *("CREATE INDEX cells_symbol ON cells (symbol, confidence)", "UPDATE meta SET version = 1"),
)


def add_note(connection: Connection) -> None:
    """Migrate: a step that a later version might take."""
    connection.execute(text("ALTER TABLE scans ADD COLUMN note TEXT DEFAULT 'none'"))


def test_an_older_ledger_is_migrated(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps that are missing are taken once, and nothing that was read is lost."""
    with place.open() as ledger:
        ledger.put_scans([RECORD], PROVENANCE)
    monkeypatch.setattr(versions, "MIGRATIONS", (*versions.MIGRATIONS, add_note))

    for _ in range(2):
        with place.open() as ledger:
            assert ledger.database.read(lambda each: each.execute(text("SELECT note FROM scans")).scalars().all()) == [
                "none"
            ]
            assert list(ledger.evidence([RECORD.sha256])) == [RECORD]


def test_a_migration_that_fails_leaves_the_ledger_as_it_was(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """All steps are one transaction: the older digitizer can still open it."""
    with place.open() as ledger:
        ledger.put_scans([RECORD], PROVENANCE)

    def fail(connection: Connection) -> None:
        connection.execute(text("INSERT INTO nowhere VALUES (1)"))

    with monkeypatch.context() as later:
        later.setattr(versions, "MIGRATIONS", (*versions.MIGRATIONS, add_note, fail))
        with pytest.raises(LedgerError), place.open():
            pass

    with place.open() as ledger:
        assert list(ledger.evidence([RECORD.sha256])) == [RECORD]
        with pytest.raises(LedgerError):
            ledger.database.read(lambda each: each.execute(text("SELECT note FROM scans")).all())


def test_a_ledger_that_has_to_be_migrated_is_not_merely_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may not write is told what brings the ledger up to date."""
    with open_ledger(tmp_path) as ledger:
        ledger.put_scans([RECORD], PROVENANCE)
    monkeypatch.setattr(versions, "MIGRATIONS", (*versions.MIGRATIONS, add_note))

    with pytest.raises(LedgerVersionError, match="digitizer run"), open_ledger(tmp_path, writable=False):
        pass


def test_a_ledger_of_the_first_version_can_be_opened(tmp_path: Path) -> None:
    """What was written years ago comes back, whatever the tables have become since."""
    with sqlite3.connect(tmp_path / "ledger.sqlite") as older:
        older.executescript(OLDER.read_text())
    older.close()

    with open_ledger(tmp_path) as ledger:
        assert list(ledger.evidence([RECORD.sha256])) == [RECORD]
        assert ledger.latest_provenance() == PROVENANCE


def test_what_waits_in_a_ledger_of_the_first_version_can_be_reviewed(tmp_path: Path) -> None:
    """Its doubtful fields are where a new ledger has them."""
    with sqlite3.connect(tmp_path / "ledger.sqlite") as older:
        older.executescript(OLDER.read_text())
    older.close()

    with open_ledger(tmp_path) as ledger:
        [task] = next_fields(ledger, "ann", 9, 60)

    assert (task.key.sha256, task.key.field, task.cells) == (RECORD.sha256, "one", "7_")


def test_what_people_decided_in_a_ledger_of_the_second_version_stays(tmp_path: Path) -> None:
    """Their words stand, what waits still waits, and what was decided last can be taken back."""
    with sqlite3.connect(tmp_path / "ledger.sqlite") as older:
        older.executescript(REVIEWED.read_text())
    older.close()

    with open_ledger(tmp_path) as ledger:
        [page] = ledger.rows()
        waiting = next_sheet(ledger, "eve", "7", 9, 60)
        taken_back = undo(ledger, "ann")
        first = row_of(ledger)

    told = [(row.field, row.value, row.status, row.reviewer) for row in page.fields]
    assert told == [
        ("one", "1127", FieldStatus.CORRECTED, "ann"),
        ("two", "6", FieldStatus.CORRECTED, "bob"),
        ("three", "7", FieldStatus.REVIEW, ""),
    ]
    assert places(waiting) == [("three", 0)]
    assert [(event.kind, event.key.field, event.position, event.after) for event in taken_back] == [
        ("cell", "one", 3, "7")
    ]
    assert (first.status, first.cells) == (FieldStatus.REVIEW, "1127")


def test_reviewers_can_be_checked_in_a_ledger_of_the_second_version(tmp_path: Path) -> None:
    """What was settled before there were checks is good for them."""
    with sqlite3.connect(tmp_path / "ledger.sqlite") as older:
        older.executescript(REVIEWED.read_text())
    older.close()

    with open_ledger(tmp_path) as ledger:
        sheet = next_sheet(ledger, "eve", "7", 9, 60, 1.0)
        decide(ledger, [of_cell(cell, "7", "eve") for cell in sheet.cells])

        assert sorted(places(sheet)) == [("one", 1), ("three", 0)]
        assert [(rate.reviewer, rate.checks, rate.caught) for rate in catch_rates(ledger)] == [("eve", 1, 0)]


def described(ledger: Ledger) -> dict[str, object]:
    """Return columns, indices and references of all tables, as the database tells them."""

    def work(connection: Connection) -> dict[str, object]:
        told = inspect(connection)
        return {
            name: (
                [(each["name"], str(each["type"]), each["nullable"]) for each in told.get_columns(name)],
                sorted((str(each["name"]), each["column_names"], each["unique"]) for each in told.get_indexes(name)),
                [(each["constrained_columns"], each["options"]) for each in told.get_foreign_keys(name)],
            )
            for name in told.get_table_names()
        }

    return ledger.database.read(work)


@pytest.mark.parametrize("back", [BACK_TO_1, BACK_TO_2])
def test_a_migrated_ledger_is_like_a_new_one(place: Place, back: tuple[str, ...]) -> None:
    """Tables, columns in their order, indices; and all that waits for people, however many fields there are."""
    digit, ruled = a_reading("one", "17", {1: 0.5}), a_reading("two", "34", reason="rule:sum")
    record = a_scan("a.pdf", fields=(*[a_reading(f"f{at}", "2", {0: 0.9}) for at in range(1200)], digit, ruled))
    with place.open() as ledger:
        ledger.put_scans([record], PROVENANCE)
        new = described(ledger)
        ledger.database.write(lambda each: [each.execute(text(statement)) for statement in back])

    with place.open() as migrated:
        assert described(migrated) == new
        assert [cell.position for cell in next_sheet(migrated, "ann", "7", 9, 60).cells] == [1]
        assert len(next_sheet(migrated, "ann", "2", 9000, 60).cells) == 1200
        assert [task.key.field for task in next_fields(migrated, "ann", 9, 60)] == ["two"]
        assert list(migrated.evidence([record.sha256])) == [record]

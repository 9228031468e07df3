"""What is told of review: by status, in the summary, in exports, and of the plan of the database."""

import json
from pathlib import Path

from sqlalchemy import Connection, Select, select

from digitizer.document import FieldStatus
from digitizer.ledger.delivery import deliver
from digitizer.ledger.export import write_results
from digitizer.ledger.formats import TableFormat, TableName
from digitizer.ledger.ledger import Ledger, open_ledger
from digitizer.ledger.review import decide, next_fields, next_sheet
from digitizer.ledger.schema import cells, fields
from digitizer.ledger.status import status_of
from digitizer.ledger.status_text import status_json, status_lines
from tests.ledger.conftest import Place
from tests.ledger.readings import LONG_S, PROVENANCE, a_field, of_cell, of_field, put

FIELDS = (
    a_field("one", "17", {1: 0.5}),
    a_field("two", "77", {0: 0.5, 1: 0.6}),
    a_field("three", "12", reason="rule:sum"),
    a_field("four", "12", reason="rule:sum"),
)


def fill(ledger: Ledger) -> None:
    """Put in fields, settle one on a sheet, and leave one that nobody could tell."""
    put(ledger, *FIELDS)
    sheet = next_sheet(ledger, "ann", "7", 1, LONG_S)
    task = next_fields(ledger, "ann", 1, LONG_S)[0]
    decide(ledger, [of_cell(sheet.cells[0], "1"), of_field(task, "1?")])


def test_status_tells_what_is_open(place: Place) -> None:
    """And the pace; what is settled is no reason for review any more."""
    with place.open() as ledger:
        fill(ledger)
        status = status_of(place.out, ledger)

    assert status.field_reasons == {"rule:sum": 2, "low_confidence": 1}
    lines = [line.strip() for line in status_lines(status, place.out)]
    assert "digits on sheets 2, whole fields 2 (unsure 1)" in lines
    assert "an hour     ann 120" in lines
    assert json.loads(status_json(status))["review"] == {
        "open_cells": 2,
        "open_fields": 2,
        "unsure_fields": 1,
        "settled": 1,
        "per_hour": {"ann": 120},
        "second_looks": 0,
    }


def test_status_tells_second_looks_from_what_is_for_review(place: Place) -> None:
    """They wait among the whole fields, though people have settled them."""
    with place.open() as ledger:
        put(ledger, *FIELDS)
        task = next_fields(ledger, "ann", 1, LONG_S)[0]
        decide(ledger, [of_field(task, "12")], second_share=1.0)
        status = status_of(place.out, ledger)

    assert (status.fields[FieldStatus.CONFIRMED], status.second_looks) == (1, 1)
    assert any("(settled, for a second look 1)" in line for line in status_lines(status, place.out))


def test_the_summary_counts_reasons_of_what_waits(place: Place) -> None:
    """The same as status does."""
    with place.open() as ledger:
        fill(ledger)
        write_results(place.out, ledger, PROVENANCE)

    told = json.loads((place.out / "summary.json").read_text())
    assert told["reasons"]["fields"] == {"rule:sum": 2, "low_confidence": 1}
    assert told["fields"] == {"accepted": 0, "review": 3, "confirmed": 0, "corrected": 1}


def test_an_export_has_the_final_values(place: Place) -> None:
    """Those that people have settled, with who did."""
    with place.open() as ledger:
        fill(ledger)
        deliver(ledger.rows(), TableName.FIELDS, TableFormat.CSV, str(place.out / "export.csv"))

    first = (place.out / "export.csv").read_text().splitlines()[1]
    assert first.startswith("a.png,1,form,one,11,11,")
    assert first.endswith(",17,ann")


def plan(connection: Connection, query: Select[tuple[int]]) -> str:
    """Return how SQLite would find the answer."""
    told = query.compile(connection, compile_kwargs={"literal_binds": True})
    return str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {told}").all())


def test_what_is_open_is_found_without_looking_at_the_rest(tmp_path: Path) -> None:
    """Least sure first, out of an index that holds open cells only: there may be a million others."""
    sheet = select(cells.c.field_id).where(cells.c.open, cells.c.symbol == "7").order_by(cells.c.confidence).limit(9)
    waiting = select(fields.c.id).where(fields.c.look == "field").order_by(fields.c.id).limit(9)
    with open_ledger(tmp_path) as ledger:
        of_cells = ledger.database.read(lambda connection: plan(connection, sheet))
        of_fields = ledger.database.read(lambda connection: plan(connection, waiting))

    assert "COVERING INDEX cells_open" in of_cells
    assert "INDEX fields_look" in of_fields
    assert "B-TREE" not in of_cells + of_fields

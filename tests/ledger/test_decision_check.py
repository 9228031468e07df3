"""What can be no decision is refused; hostile names are names; on both kinds of database."""

from dataclasses import replace

import pytest

from digitizer.ledger.export import write_results
from digitizer.ledger.review import Decision, Screen, decide, next_sheet, progress
from tests.ledger.conftest import Place
from tests.ledger.readings import LONG_S, PROVENANCE, a_field, key_of, of_cell, put, row_of

DOUBTFUL = a_field("one", "1727", {1: 0.6, 3: 0.7})
HOSTILE = "=cmd|' /C calc'!A0 \u202e<script>'\";DROP TABLE events--"


def a_decision(**changes: object) -> Decision:
    """Return a decision that could be, but for some changes."""
    decision = Decision("1", "ann", Screen.SHEET, key_of("one"), 1, "7", "1", "1.0")
    return replace(decision, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"reviewer": ""},
        {"reviewer": "a\0b"},
        {"reviewer": "\ud800"},
        {"reviewer": "line\nbreak"},
        {"reviewer": "a" * 101},
        {"client_id": ""},
        {"client_id": "\0"},
        {"after": ""},
        {"after": "12"},
        {"after": "٣"},
        {"after": "'"},
        {"before": "<b>"},
        {"position": -1},
        {"position": 2**70},
        {"position": None},
        {"screen": Screen.SECOND},
        {"position": None, "screen": Screen.FIELD, "after": "1" * 20_000},
        {"seen": ""},
        {"seen": "1.0; DROP TABLE events"},
        {"seen": "١.٠"},
        {"seen": "-1.0"},
        {"key": replace(key_of("one"), sha256="../../etc/passwd")},
        {"key": replace(key_of("one"), page=0)},
        {"key": replace(key_of("one"), page=2**40)},
        {"key": replace(key_of("one"), field="a\0b")},
        {"key": replace(key_of("one"), field="a" * 2000)},
        {"key": replace(key_of("one"), field="\udfff")},
    ],
)
def test_what_can_be_no_decision_is_refused_as_a_whole(place: Place, changes: dict[str, object]) -> None:
    """Nothing of the same save is kept, and nothing is quoted."""
    with place.open() as ledger:
        put(ledger, DOUBTFUL)
        good = of_cell(next_sheet(ledger, "ann", "7", 9, LONG_S).cells[0], "1")

        with pytest.raises(ValueError, match=r"^[A-Za-z0-9_ .,:?-]+$"):
            decide(ledger, [good, a_decision(**changes)])

        assert progress(ledger).per_hour == {}


def test_hostile_names_are_names(place: Place) -> None:
    """They come back as they are; in the CSV they are no formula."""
    field = replace(DOUBTFUL, field=HOSTILE)
    with place.open() as ledger:
        put(ledger, field)
        sheet = next_sheet(ledger, HOSTILE.replace("\u202e", ""), "7", 9, LONG_S)
        name = "=" + "ann';--"
        assert decide(ledger, [of_cell(cell, "1", name, f"';{cell.position}") for cell in sheet.cells]) == []

        write_results(place.out, ledger, PROVENANCE)
        assert row_of(ledger, HOSTILE).reviewer == name
    assert (place.out / "fields.csv").read_text().splitlines()[1].endswith(",'=ann';--")

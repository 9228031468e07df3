"""Holding on to what one is shown, on both kinds of database."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from digitizer.ledger.ledger import Ledger
from digitizer.ledger.review import decide, next_fields, next_sheet, release, renew
from digitizer.ledger.schema import review_leases
from tests.ledger.conftest import Place
from tests.ledger.readings import LONG_S, a_field, of_cell, places, put

SHORT_S, OVER_S = 60.0, -0.001


def leases(ledger: Ledger) -> list[tuple[str, float]]:
    """Return who holds something, and until when."""
    rows = ledger.database.read(lambda each: each.execute(select(review_leases)).all())
    return sorted((row.reviewer, row.until) for row in rows)


def sevens(ledger: Ledger, count: int) -> None:
    """Put in fields of one doubtful seven each, the first the least sure."""
    put(ledger, *(a_field(f"f{at:03}", "7", {0: 0.1 + at / 1000}) for at in range(count)))


def test_who_lingers_keeps_what_is_on_the_screen(place: Place) -> None:
    """Cells and fields alike, for as long again from now on."""
    with place.open() as ledger:
        sevens(ledger, 1)
        put(ledger, a_field("sum", "12", reason="rule:sum"), name="b.png")
        next_sheet(ledger, "ann", "7", 1, SHORT_S)
        next_fields(ledger, "ann", 1, SHORT_S)
        before = leases(ledger)
        renew(ledger, "ann", LONG_S)
        after = leases(ledger)

    assert [by for by, _ in after] == ["ann", "ann"]
    assert min(until for _, until in after) > max(until for _, until in before) + (LONG_S - SHORT_S) / 2


def test_renewing_again_changes_nothing_else(place: Place) -> None:
    """Nor does it help others, or who holds nothing."""
    with place.open() as ledger:
        sevens(ledger, 2)
        next_sheet(ledger, "ann", "7", 1, LONG_S)
        next_sheet(ledger, "bob", "7", 1, SHORT_S)
        of_bob = leases(ledger)[1]
        for who in ("ann", "ann", "eve"):
            renew(ledger, who, LONG_S)

        assert [by for by, _ in leases(ledger)] == ["ann", "bob"]
        assert leases(ledger)[1] == of_bob


def test_what_was_given_to_another_does_not_come_back(place: Place) -> None:
    """It ran out, and bob got it."""
    with place.open() as ledger:
        sevens(ledger, 1)
        next_sheet(ledger, "ann", "7", 1, OVER_S)
        next_sheet(ledger, "bob", "7", 1, LONG_S)
        renew(ledger, "ann", LONG_S)

        assert [by for by, _ in leases(ledger)] == ["bob"]
        assert places(next_sheet(ledger, "ann", "7", 1, LONG_S)) == []


def test_what_ran_out_and_nobody_took_is_held_again(place: Place) -> None:
    """Who was called away and comes back first goes on."""
    with place.open() as ledger:
        sevens(ledger, 1)
        next_sheet(ledger, "ann", "7", 1, OVER_S)
        renew(ledger, "ann", LONG_S)

        assert places(next_sheet(ledger, "bob", "7", 1, LONG_S)) == []


def test_what_was_settled_or_given_back_is_not_held_again(place: Place) -> None:
    """Only what is still on the screen."""
    with place.open() as ledger:
        sevens(ledger, 2)
        decide(ledger, [of_cell(next_sheet(ledger, "ann", "7", 2, LONG_S).cells[0], by="ann")])
        renew(ledger, "ann", LONG_S)
        held = len(leases(ledger))
        release(ledger, "ann")
        renew(ledger, "ann", LONG_S)

        assert (held, leases(ledger)) == (1, [])


def test_renewing_while_deciding_hinders_neither(place: Place) -> None:
    """Both are about the same rows, at the same time."""
    with place.open() as ledger:
        sevens(ledger, 200)
        cells = next_sheet(ledger, "ann", "7", 200, LONG_S).cells
        with ThreadPoolExecutor(1) as other:
            renewing = [other.submit(renew, ledger, "ann", LONG_S) for _ in range(20)]
            for start in range(0, 200, 20):
                assert decide(ledger, [of_cell(cell, by="ann") for cell in reversed(cells[start : start + 20])]) == []
            for each in renewing:
                each.result()

        assert leases(ledger) == []


@pytest.mark.parametrize("name", ["", "\n"])
def test_nobody_holds_nothing(place: Place, name: str) -> None:
    """A name that none can be is refused."""
    with place.open() as ledger, pytest.raises(ValueError, match="reviewer"):
        renew(ledger, name, LONG_S)

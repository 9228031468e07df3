"""Many people at once: nothing that anyone decided is lost, and every conflict is told."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from digitizer.document import FieldStatus
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.review import Conflict, Decision, decide, next_sheet, progress, release
from digitizer.ledger.schema import events, review_leases
from tests.ledger.conftest import Place
from tests.ledger.readings import LONG_S, a_field, of_cell, put

FIELDS = 300
"""Of two doubtful sevens each."""


def fill(ledger: Ledger, fields: int = FIELDS) -> None:
    """Put in fields of two doubtful sevens each."""
    put(ledger, *(a_field(f"f{at}", "77", {0: 0.5, 1: 0.6}) for at in range(fields)))


def at_once(people: Sequence[str], work: Callable[[str], list[Conflict]]) -> dict[str, list[Conflict]]:
    """Let people work at the same time; return the conflicts of each."""
    ready = threading.Barrier(len(people))

    def begin(person: str) -> list[Conflict]:
        ready.wait()
        return work(person)

    with ThreadPoolExecutor(len(people)) as pool:
        return dict(zip(people, pool.map(begin, people), strict=True))


def saved(ledger: Ledger) -> set[str]:
    """Return the ids of what was kept."""
    return set(ledger.database.read(lambda each: each.execute(select(events.c.client_id)).scalars().all()))


def test_two_people_edit_the_same_600_digits_at_once(place: Place) -> None:
    """They say different things: of each digit one word stands, and the other comes back as a conflict."""
    with place.open() as ledger:
        fill(ledger)
        shown = {}
        for person in ("ann", "bob"):
            shown[person] = next_sheet(ledger, person, "7", 600, LONG_S).cells
            release(ledger, person)
        symbols = {"ann": "1", "bob": "2"}
        said = {by: [of_cell(cell, symbols[by], by) for cell in shown[by]] for by in shown}

        def edit(person: str) -> list[Conflict]:
            own = said[person]
            return [each for start in range(0, 600, 7) for each in decide(ledger, own[start : start + 7])]

        conflicts = at_once(["ann", "bob"], edit)

        kept, refused = saved(ledger), {each.decision.client_id for found in conflicts.values() for each in found}
        assert {len(said[by]) for by in said} == {600}
        assert kept | refused == {each.client_id for own in said.values() for each in own}
        assert (len(kept), len(refused)) == (600, 600)
        assert {(each.now, each.reviewer) for each in conflicts["ann"]} <= {("2", "bob")}
        assert {(each.now, each.reviewer) for each in conflicts["bob"]} <= {("1", "ann")}
        words: dict[tuple[str, int | None], str] = {
            (each.key.field, each.position): each.after
            for own in said.values()
            for each in own
            if each.client_id in kept
        }
        [page] = ledger.rows()
        assert {row.status for row in page.fields} == {FieldStatus.CORRECTED}
        assert all(row.cells == words[row.field, 0] + words[row.field, 1] for row in page.fields)


def test_eight_people_share_a_queue(place: Place) -> None:
    """Each takes sheet after sheet until nothing is left: no cell twice, none left out, no conflict."""
    people = [f"person {number}" for number in range(8)]
    with place.open() as ledger:
        fill(ledger, 200)

        def work(person: str) -> list[Conflict]:
            conflicts: list[Conflict] = []
            while cells := next_sheet(ledger, person, "7", 12, LONG_S).cells:
                conflicts += decide(ledger, [of_cell(cell, by=person) for cell in cells])
            return conflicts

        conflicts = at_once(people, work)

        decided = ledger.database.read(lambda each: each.execute(select(events.c.field, events.c.position)).all())
        assert not any(conflicts.values())
        assert len(decided) == len(set(decided)) == 400
        assert (progress(ledger).open_cells, progress(ledger).settled) == (0, 200)
        assert ledger.database.read(lambda each: each.execute(select(review_leases)).all()) == []


def test_eight_clients_send_the_same_again_and_again(place: Place) -> None:
    """Impatient clients, or answers that were lost: each decision counts once."""
    with place.open() as ledger:
        fill(ledger, 20)
        own: list[Decision] = [of_cell(cell, "1") for cell in next_sheet(ledger, "ann", "7", 40, LONG_S).cells]

        conflicts = at_once([str(number) for number in range(8)], lambda _: decide(ledger, own))

        assert not any(conflicts.values())
        assert len(saved(ledger)) == 40

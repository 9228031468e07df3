"""Many people over HTTP, at the same time: nothing is lost, nothing counts twice, every conflict is told."""

import csv
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from digitizer.ledger.ledger import open_ledger
from digitizer.ledger.schema import events
from tests.review.people import Client, Json, contradict, share
from tests.review.scans_to_review import a_field, fill
from tests.review.serving import Server


def fill_with(folder: Path, fields: int, cells: str) -> Path:
    """Put in fields of which every cell is in doubt; return the folder of the results."""
    doubtful = range(len(cells))
    return fill(folder, [a_field(at % 6, f"f{at:03}", cells, doubtful=doubtful) for at in range(fields)])[1]


def saved(out: Path) -> list[str]:
    """Return the ids of what was kept."""
    with open_ledger(out) as ledger:
        return list(ledger.database.read(lambda each: each.execute(select(events.c.client_id)).scalars().all()))


def said_by(people: Sequence[Client]) -> set[str]:
    """Return the ids of what all have said."""
    return {each for person in people for each in person.said}


def test_two_people_say_different_things_of_the_same_600_digits(tmp_path: Path) -> None:
    """Of each digit one word stands, and the other comes back with it."""
    out = fill_with(tmp_path, 300, "71")
    server = Server(out)
    try:
        ann, bob = contradict(server, "71")
        server.end()
    finally:
        server.kill()

    kept = saved(out)
    assert (len(ann.said), len(bob.said), len(kept), len(set(kept))) == (600, 600, 600, 600)
    assert set(kept) | ann.refused.keys() | bob.refused.keys() == said_by([ann, bob])
    assert len(ann.refused) + len(bob.refused) == 600
    assert {(each["now"], each["reviewer"]) for each in ann.refused.values()} <= {("9", "bob")}
    assert {(each["now"], each["reviewer"]) for each in bob.refused.values()} <= {("8", "ann")}
    words = {(each["key"]["field"], each["position"]): each["after"] for each in _of(kept, [ann, bob])}
    with (out / "fields.csv").open(encoding="utf-8", newline="") as file:
        found = {row["field"]: row["value"] for row in csv.DictReader(file)}
    assert found == {name: words[name, 0] + words[name, 1] for name in found}


def _of(kept: Sequence[str], people: Sequence[Client]) -> list[Json]:
    said = {name: each for person in people for name, each in person.said.items()}
    return [said[name] for name in kept]


def test_eight_clients_outlive_a_server_that_is_killed(tmp_path: Path) -> None:
    """They send again what was not answered: each digit is settled once, by one of them, and nobody is refused."""
    out = fill_with(tmp_path, 200, "77")
    server = Server(out)
    try:
        people = share(server, clients=8, kills=3)
        server.end()
    finally:
        server.kill()

    kept = saved(out)
    assert sum(person.repeated for person in people) > 8  # or nobody was in the way of the kills
    assert [person.refused for person in people] == [{}] * 8
    assert len(kept) == len(set(kept)) == 400
    assert set(kept) == said_by(people)
    with (out / "fields.csv").open(encoding="utf-8", newline="") as file:
        assert {row["value"] for row in csv.DictReader(file)} == {"88"}

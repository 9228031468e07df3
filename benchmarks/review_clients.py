"""Many people at the review page over HTTP at the same time: `python -m benchmarks.review_clients`.

Two people are shown the same 600 digits and say different things of them; then eight clients share a queue while the
server is killed (SIGKILL) and started again, and send again what was not answered. Counted is what is in the ledger
afterwards: decisions that are neither in it nor told as a conflict are lost. `--postgres`: on PostgreSQL too.
"""

import argparse
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from digitizer.ledger.ledger import open_ledger
from digitizer.ledger.schema import events
from tests.postgres import postgres_server
from tests.review.people import Client, contradict, share
from tests.review.scans_to_review import a_field, fill
from tests.review.serving import Server

CLIENTS, KILLS, ROUNDS = 8, 3, 5
CASES = {"two people, the same 600 digits": (300, "71"), "8 clients share 1000 digits, 3 kills": (500, "77")}
"""How many fields there are, and what was read in each: every cell is in doubt, and people share or contradict."""
TITLES = ("ledger", "what", "decisions", "kept", "conflicts told", "lost", "twice", "tries again", "seconds")


def main(arguments: Sequence[str] | None = None) -> None:
    """Let them work, and print a line for each round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL too")
    asked = parser.parse_args(arguments)
    print(f"| {' | '.join(TITLES)} |\n|{'---|' * len(TITLES)}")
    with ExitStack() as stack:
        running = stack.enter_context(postgres_server()) if asked.postgres else None
        for _ in range(asked.rounds):
            for what in CASES:
                print(f"| SQLite | {what} | {_round(what, None)} |", flush=True)
                if running:
                    print(f"| PostgreSQL | {what} | {_round(what, running.new_database())} |", flush=True)


def _round(what: str, database: str | None) -> str:
    """Let them work on a ledger of their own; return the cells of a line."""
    count, cells = CASES[what]
    fields = [a_field(at % 6, f"f{at:03}", cells, doubtful=range(len(cells))) for at in range(count)]
    with TemporaryDirectory() as folder:
        _, out = fill(Path(folder), fields, database=database)
        server = Server(out, database=database)
        try:
            start = time.perf_counter()
            people = contradict(server, cells) if what.startswith("two") else share(server, CLIENTS, KILLS)
            spent_s = time.perf_counter() - start
        finally:
            server.kill()
        return _figures(people, _kept(out, database), spent_s)


def _kept(out: Path, database: str | None) -> list[str]:
    with open_ledger(out, database) as ledger:
        return list(ledger.database.read(lambda each: each.execute(select(events.c.client_id)).scalars().all()))


def _figures(people: Sequence[Client], kept: Sequence[str], spent_s: float) -> str:
    said = {name for person in people for name in person.said}
    refused = {name for person in people for name in person.refused}
    lost, twice = said - set(kept) - refused, len(kept) - len(set(kept)) + len(refused & set(kept))
    repeated = sum(person.repeated for person in people)
    told = (len(said), len(kept), len(refused), len(lost), twice, repeated, f"{spent_s:.1f}")
    return " | ".join(map(str, told))


if __name__ == "__main__":
    main()

"""How much reviewers notice: told by cells whose answer was known when they were put on a sheet."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from digitizer.budget.bounds import exact_bounds
from digitizer.ledger.event_log import CHECK, event_of, not_undone
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.review_records import UNSURE, FieldKey
from digitizer.ledger.schema import events

_ALPHA = 0.05
"""With which each of the two bounds may be wrong."""


@dataclass(frozen=True, slots=True)
class CatchRate:
    """How many of the wrong cells on sheets a reviewer noticed.

    Attributes
    ----------
    checks
        Cells of which the answer was known, at least one.
    caught
        Those of them that got the right key, or were left to somebody else as unsure.
    low, high
        Exact bounds of the rate, 0-1, each at 95 %.
    """

    reviewer: str
    checks: int
    caught: int
    low: float
    high: float


def catch_rates(ledger: Ledger, *, reviewer: str | None = None, before_s: int | None = None) -> list[CatchRate]:
    """Return the catch rate of each reviewer who was checked, by name.

    A cell checks a reviewer once: their last word on it counts. What was taken back or purged does not.

    Parameters
    ----------
    reviewer
        None for all.
    before_s
        Only of what was said before, in seconds since 1970 (UTC); None for all.

    Raises
    ------
    LedgerError
        If the ledger cannot be read.
    """
    return ledger.database.read(lambda connection: read_catch_rates(connection, reviewer, before_s))


def read_catch_rates(
    connection: Connection, reviewer: str | None = None, before_s: int | None = None
) -> list[CatchRate]:
    """Do the same within a transaction."""
    query = select(events).where(events.c.truth.is_not(None), events.c.truth != "", events.c.kind == CHECK)
    if reviewer is not None:
        query = query.where(events.c.reviewer == reviewer)
    if before_s is not None:
        query = query.where(events.c.at < before_s)
    caught: dict[str, dict[tuple[FieldKey, int | None], bool]] = {}
    for row in connection.execute(query.where(not_undone(events)).order_by(events.c.id)):
        event = event_of(row)
        caught.setdefault(event.reviewer, {})[event.key, event.position] = event.after in (row.truth, UNSURE)
    return [_rate(each, list(caught[each].values())) for each in sorted(caught)]


def _rate(reviewer: str, caught: list[bool]) -> CatchRate:
    return CatchRate(reviewer, len(caught), sum(caught), *exact_bounds(sum(caught), len(caught), _ALPHA))

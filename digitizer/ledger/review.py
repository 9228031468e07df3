"""Review: deals out what is in doubt to people, each thing to one of them, and keeps what they say."""

from collections.abc import Sequence
from uuid import uuid4

from digitizer.ledger import deciding, field_tasks, holding, pace, sheets, undoing
from digitizer.ledger.decision_check import check_decisions, check_key, check_name, check_request
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.review_records import (
    UNSURE,
    Conflict,
    Decision,
    Event,
    FieldKey,
    FieldTask,
    Progress,
    Screen,
    Sheet,
    SheetCell,
)

__all__ = [
    "UNSURE",
    "Conflict",
    "Decision",
    "Event",
    "FieldKey",
    "FieldTask",
    "Progress",
    "Screen",
    "Sheet",
    "SheetCell",
    "decide",
    "next_fields",
    "next_sheet",
    "progress",
    "release",
    "renew",
    "show_field",
    "undo",
]


def next_sheet(
    ledger: Ledger, reviewer: str, symbol: str | None, count: int, lease_s: float, check_share: float = 0.0
) -> Sheet:
    """Give a reviewer up to `count` open cells of one symbol, the least sure first, and keep others from them.

    What the reviewer holds already and has not settled comes again: nothing is lost if the page is closed.

    Parameters
    ----------
    symbol
        None for the one of which most cells are open.
    lease_s
        How long nobody else is shown them.
    check_share
        Share, 0-1, of settled cells of another symbol to mix in, which nothing tells from the others: what the reviewer
        does with them is kept by `decide` and shows in `checks.catch_rates`, and says nothing about their fields. At
        most half of `count`; fewer while few cells are settled.

    Raises
    ------
    ValueError
        If there is no such symbol, reviewer, count or share.
    LedgerError
        If the database fails.
    """
    check_name(reviewer, "reviewer")
    check_request(count, symbol, check_share)
    return ledger.database.write(lambda each: sheets.next_sheet(each, reviewer, symbol, count, lease_s, check_share))


def next_fields(ledger: Ledger, reviewer: str, count: int, lease_s: float) -> list[FieldTask]:
    """Give a reviewer up to `count` fields to decide about as a whole, and keep others from them.

    Fields that nobody has seen come first, in the order of the pages; then second and third looks at what others have
    decided. A field that the reviewer has decided about, or was unsure of, is left to others.

    Raises
    ------
    ValueError
        If there is no such reviewer or count.
    LedgerError
        If the database fails.
    """
    check_name(reviewer, "reviewer")
    check_request(count)
    return ledger.database.write(lambda each: field_tasks.next_fields(each, reviewer, count, lease_s))


def show_field(ledger: Ledger, key: FieldKey) -> FieldTask | None:
    """Return a field to look at, whatever its state; None if it is not there (any more), or is to be keyed blind."""
    check_key(key)
    return ledger.database.read(lambda connection: field_tasks.show_field(connection, key))


def decide(ledger: Ledger, decisions: Sequence[Decision], *, second_share: float = 0.0) -> list[Conflict]:
    """Keep what people have decided, in one transaction, and bring their fields up to date.

    A decision is a conflict if somebody else has said something else of the same cell or field since it was shown, or
    if its scan was read again or purged; the others are saved. One that was saved already (`client_id`) is not saved
    again, and is no conflict.

    Parameters
    ----------
    second_share
        Share, 0-1, of the fields that a second person is to key blind: always the same fields.

    Raises
    ------
    ValueError
        If a decision is none that can be: nothing is saved then. Clients may send anything.
    LedgerError
        If the database fails; nothing is saved then.
    """
    check_decisions(decisions)
    return ledger.database.write(lambda connection: deciding.decide(connection, decisions, second_share))


def undo(ledger: Ledger, reviewer: str, count: int = 1, *, client_id: str = "") -> list[Event]:
    """Take back the most recent decisions of a reviewer; return them, the newest first.

    What somebody else has decided about since stands, and is passed over.

    Parameters
    ----------
    client_id
        Made by the client for each undo: sent again, it takes back nothing more, and returns the same.

    Raises
    ------
    ValueError
        If there is no such reviewer, count or id.
    LedgerError
        If the database fails; nothing is taken back then.
    """
    own_id = client_id or uuid4().hex
    check_name(own_id, "client_id")
    check_name(reviewer, "reviewer")
    check_request(count)
    return ledger.database.write(lambda connection: undoing.undo(connection, reviewer, count, own_id))


def renew(ledger: Ledger, reviewer: str, lease_s: float) -> None:
    """Keep for a reviewer all that they hold for that long again."""
    check_name(reviewer, "reviewer")
    ledger.database.write(lambda connection: holding.renew(connection, reviewer, lease_s))


def release(ledger: Ledger, reviewer: str) -> None:
    """Give back all that a reviewer holds."""
    check_name(reviewer, "reviewer")
    ledger.database.write(lambda connection: holding.release(connection, reviewer))


def progress(ledger: Ledger) -> Progress:
    """Say how far review has come."""
    return ledger.database.read(pace.progress)

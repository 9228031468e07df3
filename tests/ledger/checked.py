"""Ledgers in which some digits are settled and others are open, for tests of checks among the latter."""

from collections.abc import Sequence

from digitizer.ledger.ledger import Ledger
from digitizer.ledger.review import Sheet, SheetCell, decide, next_sheet
from tests.ledger.readings import LONG_S, a_field, of_cell, put

ALL = 1.0
"""Share of checks with which each cell of a sheet brings one along, if there are so many."""


def settle(ledger: Ledger, *truths: str, read_as: str = "7", by: str = "bob", name: str = "old.png") -> None:
    """Put in fields of one doubtful digit each, called after their place, and let somebody say what each is."""
    put(ledger, *(a_field(f"old{at}", read_as, {0: 0.3}) for at in range(len(truths))), name=name)
    shown = next_sheet(ledger, by, read_as, 2 * len(truths), LONG_S).cells
    decide(ledger, [of_cell(cell, truth, by) for cell, truth in zip(shown, truths, strict=True)])


def put_open(ledger: Ledger, count: int, read_as: str = "7", name: str = "new.png") -> None:
    """Put in fields of one digit in doubt each, the first one least sure."""
    doubts = (0.2 + 0.5 * at / count for at in range(count))
    put(ledger, *(a_field(f"new{at}", read_as, {0: doubt}) for at, doubt in enumerate(doubts)), name=name)


def sheet_of(ledger: Ledger, by: str = "ann", count: int = 40, share: float = ALL) -> Sheet:
    """Deal out a sheet of sevens with checks."""
    return next_sheet(ledger, by, "7", count, LONG_S, share)


def checks_of(sheet: Sheet) -> Sequence[SheetCell]:
    """Return the cells of a sheet that were settled before."""
    return [cell for cell in sheet.cells if cell.key.field.startswith("old")]


def places_of(cells: Sequence[SheetCell]) -> set[tuple[str, str]]:
    """Return of which fields of which scans some cells are."""
    return {(cell.key.sha256, cell.key.field) for cell in cells}

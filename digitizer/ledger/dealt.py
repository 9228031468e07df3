"""Cells whose answer was known when they were put on a sheet: noted, so that they are known when they come back."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Column, Connection, Integer, Select, Table, bindparam, delete, insert, select

from digitizer.ledger.review_records import Decision, FieldKey, Screen, SheetCell
from digitizer.ledger.revisions import in_parts
from digitizer.ledger.schema import METADATA, events

_TEXT = events.c.field.type

dealt_checks = Table(
    "dealt_checks",
    METADATA,
    Column("sha256", _TEXT, primary_key=True),
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("field", _TEXT, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("seen", _TEXT, primary_key=True),
    Column("truth", _TEXT, nullable=False),
    sqlite_with_rowid=False,
)
"""`seen` is as in `Decision`: of the same state no cell is shown once to be decided about and once as a check."""

Shown = tuple[FieldKey, int | None, str]
"""Which cell, and of what state it was shown."""


def shown(cell: SheetCell | Decision) -> Shown:
    """Return by what a cell that was shown is known when it comes back."""
    return cell.key, cell.position, cell.seen


def note(connection: Connection, truths: Mapping[Shown, str]) -> None:
    """Remember what is known of some cells that are shown now."""
    rows = [
        {"of": key.sha256, "on": key.page, "named": key.field, "at": position, "when": seen, "truth": truth}
        for (key, position, seen), truth in truths.items()
    ]
    if not rows:
        return
    names = {"sha256": "of", "page": "on", "field": "named", "position": "at", "seen": "when", "truth": "truth"}
    same = [dealt_checks.c[each] == bindparam(name) for each, name in names.items() if each != "truth"]
    connection.execute(delete(dealt_checks).where(*same), rows)
    values: dict[str, Any] = {each: bindparam(name) for each, name in names.items()}
    connection.execute(insert(dealt_checks).values(values), rows)


def known_truths(connection: Connection, decisions: Iterable[Decision]) -> dict[Shown, str]:
    """Return what is known of those cells that were checks when they were shown."""
    wanted = {shown(each): each.key.sha256 for each in decisions if each.screen is Screen.SHEET}
    found: dict[Shown, str] = {}
    for part in in_parts(wanted.values()):
        for row in connection.execute(select(dealt_checks).where(dealt_checks.c.sha256.in_(part))):
            of_row = (FieldKey(row.sha256, row.page, row.field), row.position, row.seen)
            if of_row in wanted:
                found[of_row] = row.truth
    return found


def forget(connection: Connection, digests: Select[tuple[str]]) -> None:
    """Forget all that was noted of some scans."""
    connection.execute(delete(dealt_checks).where(dealt_checks.c.sha256.in_(digests)))

"""Deals out sheets: open cells that were read as one symbol, the least sure first."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from digitizer.ledger import dealt, event_log, seeding
from digitizer.ledger.holding import end_old_leases, hold, others_hold
from digitizer.ledger.packing import unpack_crop
from digitizer.ledger.review_records import FieldKey, Sheet, SheetCell
from digitizer.ledger.revisions import in_parts, lock_writers
from digitizer.ledger.schema import cells, fields, pages, review_leases, scans

Place = tuple[int, int]
"""Id of the field, and position in it."""


def next_sheet(
    connection: Connection, reviewer: str, symbol: str | None, count: int, lease_s: float, check_share: float
) -> Sheet:
    """Deal out a sheet (see `review.next_sheet`)."""
    lock_writers(connection)
    end_old_leases(connection)
    chosen = _fullest(connection, reviewer) if symbol is None else symbol
    places = _least_sure(connection, reviewer, chosen, count)
    real = _cells(connection, places, cells.c.open)
    known = seeding.choose(
        connection, reviewer, chosen, seeding.check_count(reviewer, real, check_share, most=count // 2)
    )
    real = real[: count - len(known)]
    hold(connection, places[: len(real)], reviewer, lease_s)
    remaining = _open_cells(connection, chosen) - len(real)
    return Sheet(chosen, _with_checks(connection, reviewer, chosen, real, known), remaining)


def _with_checks(
    connection: Connection, reviewer: str, symbol: str, real: Sequence[SheetCell], known: Sequence[seeding.Known]
) -> tuple[SheetCell, ...]:
    """Return the cells of a sheet and, among them, those whose answer is known; that they are is noted."""
    if not known:
        return tuple(real)
    checks = _cells(connection, [each.place for each in known], cells.c.decided.is_not(None))
    truths = {dealt.shown(cell): each.truth for cell, each in zip(checks, known, strict=True)}
    dealt.note(connection, truths)
    return seeding.mix(reviewer, symbol, real, checks)


def _fullest(connection: Connection, reviewer: str) -> str:
    """Return the symbol of which most open cells are free, the lower one of several; empty if none is."""
    of_symbol = select(cells.c.symbol, func.count().label("number")).where(cells.c.open).group_by(cells.c.symbol)
    free = {row.symbol: row.number for row in connection.execute(of_symbol)}
    held = (
        select(cells.c.symbol, func.count())
        .join_from(review_leases, cells, _OF_LEASE)
        .where(review_leases.c.reviewer != reviewer, cells.c.open)
        .group_by(cells.c.symbol)
    )
    for symbol, number in connection.execute(held):
        free[symbol] -= number
    return min((symbol for symbol in free if free[symbol]), key=lambda each: (-free[each], each), default="")


_OF_LEASE = (cells.c.field_id == review_leases.c.field_id) & (cells.c.position == review_leases.c.position)


def _least_sure(connection: Connection, reviewer: str, symbol: str, count: int) -> Sequence[Place]:
    """Return the cells for a sheet, straight out of the index `cells_open`."""
    query = (
        select(cells.c.field_id, cells.c.position)
        .where(cells.c.open, cells.c.symbol == symbol)
        .where(~others_hold(cells.c.field_id, cells.c.position, reviewer))
        .order_by(cells.c.confidence, cells.c.field_id, cells.c.position)
        .limit(count)
    )
    return [(row.field_id, row.position) for row in connection.execute(query)]


def _open_cells(connection: Connection, symbol: str) -> int:
    query = select(func.count()).select_from(cells).where(cells.c.open, cells.c.symbol == symbol)
    return int(connection.execute(query).scalar_one())


def _cells(connection: Connection, places: Sequence[Place], among: ColumnElement[bool]) -> tuple[SheetCell, ...]:
    """Return the cells of a sheet, all of which are `among` some, in the order of their places."""
    newest, found = event_log.last_number(connection), {}
    columns = (cells, fields.c.field, pages.c.page, scans.c.sha256, scans.c.revision)
    query = select(*columns).join_from(cells, fields).join(pages).join(scans)
    for part in in_parts(str(of) for of, _ in places):
        ids = [int(each) for each in part]
        for row in connection.execute(query.where(cells.c.field_id.in_(ids), among)):
            found[row.field_id, row.position] = row
    return tuple(_sheet_cell(found[place], newest) for place in places)


def _sheet_cell(row: Row[Any], newest: int) -> SheetCell:
    key = FieldKey(row.sha256, row.page, row.field)
    crop = unpack_crop(row.crop)
    return SheetCell(key, row.position, row.symbol, row.confidence, crop, event_log.seen_text(row.revision, newest))

"""The rows of `pages.csv`, streamed out of the ledger in order: pages of scans, and entries that are none."""

import heapq
from collections.abc import Iterator
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, select

from digitizer.document import PageResult, PageStatus
from digitizer.ledger.records import DUPLICATE, PURGED
from digitizer.ledger.rows import field_of, page_of
from digitizer.ledger.schema import entries, fields, pages, scans, shown
from digitizer.ledger.summary import UNREAD

_ROWS_AT_ONCE = 500
_PAGES_AT_ONCE = 200


def shown_pages(connection: Connection) -> Iterator[PageResult]:
    """Yield all rows in order (scan, page), fields without evidence; memory does not grow with their number."""
    return heapq.merge(_pages(connection), _entries(connection), key=_place)


def unread_pages(connection: Connection) -> Iterator[PageResult]:
    """Yield only the rows of what was rejected or failed, without the fields."""
    unread = [status.value for status in UNREAD]
    query = _page_query().where(pages.c.status.in_(unread))
    found = (page_of(row, row.name, row.sha256, ()) for row in _stream(connection, query))
    return heapq.merge(found, _entries(connection, entries.c.status.in_(unread)), key=_place)


def _place(page: PageResult) -> tuple[str, int]:
    return page.scan, page.page or 0


def _page_query() -> Select[Any]:
    query = select(pages, scans.c.name, scans.c.sha256).join_from(scans, pages)
    return query.where(shown).order_by(scans.c.name, pages.c.position)


def _pages(connection: Connection) -> Iterator[PageResult]:
    """Yield the pages of scans. Fields come for some pages at a time: a database might sort all of them first."""
    rows = _stream(connection, _page_query())
    while batch := list(islice(rows, _PAGES_AT_ONCE)):
        fields_of = _fields_of(connection, [row.id for row in batch])
        for row in batch:
            yield page_of(row, row.name, row.sha256, map(field_of, fields_of.get(row.id, ())))


def _fields_of(connection: Connection, page_ids: list[int]) -> dict[int, list[Row[Any]]]:
    columns = [column for column in fields.c if column.name not in ("quads", "numbers", "number_confidences")]
    query = select(*columns).where(fields.c.page_id.in_(page_ids)).order_by(fields.c.page_id, fields.c.position)
    return {page_id: list(rows) for page_id, rows in groupby(connection.execute(query), attrgetter("page_id"))}


def _entries(connection: Connection, *only: ColumnElement[bool]) -> Iterator[PageResult]:
    query = (
        select(entries, scans.c.source, scans.c.purged)
        .outerjoin(scans, and_(scans.c.sha256 == entries.c.sha256, entries.c.status.is_(None)))
        .where(*only)
        .order_by(entries.c.name)
    )
    for row in _stream(connection, query):
        status, reason = _verdict(row)
        if status is not None:
            yield PageResult(row.name, None, "", status, reason, sha256=row.sha256)


def _verdict(row: Row[Any]) -> tuple[PageStatus | None, str]:
    """Return what stands in the CSVs of an entry: nothing if its scan does, or if it was not read yet."""
    if row.status is not None:
        return PageStatus(row.status), row.reason
    if row.purged:
        return PageStatus.SKIPPED, PURGED
    if row.source not in (None, row.name):
        return PageStatus.SKIPPED, DUPLICATE
    return None, ""


def _stream(connection: Connection, query: Any) -> Iterator[Row[Any]]:
    return iter(connection.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE}))

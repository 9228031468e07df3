"""Which scans are to be deleted by their age, and how much was read of them."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from digitizer.document import FieldStatus
from digitizer.ledger.schema import cells, fields, pages, scans, strips

_DAY_S = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Retention:
    """What is kept no longer.

    Attributes
    ----------
    older_than_days
        Scans that were read longer ago than this are due.
    images_only
        Whether of these only the pictures go: strips of fields and crops of cells.
    even_unreviewed
        Whether also scans go of which a field still waits for a person.
    """

    older_than_days: int
    images_only: bool = False
    even_unreviewed: bool = False


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is due.

    Attributes
    ----------
    images
        Strips of fields, and crops of cells.
    waiting_scans, waiting_fields
        Scans that are old enough, but are kept because fields of theirs wait for review; and those fields.
    """

    scans: int
    pages: int
    fields: int
    images: int
    waiting_scans: int
    waiting_fields: int


def extent(connection: Connection, retention: Retention, now_s: int) -> Extent:
    """Count what is due at a time, in seconds since 1970 (UTC)."""
    due, of_due = is_due(retention, now_s), field_ids(is_due(retention, now_s))
    waits = is_old(retention, now_s) & waits_for_review()
    return Extent(
        scans=_count(connection, select(scans.c.id).where(due)),
        pages=0 if retention.images_only else _count(connection, _page_ids(due)),
        fields=0 if retention.images_only else _count(connection, of_due),
        images=_count(connection, select(strips.c.field_id).where(strips.c.field_id.in_(of_due)))
        + _count(connection, select(cells.c.field_id).where(cells.c.field_id.in_(of_due), cells.c.crop != b"")),
        waiting_scans=0 if retention.even_unreviewed else _count(connection, select(scans.c.id).where(waits)),
        waiting_fields=0 if retention.even_unreviewed else _count(connection, field_ids(waits).where(_IN_REVIEW)),
    )


def is_due(retention: Retention, now_s: int) -> ColumnElement[bool]:
    """Say which rows of `scans` are due: whole scans, for half a page in the CSVs would mislead."""
    old = is_old(retention, now_s)
    return old if retention.even_unreviewed else old & ~waits_for_review()


def is_old(retention: Retention, now_s: int) -> ColumnElement[bool]:
    """Say which rows of `scans` are old enough, and have something left that is to go."""
    old = and_(scans.c.read_at < now_s - retention.older_than_days * _DAY_S, ~scans.c.purged)
    if not retention.images_only:
        return old
    strip = exists().where(_OF_SCAN, strips.c.field_id == fields.c.id)
    crop = exists().where(_OF_SCAN, cells.c.field_id == fields.c.id, cells.c.crop != b"")
    return and_(old, or_(strip, crop))


def waits_for_review() -> ColumnElement[bool]:
    """Say which rows of `scans` have a field that waits for a person."""
    return exists().where(_OF_SCAN, _IN_REVIEW)


def field_ids(of_scans: ColumnElement[bool]) -> Select[tuple[int]]:
    """Select the ids of all fields of some rows of `scans`."""
    return select(fields.c.id).where(fields.c.page_id.in_(_page_ids(of_scans)))


_OF_SCAN = and_(pages.c.scan_id == scans.c.id, fields.c.page_id == pages.c.id)
_IN_REVIEW = fields.c.status == FieldStatus.REVIEW.value


def _page_ids(of_scans: ColumnElement[bool]) -> Select[tuple[int]]:
    return select(pages.c.id).where(pages.c.scan_id.in_(select(scans.c.id).where(of_scans)))


def _count(connection: Connection, query: Select[tuple[int]]) -> int:
    return int(connection.execute(select(func.count()).select_from(query.subquery())).scalar_one())

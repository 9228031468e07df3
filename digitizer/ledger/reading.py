"""What the ledger knows: entries, scans and with what they were read, and the evidence of chosen scans."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, exists, func, select

from digitizer.document import FieldResult, PageStatus
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.records import Entry, KnownScan, ScanRecord
from digitizer.ledger.revisions import in_parts
from digitizer.ledger.rows import entry_of, evidence_of, field_of, page_of
from digitizer.ledger.schema import cells, entries, fields, meta, pages, provenances, scans, shown, strips


def revision(connection: Connection) -> int:
    """Return the number of the last transaction that changed what CSVs show."""
    return int(connection.execute(select(meta.c.revision)).scalar_one())


def all_entries(connection: Connection) -> dict[str, Entry]:
    """Return what lay in the scan folder, by name."""
    return {row.name: entry_of(row) for row in connection.execute(select(entries).order_by(entries.c.name))}


def known_scans(connection: Connection, digests: Iterable[str] | None) -> dict[str, KnownScan]:
    """Return the scans, or those of some digests, by SHA-256."""
    failed = exists().where(pages.c.scan_id == scans.c.id, pages.c.status == PageStatus.FAILED.value).label("failed")
    seen_with, decided_with = provenances.c.seen_with, provenances.c.decided_with
    query = select(scans.c.source, scans.c.sha256, seen_with, decided_with, failed, scans.c.purged)
    query = query.join_from(scans, provenances)
    if digests is None:
        queries: Iterable[Select[Any]] = [query]
    else:
        queries = (query.where(scans.c.sha256.in_(part)) for part in in_parts(digests))
    return {row.sha256: KnownScan(*row) for each in queries for row in connection.execute(each)}


def newest_provenance(connection: Connection) -> Provenance | None:
    """Return with what the scan was read that was put in last; one that CSVs show, if they show any."""
    query = select(provenances.c.content).join_from(scans, provenances).where(~scans.c.superseded)
    newest_first = query.order_by(scans.c.purged, scans.c.revision.desc(), scans.c.id.desc())
    content = connection.execute(newest_first.limit(1)).scalar()
    return None if content is None else Provenance.from_content(content)


def used_provenances(connection: Connection) -> list[tuple[Provenance, int]]:
    """Return with what the scans were read that CSVs show, and how many with each, in order of first use."""
    query = (
        select(provenances.c.content, func.count())
        .join_from(scans, provenances)
        .where(shown)
        .group_by(provenances.c.id, provenances.c.content)
        .order_by(provenances.c.id)
    )
    return [(Provenance.from_content(content), number) for content, number in connection.execute(query)]


def scans_with_evidence(connection: Connection, digests: Sequence[str]) -> Iterator[ScanRecord]:
    """Yield scans with all that is known of them, one in memory at a time, in the order of `digests`."""
    for digest in digests:
        scan = connection.execute(select(scans).where(scans.c.sha256 == digest, ~scans.c.purged)).first()
        if scan is not None:
            yield _record(connection, scan)


def _record(connection: Connection, scan: Row[Any]) -> ScanRecord:
    """Return a scan. Its rows of one table have ids that follow each other, for they went in together."""
    page_rows = connection.execute(select(pages).where(pages.c.scan_id == scan.id).order_by(pages.c.position)).all()
    field_rows = _of_owners(connection, fields.c.page_id, [row.id for row in page_rows])
    field_ids = [row.id for rows in field_rows.values() for row in rows]
    cell_rows = _of_owners(connection, cells.c.field_id, field_ids)
    strip_rows = _of_owners(connection, strips.c.field_id, field_ids)

    def field_with_evidence(row: Row[Any]) -> FieldResult:
        strip = next(iter(strip_rows.get(row.id, ())), None)
        return field_of(row, evidence_of(row, cell_rows.get(row.id, ()), strip))

    found = (
        page_of(row, scan.source, scan.sha256, map(field_with_evidence, field_rows.get(row.id, ())))
        for row in page_rows
    )
    return ScanRecord(scan.source, scan.sha256, tuple(found))


def _of_owners(connection: Connection, owner: Column[Any], ids: list[int]) -> dict[int, list[Row[Any]]]:
    """Return the rows of a table that belong to rows with these ids, by id, each owner's in their order."""
    if not ids:
        return {}
    table = owner.table
    order = [owner, table.c.position] if "position" in table.c else [owner]
    query = select(table).where(owner.between(min(ids), max(ids))).order_by(*order)
    return {each: list(rows) for each, rows in groupby(connection.execute(query), attrgetter(owner.name))}

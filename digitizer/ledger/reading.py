"""What the ledger knows: entries, scans and with what they were read, and the evidence of chosen scans."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, func, select

from digitizer.document import FieldResult, PageStatus
from digitizer.ledger.provenance import Provenance, TemplateInfo
from digitizer.ledger.records import Entry, KnownScan, ScanRecord
from digitizer.ledger.rows import entry_of, evidence_of, field_of, page_of
from digitizer.ledger.schema import cells, entries, fields, meta, pages, provenances, scans, shown, strips
from digitizer.ledger.writing import in_parts
from digitizer.scans.limits import Limits


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
    """Return with what the scan was read that was put in last, of those that CSVs show; None without any."""
    query = select(provenances.c.content).join_from(scans, provenances).where(shown)
    content = connection.execute(query.order_by(scans.c.revision.desc(), scans.c.id.desc()).limit(1)).scalar()
    return None if content is None else _provenance(content)


def used_provenances(connection: Connection) -> list[tuple[Provenance, int]]:
    """Return with what the scans were read that CSVs show, and how many with each, in order of first use."""
    query = (
        select(provenances.c.content, func.count())
        .join_from(scans, provenances)
        .where(shown)
        .group_by(provenances.c.id, provenances.c.content)
        .order_by(provenances.c.id)
    )
    return [(_provenance(content), number) for content, number in connection.execute(query)]


def scans_with_evidence(connection: Connection, digests: Sequence[str]) -> Iterator[ScanRecord]:
    """Yield scans with all that is known of them, one in memory at a time, in the order of `digests`."""
    for digest in digests:
        scan = connection.execute(select(scans).where(scans.c.sha256 == digest, ~scans.c.purged)).first()
        if scan is not None:
            yield _record(connection, scan)


def _record(connection: Connection, scan: Row[Any]) -> ScanRecord:
    of_scan = pages.c.scan_id == scan.id
    strips_of_scan = select(strips).select_from(pages.join(fields).join(strips)).where(of_scan)
    strip_of = {row.field_id: row for row in connection.execute(strips_of_scan)}
    cells_of: dict[int, list[Row[Any]]] = {}
    cells_of_scan = select(cells).select_from(pages.join(fields).join(cells)).where(of_scan)
    for cell in connection.execute(cells_of_scan.order_by(cells.c.field_id, cells.c.position)):
        cells_of.setdefault(cell.field_id, []).append(cell)
    fields_of: dict[int, list[FieldResult]] = {}
    in_order = select(fields).join(pages).where(of_scan).order_by(fields.c.page_id, fields.c.position)
    for row in connection.execute(in_order):
        evidence = evidence_of(row, cells_of.get(row.id, ()), strip_of.get(row.id))
        fields_of.setdefault(row.page_id, []).append(field_of(row, evidence))
    page_rows = connection.execute(select(pages).where(of_scan).order_by(pages.c.position))
    found = (page_of(row, scan.source, scan.sha256, fields_of.get(row.id, ())) for row in page_rows)
    return ScanRecord(scan.source, scan.sha256, tuple(found))


def _provenance(content: str) -> Provenance:
    told = json.loads(content)
    templates = tuple(TemplateInfo(**each) for each in told.pop("templates"))
    limits = Limits(**told.pop("limits"))
    return Provenance(**told, templates=templates, limits=limits)

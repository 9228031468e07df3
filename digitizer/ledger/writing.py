"""Puts scans and entries into the ledger, each within the transaction of the caller."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from hashlib import sha256

from sqlalchemy import Connection, Table, bindparam, delete, exists, func, insert, select, update

from digitizer.document import FieldResult, PageStatus
from digitizer.ledger.doubt import field_read
from digitizer.ledger.event_log import stands
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.records import Entry, ScanRecord
from digitizer.ledger.review_records import UNSURE, FieldKey, Screen
from digitizer.ledger.reviewed import fields_of_keys, keys_decided_about, write
from digitizer.ledger.revisions import in_parts, lock_writers, next_revision
from digitizer.ledger.rows import Values, cell_values, entry_of, field_values, page_values, strip_values
from digitizer.ledger.sampling import with_sample
from digitizer.ledger.schema import cells, entries, events, fields, leases, pages, provenances, scans, shown, strips
from digitizer.ledger.standing import standing
from digitizer.policy import AcceptancePolicy


def put_scans(
    connection: Connection, records: Sequence[ScanRecord], provenance: Provenance, replace: bool = False
) -> None:
    """Put in scans with all that was read of them (see `Ledger.put_scans`)."""
    revision = lock_writers(connection) + 1
    provenance_id = _provenance_id(connection, provenance)
    wanted = [record for record in records if _is_wanted(connection, record.sha256, provenance_id, replace)]
    for record in wanted:
        scan_id = _scan_id(connection, record, provenance_id, revision)
        sampled = with_sample(record, provenance.qa_share, _settled_by_cells(connection, record.sha256))
        _put_pages(connection, scan_id, sampled, provenance.policy)
        _apply_decisions(connection, record.sha256)
    _each(
        connection, delete(leases).where(leases.c.sha256 == bindparam("of")), [{"of": each.sha256} for each in records]
    )
    if wanted:
        next_revision(connection)


def put_entries(connection: Connection, changed: Sequence[Entry], gone: Sequence[str]) -> None:
    """Say what lies in the scan folder now (see `Ledger.put_entries`)."""
    lock_writers(connection)
    names = [entry.name for entry in changed] + list(gone)
    before = dict(_shown_entries(connection, names))
    _each(connection, delete(entries).where(entries.c.name == bindparam("of")), [{"of": name} for name in names])
    _each(connection, insert(entries), [_entry_values(entry) for entry in changed])
    revived = _revive(connection, [entry.sha256 for entry in changed if entry.status is None])
    if revived or before != {entry.name: (entry.sha256, entry.status, entry.reason) for entry in changed}:
        next_revision(connection)


def _each(connection: Connection, statement: object, rows: list[Values]) -> None:
    if rows:
        connection.execute(statement, rows)  # type: ignore[call-overload]


def _next_id(connection: Connection, table: Table) -> int:
    """Return the first free id: no other writes before this transaction ends."""
    return int(connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()) + 1


def _provenance_id(connection: Connection, provenance: Provenance) -> int:
    content = provenance.content
    digest = sha256(content.encode()).hexdigest()
    known = connection.execute(select(provenances.c.id).where(provenances.c.sha256 == digest)).scalar()
    if known is not None:
        return int(known)
    provenance_id = _next_id(connection, provenances)
    row = {
        "id": provenance_id,
        "sha256": digest,
        "seen_with": provenance.seen_with,
        "decided_with": provenance.decided_with,
        "content": content,
    }
    connection.execute(insert(provenances), row)
    return provenance_id


def _is_wanted(connection: Connection, digest: str, provenance_id: int, replace: bool) -> bool:
    """Return whether a scan is to be put in: not if it was already, by another worker or by an attempt before this."""
    stored = connection.execute(select(scans).where(scans.c.sha256 == digest)).first()
    return stored is None or (not stored.purged and (replace or stored.provenance_id != provenance_id))


def _scan_id(connection: Connection, record: ScanRecord, provenance_id: int, revision: int) -> int:
    """Return the id of a scan, whose row is new, or made fit for the pages that will replace those it had."""
    read: Values = {"provenance_id": provenance_id, "read_at": int(time.time()), "revision": revision}
    known = connection.execute(select(scans.c.id).where(scans.c.sha256 == record.sha256)).scalar()
    if known is not None:
        connection.execute(delete(pages).where(pages.c.scan_id == known))
        connection.execute(update(scans).where(scans.c.id == known).values(**read))
        return int(known)
    scan_id = _next_id(connection, scans)
    name = _free_name(connection, record.source, record.sha256)
    row = {"id": scan_id, "sha256": record.sha256, "source": record.source, "name": name, **read}
    connection.execute(insert(scans), row)
    return scan_id


def _free_name(connection: Connection, source: str, digest: str) -> str:
    """Return the name under which a scan is shown, and let an older one vanish that it takes the place of.

    Nothing that was read vanishes: only a scan without a page that is done gives way, and only if its bytes do not lie
    elsewhere in the folder.
    """
    holder = connection.execute(select(scans).where(scans.c.name == source, shown)).first()
    if holder is None:
        return source
    done = exists().where(pages.c.scan_id == holder.id, pages.c.status == PageStatus.DONE.value)
    elsewhere = exists().where(entries.c.sha256 == holder.sha256, entries.c.name != source, entries.c.status.is_(None))
    if connection.execute(select(done | elsewhere)).scalar():
        return f"{source}@{digest[:8]}"
    connection.execute(update(scans).where(scans.c.id == holder.id).values(superseded=True))
    return source


def _revive(connection: Connection, digests: Iterable[str]) -> bool:
    """Show superseded scans again whose bytes have come back; return whether there were any."""
    found = False
    for part in in_parts(digests):
        query = select(scans).where(scans.c.sha256.in_(part), scans.c.superseded, ~scans.c.purged).order_by(scans.c.id)
        for scan in connection.execute(query).all():
            name = _free_name(connection, scan.source, scan.sha256)
            connection.execute(update(scans).where(scans.c.id == scan.id).values(superseded=False, name=name))
            found = True
    return found


def _settled_by_cells(connection: Connection, digest: str) -> frozenset[FieldKey]:
    """Return the fields of a scan of which people have told cells, but that at the first look nobody has keyed whole.

    What they told settles such a field if it is accepted now; as a sample it would wait to be keyed.
    """
    whole = events.c.position.is_(None) & (events.c.screen == str(Screen.FIELD))
    cell = events.c.position.is_not(None) & (events.c.after != UNSURE)
    query = select(events.c.page, events.c.field, whole.label("whole")).where(
        events.c.sha256 == digest, stands(events), whole | cell
    )
    rows = [(FieldKey(digest, row.page, row.field), row.whole) for row in connection.execute(query)]
    return frozenset(key for key, _ in rows) - {key for key, keyed in rows if keyed}


def _put_pages(connection: Connection, scan_id: int, record: ScanRecord, policy: AcceptancePolicy) -> None:
    """Insert the pages of a scan, with fields, cells and strips, one statement for each table."""
    page_id, field_id = _next_id(connection, pages), _next_id(connection, fields)
    rows: dict[Table, list[Values]] = {table: [] for table in (pages, fields, cells, strips)}
    for at, page in enumerate(sorted(record.pages, key=lambda page: page.page or 0)):
        rows[pages].append({"id": page_id, "scan_id": scan_id, "position": at, **page_values(page)})
        for position, field in enumerate(page.fields):
            look, open_cells = _waits_for(field, policy)
            own = {"id": field_id, "page_id": page_id, "position": position, "look": look}
            rows[fields].append({**own, **field_values(field)})
            if evidence := field.evidence:
                for place, cell in enumerate(evidence.cells):
                    of = {"field_id": field_id, "position": place, "open": place in open_cells}
                    rows[cells].append({**of, **cell_values(cell)})
                if evidence.strip:
                    rows[strips].append({"field_id": field_id, **strip_values(evidence)})
            field_id += 1
        page_id += 1
    for table, values in rows.items():
        _each(connection, insert(table), values)


def _waits_for(field: FieldResult, policy: AcceptancePolicy) -> tuple[str | None, frozenset[int]]:
    """Return what a field waits for about which nobody has decided, and its open cells."""
    read = field_read(field, policy.threshold_of(field.form, field.field))
    if read is None:
        return None, frozenset()
    now = standing(read, ())
    return now.look and str(now.look), now.open


def _apply_decisions(connection: Connection, digest: str) -> None:
    """Put what people have decided about a scan over what was read of it now."""
    found = fields_of_keys(connection, keys_decided_about(connection, digest))
    write(connection, [each for each in found.values() if each.words])


def _entry_values(entry: Entry) -> Values:
    return {**asdict(entry), "status": None if entry.status is None else str(entry.status)}


def _shown_entries(
    connection: Connection, names: Iterable[str]
) -> Iterable[tuple[str, tuple[str, PageStatus | None, str]]]:
    """Yield name, and what the CSVs could show of it, of the entries that stand there now."""
    for part in in_parts(names):
        for row in connection.execute(select(entries).where(entries.c.name.in_(part))):
            entry = entry_of(row)
            yield entry.name, (entry.sha256, entry.status, entry.reason)

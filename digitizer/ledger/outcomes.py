"""What people found in fields that one network had read, night by night: what thresholds are learned from."""

from collections.abc import Iterator

from sqlalchemy import Connection, exists, select

from digitizer.document import FieldResult, FieldStatus
from digitizer.ledger.event_log import about, stands
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.rows import field_of
from digitizer.ledger.schema import events, fields, pages, provenances, scans, shown

_SETTLED = (FieldStatus.CONFIRMED.value, FieldStatus.CORRECTED.value)
_DAY_S = 24 * 60 * 60
_ROWS_AT_ONCE = 500


def settled_fields(ledger: Ledger, model_sha256: str) -> Iterator[FieldResult]:
    """Yield the fields that this network has read and people settled then, without evidence, the oldest first.

    What people had settled when another network had read it tells nothing: which fields they were shown hung on
    confidences of the other, and those that it doubted are harder than their confidences now would have it.

    Older means read on an earlier day (UTC). Within a day they come in the order of the CSVs, so that it makes no
    difference in which order workers had finished.

    Raises
    ------
    LedgerError
        If the ledger cannot be read.
    """
    if ledger.database.read(_anybody_decided):
        with ledger.database.snapshot() as connection:
            yield from _settled(connection, model_sha256)


def _anybody_decided(connection: Connection) -> bool:
    """Tell at once where there is nothing to look for."""
    return bool(connection.execute(select(exists().select_from(events))).scalar())


def _settled(connection: Connection, model_sha256: str) -> Iterator[FieldResult]:
    own = [
        row.id
        for row in connection.execute(select(provenances.c.id, provenances.c.content))
        if Provenance.from_content(row.content).model_sha256 == model_sha256
    ]
    decided = exists().where(
        about(events, scans.c.sha256, pages.c.page, fields.c.field), events.c.model == model_sha256, stands(events)
    )
    query = (
        select(fields)
        .join_from(scans, pages)
        .join(fields)
        .where(shown, scans.c.provenance_id.in_(own), fields.c.status.in_(_SETTLED), decided)
        .order_by(scans.c.read_at // _DAY_S, scans.c.name, pages.c.position, fields.c.position)
    )
    for row in connection.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE}):
        yield field_of(row)

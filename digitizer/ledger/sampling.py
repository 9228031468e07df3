"""Which fields are chosen to be looked at however sure they are: always the same, in whatever order they come."""

from dataclasses import replace
from hashlib import sha256

from digitizer.document import QA_SAMPLE, FieldResult, FieldStatus, PageResult
from digitizer.ledger.records import ScanRecord
from digitizer.ledger.review_records import FieldKey

SECOND_LOOK = "second look"
"""What for, see `is_chosen`."""


def is_chosen(key: FieldKey, share: float, purpose: str) -> bool:
    """Tell whether a field is among those chosen for a purpose.

    The choice follows from the key alone, is independent of the choice for another purpose, and a larger share holds
    all fields of a smaller one.

    Parameters
    ----------
    share
        Of all fields, 0-1.
    """
    digest = sha256("\0".join((purpose, key.sha256, str(key.page), key.field)).encode()).digest()
    return int.from_bytes(digest[:8]) < share * 2**64


def with_sample(record: ScanRecord, share: float) -> ScanRecord:
    """Send a share, 0-1, of the accepted fields of a scan to review; not what nobody could be shown."""
    if share <= 0:
        return record
    pages = tuple(
        replace(page, fields=tuple(_sampled(page, field, record.sha256, share) for field in page.fields))
        for page in record.pages
    )
    return replace(record, pages=pages)


def _sampled(page: PageResult, field: FieldResult, digest: str, share: float) -> FieldResult:
    if field.status is not FieldStatus.ACCEPTED or not (field.evidence and field.evidence.strip):
        return field
    if not is_chosen(FieldKey(digest, page.page or 0, field.field), share, QA_SAMPLE):
        return field
    return replace(field, status=FieldStatus.REVIEW, reason=QA_SAMPLE)

"""Which fields are chosen to be looked at however sure they are: always the same, in whatever order they come."""

from collections.abc import Set
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


def with_sample(record: ScanRecord, share: float, settled: Set[FieldKey] = frozenset()) -> ScanRecord:
    """Send some of the accepted fields of a scan to review.

    Parameters
    ----------
    share
        Of all accepted fields, 0-1. What nobody could be shown is not sent.
    settled
        Fields that are not sent, for they are settled without anybody having keyed them as a whole, as samples are.
    """
    if share <= 0:
        return record

    def sampled(page: PageResult, field: FieldResult) -> FieldResult:
        key = FieldKey(record.sha256, page.page or 0, field.field)
        chosen = _can_be_drawn(field) and key not in settled and is_chosen(key, share, QA_SAMPLE)
        return replace(field, status=FieldStatus.REVIEW, reason=QA_SAMPLE) if chosen else field

    pages = tuple(replace(page, fields=tuple(sampled(page, field) for field in page.fields)) for page in record.pages)
    return replace(record, pages=pages)


def _can_be_drawn(field: FieldResult) -> bool:
    return field.status is FieldStatus.ACCEPTED and bool(field.evidence and field.evidence.strip)

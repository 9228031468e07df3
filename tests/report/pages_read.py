"""Pages as if they had been read, for tests of the report."""

from collections.abc import Iterator
from hashlib import sha256

from digitizer.document import FieldResult, FieldStatus, PageResult, PageStatus
from digitizer.policy import DEFAULT_MAX_ERRORS, AcceptancePolicy

POLICY = AcceptancePolicy.from_max_errors(DEFAULT_MAX_ERRORS)
THRESHOLD = POLICY.threshold


def a_field(
    name: str = "total",
    value: str = "12",
    confidence: float = 0.9999,
    status: FieldStatus | None = None,
    *,
    reason: str | None = None,
    machine_value: str | None = None,
    form: str = "ballot",
) -> FieldResult:
    """Return a field; without a status one that is accepted or waits, as its confidence tells."""
    if status is None:
        status = FieldStatus.ACCEPTED if confidence >= THRESHOLD else FieldStatus.REVIEW
    if reason is None:
        reason = "" if confidence >= THRESHOLD else "low_confidence"
    machine = value if machine_value is None else machine_value
    doubts = (confidence,) * len(value)
    return FieldResult(form, name, value, value, confidence, status, reason, doubts, 1, 2, 3, 4, machine)


def a_page(*fields: FieldResult, scan: str = "a.png", number: int = 1) -> PageResult:
    """Return a page that was read."""
    digest = sha256(scan.encode()).hexdigest()
    return PageResult(scan, number, "ballot", PageStatus.DONE, "", fields, sha256=digest)


def an_unread_page(
    scan: str, reason: str, status: PageStatus = PageStatus.FAILED, number: int | None = None
) -> PageResult:
    """Return a page, or a file without pages, that was not read."""
    return PageResult(scan, number, "", status, reason, sha256=sha256(scan.encode()).hexdigest())


def many_pages(pages: int, fields: int) -> Iterator[PageResult]:
    """Yield pages whose fields have all kinds of confidences."""
    for number in range(pages):
        read = (
            a_field(f"field_{place}", "0123456789", 1 - ((number * fields + place) % 997) / 997 * 0.2)
            for place in range(fields)
        )
        yield a_page(*read, scan=f"scan_{number}.png")

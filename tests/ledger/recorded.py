"""Scans as they go into a ledger."""

import hashlib
from dataclasses import replace

import numpy as np

from digitizer.document import FieldEvidence, FieldKind, FieldResult, FieldStatus, PageResult, PageStatus, Reading
from digitizer.ledger.provenance import Provenance, TemplateInfo
from digitizer.ledger.records import ScanRecord
from digitizer.scans.limits import Limits

PROVENANCE = Provenance(
    "0.1.0",
    "seed",
    "ab" * 32,
    0.999,
    (TemplateInfo("ballot", 2, "cd" * 32, "ef" * 32),),
    Limits(max_pixels=10_000_000, max_pages=20, max_bytes=30_000_000),
)
STRICTER = replace(PROVENANCE, threshold=0.9999)

_PROBABILITIES = tuple(float(each) for each in np.linspace(0.01, 0.3, 12, dtype=np.float32))
_CROP = bytes(300) + bytes(range(184)) + bytes(300)

COMB = FieldEvidence(
    FieldKind.COMB,
    (Reading("7", np.nextafter(1.0, 0.0), _PROBABILITIES, _CROP), Reading("_", 0.1)),
    quads=((1.1, 2.0, 3.3, 4.0, 5.5, 6.0, 7.7, 8.0), (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)),
    strip=b"\xff\xd8 a picture \xff\xd9",
    strip_box=(1, 2, 30, 40),
)
BOX = FieldEvidence(
    FieldKind.BOX, numbers=(("12", 0.1 + 0.2), ("72", 1e-300)), number_confidences=(0.1, 1 / 3), quads=((1.0,) * 8,)
)


def a_field(name: str, evidence: FieldEvidence | None = None, status: FieldStatus = FieldStatus.REVIEW) -> FieldResult:
    """Return a field of one digit and a blank."""
    cells, confidences = "7_", (0.1 + 0.2, 1 / 3)
    return FieldResult(
        "ballot", name, "7", cells, 2 / 3, status, "low_confidence", confidences, 1, 2, 3, 4, "1", "", evidence
    )


def digest_of(content: str) -> str:
    """Return what bytes are known by."""
    return hashlib.sha256(content.encode()).hexdigest()


def a_scan(name: str, content: str = "", *statuses: PageStatus, fields: tuple[FieldResult, ...] = ()) -> ScanRecord:
    """Return a scan with a page for each status, or one that is done; its bytes are told from others by `content`."""
    digest = digest_of(content or name)
    pages = tuple(
        PageResult(name, number, "ballot", status, "", fields, 1 / 7, 299.9994, 90, digest, 1)
        for number, status in enumerate(statuses or (PageStatus.DONE,), 1)
    )
    return ScanRecord(name, digest, pages)


def a_lost_scan(name: str, content: str = "") -> ScanRecord:
    """Return a scan of which no page could be had."""
    digest = digest_of(content or name)
    return ScanRecord(name, digest, (PageResult(name, None, "", PageStatus.FAILED, "truncated", sha256=digest),))

"""Scans as if they had been read, for tests of what is done with them afterwards."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from digitizer.document import FieldEvidence, FieldKind, FieldResult, FieldStatus, PageResult, PageStatus, Reading
from digitizer.ledger.export import write_results
from digitizer.ledger.ledger import Ledger, open_ledger
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.records import Entry, ScanRecord

PROVENANCE = Provenance("0.1.0", "seed", "ab" * 32, 0.999)
CROP = bytes(range(256)) * 3 + bytes(16)


def digest_of(name: str) -> str:
    """Return the SHA-256 that the scan of a name has here."""
    return sha256(name.encode()).hexdigest()


def strip_of(name: str) -> bytes:
    """Return what stands for the picture of the field of a scan: bytes that occur nowhere else."""
    return f"JPEG of the field of {name}. ".encode() * 40


def a_scan(name: str, value: str = "4711", status: FieldStatus = FieldStatus.ACCEPTED) -> ScanRecord:
    """Return a scan of one page with one field, and all that was seen of it."""
    cells = tuple(Reading(digit, 0.9995, (0.5, 0.25) * 6, CROP) for digit in value)
    evidence = FieldEvidence(FieldKind.COMB, cells, strip=strip_of(name), strip_box=(1, 2, 3, 4))
    reason = "low_confidence" if status is FieldStatus.REVIEW else ""
    doubts = (0.9995,) * len(value)
    field = FieldResult("auto", "comb1", value, value, 0.9995, status, reason, doubts, 1, 2, 3, 4, value, "", evidence)
    page = PageResult(name, 1, "auto", PageStatus.DONE, "", (field,), None, 300.0, 0, digest_of(name))
    return ScanRecord(name, digest_of(name), (page,))


def put(ledger: Ledger, scans: Sequence[ScanRecord]) -> None:
    """Put scans into a ledger as a run does that found them in its folder."""
    ledger.put_entries([Entry(each.source, "1:2:3", each.sha256) for each in scans])
    ledger.put_scans(scans, PROVENANCE)


def read_into(out: Path, *scans: ScanRecord) -> None:
    """Make a folder of results."""
    with open_ledger(out) as ledger:
        put(ledger, scans)
        write_results(out, ledger, PROVENANCE)

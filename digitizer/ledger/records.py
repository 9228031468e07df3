"""What goes into the ledger: entries of the scan folder, and scans with all that was read of them."""

from dataclasses import dataclass

from digitizer.document import PageResult, PageStatus

DUPLICATE = "duplicate"
"""Reason of a skipped file: its bytes were read under another name."""
PURGED = "purged"
"""Reason of a skipped file: it was read, and its results were deleted after their time."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What lay in the scan folder under one name, when it was last looked at.

    Attributes
    ----------
    fingerprint
        What tells at a glance that a file is as it was (see `scans.discovery.Found`); empty where it has to be looked
        into again.
    sha256
        Of its bytes; empty where they were not read.
    status, reason
        What became of a file of which no scan was made: `SKIPPED` or `FAILED`, and why. None and empty for a file whose
        bytes are a scan in the ledger.
    """

    name: str
    fingerprint: str = ""
    sha256: str = ""
    status: PageStatus | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ScanRecord:
    """All that was read of one scan, which goes into the ledger as a whole or not at all.

    Attributes
    ----------
    source
        Name of the file when it was read.
    sha256
        Of its bytes: by it the scan is known, whatever it is called.
    pages
        One for each page, in order; for a file that has none a single one, whose `page` is None. Their `scan` is
        `source`; what stands in the column `scan` is for the ledger to say, for two scans may have come under one name.
    """

    source: str
    sha256: str
    pages: tuple[PageResult, ...]


@dataclass(frozen=True, slots=True)
class KnownScan:
    """A scan that the ledger holds: under which name, and with what it was read (see `Provenance`).

    Attributes
    ----------
    failed
        Whether any page of it, or it as a whole, is `failed`.
    purged
        Whether no more is known than that it was read.
    """

    source: str
    sha256: str
    seen_with: str
    decided_with: str
    failed: bool
    purged: bool

"""An entry of the scan folder, and by what it is known again in the next run."""

import os
import re
from dataclasses import dataclass

from digitizer.document import ScanFile

_OF_A_FILE = re.compile(r"\d+:\d+:\d+:(-?\d+):(-?\d+)")


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of the scan folder; it is to be read if both reasons are empty.

    Attributes
    ----------
    fingerprint
        Changes when the content may have changed, so that what was read need not be read to be known again: see
        `fingerprint`, and for storage its size and entity tag or date. Empty where there is none.
    skip_reason
        Why nobody misses its values: it is no scan, or it is read under another name.
    fail_reason
        Why it cannot be read although it may be a scan: it counts as failed.
    """

    file: ScanFile
    fingerprint: str = ""
    skip_reason: str = ""
    fail_reason: str = ""

    @property
    def to_read(self) -> bool:
        """Whether the file is to be opened."""
        return not self.skip_reason and not self.fail_reason


def fingerprint(status: os.stat_result) -> str:
    """Return `device:inode:size:mtime_ns:ctime_ns`; nobody can set the last of these back."""
    parts = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return ":".join(map(str, parts))


def changed_at(mark: str) -> float | None:
    """Return when a file was changed last by its fingerprint, in seconds since 1970; None if it is not that of a file.

    The later one of both dates: a copy gets the date of its original, but not its `ctime`.
    """
    dates = _OF_A_FILE.fullmatch(mark)
    return max(map(int, dates.groups())) / 1e9 if dates else None

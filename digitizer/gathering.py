"""Pages come in one chunk after the other, in any order; a scan goes on when all its pages are there."""

from collections.abc import Iterable

from digitizer.document import PageResult, PageStatus
from digitizer.ledger.records import Entry, ScanRecord
from digitizer.scans.reasons import TRANSIENT
from digitizer.tasks import Inspected


class Gathering:
    """Pages that wait for the others of their scans.

    Parameters
    ----------
    expected
        The scans that are being read, each under a name of its own.
    """

    def __init__(self, expected: Iterable[Inspected]) -> None:
        self._pages: dict[str, list[PageResult]] = {}
        self._missing = {each.file.name: each.info.pages for each in expected if each.info}
        self.unreached: list[Entry] = []
        """Files that could no longer be had when their pages were to be read: no scans, for now."""

    def add(self, pages: Iterable[PageResult]) -> list[ScanRecord]:
        """Take pages in; return the scans that they complete, in the order of their names."""
        complete = []
        for page in pages:
            self._pages.setdefault(page.scan, []).append(page)
            self._missing[page.scan] -= 1
            if not self._missing[page.scan]:
                complete.append(page.scan)
        gathered = [self._pages.pop(name) for name in sorted(complete)]
        self.unreached += [_unreached(pages) for pages in gathered if not _reached(pages)]
        return [_record(pages) for pages in gathered if _reached(pages)]


def without_pages(inspected: Inspected) -> ScanRecord:
    """Return the record of a file that is known by its bytes, but of which no page can be had."""
    name, digest = inspected.file.name, inspected.sha256
    row = PageResult(name, None, "", PageStatus.FAILED, inspected.reason, sha256=digest)
    return ScanRecord(name, digest, (row,))


def _reached(pages: Iterable[PageResult]) -> bool:
    return all(page.reason not in TRANSIENT for page in pages)


def _record(pages: list[PageResult]) -> ScanRecord:
    ordered = tuple(sorted(pages, key=lambda page: page.page or 0))
    return ScanRecord(ordered[0].scan, ordered[0].sha256, ordered)


def _unreached(pages: list[PageResult]) -> Entry:
    reason = next(page.reason for page in pages if page.reason in TRANSIENT)
    return Entry(pages[0].scan, status=PageStatus.FAILED, reason=reason)

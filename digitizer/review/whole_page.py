"""A whole page for a person to see: decoded from its scan again, in a worker process, for any scan may be hostile."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from digitizer.document import ScanFile
from digitizer.errors import ScanError, UsageError
from digitizer.job import PAGE_TIMEOUT_S, WORKER_MEMORY_BYTES
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.review import FieldKey
from digitizer.review.geometry import Box, PlacedCell, frame_of, on_strip
from digitizer.review.page_facts import page_facts
from digitizer.scans.limits import Limits
from digitizer.worker import WorkerSettings
from digitizer.workers import TaskFailed, Workers

_LONGEST_PX = 2400
"""Side of what is shown, at most: twice a screen."""
_JPEG_QUALITY = 75


@dataclass(frozen=True, slots=True)
class PageWanted:
    """A task for a worker: this page of this file, if its bytes are still those of `sha256`; turned clockwise."""

    file: ScanFile
    number: int
    sha256: str
    rotation: int


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as a JPEG of `width` by `height` px, upright, and the size that it has as its file shows it."""

    jpeg: bytes
    width: int
    height: int
    page_size_px: tuple[int, int]


@dataclass(frozen=True, slots=True)
class FramedPage:
    """A page as a JPEG, upright, and where a field stands on it: its cells, and a frame around them (x, y, w, h)."""

    jpeg: bytes
    width: int
    height: int
    cells: tuple[PlacedCell, ...]
    frame: Box


@dataclass(frozen=True, slots=True)
class Painter:
    """Makes the pictures, in a worker."""

    limits: Limits

    @property
    def info(self) -> None:
        """There is nothing to tell."""

    def __call__(self, task: PageWanted, beat: Callable[[], None]) -> PagePicture | str:
        """Return the picture, or the reason why there is none."""
        import cv2
        import numpy as np

        from digitizer.scans.decode import PageFailure, read_pages

        beat()
        try:
            page = next(iter(read_pages(task.file, (task.number,), self.limits, sha256=task.sha256)))
        except ScanError as error:
            return error.reason
        if isinstance(page, PageFailure):
            return page.reason
        height, width = page.pixels.shape
        scale = min(1.0, _LONGEST_PX / max(height, width))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = cv2.resize(page.pixels, size, interpolation=cv2.INTER_AREA) if scale < 1 else page.pixels
        upright = np.ascontiguousarray(np.rot90(small, -task.rotation // 90))
        _, jpeg = cv2.imencode(".jpg", upright, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        return PagePicture(bytes(np.asarray(jpeg, np.uint8)), upright.shape[1], upright.shape[0], (width, height))


@dataclass(frozen=True, slots=True)
class OpenPainter:
    """Recipe of a `Painter`, which goes to the worker."""

    limits: Limits

    def __call__(self) -> Painter:
        """Make it."""
        return Painter(self.limits)


class PageViewer:
    """Shows pages of the scans that the ledger knows; only those, found by their bytes and never by a client's path.

    Parameters
    ----------
    scans
        Where the scans lie, as they were given to `digitizer run`; None if nobody has said.
    """

    def __init__(self, ledger: Ledger, scans: str | None) -> None:
        self._ledger = ledger
        self._scans = scans
        provenance = ledger.latest_provenance()
        limits = Limits() if provenance is None else provenance.limits
        self._workers = Workers(WorkerSettings(OpenPainter(limits), PAGE_TIMEOUT_S, WORKER_MEMORY_BYTES), 1)
        self._files: dict[str, ScanFile] | None = None
        self._lock = Lock()

    def close(self) -> None:
        """End the worker process."""
        self._workers.close()

    def show(self, key: FieldKey) -> FramedPage:
        """Decode the page of a field, and say where the field stands on it.

        Raises
        ------
        UsageError
            If the field is not known, nobody said where the scans lie, the scan is not there any more, or the page
            cannot be decoded.
        """
        page = page_facts(self._ledger, key)
        if page is None or not page.quads.get(key.field):
            raise UsageError("The field is not there any more.")
        shown = self._decode(PageWanted(self._find(key.sha256), key.page, key.sha256, page.rotation))
        box = (0, 0, *shown.page_size_px)
        cells = on_strip(page.quads[key.field], box, page.rotation, (shown.width, shown.height))
        return FramedPage(shown.jpeg, shown.width, shown.height, tuple(cells), frame_of(cells))

    def _decode(self, wanted: PageWanted) -> PagePicture:
        try:
            shown = self._workers.run(wanted)
        except TaskFailed as failure:
            shown = failure.reason
        if not isinstance(shown, PagePicture):
            raise UsageError(f"The page cannot be shown: {shown}.")
        return shown

    def _find(self, sha256: str) -> ScanFile:
        if self._scans is None:
            raise UsageError("Start `digitizer review` with --scans and the folder of the scans to see whole pages.")
        names = [entry.name for entry in self._ledger.entries().values() if entry.sha256 == sha256]
        with self._lock:
            if self._files is None or not any(name in self._files for name in names):
                self._files = _files(self._scans)
            found = [self._files[name] for name in names if name in self._files]
        if not found:
            raise UsageError("The scan does not lie in the folder of scans any more.")
        return found[0]


def _files(scans: str) -> dict[str, ScanFile]:
    from digitizer.scans.discovery import discover

    return {each.file.name: each.file for each in discover(scans) if each.to_read}


def check_scans(scans: str | None) -> None:
    """Raise `UsageError` if a folder of scans was named that is not there."""
    from digitizer.scans.places import local_path

    folder: Path | None = None if scans is None else local_path(scans)
    if folder is not None and not folder.exists():
        raise UsageError(f"There is no such folder of scans: {scans}")

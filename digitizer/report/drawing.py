"""Draws what was read onto pages of scans; runs inside a worker process, for it opens files."""

from collections.abc import Callable
from dataclasses import dataclass, field

from digitizer.document import FieldResult, ScanFile
from digitizer.errors import ScanError
from digitizer.report.overlay import draw_overlay
from digitizer.report.pictures import png, small_jpeg
from digitizer.scans.decode import PageFailure, read_pages
from digitizer.scans.limits import Limits


@dataclass(frozen=True, slots=True)
class Drawing:
    """A task: draw the fields of a page onto it.

    Attributes
    ----------
    sha256
        Of the file when it was read: of another one there is no picture.
    longest_px
        Longest side of a small JPEG; None for a PNG of the whole page.
    """

    file: ScanFile
    page: int
    sha256: str
    fields: tuple[FieldResult, ...] = ()
    longest_px: int | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture, or the reason why there is none."""

    picture: bytes = b""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OpenDrawer:
    """Recipe of a `Drawer`: what is sent to a worker."""

    limits: Limits = field(default_factory=Limits)

    def __call__(self) -> "Drawer":
        """Make it."""
        return Drawer(self.limits)


class Drawer:
    """Carries out drawings in a worker process."""

    info = None

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def __call__(self, task: Drawing, beat: Callable[[], None]) -> Drawn:
        """Decode the page and draw on it."""
        beat()
        try:
            page = next(iter(read_pages(task.file, (task.page,), self._limits, sha256=task.sha256 or None)))
        except ScanError as error:
            return Drawn(reason=error.reason)
        if isinstance(page, PageFailure):
            return Drawn(reason=page.reason)
        image = draw_overlay(page.pixels, task.fields)
        return Drawn(png(image) if task.longest_px is None else small_jpeg(image, task.longest_px))

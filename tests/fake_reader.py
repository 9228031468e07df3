"""A reader without images: file names say how many pages there are, and what goes wrong where.

`b.3.crash@2.png` has three pages and crashes the worker at the second; `c.1.hang@inspect.png` hangs it when
the file is looked into; `d.2.ok.png` is sound.
"""

from collections.abc import Callable

from digitizer.document import AUTO_FORM, FieldResult, FieldStatus, PageResult, PageStatus, ScanFile
from digitizer.reader import ReaderInfo
from digitizer.scans.decode import FileInfo
from digitizer.scans.formats import ScanFormat
from digitizer.tasks import Chunk, Inspected, Inspection
from tests.echo import misbehave


class FakeReader:
    """Does in a worker process what file names say."""

    info = ReaderInfo("fake", "f" * 64)

    def __call__(self, task: Inspection | Chunk, beat: Callable[[], None]) -> list[Inspected] | list[PageResult]:
        """Inspect or read, misbehaving where the names say so."""
        if isinstance(task, Inspection):
            return [_inspect(file, beat) for file in task.files]
        return [_read(run.file.name, page, beat) for run in task.runs for page in run.pages]


def _inspect(file: ScanFile, beat: Callable[[], None]) -> Inspected:
    _act(file.name, "inspect", beat)
    return Inspected(file, FileInfo(sha256="0" * 64, format=ScanFormat.PNG, pages=int(file.name.split(".")[1])))


def _read(name: str, page: int, beat: Callable[[], None]) -> PageResult:
    beat()
    _act(name, str(page), beat)
    odd = page % 2 == 1
    confidence = 0.9999 if odd else 0.5
    field = FieldResult(
        form=AUTO_FORM,
        field="comb1",
        value=f"{page:03}",
        cells=f"{page:03}",
        confidence=confidence,
        status=FieldStatus.ACCEPTED if odd else FieldStatus.REVIEW,
        reason="" if odd else "low_confidence",
        cell_confidences=(confidence,) * 3,
        x=1,
        y=2,
        width=3,
        height=4,
        machine_value=f"{page:03}",
    )
    return PageResult(name, page, AUTO_FORM, PageStatus.DONE, "", (field,), dpi=300.0, rotation=0, sha256="0" * 64)


def _act(name: str, place: str, beat: Callable[[], None]) -> None:
    word, _, where = name.split("/")[-1].split(".")[2].partition("@")
    if where == place:
        misbehave(word, beat)

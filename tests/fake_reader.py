"""A reader without images: file names say how many pages there are, and what goes wrong where.

`b.3.crash@2.png` has three pages and crashes the worker at the second; `c.1.hang@inspect.png` hangs it when
the file is looked into; `d.2.ok.png` is sound. By their bytes they are told apart as true scans are.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

from digitizer.document import (
    AUTO_FORM,
    FieldEvidence,
    FieldKind,
    FieldResult,
    FieldStatus,
    PageResult,
    PageStatus,
    Reading,
    ScanFile,
)
from digitizer.ledger.records import ScanRecord
from digitizer.reader import ReaderInfo
from digitizer.scans.decode import FileInfo
from digitizer.scans.formats import ScanFormat
from digitizer.tasks import Chunk, Inspected, Inspection, PageRun, Redecision
from tests.echo import misbehave

SOUND = b"sound"
"""At the end of a file: whatever its name says, nothing goes wrong with its pages."""


def write_scan(path: Path) -> Path:
    """Make a file that this reader takes for a scan, with bytes of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + path.name.encode())
    return path


class FakeReader:
    """Does in a worker process what file names say."""

    info = ReaderInfo("fake", "f" * 64)

    def __call__(
        self, task: Inspection | Chunk | Redecision, beat: Callable[[], None]
    ) -> list[Inspected] | list[PageResult] | list[ScanRecord]:
        """Inspect, read or decide again, misbehaving where the names say so."""
        if isinstance(task, Inspection):
            return [_inspect(file, beat) for file in task.files]
        if isinstance(task, Redecision):
            return list(task.scans)
        return [_read(run, page, beat) for run in task.runs for page in run.pages]


def _inspect(file: ScanFile, beat: Callable[[], None]) -> Inspected:
    _act(file.name, "inspect", beat)
    digest = hashlib.sha256(file.path.read_bytes()).hexdigest()
    pages = int(file.name.split("/")[-1].split(".")[1])
    return Inspected(file, FileInfo(sha256=digest, format=ScanFormat.PNG, pages=pages), sha256=digest)


def _read(run: PageRun, page: int, beat: Callable[[], None]) -> PageResult:
    beat()
    name = run.file.name
    if not run.file.path.read_bytes().endswith(SOUND):
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
        evidence=FieldEvidence(
            FieldKind.COMB, tuple(Reading(digit, confidence) for digit in f"{page:03}"), strip=b"JPEG"
        ),
    )
    return PageResult(name, page, AUTO_FORM, PageStatus.DONE, "", (field,), dpi=300.0, rotation=0, sha256=run.sha256)


def _act(name: str, place: str, beat: Callable[[], None]) -> None:
    word, _, where = name.split("/")[-1].split(".")[2].partition("@")
    if where == place:
        misbehave(word, beat)

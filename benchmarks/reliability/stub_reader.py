"""A reader that looks at no pixels: a file says how many pages it has, what is read of one follows from its hash."""

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
from digitizer.ledger.provenance import TemplateInfo
from digitizer.ledger.records import ScanRecord
from digitizer.scans.decode import FileInfo
from digitizer.scans.formats import ScanFormat
from digitizer.tasks import Chunk, Inspected, Inspection, Redecision

TRIAL_VARIABLE = "RELIABILITY_TRIAL"
"""Names the run, in the environment of all its processes, so that those left behind are found."""
READS_VARIABLE = "RELIABILITY_READS"
"""A file that gets a line for each page that is read, and by which run, so that what is read twice is known."""
HOLD_VARIABLE = "RELIABILITY_HOLD"
"""Nothing is read before this file exists."""
PAGE_SECONDS_VARIABLE = "RELIABILITY_PAGE_SECONDS"
DAMAGED = "damaged"
DIGITS = 5
_PAGES = re.compile(rb"pages=(\d+)\n")


@dataclass(frozen=True, slots=True)
class StubInfo:
    """As `digitizer.reader.ReaderInfo`, which would bring all libraries for images into the worker."""

    model: str = "stub"
    model_sha256: str = "5" * 64
    templates: tuple[TemplateInfo, ...] = ()


class StubReader:
    """Carries out the tasks of a worker without looking at a page."""

    info = StubInfo()

    def __call__(
        self, task: Inspection | Chunk | Redecision, beat: Callable[[], None]
    ) -> list[Inspected] | list[PageResult] | list[ScanRecord]:
        """Look into files, read pages, or leave scans as they were decided."""
        beat()
        if isinstance(task, Inspection):
            return [_inspect(file) for file in task.files]
        if isinstance(task, Redecision):
            return list(task.scans)
        return list(_read(task, beat))


def _inspect(file: ScanFile) -> Inspected:
    data = file.path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    pages = _PAGES.search(data)
    if pages is None:
        return Inspected(file, None, DAMAGED, digest)
    return Inspected(file, FileInfo(digest, ScanFormat.PNG, int(pages[1])), sha256=digest)


def _read(chunk: Chunk, beat: Callable[[], None]) -> Iterator[PageResult]:
    hold = os.environ.get(HOLD_VARIABLE)
    while hold and not Path(hold).exists():
        time.sleep(0.05)
        beat()
    for run in chunk.runs:
        for number in run.pages:
            time.sleep(float(os.environ.get(PAGE_SECONDS_VARIABLE, "0.01")))
            _note(f"{run.sha256} {number} {os.environ.get(TRIAL_VARIABLE) or '-'}\n")
            yield page(run.file.name, number, run.sha256)
            beat()


def page(scan: str, number: int, sha256: str) -> PageResult:
    """Return what is read of a page: one field of five digits, sure on every other page, or a rejected page."""
    seed = hashlib.sha256(f"{sha256} {number}".encode()).digest()
    if seed[0] < 25:
        return PageResult(scan, number, AUTO_FORM, PageStatus.REJECTED, "no_fields", sha256=sha256)
    sure = seed[1] % 2 == 0
    confidence = 0.9999 if sure else 0.5
    value = "".join(str(byte % 10) for byte in seed[2 : 2 + DIGITS])
    field = FieldResult(
        form=AUTO_FORM,
        field="field_01",
        value=value,
        cells=value,
        confidence=confidence,
        status=FieldStatus.ACCEPTED if sure else FieldStatus.REVIEW,
        reason="" if sure else "low_confidence",
        cell_confidences=(confidence,) * DIGITS,
        x=seed[10],
        y=seed[11],
        width=300,
        height=60,
        machine_value=value,
        evidence=_evidence(value, confidence, seed),
    )
    return PageResult(scan, number, AUTO_FORM, PageStatus.DONE, "", (field,), dpi=300.0, rotation=0, sha256=sha256)


def _evidence(value: str, confidence: float, seed: bytes) -> FieldEvidence:
    """Return as much as a true field leaves in the ledger."""
    probabilities = (confidence, *((1 - confidence) / 11,) * 11)
    quad = (0.0, 0.0, 60.0, 0.0, 60.0, 60.0, 0.0, 60.0)
    cells = tuple(Reading(digit, confidence, probabilities, seed[:28] * 28) for digit in value)
    return FieldEvidence(FieldKind.COMB, cells, quads=(quad,) * DIGITS, strip=seed * 100, strip_box=(0, 0, 300, 60))


def _note(line: str) -> None:
    """Add a line at once and as a whole, whichever processes write too."""
    if path := os.environ.get(READS_VARIABLE):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.write(descriptor, line.encode())
        os.close(descriptor)

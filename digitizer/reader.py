"""What a worker process does with scans: look into files, read chunks of pages.

Files are opened here and nowhere else, so that a hostile one can harm a worker only.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from digitizer.document import Page, PageResult, ScanFile
from digitizer.errors import ScanError
from digitizer.ledger.provenance import TemplateInfo
from digitizer.ledger.records import ScanRecord
from digitizer.pipeline import decide_again, digitize_pages
from digitizer.policy import AcceptancePolicy
from digitizer.reading.classifier import DigitClassifier, load_classifier, model_folder
from digitizer.scans.decode import Limits, PageFailure, inspect, read_pages
from digitizer.tasks import Chunk, Inspected, Inspection, Redecision, failed_page

if TYPE_CHECKING:
    from digitizer.forms.template import Template


@dataclass(frozen=True, slots=True)
class ReaderInfo:
    """With what scans are read.

    Attributes
    ----------
    model, model_sha256
        Name of the network, and the SHA-256 of its card, which holds the hashes of all its files.
    templates
        In the order of their ids; empty where every comb and grid is read.
    """

    model: str
    model_sha256: str
    templates: tuple[TemplateInfo, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenReader:
    """Recipe of a `Reader`: small enough to be sent to a worker, which loads the model itself.

    Attributes
    ----------
    model
        A model folder, the name of a shipped model, or None for the default one.
    template
        A template or a folder of templates; None to read every comb and grid.
    """

    model: Path | str | None
    policy: AcceptancePolicy
    limits: Limits
    template: Path | None = None

    def __call__(self) -> "Reader":
        """Load the model and the templates.

        Raises
        ------
        ModelError
            If the model is missing or altered.
        TemplateError
            If a template is missing or wrong.
        """
        import cv2

        cv2.setNumThreads(1)  # the processes share the cores
        classifier = load_classifier(model_folder(self.model))
        templates = () if self.template is None else _load_templates(self.template)
        return Reader(classifier, self.policy, self.limits, templates)


class Reader:
    """Carries out the tasks of one worker process."""

    def __init__(
        self,
        classifier: DigitClassifier,
        policy: AcceptancePolicy,
        limits: Limits,
        templates: Sequence["Template"] = (),
    ) -> None:
        self._classifier = classifier
        self._policy = policy
        self._limits = limits
        self._templates = tuple(templates)

    @property
    def info(self) -> ReaderInfo:
        """What this worker reads with."""
        templates = tuple(
            TemplateInfo(each.id, each.version, each.sha256, each.layout_sha256) for each in self._templates
        )
        return ReaderInfo(self._classifier.name, self._classifier.sha256, templates)

    def __call__(
        self, task: Inspection | Chunk | Redecision, beat: Callable[[], None]
    ) -> list[Inspected] | list[PageResult] | list[ScanRecord]:
        """Carry out one task, with a sign of life after each file, page or scan."""
        if isinstance(task, Inspection):
            return [self._inspect(file, beat) for file in task.files]
        if isinstance(task, Redecision):
            return [self._decide(scan, beat) for scan in task.scans]
        return self._read(task, beat)

    def _inspect(self, file: ScanFile, beat: Callable[[], None]) -> Inspected:
        beat()
        try:
            info = inspect(file, self._limits)
        except ScanError as error:
            return Inspected(file, None, error.reason, error.sha256)
        return Inspected(file, info, sha256=info.sha256)

    def _decide(self, scan: ScanRecord, beat: Callable[[], None]) -> ScanRecord:
        beat()
        exponent = self._classifier.field_exponent
        pages = (decide_again(page, self._templates, self._policy, exponent) for page in scan.pages)
        return replace(scan, pages=tuple(pages))

    def _read(self, chunk: Chunk, beat: Callable[[], None]) -> list[PageResult]:
        failures: list[PageResult] = []
        pages = self._pages(chunk, failures, beat)
        results = digitize_pages(pages, self._classifier, self._policy, self._templates)
        answers = [*results, *failures]
        if sorted((answer.scan, answer.page or 0) for answer in answers) != sorted(chunk.identities()):
            raise RuntimeError("Pages went missing on their way through the pipeline")
        return answers

    def _pages(self, chunk: Chunk, failures: list[PageResult], beat: Callable[[], None]) -> Iterator[Page]:
        """Yield what can be decoded, one page in memory at a time; note the rest in `failures`."""
        for run in chunk.runs:
            pending = set(run.pages)
            try:
                for page in read_pages(run.file, run.pages, self._limits, sha256=run.sha256):
                    beat()
                    pending.discard(page.number)
                    if isinstance(page, PageFailure):
                        failures.append(failed_page(run, page.number, page.reason))
                    else:
                        yield page
                    del page  # so that it does not stay in memory while the next is decoded
            except ScanError as error:
                failures.extend(failed_page(run, number, error.reason) for number in sorted(pending))
        beat()


def _load_templates(path: Path) -> tuple["Template", ...]:
    from digitizer.forms.files.load import (
        load_templates,  # YAML and its checks are needed only where there are templates
    )

    return load_templates(path)

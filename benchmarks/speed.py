"""Times the whole job beside only decoding the same files: `python -m benchmarks.speed [--pages N] [--rounds N]`."""

import argparse
import multiprocessing
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ParamSpec, TypeVar

import cv2

from benchmarks.pages import draw_pages, template
from digitizer.document import Page, ScanFile
from digitizer.forms.template import Template
from digitizer.pipeline import digitize_pages
from digitizer.policy import DEFAULT_MAX_ERRORS, AcceptancePolicy
from digitizer.reading.classifier import DigitClassifier, load_classifier
from digitizer.scans.decode import Limits, PageFailure, read_pages

SEED = 1
CHUNK = 12
"""Pages that the batch job gives a worker in one go."""

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds a page, the median of all rounds."""

    cpu_s: float
    wall_s: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What one worker process measured; of `fields`, `right` were read exactly, with a template `right_by_form`."""

    decoding: Times
    job: Times
    by_form: Times
    right: int
    right_by_form: int
    fields: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw pages in a temporary folder, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as name:
        folder = Path(name)
        values = in_own_process(draw_pages, folder, options.pages, SEED)
        peak_bytes = in_own_process(peak_memory, folder)
        measured = in_own_process(measure, folder, values, options.rounds)
    print(f"{options.pages} pages A4, 300 dpi, grey JPEG, ten fields of five boxes; medians of {options.rounds} rounds")
    print(f"{platform.machine()}, Python {platform.python_version()}, one process, one thread")
    print(_line("decoding alone", measured.decoding))
    print(_line("the whole job", measured.job))
    print(_line("with a template", measured.by_form))
    for name, times in (("ratio", measured.job), ("with a template", measured.by_form)):
        print(f"{name:<16}{times.cpu_s / measured.decoding.cpu_s:.2f} times the CPU time of decoding")
    print(f"{'peak memory':<16}{peak_bytes / 2**20:.0f} MiB, one worker")
    print(f"{'fields right':<16}{measured.right} of {measured.fields}, with a template {measured.right_by_form}")


def measure(folder: Path, values: Sequence[Sequence[str]], rounds: int) -> Measured:
    """Time decoding and the whole job in turns, so that neither has the quieter machine."""
    cv2.setNumThreads(1)
    files, classifier, policy = _files(folder), load_classifier(), AcceptancePolicy.from_max_errors(DEFAULT_MAX_ERRORS)
    form = (template(),)
    right = _right(read_all(files, classifier, policy), files, values)
    right_by_form = _right(read_all(files, classifier, policy, form), files, values)
    decoding, job, by_form = [], [], []
    for _ in range(rounds):
        decoding.append(timed(lambda: decode_all(files)))
        job.append(timed(lambda: read_all(files, classifier, policy)))
        by_form.append(timed(lambda: read_all(files, classifier, policy, form)))
    return Measured(
        _median(decoding, len(files)),
        _median(job, len(files)),
        _median(by_form, len(files)),
        right,
        right_by_form,
        sum(map(len, values)),
    )


def _right(answers: Mapping[tuple[str, str], str], files: Sequence[ScanFile], values: Sequence[Sequence[str]]) -> int:
    """Count the fields that were read right; a template names them as they are numbered without one."""
    true = {
        (file.name, f"field_{place + 1:02d}"): value
        for file, page in zip(files, values, strict=True)
        for place, value in enumerate(page)
    }
    return sum(answers.get(key) == value for key, value in true.items())


def peak_memory(folder: Path) -> int:
    """Do the whole job once and give the most memory this process ever held, in bytes."""
    cv2.setNumThreads(1)
    read_all(_files(folder), load_classifier(), AcceptancePolicy.from_max_errors(DEFAULT_MAX_ERRORS))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def decode_all(files: Sequence[ScanFile]) -> None:
    """Decode all pages and drop them."""
    for _ in _pages(files):
        pass


def read_all(
    files: Sequence[ScanFile],
    classifier: DigitClassifier,
    policy: AcceptancePolicy,
    templates: Sequence[Template] = (),
) -> dict[tuple[str, str], str]:
    """Read all pages in chunks, as a worker of the batch job does; give the values by scan and field."""
    chunks = [files[start : start + CHUNK] for start in range(0, len(files), CHUNK)]
    results = (result for chunk in chunks for result in digitize_pages(_pages(chunk), classifier, policy, templates))
    return {(result.scan, field.field): field.value for result in results for field in result.fields}


def in_own_process(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a function in a fresh process: its memory is then its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(work, *args, **kwargs).result()


def timed(work: Callable[[], object]) -> Times:
    """Time one call."""
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    work()
    return Times(time.process_time() - cpu_s, time.perf_counter() - wall_s)


def _pages(files: Sequence[ScanFile]) -> Iterator[Page]:
    for file in files:
        for page in read_pages(file, None, Limits()):
            if isinstance(page, PageFailure):
                raise RuntimeError(f"{file.name} cannot be decoded: {page.reason}")
            yield page


def _files(folder: Path) -> list[ScanFile]:
    return [ScanFile(path, path.name) for path in sorted(folder.iterdir())]


def _median(times: Sequence[Times], pages: int) -> Times:
    return Times(
        statistics.median(each.cpu_s for each in times) / pages,
        statistics.median(each.wall_s for each in times) / pages,
    )


def _line(name: str, times: Times) -> str:
    return (
        f"{name:<16}{1000 * times.cpu_s:.1f} ms CPU and {1000 * times.wall_s:.1f} ms wall a page, "
        f"{1 / times.cpu_s:.1f} pages a second and core"
    )


if __name__ == "__main__":
    main()

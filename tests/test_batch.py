"""The whole job: every input once, culprits alone, the same bytes however the work is dealt out."""

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from digitizer.batch import digitize_folder
from digitizer.document import PageResult, PageStatus, ScanFile
from digitizer.errors import ExitCode, FolderBusyError, ModelError, UsageError
from digitizer.job import Job, Progress, ReadChunk
from digitizer.ledger.lock import output_lock
from digitizer.scans.decode import FileInfo
from digitizer.scans.formats import ScanFormat
from digitizer.tasks import Chunk, Inspected, plan_chunks
from tests.fake_reader import FakeReader, write_scan

GOOD = ("a.1.ok.png", "b/b.5.ok.png", "c.2.ok.png")


def a_job(folder: Path, names: Iterable[str] = GOOD, workers: int = 2, pages_per_chunk: int = 12) -> Job:
    """Lay out files of these names; return the job that reads them, with a short patience."""
    scans = folder / "scans"
    for name in names:
        write_scan(scans / name)
    out = folder / "out"
    return Job(
        scans=scans,
        out=out,
        workers=workers,
        pages_per_chunk=pages_per_chunk,
        page_timeout_s=2.0,
        settle_s=0,
        database=None,
    )


def rows(job: Job) -> dict[tuple[str, str], tuple[str, str]]:
    """Return status and reason of each row of pages.csv, by scan and page."""
    with (job.out / "pages.csv").open(encoding="utf-8", newline="") as file:
        return {(row["scan"], row["page"]): (row["status"], row["reason"]) for row in csv.DictReader(file)}


def results(job: Job) -> dict[str, bytes]:
    """Return the bytes of all result files."""
    return {name: (job.out / name).read_bytes() for name in ("fields.csv", "pages.csv", "summary.json")}


def test_every_page_of_every_file_is_read(tmp_path: Path) -> None:
    """Three files of eight pages give eight rows, and fields in page order."""
    job = a_job(tmp_path)

    outcome = digitize_folder(job, setup=FakeReader)

    assert outcome.exit_code is ExitCode.OK
    assert list(rows(job)) == [
        ("a.1.ok.png", "1"),
        *((GOOD[1], str(n)) for n in range(1, 6)),
        *((GOOD[2], str(n)) for n in (1, 2)),
    ]
    assert set(rows(job).values()) == {("done", "")}


@pytest.mark.parametrize(
    ("word", "reason"),
    [("crash", "crashed"), ("hang", "timeout"), ("error", "internal_error"), ("memory", "out_of_memory")],
)
def test_a_page_that_ends_its_worker_is_lost_alone(tmp_path: Path, word: str, reason: str) -> None:
    """The other pages of that file, and the other files of that chunk, are read."""
    bad = f"bad.3.{word}@2.png"
    job = a_job(tmp_path, [*GOOD, bad], workers=1)

    outcome = digitize_folder(job, setup=FakeReader)

    assert outcome.exit_code is ExitCode.INCOMPLETE
    assert {row: state for row, state in rows(job).items() if state != ("done", "")} == {(bad, "2"): ("failed", reason)}
    assert len(rows(job)) == 11


@pytest.mark.parametrize(("word", "reason"), [("crash", "crashed"), ("hang", "timeout")])
def test_a_file_that_ends_its_worker_when_looked_into_is_lost_alone(tmp_path: Path, word: str, reason: str) -> None:
    """Files are looked into in workers, so a hostile one costs its own row."""
    bad = f"bad.3.{word}@inspect.png"
    job = a_job(tmp_path, [*GOOD, bad], workers=1)

    digitize_folder(job, setup=FakeReader)

    assert {row: state for row, state in rows(job).items() if state != ("done", "")} == {(bad, ""): ("failed", reason)}
    assert len(rows(job)) == 9


def test_results_are_the_same_bytes_however_the_work_is_dealt_out(tmp_path: Path) -> None:
    """Workers, chunks, their order and a crash in between leave no trace in the results."""
    names = [*GOOD, "bad.3.crash@2.png"]
    reference = a_job(tmp_path / "one", names, workers=1)
    digitize_folder(reference, setup=FakeReader)

    def backwards(read: ReadChunk, chunks: Sequence[Chunk]) -> list[list[PageResult]]:
        return [read(chunk)[::-1] for chunk in reversed(chunks)]

    other = a_job(tmp_path / "other", names, workers=3, pages_per_chunk=2)
    digitize_folder(other, setup=FakeReader, execute=backwards)

    assert results(other) == results(reference)


def test_what_is_no_scan_is_a_skipped_row(tmp_path: Path) -> None:
    """A text file among the scans is listed, and fails nothing."""
    job = a_job(tmp_path)
    (Path(job.scans) / "notes.txt").write_text("not a scan")

    outcome = digitize_folder(job, setup=FakeReader)

    assert rows(job)[("notes.txt", "")] == ("skipped", "not_a_scan")
    assert outcome.exit_code is ExitCode.OK


def test_a_scan_that_a_link_no_longer_leads_to_is_a_failure(tmp_path: Path) -> None:
    """Input that is missing must not look like input that does not matter."""
    job = a_job(tmp_path)
    (Path(job.scans) / "gone.png").symlink_to(tmp_path / "nowhere.png")

    outcome = digitize_folder(job, setup=FakeReader)

    assert rows(job)[("gone.png", "")] == ("failed", "broken_link")
    assert outcome.exit_code is ExitCode.INCOMPLETE


def test_results_among_the_scans_are_not_read_as_scans(tmp_path: Path) -> None:
    """A second run with the output folder inside the scan folder gives the same results."""
    job = a_job(tmp_path)
    inside = Job(scans=job.scans, out=Path(job.scans) / "out", workers=1, settle_s=0)
    digitize_folder(inside, setup=FakeReader)
    before = results(inside)

    digitize_folder(inside, setup=FakeReader)

    assert results(inside) == before


def test_an_empty_folder_gives_empty_tables(tmp_path: Path) -> None:
    """A night without scans is no error."""
    (tmp_path / "scans").mkdir()
    job = a_job(tmp_path, [])

    assert digitize_folder(job, setup=FakeReader).exit_code is ExitCode.OK
    assert rows(job) == {}


def test_one_file_can_be_read(tmp_path: Path) -> None:
    """SCANS may be a file."""
    job = a_job(tmp_path)
    single = Job(scans=Path(job.scans) / "c.2.ok.png", out=job.out, workers=1, settle_s=0)

    digitize_folder(single, setup=FakeReader)

    assert list(rows(single)) == [("c.2.ok.png", "1"), ("c.2.ok.png", "2")]


def test_progress_counts_files_then_pages(tmp_path: Path) -> None:
    """Progress goes up to all files, then up to all pages."""
    seen: list[Progress] = []

    digitize_folder(a_job(tmp_path, pages_per_chunk=2), setup=FakeReader, progress=seen.append)

    assert [each for each in seen if each.done == each.total] == [Progress("inspect", 3, 3), Progress("read", 8, 8)]


def test_a_busy_folder_is_left_alone(tmp_path: Path) -> None:
    """A second run into the same folder ends before it reads anything."""
    job = a_job(tmp_path)
    job.out.mkdir()

    with output_lock(job.out), pytest.raises(FolderBusyError):
        digitize_folder(job, setup=FakeReader)


@pytest.mark.parametrize("change", ["missing", "same", "file", "workers"])
def test_an_unfit_job_is_a_usage_error(tmp_path: Path, change: str) -> None:
    """What cannot be done is said before anything is written."""
    good = a_job(tmp_path)
    (tmp_path / "a file").touch()
    job = {
        "missing": Job(scans=tmp_path / "nowhere", out=good.out),
        "same": Job(scans=good.scans, out=Path(good.scans) / ".." / "scans"),
        "file": Job(scans=good.scans, out=tmp_path / "a file"),
        "workers": Job(scans=good.scans, out=good.out, workers=0),
    }[change]

    with pytest.raises(UsageError):
        digitize_folder(job, setup=FakeReader)


def test_a_model_that_is_missing_ends_the_run_before_it_starts(tmp_path: Path) -> None:
    """The error of the model comes out of the worker as it is."""
    job = a_job(tmp_path)

    with pytest.raises(ModelError):
        digitize_folder(Job(scans=job.scans, out=job.out, workers=1, model="no such model"))

    assert not (job.out / "pages.csv").exists()


INTERRUPTED = """
import signal
import sys
from pathlib import Path
from digitizer.batch import digitize_folder
from digitizer.job import Job
from tests.fake_reader import FakeReader, write_scan
signal.signal(signal.SIGINT, signal.default_int_handler)  # shells let what they start in the background ignore it
def show(progress):
    if progress.stage == "inspect":
        print("reading", flush=True)
job = Job(scans=Path(sys.argv[1]), out=Path(sys.argv[2]), workers=2, settle_s=0)
try:
    digitize_folder(job, setup=FakeReader, progress=show)
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_an_interrupted_run_stops_at_once_and_writes_nothing(tmp_path: Path) -> None:
    """Ctrl-C while workers hang ends run and workers, and leaves no half of a result."""
    job = a_job(tmp_path, ["a.1.hang@1.png", "b.1.hang@1.png"])
    run = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, job.scans, job.out], stdout=subprocess.PIPE, text=True, process_group=0
    )
    with run:
        assert run.stdout is not None
        run.stdout.readline()
        os.killpg(run.pid, signal.SIGINT)

        assert run.wait(30) == 130

    assert not list(job.out.glob("*.csv"))


def test_a_big_file_is_spread_and_small_files_are_gathered() -> None:
    """Chunks have at most the pages asked for, in order, and each page once."""
    files = [
        Inspected(ScanFile(Path(name), name), FileInfo("0" * 64, ScanFormat.PNG, pages))
        for name, pages in (("b", 30), ("a", 2), ("c", 1))
    ]

    chunks = plan_chunks([*files, Inspected(ScanFile(Path("d"), "d"), None, "damaged")], 12, 1)

    assert [[(run.file.name, run.pages[0], run.pages[-1]) for run in chunk.runs] for chunk in chunks] == [
        [("a", 1, 2), ("b", 1, 9)],
        [("b", 10, 20)],
        [("b", 21, 30), ("c", 1, 1)],
    ]


@pytest.mark.parametrize(("pages", "sizes"), [(4, [2, 2]), (29, [8, 8, 8, 5]), (1, [1])])
def test_pages_are_dealt_out_evenly_to_all_workers(pages: int, sizes: list[int]) -> None:
    """Two workers get as many chunks each, of pages as many as can be."""
    file = Inspected(ScanFile(Path("a"), "a"), FileInfo("0" * 64, ScanFormat.PNG, pages))

    assert [chunk.page_count for chunk in plan_chunks([file], 12, 2)] == sizes


def test_a_failed_page_has_a_status_of_its_own() -> None:
    """A task that could not be carried out answers for each of its pages."""
    file = Inspected(ScanFile(Path("a"), "a"), FileInfo("0" * 64, ScanFormat.PNG, 3))
    (chunk,) = plan_chunks([file], 12, 1)

    assert [(page.page, page.status, page.reason) for page in chunk.failed("crashed")] == [
        (number, PageStatus.FAILED, "crashed") for number in (1, 2, 3)
    ]

"""One run after the other over the same folder: each scan is read once, whatever happened in between."""

import csv
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from digitizer.attempts import on_threads
from digitizer.batch import digitize_folder
from digitizer.document import PageResult
from digitizer.errors import DigitizerError
from digitizer.job import Job, Outcome, ReadChunk
from digitizer.policy import AcceptancePolicy
from digitizer.tasks import Chunk
from tests.fake_reader import SOUND, FakeReader, write_scan

NAMES = ("a.1.ok.png", "b.3.ok.png", "c.2.ok.png")


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Provide a job over three scans of six pages."""
    for name in NAMES:
        write_scan(tmp_path / "scans" / name)
    return Job(
        scans=tmp_path / "scans",
        out=tmp_path / "out",
        workers=1,
        pages_per_chunk=2,
        page_timeout_s=2.0,
        settle_s=0,
        database=None,
    )


def run(job: Job) -> Outcome:
    """Do the job with the reader that needs no images."""
    return digitize_folder(job, setup=FakeReader)


def rows(job: Job) -> list[tuple[str, ...]]:
    """Return scan, page, status and reason of each row of pages.csv."""
    with (job.out / "pages.csv").open(encoding="utf-8", newline="") as file:
        return [tuple(row[column] for column in ("scan", "page", "status", "reason")) for row in csv.DictReader(file)]


def everything(folder: Path) -> dict[str, bytes]:
    """Return the bytes of all files in a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_second_run_reads_nothing_and_changes_no_byte(job: Job) -> None:
    """An unchanged folder leaves results and ledger as they are."""
    run(job)
    before = everything(job.out)

    outcome = run(job)

    assert (outcome.read, outcome.known) == (0, 3)
    assert everything(job.out) == before


def test_only_what_is_new_is_read(job: Job) -> None:
    """The results hold the new beside the old, as if all had been read at once."""
    run(job)
    write_scan(Path(job.scans) / "aa.1.ok.png")

    outcome = run(job)

    assert (outcome.read, outcome.known) == (1, 3)
    together = replace(job, out=job.out.parent / "together")
    run(together)
    assert (job.out / "fields.csv").read_bytes() == (together.out / "fields.csv").read_bytes()
    assert (job.out / "pages.csv").read_bytes() == (together.out / "pages.csv").read_bytes()


def test_the_same_bytes_under_another_name_are_a_duplicate(job: Job) -> None:
    """The first by name is the scan; the other has one row, also when it comes later."""
    shutil.copy(Path(job.scans) / NAMES[0], Path(job.scans) / "z.1.ok.png")
    run(job)
    shutil.copy(Path(job.scans) / NAMES[0], Path(job.scans) / "0.1.ok.png")

    assert run(job).read == 0
    assert rows(job)[0] == ("0.1.ok.png", "", "skipped", "duplicate")
    assert rows(job)[1] == (NAMES[0], "1", "done", "")
    assert rows(job)[-1] == ("z.1.ok.png", "", "skipped", "duplicate")


def test_a_file_with_other_bytes_is_a_new_scan(job: Job) -> None:
    """Scanners use their names again: what was read before is not lost."""
    run(job)
    with (Path(job.scans) / NAMES[0]).open("ab") as file:
        file.write(b"another page")

    assert run(job).read == 1
    names = [scan for scan, *_ in rows(job)]
    assert names[0] == NAMES[0]
    assert names[1].startswith(f"{NAMES[0]}@")
    assert len(names) == 7


def test_a_file_that_replaces_one_that_failed_takes_its_place(job: Job) -> None:
    """What could not be read and was scanned again under its name is settled."""
    bad = write_scan(Path(job.scans) / "d.1.crash@1.png")
    assert run(job).exit_code == 3
    bad.write_bytes(bad.read_bytes() + SOUND)

    outcome = run(job)

    assert (outcome.read, outcome.exit_code) == (1, 0)
    assert [row for row in rows(job) if row[0].startswith("d")] == [(bad.name, "1", "done", "")]


def test_results_of_scans_that_were_taken_away_stay(job: Job) -> None:
    """An inbox may be emptied; a failure that lies there no more does not count any longer."""
    write_scan(Path(job.scans) / "d.1.crash@1.png")
    assert run(job).exit_code == 3
    before = rows(job)
    for path in Path(job.scans).iterdir():
        path.unlink()

    outcome = run(job)

    assert rows(job) == before
    assert outcome.exit_code == 0


def test_a_run_that_ends_in_between_is_gone_on_with(job: Job) -> None:
    """What was complete is not read again, and the results are those of a run that nothing disturbed."""
    undisturbed = replace(job, out=job.out.parent / "undisturbed")
    run(undisturbed)
    read: list[str] = []

    def ends_after(chunks_read: int) -> Callable[[ReadChunk, Sequence[Chunk]], Iterator[list[PageResult]]]:
        def execute(reader: ReadChunk, chunks: Sequence[Chunk]) -> Iterator[list[PageResult]]:
            for pages in on_threads(reader, chunks[:chunks_read], 1):
                read.extend(page.scan for page in pages)
                yield pages
            if len(chunks) > chunks_read:
                raise DigitizerError("the power is gone")

        return execute

    for chunks_read in (1, 1, 9):
        try:
            digitize_folder(job, setup=FakeReader, execute=ends_after(chunks_read))
        except DigitizerError:
            assert not (job.out / "fields.csv").exists()

    assert read.count(NAMES[0]) == 1
    assert {name: data for name, data in everything(job.out).items() if name.endswith(("csv", "json"))} == {
        name: data for name, data in everything(undisturbed.out).items() if name.endswith(("csv", "json"))
    }


def test_other_settings_are_told_and_applied_when_asked_for(job: Job) -> None:
    """A threshold is part of what decided: old scans stay as they are, until `again` decides about them anew."""
    run(job)
    stricter = replace(job, policy=AcceptancePolicy(0.99999))

    assert run(stricter).stale == 3
    outcome = run(replace(stricter, again=True))
    assert (outcome.read, outcome.decided, outcome.stale) == (0, 3, 0)
    assert run(stricter).stale == 0


def test_a_sample_of_what_is_sure_enough_is_drawn(job: Job) -> None:
    """All of it, if the share is one; who asks for it later has scans decided about again, and reads none."""
    run(job)
    sampling = replace(job, qa_share=1.0)

    assert run(sampling).stale == 3
    assert run(replace(sampling, again=True)).decided == 3
    with (job.out / "fields.csv").open(encoding="utf-8", newline="") as file:
        reasons = {row["reason"] for row in csv.DictReader(file)}
    assert reasons == {"low_confidence", "qa_sample"}


def test_what_failed_is_read_again_when_asked_for(job: Job) -> None:
    """A crash may have been the machine's fault; without being asked nothing is tried twice."""
    write_scan(Path(job.scans) / "d.1.crash@1.png")
    run(job)

    assert run(job).read == 0
    assert run(replace(job, again=True)).read == 1


def test_a_file_that_crashes_when_looked_into_is_not_opened_every_night(job: Job) -> None:
    """Its bytes are not known, but that it has not changed is."""
    write_scan(Path(job.scans) / "d.1.hang@inspect.png")
    run(job)
    before = everything(job.out)
    stages: list[str] = []

    digitize_folder(job, setup=FakeReader, progress=lambda progress: stages.append(progress.stage))

    assert stages == []
    assert everything(job.out) == before


def test_a_file_that_is_still_written_waits(job: Job) -> None:
    """It has a row that says so, and the next run reads it."""
    late = write_scan(Path(job.scans) / "late.1.ok.png")
    with late.open("ab"):
        outcome = run(replace(job, settle_s=0.1))

    assert (outcome.waiting, outcome.read) == (1, 3)
    assert rows(job)[-1] == ("late.1.ok.png", "", "skipped", "being_written")
    assert run(job).read == 1
    assert rows(job)[-1] == ("late.1.ok.png", "1", "done", "")

"""Chunks read in any process: the same results, one worker that stays, and none that outlives its process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitizer import remote
from digitizer.document import PageStatus, ScanFile
from digitizer.remote import read_chunk
from digitizer.tasks import Chunk, PageRun
from digitizer.worker import WorkerSettings
from digitizer.workers import Workers
from tests.fake_reader import FakeReader, write_scan

SETTINGS = WorkerSettings(FakeReader, timeout_s=5.0, memory_bytes=1 << 30)


@pytest.fixture(autouse=True)
def leave_no_worker() -> Iterator[None]:
    """End the worker of this process after each test."""
    yield
    remote.close()


def chunk_of(folder: Path, *names: str) -> Chunk:
    """Lay out scans of these names, and ask for all their pages."""
    files = [ScanFile(write_scan(folder / name), name) for name in names]
    return Chunk(tuple(PageRun(file, tuple(range(1, int(file.name.split(".")[1]) + 1)), "0" * 64) for file in files))


def test_a_file_that_ends_its_worker_costs_its_own_page(tmp_path: Path) -> None:
    """The process that was asked lives, and the pages around the bad one are read."""
    pages = read_chunk(SETTINGS, chunk_of(tmp_path, "a.1.ok.png", "b.2.crash@1.png", "c.1.ok.png"))

    assert [(page.scan, page.page) for page in pages if page.status is not PageStatus.DONE] == [("b.2.crash@1.png", 1)]
    assert len(pages) == 4


def test_a_worker_stays_until_other_settings_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model is loaded once for all chunks of a run."""
    made: list[Workers] = []

    def make(settings: WorkerSettings, count: int) -> Workers:
        made.append(Workers(settings, count))
        return made[-1]

    monkeypatch.setattr(remote, "Workers", make)
    chunk = chunk_of(tmp_path, "a.1.ok.png")

    for timeout_s in (5.0, 5.0, 6.0):
        read_chunk(WorkerSettings(FakeReader, timeout_s, memory_bytes=1 << 30), chunk)

    assert len(made) == 2
    with pytest.raises(Exception):  # noqa: B017, PT011 - closed workers refuse in their own way
        made[0].run(chunk)


SCRIPT = """
import os, sys
from pathlib import Path
from tests.test_remote import SETTINGS, chunk_of
from digitizer.remote import read_chunk
read_chunk(SETTINGS, chunk_of(Path(sys.argv[1]), "a.1.ok.png"))
print(Path(f"/proc/self/task/{os.getpid()}/children").read_text())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_the_worker_ends_with_its_process(tmp_path: Path) -> None:
    """Nothing stays behind in a cluster."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, tmp_path], cwd=Path(__file__).parents[1], capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert not [child for child in done.stdout.split() if os.path.isdir(f"/proc/{child}")]  # noqa: PTH112

"""Files still being written are told from complete ones."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from digitizer.scans import quiet as module
from digitizer.scans.discovery import discover
from digitizer.scans.quiet import quiet

LONG_AGO = 1_000_000_000
HOLD = "import sys; file = open(sys.argv[1], sys.argv[2]); print(flush=True); sys.stdin.read()"
KEEP_WRITING = """
import sys, time
with open(sys.argv[1], "ab", buffering=0) as file:
    file.write(b"x")
    print(flush=True)
    for _ in range(1000):
        file.write(b"x")
        time.sleep(0.01)
"""


@contextlib.contextmanager
def program(code: str, *arguments: str) -> Iterator[None]:
    """Run a program until the end of the block; begin when it has said a line."""
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.kill()


def names(
    folder: Path, seconds: float = 5, now: float = LONG_AGO, sleep: Callable[[float], None] = lambda _: None
) -> tuple[list[str], list[str]]:
    """Return the names of the files that are quiet, and of those that wait."""
    complete, waiting = quiet(discover(folder), seconds, lambda: now, sleep)
    assert all(each.to_read for each in complete)
    assert all(each.skip_reason == "being_written" for each in waiting)
    return [each.file.name for each in complete], [each.file.name for each in waiting]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Put three files into a folder."""
    for name in ("1.png", "2.png", "3.png"):
        (tmp_path / name).write_bytes(b"scan")
    return tmp_path


def changed(folder: Path) -> float:
    """Return when the last file was changed."""
    return max(path.stat().st_ctime for path in folder.iterdir())


@pytest.mark.parametrize(("age_s", "wait_s"), [(0, 5), (2, 3), (5, 0), (3600, 0), (-1, 5), (-3600, 5)])
def test_files_are_watched_until_they_have_rested_for_long_enough(age_s: float, wait_s: float, folder: Path) -> None:
    """Once for all, and never longer: also if a clock was set back and they seem to be of the future."""
    waits: list[float] = []
    now = max(path.stat().st_ctime_ns for path in folder.iterdir()) / 1e9 + age_s
    assert names(folder, 5, now, waits.append) == (["1.png", "2.png", "3.png"], [])
    assert waits == pytest.approx([wait_s] if wait_s else [], abs=1e-3)


def test_a_file_with_the_date_of_its_original_is_watched_too(folder: Path) -> None:
    """Copying programs set the date when they are done, and some before."""
    now = changed(folder)
    for path in folder.iterdir():
        os.utime(path, (LONG_AGO, LONG_AGO))
    waits: list[float] = []
    names(folder, 5, now, waits.append)
    assert waits == pytest.approx([5], abs=1)


def test_without_a_time_nothing_is_watched(folder: Path) -> None:
    """Zero seconds: for those whose scanner renames what is complete."""
    assert names(folder, 0, changed(folder), lambda _: pytest.fail("waited")) == (["1.png", "2.png", "3.png"], [])


def test_what_changes_or_goes_while_it_is_watched_waits_for_the_next_run(folder: Path) -> None:
    """It is being written, or gets its final name."""

    def happens(_: float) -> None:
        (folder / "1.png").write_bytes(b"scan, longer")
        (folder / "2.png").unlink()

    assert names(folder, 5, changed(folder), happens) == (["3.png"], ["1.png", "2.png"])


def test_a_file_that_a_program_keeps_writing_waits(folder: Path) -> None:
    """It is seen to grow."""
    with program(KEEP_WRITING, str(folder / "2.png")):
        complete, waiting = quiet(discover(folder), 0.2)
    assert [each.file.name for each in complete] == ["1.png", "3.png"]
    assert [each.file.name for each in waiting] == ["2.png"]


@pytest.mark.parametrize(("mode", "waits"), [("ab", True), ("r+b", True), ("rb", False)])
def test_a_file_that_a_program_has_open_for_writing_waits(mode: str, waits: bool, folder: Path) -> None:
    """However long it rests; who only reads it is no matter."""
    if not module._honest_devices() & {folder.stat().st_dev}:
        pytest.skip("the file system does not tell")
    with program(HOLD, str(folder / "2.png"), mode):
        assert names(folder)[1] == (["2.png"] if waits else [])
    assert names(folder)[1] == []


def test_where_the_file_system_does_not_tell_files_are_quiet(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NFS refuses leases on files that nobody writes to: they would never be read."""
    monkeypatch.setattr(module, "_MOUNTS", folder / "mounts")
    (folder / "mounts").write_text("22 27 0:21 / /mnt rw shared:1 - nfs4 host:/ rw\nno mount\n")
    with program(HOLD, str(folder / "2.png"), "ab"):
        assert names(folder / "2.png") == (["2.png"], [])


def test_asking_leaves_no_lease_behind(folder: Path) -> None:
    """A program that writes afterwards neither waits nor makes the system send a signal that ends this process."""
    signals: list[int] = []
    before = signal.signal(signal.SIGIO, lambda number, _: signals.append(number))
    try:
        names(folder)
        with program(HOLD, str(folder / "2.png"), "ab"):
            assert signals == []
    finally:
        signal.signal(signal.SIGIO, before)


def test_a_file_that_cannot_be_opened_is_left_to_the_worker(folder: Path) -> None:
    """It says why: here, that a link stands where a file was found."""
    found = discover(folder)
    (folder / "2.png").unlink()
    (folder / "2.png").symlink_to("1.png")
    complete, _ = quiet(found, 0)
    assert [each.file.name for each in complete] == ["1.png", "2.png", "3.png"]

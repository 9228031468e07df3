"""Hostile files: a short form of the measurement, and that what it checks can fail."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import hostile
from benchmarks.hostile_checks import Row, different, entries, judge_damaged, not_once, shown, without_reason
from benchmarks.hostile_files import Damage, Hostile, damaged, encoded, page
from benchmarks.hostile_watch import watched

ONCE = {"a.tif": [Row("1", "done", ""), Row("2", "failed", "truncated")], "b.png": [Row("", "skipped", "hidden")]}
DONE = {"bad": [Row("1", "done", "")]}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")


def test_hostile_files_harm_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Each has its reason, good ones between them are read as ever, and nothing damaged passes for whole."""
    with pytest.raises(SystemExit) as end:
        hostile.main(["--short"])

    printed = capsys.readouterr().out
    assert end.value.code == 0, printed
    assert printed.count("holds ") == 7
    assert printed.count("\n| ") == 14


def test_the_same_files_are_made_each_time() -> None:
    """Results can be compared from one version to the next."""
    once, again = ([(file.name, file.data) for file in damaged(short=True)] for _ in range(2))

    assert once == again
    assert len({name for name, _ in once}) == len(once) > 20


@pytest.mark.parametrize(
    ("name", "fault"),
    [("a.tif", False), ("b.png", False), ("c.jpg", True)],
)
def test_an_entry_without_a_row_is_found(name: str, fault: bool) -> None:
    """A page each, or one row for the file."""
    assert bool(not_once(ONCE, [name])) is fault


@pytest.mark.parametrize("pages", [["1", "1"], ["2"], ["", "1"], ["", ""], ["1", "3"]])
def test_an_entry_that_stands_there_twice_or_in_part_is_found(pages: list[str]) -> None:
    """Pages are numbered from 1 without a gap."""
    assert not_once({"a": [Row(page, "done", "") for page in pages]}, ["a"])


def test_rows_without_a_reason_are_found() -> None:
    """What is not done says why; what is done has nothing to say."""
    assert not without_reason(ONCE)
    assert without_reason({"a": [Row("1", "failed", "")]})
    assert without_reason({"a": [Row("1", "done", "damaged")]})


@pytest.mark.parametrize("change", [lambda text: text.replace("7", "8"), lambda text: text.replace("a.png", "b.png")])
def test_rows_that_differ_are_found(change: Callable[[str], str], tmp_path: Path) -> None:
    """Another value, or no row at all."""
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        for table in ("pages.csv", "fields.csv"):
            (tmp_path / folder / table).write_text("scan,page,value\na.png,1,7\n")
    assert not different(tmp_path / "here", tmp_path / "there", ["a.png"])

    fields = tmp_path / "here" / "fields.csv"
    fields.write_text(change(fields.read_text()))

    assert different(tmp_path / "here", tmp_path / "there", ["a.png"]) == ["a.png"]


def judged(folder: Path, damage: Damage, original: str, darker: int) -> tuple[int, list[str], int]:
    """Judge a file that was read, and is by so much darker than the whole one."""
    whole = page().crop((0, 0, 60, 40))
    (folder / original).write_bytes(encoded(whole, format="PNG"))
    (folder / "bad").write_bytes(encoded(whole.point(lambda value: max(0, value - darker)), format="PNG"))
    found = judge_damaged([Hostile("", "bad", b"", original, damage)], DONE, folder, folder)
    return found.unharmed, found.as_if_whole, found.untold.total()


def test_a_cut_file_that_passes_for_whole_is_found(tmp_path: Path) -> None:
    """It has other pixels, and nobody was told."""
    assert judged(tmp_path, Damage.CUT, "whole.jpg", darker=9) == (0, ["bad"], 0)
    assert judged(tmp_path, Damage.CUT, "whole.jpg", darker=0) == (1, [], 0)


def test_altered_bytes_are_faults_where_there_are_checksums(tmp_path: Path) -> None:
    """A PNG tells of each altered bit; other formats cannot."""
    assert judged(tmp_path, Damage.ALTERED, "whole.png", darker=9) == (0, ["bad"], 0)
    assert judged(tmp_path, Damage.ALTERED, "whole.jpg", darker=9) == (0, [], 1)


def test_links_and_odd_names_are_entries(tmp_path: Path) -> None:
    """A link to a folder is one; a folder is none. Names are shown as the results show them."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    (tmp_path / "folder" / "=a\n").touch()

    assert entries(tmp_path) == ["folder/=a\n", "link"]
    assert shown("=a\n") == "'=a\\x0a"


def test_the_memory_of_a_child_is_seen() -> None:
    """Also if the child is gone at once."""
    child = "x = b'x' * 300_000_000"
    usage = watched([sys.executable, "-c", f"import subprocess as s, sys; s.run([sys.executable, '-c', {child!r}])"])

    assert usage.exit_code == 0
    assert usage.parent_peak_bytes < 100_000_000
    assert usage.child_peak_bytes > 300_000_000

"""Content: read once, whole, and never from outside the folder of scans."""

import os
from pathlib import Path
from typing import BinaryIO

import pytest

from digitizer.document import ScanFile
from digitizer.errors import ScanError
from digitizer.scans.content import read_bytes, read_head, read_scan
from digitizer.scans.discovery import discover


def found_file(root: Path) -> ScanFile:
    """Return the one scan of a folder."""
    (found,) = discover(root)
    return found.file


def reason(file: ScanFile) -> str:
    """Return why a scan cannot be read, neither whole nor its head."""
    with pytest.raises(ScanError) as whole:
        read_scan(file, 100)
    with pytest.raises(ScanError) as head:
        read_head(file)
    assert whole.value.reason == head.value.reason
    return whole.value.reason


@pytest.fixture
def scan(tmp_path: Path) -> ScanFile:
    """Put one scan into a folder, and a secret beside that folder."""
    (tmp_path / "scans" / "box").mkdir(parents=True)
    (tmp_path / "scans" / "box" / "1.png").write_bytes(b"scan")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "1.png").write_bytes(b"secret")
    return found_file(tmp_path / "scans")


def test_a_scan_is_read_beneath_its_folder(scan: ScanFile) -> None:
    """Whole, and its head."""
    assert (read_scan(scan, 100), read_head(scan)) == (b"scan", b"scan")


def test_a_file_swapped_for_a_link_is_not_followed(scan: ScanFile, tmp_path: Path) -> None:
    """Between discovery and opening."""
    scan.path.unlink()
    scan.path.symlink_to(tmp_path / "secrets" / "1.png")
    assert reason(scan) == "changed"


def test_a_folder_swapped_for_a_link_is_not_followed(scan: ScanFile, tmp_path: Path) -> None:
    """Any part of the path may be the one."""
    scan.path.parent.rename(tmp_path / "moved")
    (tmp_path / "scans" / "box").symlink_to(tmp_path / "secrets")
    assert reason(scan) == "changed"


@pytest.mark.usefixtures("scan")
def test_a_path_that_leads_up_is_not_opened(tmp_path: Path) -> None:
    """Nor one that does not begin with the folder: both would be a bug, and must not read anything."""
    root = tmp_path / "scans"
    for path in (root / ".." / "secrets" / "1.png", tmp_path / "secrets" / "1.png"):
        assert reason(ScanFile(path, "1.png", root)) == "link_outside"


def test_a_scan_swapped_for_a_pipe_does_not_make_reading_wait(scan: ScanFile) -> None:
    """Nor is a folder read."""
    scan.path.unlink()
    os.mkfifo(scan.path)
    assert reason(scan) == "not_a_file"
    scan.path.unlink()
    scan.path.mkdir()
    assert reason(scan) == "not_a_file"


def test_a_file_that_the_user_named_may_be_a_link(scan: ScanFile, tmp_path: Path) -> None:
    """He knows where it leads."""
    (tmp_path / "link").symlink_to(scan.path)
    assert read_bytes(tmp_path / "link", 100) == b"scan"
    (found,) = discover(tmp_path / "link")
    assert read_scan(found.file, 100) == b"scan"


@pytest.mark.parametrize("content", [b"scan and more", b"s", b"sc4n"])
@pytest.mark.parametrize("written_first", [True, False])
def test_a_file_that_is_written_to_while_it_is_read_changed(
    written_first: bool, content: bytes, scan: ScanFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It grows, shrinks, or becomes another: what was read may be half the old and half the new."""
    os.utime(scan.path, ns=(1, 1))

    def read(stream: BinaryIO, count: int) -> bytes:
        before = b"" if written_first else stream.read(count)
        scan.path.write_bytes(content)
        return stream.read(count) if written_first else before

    monkeypatch.setattr("digitizer.scans.content._read", read)
    with pytest.raises(ScanError, match="changed"):
        read_scan(scan, 100)

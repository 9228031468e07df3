"""Discovery: every entry that is no folder is accounted for once, whatever lies in the scan folder."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.errors import UsageError
from digitizer.scans.discovery import Found, discover
from digitizer.scans.names import scan_name
from tests.scans.drawing import as_format, drawn


def put(folder: Path, *names: str) -> None:
    """Put files into a folder, and folders for them."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"text")


def rows(found: tuple[Found, ...]) -> dict[str, str]:
    """Return what was found by name: `read`, or the reason why not."""
    assert len({item.file.name for item in found}) == len(found)
    return {
        item.file.name: "read"
        if item.to_read
        else f"skip {item.skip_reason}".strip()
        if item.skip_reason
        else f"fail {item.fail_reason}"
        for item in found
    }


def test_reads_scans_recursively_in_the_order_of_their_names_bytes(tmp_path: Path) -> None:
    """Capitals come before small letters, and these before umlauts, on every system."""
    put(tmp_path, "b/2.png", "b/10.png", "B.pdf", "a.TIF", "ä.jpg", "b.jpeg")
    assert [item.file.name for item in discover(tmp_path)] == [
        "B.pdf",
        "a.TIF",
        "b.jpeg",
        "b/10.png",
        "b/2.png",
        "ä.jpg",
    ]


def test_a_single_file_is_found_under_its_own_name(tmp_path: Path) -> None:
    """What the user names is read, even hidden or without a scan's suffix."""
    put(tmp_path, ".form")
    assert rows(discover(tmp_path / ".form")) == {".form": "read"}


def test_content_decides_about_files_without_a_scans_suffix(tmp_path: Path) -> None:
    """A JPEG without suffix is read; text is not, and text that calls itself PNG is read, to fail."""
    put(tmp_path, "README.txt", "values.csv", "Thumbs.db", "text.png", "photo.heic")
    (tmp_path / "jpeg").write_bytes(as_format(drawn(), "jpeg"))
    (tmp_path / "page.pdf.part").write_bytes(as_format(drawn(), "pdf"))
    assert rows(discover(tmp_path)) == {
        "README.txt": "skip not_a_scan",
        "Thumbs.db": "skip not_a_scan",
        "jpeg": "read",
        "page.pdf.part": "read",
        "photo.heic": "read",
        "text.png": "read",
        "values.csv": "skip not_a_scan",
    }


def test_hidden_files_are_skipped_and_accounted_for(tmp_path: Path) -> None:
    """Files of the system, in hidden folders too, are skipped one by one."""
    put(tmp_path, "._scan.jpg", ".DS_Store", ".cache/thumb.png", "scan.jpg")
    assert rows(discover(tmp_path)) == {
        "._scan.jpg": "skip hidden",
        ".DS_Store": "skip hidden",
        ".cache/thumb.png": "skip hidden",
        "scan.jpg": "read",
    }


def test_pipes_and_sockets_are_skipped_without_opening_them(tmp_path: Path) -> None:
    """A pipe that nobody writes to does not make discovery wait."""
    os.mkfifo(tmp_path / "pipe.png")
    os.mkfifo(tmp_path / "pipe")
    assert rows(discover(tmp_path)) == {"pipe": "skip not_a_file", "pipe.png": "skip not_a_file"}
    assert rows(discover(tmp_path / "pipe")) == {"pipe": "skip not_a_file"}


def test_a_link_to_a_file_is_read_and_a_broken_one_fails(tmp_path: Path) -> None:
    """A broken link may have been a scan: it fails. A link to itself leads nowhere at all."""
    put(tmp_path / "elsewhere", "real.png")
    scans = tmp_path / "scans"
    scans.mkdir()
    (scans / "link.png").symlink_to(tmp_path / "elsewhere" / "real.png")
    (scans / "gone.png").symlink_to("nowhere.png")
    (scans / "self.png").symlink_to("self.png")
    assert rows(discover(scans)) == {
        "gone.png": "fail broken_link",
        "link.png": "read",
        "self.png": "skip symlink_loop",
    }


def test_links_that_lead_up_or_to_a_read_folder_are_loops(tmp_path: Path) -> None:
    """Each such link is one row; the folder is read once, under its real name although a link sorts before it."""
    put(tmp_path / "scans", "z/1.png", "z/deep/2.png")
    scans = tmp_path / "scans"
    (scans / "a").symlink_to("z")
    (scans / "z" / "deep" / "up").symlink_to("..")
    (scans / "z" / "root").symlink_to(scans)
    (scans / "above").symlink_to(tmp_path)
    assert rows(discover(scans)) == {
        "a": "skip symlink_loop",
        "above": "skip symlink_loop",
        "z/1.png": "read",
        "z/deep/2.png": "read",
        "z/deep/up": "skip symlink_loop",
        "z/root": "skip symlink_loop",
    }


def test_a_linked_folder_is_followed_once(tmp_path: Path) -> None:
    """Of many links to one folder outside the first by name is followed, and loops inside it end there."""
    put(tmp_path / "store", "x/1.png")
    (tmp_path / "store" / "x" / "again").symlink_to(tmp_path / "store")
    scans = tmp_path / "scans"
    scans.mkdir()
    for name in "gcaebfd":
        (scans / name).symlink_to(tmp_path / "store")
    assert rows(discover(scans)) == {
        "a/x/1.png": "read",
        "a/x/again": "skip symlink_loop",
        **dict.fromkeys("bcdefg", "skip symlink_loop"),
    }


def test_the_output_folder_is_left_out(tmp_path: Path) -> None:
    """Results inside the scan folder are not listed, and a link to them is one row."""
    put(tmp_path, "1.png", "out/report.png")
    (tmp_path / "results").symlink_to("out")
    assert rows(discover(tmp_path, tmp_path / "out")) == {"1.png": "read", "results": "skip output_folder"}
    assert "out/report.png" in rows(discover(tmp_path, tmp_path / "not yet there"))


def test_folders_and_files_that_cannot_be_read_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows whether there were scans: it must show."""
    put(tmp_path, "locked/1.png", "open/2.png", "secret")
    scandir = os.scandir

    def guarded(path: Any) -> Any:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    def guarded_open(path: Any, flags: int) -> int:
        raise PermissionError(13, f"Permission denied ({flags})", path)

    monkeypatch.setattr("digitizer.scans.discovery.os.scandir", guarded)
    monkeypatch.setattr("digitizer.scans.content.os.open", guarded_open)
    assert rows(discover(tmp_path)) == {
        "locked": "fail unreadable_folder",
        "open/2.png": "read",
        "secret": "fail unreadable_file",
    }


def test_odd_names_stay_distinct_valid_and_as_they_are(tmp_path: Path) -> None:
    """Newline, leading `=` and blanks stay; bytes that are no UTF-8, and the backslash, are escaped."""
    names = [b"=cmd.png", b"new\nline.png", b" blank.png", b"caf\xe9.png", b"caf\\xe9.png", "café.png".encode()]
    for name in names:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"")
    found = discover(tmp_path)
    assert [item.file.name for item in found] == [
        " blank.png",
        "=cmd.png",
        "caf\\x5cxe9.png",
        "caf\\xe9.png",
        "café.png",
        "new\nline.png",
    ]
    assert sorted(os.fsencode(item.file.path.name) for item in found) == sorted(names)


part = st.binary(min_size=1, max_size=6).filter(lambda raw: b"/" not in raw and b"\0" not in raw)
parts = st.lists(part, min_size=1, max_size=3).map(tuple)


@given(parts, parts)
def test_names_are_valid_unicode_and_no_two_paths_share_one(one: tuple[bytes, ...], other: tuple[bytes, ...]) -> None:
    """Whatever bytes a path is made of."""
    first, second = (scan_name(os.fsdecode(raw) for raw in path) for path in (one, other))
    first.encode("utf-8")
    assert (first == second) == (one == other)


def test_a_missing_folder_or_the_output_folder_itself_is_wrong_usage(tmp_path: Path) -> None:
    """The command cannot start; nothing was read."""
    with pytest.raises(UsageError, match="No such file"):
        discover(tmp_path / "missing")
    with pytest.raises(UsageError, match="results"):
        discover(tmp_path, tmp_path)

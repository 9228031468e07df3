"""Discovery: every entry that is no folder is accounted for once, whatever lies in the scan folder."""

import contextlib
import errno
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.errors import UsageError
from digitizer.scans.discovery import MAX_PATH_BYTES, Found, discover
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


def test_a_link_inside_the_folder_is_read_and_a_broken_one_fails(tmp_path: Path) -> None:
    """It is read as what it leads to. A broken link may have been a scan. A link to itself leads nowhere at all."""
    put(tmp_path, ".store/real")
    (tmp_path / "link.png").symlink_to(".store/real")
    (tmp_path / "gone.png").symlink_to("nowhere.png")
    (tmp_path / "self.png").symlink_to("self.png")
    found = discover(tmp_path)
    assert rows(found) == {
        ".store/real": "skip hidden",
        "gone.png": "fail broken_link",
        "link.png": "read",
        "self.png": "skip symlink_loop",
    }
    (link,) = (each.file for each in found if each.to_read)
    assert (link.path, link.name, link.root) == (tmp_path / ".store" / "real", "link.png", tmp_path)


def test_links_that_lead_out_of_the_folder_fail(tmp_path: Path) -> None:
    """To a file, to a folder (which is not walked), to a folder above, and over a link inside."""
    put(tmp_path, "secrets/key.png", "scans/1.png", "scans.old/2.png")
    scans = tmp_path / "scans"
    (scans / "file.png").symlink_to(tmp_path / "secrets" / "key.png")
    (scans / "folder").symlink_to("../secrets")
    (scans / "above").symlink_to(tmp_path)
    (scans / "beside.png").symlink_to("../scans.old/2.png")
    (scans / "over.png").symlink_to("folder/key.png")
    assert rows(discover(scans)) == {
        "1.png": "read",
        **dict.fromkeys(["above", "beside.png", "file.png", "folder", "over.png"], "fail link_outside"),
    }


def test_a_link_that_the_user_names_is_followed(tmp_path: Path) -> None:
    """He knows what he names: a file, or the folder of scans itself, in which links inside stay inside."""
    put(tmp_path, "real/1.png")
    (tmp_path / "real" / "again.png").symlink_to(tmp_path / "real" / "1.png")
    (tmp_path / "inbox").symlink_to("real")
    (tmp_path / "page.png").symlink_to("real/1.png")
    assert rows(discover(tmp_path / "inbox")) == {"1.png": "read", "again.png": "read"}
    assert rows(discover(tmp_path / "page.png")) == {"page.png": "read"}
    assert rows(discover(str(tmp_path / "inbox"))) == rows(discover(f"file://{tmp_path}/inbox"))


def test_links_to_folders_inside_are_loops(tmp_path: Path) -> None:
    """Each such link is one row; the folder is read once, under its real name although a link sorts before it."""
    put(tmp_path, "z/1.png", "z/deep/2.png")
    (tmp_path / "a").symlink_to("z")
    (tmp_path / "z" / "deep" / "up").symlink_to("..")
    (tmp_path / "z" / "root").symlink_to(tmp_path)
    assert rows(discover(tmp_path)) == {
        "a": "skip symlink_loop",
        "z/1.png": "read",
        "z/deep/2.png": "read",
        "z/deep/up": "skip symlink_loop",
        "z/root": "skip symlink_loop",
    }


def test_the_output_folder_is_left_out(tmp_path: Path) -> None:
    """Results inside the scan folder are not listed, and a link to them, or into them, is one row."""
    put(tmp_path, "1.png", "out/report.png")
    (tmp_path / "results").symlink_to("out")
    (tmp_path / "report.png").symlink_to("out/report.png")
    assert rows(discover(tmp_path, tmp_path / "out")) == {
        "1.png": "read",
        "report.png": "skip output_folder",
        "results": "skip output_folder",
    }
    assert "out/report.png" in rows(discover(tmp_path, tmp_path / "not yet there"))


def refuse(monkeypatch: pytest.MonkeyPatch, *names: str, number: int = errno.EACCES) -> None:
    """Have the system refuse to open places of these names."""
    system_open = os.open

    def guarded(path: Any, flags: int, *, dir_fd: int | None = None) -> int:
        if Path(path).name in names:
            raise OSError(number, os.strerror(number), path)
        return system_open(path, flags, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", guarded)


def test_folders_and_files_that_cannot_be_read_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows whether there were scans: it must show."""
    put(tmp_path, "locked/1.png", "open/2.png", "secret")
    refuse(monkeypatch, "locked", "secret")
    assert rows(discover(tmp_path)) == {
        "locked": "fail unreadable_folder",
        "open/2.png": "read",
        "secret": "fail unreadable_file",
    }


def test_what_vanishes_while_it_is_listed_is_no_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scanner renames its files when they are complete: nothing is missed under the old name."""
    put(tmp_path, "leaving/1.png", "staying/2.png")
    refuse(monkeypatch, "leaving", number=errno.ENOENT)
    assert rows(discover(tmp_path)) == {"staying/2.png": "read"}


def test_a_folder_that_becomes_a_link_while_it_is_listed_is_not_walked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is seen as a folder, and swapped before it is opened."""
    put(tmp_path, "scans/box/1.png", "secrets/key.png")
    scandir = os.scandir

    def swapping(folder: int) -> Any:
        entries = list(scandir(folder))
        if not (tmp_path / "moved").exists():
            (tmp_path / "scans" / "box").rename(tmp_path / "moved")
            (tmp_path / "scans" / "box").symlink_to(tmp_path / "secrets")
        return contextlib.nullcontext(entries)

    monkeypatch.setattr(os, "scandir", swapping)
    assert rows(discover(tmp_path / "scans")) == {"box": "fail unreadable_folder"}


def test_a_folder_without_end_ends(tmp_path: Path) -> None:
    """Folders can be nested deeper than any path may be long: what lies below fails as one row."""
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(MAX_PATH_BYTES // 200 + 2):
        os.mkdir("d" * 199, dir_fd=folder)
        below = os.open("d" * 199, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(folder)
    assert list(rows(discover(tmp_path)).values()) == ["fail unreadable_folder"]


def test_known_suffixes_are_listed_without_opening_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Listing an unchanged folder costs one look at each file's entry."""
    put(tmp_path, "a.png", "b.PDF", "c.heic")
    refuse(monkeypatch, "a.png", "b.PDF", "c.heic")
    assert rows(discover(tmp_path)) == {"a.png": "read", "b.PDF": "read", "c.heic": "read"}


def change(path: Path, how: str) -> None:
    """Change a file so that its size and its date of modification say nothing of it."""
    before = path.stat()
    if how == "rewritten":
        path.write_bytes(path.read_bytes()[::-1])
    elif how == "replaced":
        path.rename(path.with_suffix(".old"))
        path.write_bytes(b"txet")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("how", ["rewritten", "replaced"])
@pytest.mark.parametrize("name", ["", "1.png"])
def test_the_fingerprint_tells_changed_files(name: str, how: str, tmp_path: Path) -> None:
    """Also one of the same size, with its old date set again; an unchanged file has the same one again."""
    put(tmp_path, "1.png")
    marks = []
    for _ in range(2):
        marks.append([found.fingerprint for found in discover(tmp_path / name)])
        marks.append([found.fingerprint for found in discover(tmp_path / name)])
        time.sleep(0.01)  # the clock of the file system ticks every 4 ms
        change(tmp_path / "1.png", how)
        (tmp_path / "1.old").unlink(missing_ok=True)
    assert marks[0] == marks[1] != marks[2] == marks[3]
    status = (tmp_path / "1.png").stat()
    (last,) = [found.fingerprint for found in discover(tmp_path / name)]
    assert last == f"{status.st_dev}:{status.st_ino}:4:{status.st_mtime_ns}:{status.st_ctime_ns}"


def test_a_link_has_the_fingerprint_of_what_it_leads_to(tmp_path: Path) -> None:
    """It changes with the file's content, and when the link leads elsewhere."""
    put(tmp_path, "1.png", "2.png")
    (tmp_path / "link.png").symlink_to("1.png")
    marks = {found.file.name: found.fingerprint for found in discover(tmp_path)}
    assert marks["link.png"] == marks["1.png"] != marks["2.png"]


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

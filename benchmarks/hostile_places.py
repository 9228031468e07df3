"""Odd names and what is no file, for `hostile`: laid out in a folder, for no other way leads to them."""

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from benchmarks.hostile_files import Hostile, encoded, page

NAMES = (
    b"new\nline.jpg",
    b"carriage\rreturn\ttab.jpg",
    b"escape\x1b[31mred\x07.jpg",
    b"delete\x7f.jpg",
    "next\u2028line\u2029.jpg".encode(),
    b"=1+1.jpg",
    b'=HYPERLINK("x").jpg',
    b"+1.jpg",
    b"-1 --help.jpg",
    b"@SUM(A1).jpg",
    b"'quoted'.jpg",
    b'"double", quoted;.jpg',
    b"back\\slash\\x41.jpg",
    b"not utf-8 \xff\xfe\x80.jpg",
    b"half a surrogate \xed\xa0\x80.jpg",
    "right to left \u202egpj.exe.jpg".encode(),
    "combining e\u0301\u0301.jpg".encode(),
    "precomposed \u00e9\u0301.jpg".encode(),
    "\u6587\u5b57 \U0001f600.jpg".encode(),
    b"CASE.jpg",
    b"case.jpg",
    b"Case.JPG",
    b" space in front.jpg",
    b"space behind.jpg ",
    b"dot behind.jpg.",
    b"dots...jpg",
    b"%s %n {0} $HOME `id`.jpg",
    b"a;b&c|d>e.jpg",
    b"*?[a].jpg",
    b"~.jpg",
    b"CON.jpg",
    b"nul\xe2\x80\x8bwidth.jpg",
    b"l" * 251 + b".jpg",
    b"deep/" * 40 + b"down.jpg",
    b"no suffix",
    b".hidden.jpg",
    b".folder/inside.jpg",
)
"""Bytes, as the system has them."""


def names(short: bool = False) -> Iterator[Hostile]:
    """Yield good scans under odd names, no two of the same bytes."""
    scan = page()
    for number, raw in enumerate(NAMES[:: 5 if short else 1]):
        data = encoded(scan, format="JPEG", quality=60, comment=f"{number}")
        yield Hostile("odd name", "names/" + os.fsdecode(raw), data)


def lay_out_specials(folder: Path, outside: Path) -> None:
    """Make pipes, sockets, devices and links in `folder`; `outside` is a folder beside it that links lead to."""
    folder.mkdir(parents=True)
    outside.mkdir(parents=True)
    scan = encoded(page(), format="JPEG", quality=61)
    (outside / "private.jpg").write_bytes(scan)
    for make in (_pipes, _links, _folders, _files):
        make(folder, outside, scan)


def _pipes(folder: Path, _outside: Path, _scan: bytes) -> None:
    os.mkfifo(folder / "pipe.jpg")
    os.mkfifo(folder / "pipe without suffix")
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as listener, _inside(folder):
        listener.bind("socket.png")  # by a short name: an address has 107 bytes at most
    for name, number in (("null.png", (1, 3)), ("zero.tif", (1, 5)), ("random.pdf", (1, 8)), ("terminal.jpg", (5, 0))):
        with contextlib.suppress(PermissionError):  # only root makes devices
            os.mknod(folder / name, 0o600 | stat.S_IFCHR, os.makedev(*number))


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _links(folder: Path, outside: Path, scan: bytes) -> None:
    (folder / "real.jpg").write_bytes(scan + b"\0")
    targets: dict[str, str | Path] = {
        "to itself.jpg": "to itself.jpg",
        "there.jpg": "back.jpg",
        "back.jpg": "there.jpg",
        "broken.jpg": "nowhere.jpg",
        "to a file beside it.jpg": "real.jpg",
        "out.jpg": outside / "private.jpg",
        "out by dots.jpg": "../" * 30 + "etc/passwd",
        "out to a folder": outside,
        "to a folder of the kernel": "/proc/self",
        "to memory.png": "/proc/self/mem",
        "to zeros.png": "/dev/zero",
        "to standard input.pdf": "/dev/stdin",
        "to the folder above": "..",
        "to this folder": ".",
        "to the root": "/",
        "through a file.jpg": "real.jpg/inside.jpg",
        "too long.jpg": "x" * 300,
    }
    for name, target in targets.items():
        (folder / name).symlink_to(target)


def _folders(folder: Path, _outside: Path, scan: bytes) -> None:
    (folder / "folder.png").mkdir()
    (folder / "folder.png" / "inside.jpg").write_bytes(scan + b"\1")
    (folder / "empty folder.pdf").mkdir()
    (folder / "folder.tif" / "a link up.jpg").parent.mkdir()
    (folder / "folder.tif" / "a link up.jpg").symlink_to("../..")


def _files(folder: Path, _outside: Path, scan: bytes) -> None:
    os.link(folder / "real.jpg", folder / "real again.jpg")
    for suffix in ("jpg", "png", "tif", "pdf", "webp", "bmp"):
        (folder / f"empty.{suffix}").touch()
    forbidden = folder / "nobody may read.jpg"
    forbidden.write_bytes(scan + b"\2")
    forbidden.chmod(0)
    (folder / "locked").mkdir()
    (folder / "locked" / "inside.jpg").write_bytes(scan + b"\3")
    (folder / "locked").chmod(0)

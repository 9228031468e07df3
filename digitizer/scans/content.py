"""Reading a scan's bytes: once, as a whole, and only if it is a regular file (a pipe would wait for ever)."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from digitizer.document import ScanFile
from digitizer.errors import ScanError
from digitizer.scans.beneath import open_beneath
from digitizer.scans.formats import SNIFF_BYTES
from digitizer.scans.reasons import Reason

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY
"""O_NONBLOCK: opening a pipe that nobody writes to returns instead of waiting."""


def read_scan(file: ScanFile, max_bytes: int) -> bytes:
    """Return everything in a scan; no link is followed that was put in its place since it was found.

    Raises
    ------
    ScanError
        `not_a_file`, `unreadable_file`, `too_large`, `empty`, or `changed` if it is being written, or is a link now.
    """
    if file.url:
        from digitizer.scans.objects import read_object  # fsspec is loaded when it is needed

        return read_object(file.url, max_bytes)
    with _open_regular(file) as stream:
        return _read_whole(stream, max_bytes)


def read_head(file: ScanFile) -> bytes:
    """Return the first `SNIFF_BYTES` bytes of a scan that is a file.

    Raises
    ------
    ScanError
        `not_a_file`, `unreadable_file` or `changed`.
    """
    with _open_regular(file) as stream:
        return _read(stream, SNIFF_BYTES)


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """Return everything in a file that the user named; raises as `read_scan` does."""
    return read_scan(ScanFile(path, path.name), max_bytes)


def open_scan(file: ScanFile) -> int:
    """Open a scan that is a file; the descriptor is the caller's to close.

    Raises
    ------
    OSError
        `ELOOP` or `ENOTDIR` if a link was put in its place since it was found.
    ScanError
        `link_outside`, if its path leads out of its folder by itself.
    """
    if file.root is None:
        return os.open(file.path, _FLAGS)
    if not file.path.is_relative_to(file.root) or ".." in file.path.parts:
        raise ScanError(Reason.LINK_OUTSIDE)
    return open_beneath(file.root, file.path.relative_to(file.root).parts, _FLAGS)


def _open_regular(file: ScanFile) -> BinaryIO:
    try:
        descriptor = open_scan(file)
    except OSError as error:
        swapped = file.root is not None and error.errno in (errno.ELOOP, errno.ENOTDIR)
        raise ScanError(Reason.CHANGED if swapped else Reason.UNREADABLE_FILE, _said(error)) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ScanError(Reason.NOT_A_FILE)
    return os.fdopen(descriptor, "rb")


def _read_whole(stream: BinaryIO, max_bytes: int) -> bytes:
    before = os.fstat(stream.fileno())
    if before.st_size > max_bytes:
        raise ScanError(Reason.TOO_LARGE, f"{before.st_size} bytes are more than {max_bytes}.")
    data = _read(stream, before.st_size + 1)
    after = os.fstat(stream.fileno())
    if len(data) != before.st_size or (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise ScanError(Reason.CHANGED)
    if not data:
        raise ScanError(Reason.EMPTY)
    return data


def _read(stream: BinaryIO, count: int) -> bytes:
    try:
        return stream.read(count)
    except OSError as error:
        raise ScanError(Reason.UNREADABLE_FILE, _said(error)) from error


def _said(error: OSError) -> str:
    return f"The system says: {error.strerror}."

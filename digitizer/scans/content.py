"""Reading a file's bytes: once, as a whole, and only if it is a regular file (a pipe would wait for ever)."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from digitizer.errors import ScanError
from digitizer.scans.formats import SNIFF_BYTES
from digitizer.scans.reasons import Reason


def read_head(path: Path) -> bytes:
    """Return the first `SNIFF_BYTES` bytes of a file.

    Raises
    ------
    ScanError
        `not_a_file` or `unreadable_file`.
    """
    try:
        with _open_regular(path) as stream:
            return stream.read(SNIFF_BYTES)
    except OSError as error:
        raise ScanError(Reason.UNREADABLE_FILE, f"The system says: {error.strerror}.") from error


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """Return everything in a file.

    Raises
    ------
    ScanError
        `not_a_file`, `unreadable_file`, `too_large`, `empty`, or `changed` if it grows or shrinks meanwhile.
    """
    try:
        with _open_regular(path) as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > max_bytes:
                raise ScanError(Reason.TOO_LARGE, f"{size} bytes are more than {max_bytes}.")
            data = stream.read(size + 1)
    except OSError as error:
        raise ScanError(Reason.UNREADABLE_FILE, f"The system says: {error.strerror}.") from error
    if len(data) != size:
        raise ScanError(Reason.CHANGED)
    if not data:
        raise ScanError(Reason.EMPTY)
    return data


def _open_regular(path: Path) -> BinaryIO:
    # O_NONBLOCK: opening a pipe that nobody writes to returns instead of waiting.
    stream = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY), "rb")
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise ScanError(Reason.NOT_A_FILE)
    return stream

"""Opening what lies beneath a folder without following a link, whatever is swapped while it is opened.

A path is looked up again whenever it is used, and whoever may write into the folder can put a link where a file or a
folder stood. So each part is opened by itself, beneath the part before, and the system is told to follow none.
"""

import os
from collections.abc import Sequence
from pathlib import Path

_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY
"""Going through a folder needs less than reading it: it is opened for nothing else where the system can do that."""


def open_beneath(root: Path, parts: Sequence[str], flags: int) -> int:
    """Open a place beneath a folder.

    Parameters
    ----------
    root
        The folder; links that lead to it are followed.
    parts
        Path of the place relative to it, without `..`; none for the folder itself.
    flags
        Of `os.open`.

    Returns
    -------
    int
        A descriptor, the caller's to close.

    Raises
    ------
    OSError
        `ELOOP` or `ENOTDIR` if a part is a link.
    """
    if not parts:
        return os.open(root, flags)
    folder = os.open(root, _FOLDER)
    try:
        for part in parts[:-1]:
            below = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = below
        return os.open(parts[-1], flags | os.O_NOFOLLOW, dir_fd=folder)
    finally:
        os.close(folder)

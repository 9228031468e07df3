"""What lies in the scan folder: every entry that is no folder, exactly once, to be read or with the reason why not.

1. The real folder tree is walked first, so that a file is found under its real name whatever links lead to it.
2. Then links to folders are followed, unless they lead to a folder that was walked, or that holds the link.
3. A file with a scan's suffix is to be read, whatever is in it. Any other file is read if its first bytes are a
   scan's, or if it is an image of a kind that will then fail; else it is skipped.

Hidden files, and files in hidden folders (a name that begins with a dot), are skipped: they are made by systems, not
by scanners, and `._scan.jpg` of macOS is no JPEG. A file that the user names is read even if it is hidden.
"""

import errno
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from digitizer.document import ScanFile
from digitizer.errors import ScanError, UsageError
from digitizer.scans.content import read_head
from digitizer.scans.formats import OTHER_IMAGE_SUFFIXES, SCAN_SUFFIXES, sniff
from digitizer.scans.names import scan_name
from digitizer.scans.reasons import Reason


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of the scan folder; it is to be read if both reasons are empty.

    Attributes
    ----------
    skip_reason
        Why nobody misses its values: it is no scan, or it is read under another name.
    fail_reason
        Why it cannot be read although it may be a scan: it counts as failed.
    """

    file: ScanFile
    skip_reason: str = ""
    fail_reason: str = ""

    @property
    def to_read(self) -> bool:
        """Whether the file is to be opened."""
        return not self.skip_reason and not self.fail_reason


@dataclass(frozen=True, slots=True)
class _Entry:
    """A place below the scan folder: `path` for the system, `parts` for the name."""

    path: Path
    parts: tuple[str, ...]

    def child(self, name: str) -> "_Entry":
        return _Entry(self.path / name, (*self.parts, name))

    def is_hidden(self) -> bool:
        return any(part.startswith(".") for part in self.parts)

    def found(self, skip: str = "", fail: str = "") -> Found:
        return Found(ScanFile(self.path, scan_name(self.parts)), skip, fail)


@dataclass(slots=True)
class _Walk:
    """What a walk has seen so far; folders are known by device and inode, for one folder can have many paths."""

    excluded: tuple[int, int] | None
    visited: set[tuple[int, int]]
    found: list[Found] = field(default_factory=list)
    folder_links: list[_Entry] = field(default_factory=list)


def discover(scans: Path, exclude: Path | None = None) -> tuple[Found, ...]:
    """List what lies in `scans`.

    Parameters
    ----------
    scans
        A file or a folder; a folder is read recursively.
    exclude
        The output folder: nothing in it is listed if it lies inside `scans`.

    Returns
    -------
    tuple of Found
        Sorted by the bytes of `ScanFile.name`, no name twice.

    Raises
    ------
    UsageError
        If `scans` does not exist, cannot be listed, or is the output folder.
    """
    try:
        status = scans.stat()
        if not stat.S_ISDIR(status.st_mode):
            return (_named_by_user(scans, status.st_mode),)
        os.scandir(scans).close()
    except OSError as error:
        raise UsageError(f"Cannot read the scans at {str(scans)!r}: {error.strerror}.") from error
    excluded = _identity(exclude) if exclude is not None and exclude.is_dir() else None
    if excluded == _identity(scans):
        raise UsageError(f"The results cannot go into the folder of the scans itself: {str(scans)!r}.")
    return tuple(sorted(_walk_all(scans, excluded), key=lambda found: found.file.name.encode()))


def _named_by_user(path: Path, mode: int) -> Found:
    entry = _Entry(path, (path.name or path.resolve().name,))
    return entry.found() if stat.S_ISREG(mode) else entry.found(skip=Reason.NOT_A_FILE)


def _walk_all(scans: Path, excluded: tuple[int, int] | None) -> list[Found]:
    """Walk the real tree, then what its links lead to, round by round."""
    above = {_identity(folder) for folder in scans.resolve().parents}
    walk = _Walk(excluded, above)
    _walk_tree(_Entry(scans, ()), walk)
    while walk.folder_links:
        links = sorted(walk.folder_links, key=lambda link: scan_name(link.parts).encode())
        walk.folder_links = []
        for link in links:
            if _identity_or_none(link.path) == excluded is not None:
                walk.found.append(link.found(skip=Reason.OUTPUT_FOLDER))
            else:
                _walk_tree(link, walk)
    return walk.found


def _walk_tree(root: _Entry, walk: _Walk) -> None:
    """Walk a folder and its real sub-folders; links to folders are noted for later."""
    folders = [root]
    while folders:
        folder = folders.pop()
        identity = _identity_or_none(folder.path)
        if identity is not None and identity == walk.excluded:
            continue
        if identity in walk.visited:
            walk.found.append(folder.found(skip=Reason.SYMLINK_LOOP))
            continue
        try:
            with os.scandir(folder.path) as entries:
                children = list(entries)
        except OSError:
            walk.found.append(folder.found(fail=Reason.UNREADABLE_FOLDER))
            continue
        if identity is not None:
            walk.visited.add(identity)
        for child in children:
            entry = folder.child(child.name)
            if child.is_dir(follow_symlinks=False):
                folders.append(entry)
            elif entry.is_hidden():
                walk.found.append(entry.found(skip=Reason.HIDDEN))
            elif child.is_symlink() and entry.path.is_dir():
                walk.folder_links.append(entry)
            else:
                walk.found.append(_judge(entry))


def _judge(entry: _Entry) -> Found:
    """Decide about an entry that is no folder."""
    try:
        mode = entry.path.stat().st_mode
    except OSError as error:
        return _unreachable(entry, error)
    if not stat.S_ISREG(mode):
        return entry.found(skip=Reason.NOT_A_FILE)
    if PurePath(entry.parts[-1]).suffix.lower() in SCAN_SUFFIXES | OTHER_IMAGE_SUFFIXES:
        return entry.found()
    try:
        scan_format = sniff(read_head(entry.path))
    except ScanError as error:
        return entry.found(fail=error.reason)
    return entry.found(skip="" if scan_format else Reason.NOT_A_SCAN)


def _unreachable(entry: _Entry, error: OSError) -> Found:
    if error.errno == errno.ELOOP:
        return entry.found(skip=Reason.SYMLINK_LOOP)
    missing = error.errno in (errno.ENOENT, errno.ENOTDIR)
    return entry.found(fail=Reason.BROKEN_LINK if missing else Reason.UNREADABLE_FILE)


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _identity_or_none(folder: Path) -> tuple[int, int] | None:
    try:
        return _identity(folder)
    except OSError:
        return None

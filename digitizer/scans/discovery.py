"""What lies in the scan folder: every entry that is no folder, exactly once, to be read or with the reason why not.

1. The folder tree is walked without following links; nothing is opened but folders, and files without a scan's suffix.
2. A link to a file inside the scan folder is read, as the file that it leads to; one to a folder inside is not, for
   that folder is walked itself. A link that leads out of the scan folder fails: whoever may put scans into the folder
   must not be able to have other files of the machine read.
3. A file with a scan's suffix is to be read, whatever is in it. Any other file is read if its first bytes are a
   scan's, or if it is an image of a kind that will then fail; else it is skipped.

Hidden files, and files in hidden folders (a name that begins with a dot), are skipped: they are made by systems, not
by scanners, and `._scan.jpg` of macOS is no JPEG. A file that the user names is read even if it is hidden or a link.
"""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from digitizer.document import ScanFile
from digitizer.errors import ScanError, UsageError
from digitizer.scans.beneath import open_beneath
from digitizer.scans.content import read_head
from digitizer.scans.formats import has_scan_suffix, sniff
from digitizer.scans.found import Found, fingerprint
from digitizer.scans.names import scan_name
from digitizer.scans.places import local_path
from digitizer.scans.reasons import Reason

__all__ = ["Found", "discover"]

MAX_PATH_BYTES = 4096
"""Linux opens no longer path in one go; a tree that is nested deeper was made to be endless."""

_Identity = tuple[int, int]
"""Device and inode: one folder can have many paths."""
_Parts = tuple[str, ...]
"""Path relative to the scan folder."""


@dataclass(frozen=True, slots=True)
class _Walk:
    """The scan folder (without links), the output folder, and the folders seen so far."""

    root: Path
    excluded: Path | None
    excluded_identity: _Identity | None
    visited: set[_Identity] = field(default_factory=set)

    def found(self, parts: _Parts, skip: str = "", fail: str = "") -> Found:
        return Found(ScanFile(self.root.joinpath(*parts), scan_name(parts), self.root), "", skip, fail)


def discover(scans: Path | str, exclude: Path | None = None) -> tuple[Found, ...]:
    """List what lies in `scans`.

    Parameters
    ----------
    scans
        A file or a folder, which is read recursively; or a URL of storage, as `s3://bucket/folder`.
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
    path = local_path(scans)
    if path is None:
        from digitizer.scans.objects import list_objects  # fsspec is loaded when it is needed

        found = list_objects(str(scans))
    else:
        found = _local(path, exclude)
    return tuple(sorted(found, key=lambda each: each.file.name.encode()))


def _local(scans: Path, exclude: Path | None) -> list[Found]:
    try:
        root = scans.resolve(strict=True)
        status = root.stat()
        if not stat.S_ISDIR(status.st_mode):
            return [_named_by_user(scans, status)]
        excluded = exclude.resolve() if exclude is not None and exclude.is_dir() else None
        walk = _Walk(root, excluded, None if excluded is None else _identity(excluded.stat()))
        if walk.excluded_identity == _identity(status):
            raise UsageError(f"The results cannot go into the folder of the scans itself: {str(scans)!r}.")
        return list(_walk(walk))
    except (OSError, RuntimeError) as error:  # RuntimeError: a link that leads back to itself
        said = error.strerror if isinstance(error, OSError) else "Too many levels of symbolic links"
        raise UsageError(f"Cannot read the scans at {str(scans)!r}: {said}.") from error


def _named_by_user(path: Path, status: os.stat_result) -> Found:
    file = ScanFile(path.absolute(), scan_name((path.name or path.resolve().name,)))
    return Found(file, fingerprint(status), "" if stat.S_ISREG(status.st_mode) else Reason.NOT_A_FILE)


def _walk(walk: _Walk) -> Iterator[Found]:
    folders: list[_Parts] = [()]
    while folders:
        parts = folders.pop()
        try:
            yield from _list(parts, walk, folders)
        except OSError as error:
            if not parts:
                raise
            if error.errno != errno.ENOENT:  # else it is there no more
                yield walk.found(parts, fail=Reason.UNREADABLE_FOLDER)


def _list(parts: _Parts, walk: _Walk, folders: list[_Parts]) -> Iterator[Found]:
    """Yield what lies in a folder, and add its sub-folders to `folders`."""
    if sum(len(os.fsencode(part)) + 1 for part in parts) > MAX_PATH_BYTES:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
    folder = open_beneath(walk.root, parts, os.O_RDONLY | os.O_DIRECTORY)
    try:
        identity = _identity(os.fstat(folder))
        if identity == walk.excluded_identity:
            return
        if identity in walk.visited:  # a folder mounted in two places
            yield walk.found(parts, skip=Reason.SYMLINK_LOOP)
            return
        walk.visited.add(identity)
        with os.scandir(folder) as children:
            for child in children:
                if child.is_dir(follow_symlinks=False):
                    folders.append((*parts, child.name))
                else:
                    yield from _judge(child, (*parts, child.name), walk)
    finally:
        os.close(folder)


def _judge(child: os.DirEntry[str], parts: _Parts, walk: _Walk) -> Iterator[Found]:
    """Decide about an entry that is no folder; nothing is said of one that is there no more."""
    if any(part.startswith(".") for part in parts):
        yield walk.found(parts, skip=Reason.HIDDEN)
        return
    try:
        if child.is_symlink():
            yield _judge_link(parts, walk)
        else:
            yield _judge_file(walk.found(parts).file, child.stat(follow_symlinks=False))
    except FileNotFoundError:
        return
    except OSError:
        yield walk.found(parts, fail=Reason.UNREADABLE_FILE)


def _judge_file(file: ScanFile, status: os.stat_result) -> Found:
    if not stat.S_ISREG(status.st_mode):
        return Found(file, skip_reason=Reason.NOT_A_FILE)
    mark = fingerprint(status)
    if has_scan_suffix(file.name):
        return Found(file, mark)
    try:
        scan_format = sniff(read_head(file))
    except ScanError as error:
        return Found(file, mark, fail_reason=error.reason)
    return Found(file, mark, skip_reason="" if scan_format else Reason.NOT_A_SCAN)


def _judge_link(parts: _Parts, walk: _Walk) -> Found:
    """Decide about a link by the place that it leads to, written without links: that place is opened, not the link."""
    link = walk.found(parts)
    try:
        real = Path(os.path.realpath(link.file.path, strict=True))
    except OSError as error:
        if error.errno == errno.ELOOP:
            return walk.found(parts, skip=Reason.SYMLINK_LOOP)
        missing = error.errno in (errno.ENOENT, errno.ENOTDIR)
        return walk.found(parts, fail=Reason.BROKEN_LINK if missing else Reason.UNREADABLE_FILE)
    if not real.is_relative_to(walk.root):
        return walk.found(parts, fail=Reason.LINK_OUTSIDE)
    if walk.excluded is not None and real.is_relative_to(walk.excluded):
        return walk.found(parts, skip=Reason.OUTPUT_FOLDER)
    status = real.lstat()
    if stat.S_ISDIR(status.st_mode):
        return walk.found(parts, skip=Reason.SYMLINK_LOOP)
    return _judge_file(ScanFile(real, link.file.name, walk.root), status)


def _identity(status: os.stat_result) -> _Identity:
    return status.st_dev, status.st_ino

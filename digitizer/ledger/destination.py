"""Where exports go: a file of this machine or an object in storage; it is replaced as a whole or left as it was."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from digitizer.errors import LedgerError, UsageError
from digitizer.scans.places import local_path, shown

DRAFT_START = ".export."
"""How the name of a draft begins; what a killed export leaves is found by it."""
_EXTRAS = {"s3": "s3", "s3a": "s3", "sftp": "sftp", "ssh": "sftp", "az": "az", "abfs": "az", "abfss": "az"}
"""Which extra of the project brings the driver of a kind of storage."""
_OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oci", "oss", "memory"})
"""There an upload is seen when it is complete, never before; elsewhere a file is seen while it grows."""


@contextmanager
def replacing(target: str) -> Iterator[Path]:
    """Give a path to write to; what is written there then replaces `target`, durably and at once.

    If the block raises, `target` is as it was. Storage that is no object store (SFTP, say) is uploaded to beside the
    target and renamed there.

    Raises
    ------
    UsageError
        If there is no such folder, or nothing that knows such a URL.
    LedgerError
        If it cannot be written: no space, no permission, storage away.
    """
    path = local_path(target)
    if path is None:
        with _uploading(target) as draft:
            yield draft
        return
    _refuse_folders(path)
    try:
        with _renaming(path) as draft:
            yield draft
    except OSError as error:
        raise LedgerError(
            f"{path} cannot be written: {error.strerror or error}. What stood there still does."
        ) from error


@contextmanager
def _renaming(path: Path) -> Iterator[Path]:
    """Give a draft beside `path`; two exports at once have two drafts, and the later one stays."""
    draft = path.with_name(f"{DRAFT_START}{path.name}.{os.getpid()}.tmp")
    try:
        yield draft
        _sync(draft)
        draft.replace(path)
        _sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _uploading(url: str) -> Iterator[Path]:
    storage, place = _storage(url)
    with tempfile.TemporaryDirectory(prefix="digitizer-") as folder:
        draft = Path(folder) / PurePosixPath(place).name
        yield draft
        try:
            _upload(storage, draft, place, renamed=urlsplit(url).scheme not in _OBJECT_STORES)
        except Exception as error:  # each driver has errors of its own, of no common kind
            raise LedgerError(f"{shown(url)} cannot be written: {error}") from error


def _upload(storage: Any, draft: Path, place: str, *, renamed: bool) -> None:
    if not renamed:
        storage.put_file(str(draft), place)
        return
    made = PurePosixPath(place)
    beside = str(made.with_name(f".{made.name}.tmp"))
    storage.put_file(str(draft), beside)
    storage.mv(beside, place)


def _storage(url: str) -> tuple[Any, str]:
    """Return the file system of a URL, and the path in it."""
    import fsspec

    scheme = urlsplit(url).scheme
    try:
        storage, place = fsspec.core.url_to_fs(url)
    except ImportError as error:
        extra = _EXTRAS.get(scheme)
        advice = f"pip install 'digitizer[{extra}]'" if extra else str(error)
        raise UsageError(f"What writes to {scheme}:// is not installed: {advice}") from error
    except ValueError as error:
        raise UsageError(f"No kind of storage is known by this name: {shown(url)}") from error
    return storage, str(place)


def _refuse_folders(path: Path) -> None:
    if path.is_dir():
        raise UsageError(f"This is a folder: {path}. Name the file to write in it.")
    if not path.parent.is_dir():
        raise UsageError(f"There is no such folder: {path.parent}")


def _sync(path: Path) -> None:
    """Make a file's content, or a folder's names, survive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Scans in storage: what lies below a URL, by the same rules as in a folder, and the bytes of one of them.

There are no links there. What has no scan's suffix is judged by its first bytes, which alone are fetched.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from digitizer.document import ScanFile
from digitizer.errors import ScanError, StorageError, UsageError
from digitizer.scans.formats import SNIFF_BYTES, has_scan_suffix, sniff
from digitizer.scans.found import Found
from digitizer.scans.names import scan_name
from digitizer.scans.places import shown
from digitizer.scans.reasons import Reason
from digitizer.scans.storage import Place, connect, connect_object, patiently

BLOCK_BYTES = 8 << 20
"""So much is fetched at a time: what has no end is noticed after `max_bytes` and one block."""

_TAGS = ("ETag", "etag", "md5Hash", "content_md5")
_DATES = ("LastModified", "last_modified", "updated", "mtime", "modified", "created")


def list_objects(url: str) -> list[Found]:
    """List the objects below a URL, or the one that it names.

    Raises
    ------
    UsageError
        If there is no such bucket or folder.
    StorageError
        If it cannot be listed.
    """
    place = connect(url)
    place.files.invalidate_cache()
    try:
        objects = patiently(lambda: place.files.find(place.path, detail=True))
        if not objects and not patiently(lambda: place.files.exists(place.container)):
            raise FileNotFoundError
    except FileNotFoundError as error:
        raise UsageError(f"There are no scans at {shown(url)}: no such bucket, folder or object.") from error
    except Exception as error:  # each library has its own; what they say may hold credentials
        raise StorageError(
            f"Cannot read the scans at {shown(url)} ({type(error).__name__}). "
            "Check credentials, endpoint and network; they are set as for other programs of this storage."
        ) from error
    return [_judge(place, path, about) for path, about in objects.items() if not _is_folder(path, about)]


def read_object(url: str, max_bytes: int, waits_s: Sequence[float] | None = None) -> bytes:
    """Return everything in an object, by the URL that `list_objects` gave.

    Parameters
    ----------
    waits_s
        Seconds before each further attempt; `RETRY_WAITS_S` if None.

    Raises
    ------
    ScanError
        `unreadable_file`, `too_large`, `empty`, or `changed` if it is replaced meanwhile.
    """
    try:
        place = connect_object(url)
        data = patiently(lambda: _read_once(place, max_bytes), waits_s)
    except Exception as error:  # whatever it is, the storage does not give the object
        raise ScanError(Reason.UNREADABLE_FILE, f"The storage refuses ({type(error).__name__}).") from error
    size, content = data
    if size > max_bytes or len(content) > max_bytes:
        raise ScanError(Reason.TOO_LARGE, f"More than {max_bytes} bytes.")
    if len(content) != size:
        raise ScanError(Reason.CHANGED)
    if not content:
        raise ScanError(Reason.EMPTY)
    return content


def _read_once(place: Place, max_bytes: int) -> tuple[int, bytes]:
    """Return the stated size of an object and its bytes, at most a few more than `max_bytes`; none if it is larger."""
    place.files.invalidate_cache()
    with place.files.open(place.path, "rb", block_size=BLOCK_BYTES) as stream:
        size = getattr(stream, "size", None)
        if size is not None and size > max_bytes:
            return size, b""
        content = bytearray()
        while len(content) <= max_bytes and (block := stream.read(min(BLOCK_BYTES, max_bytes + 1 - len(content)))):
            content += block
    return (len(content) if size is None else size), bytes(content)


def _judge(place: Place, path: str, about: Mapping[str, Any]) -> Found:
    relative = path.removeprefix(place.path.rstrip("/")).removeprefix("/")
    named_by_user = not relative
    parts = tuple((relative or path.rpartition("/")[2]).split("/"))
    file = ScanFile(Path(parts[-1]), scan_name(parts), url=place.object_url(path))
    mark = _fingerprint(about)
    if named_by_user:
        return Found(file, mark)
    if any(part.startswith(".") for part in parts):
        return Found(file, mark, Reason.HIDDEN)
    if has_scan_suffix(parts[-1]):
        return Found(file, mark)
    try:
        head = patiently(lambda: place.files.cat_file(path, start=0, end=SNIFF_BYTES)) if about["size"] else b""
    except Exception:  # as in read_object
        return Found(file, mark, fail_reason=Reason.UNREADABLE_FILE)
    return Found(file, mark, "" if sniff(head) else Reason.NOT_A_SCAN)


def _is_folder(path: str, about: Mapping[str, Any]) -> bool:
    """Tell whether an object only says that there is a folder, as web consoles make them."""
    return path.endswith("/") and not about["size"]


def _fingerprint(about: Mapping[str, Any]) -> str:
    """Return size and entity tag, or size and date; empty if the storage tells neither: the size alone is little."""
    mark = next((str(about[key]) for key in (*_TAGS, *_DATES) if about.get(key)), "")
    return mark and f"{about['size']} {mark}"

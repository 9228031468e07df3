"""The pages of a TIFF, found by walking its chain of directories without decoding anything (TIFF 6.0, section 2).

Each page is then decoded from a copy whose header points to its directory, so that a page that is damaged keeps
nobody from the pages after it. Directories of thumbnails and of transparency masks are no pages.
"""

import io
import struct
from dataclasses import dataclass

from digitizer.scans.limits import Limits
from digitizer.scans.reasons import Reason

_NEW_SUBFILE_TYPE, _IMAGE_WIDTH = 254, 256
_SHORT = 3
_REDUCED, _MASK = 0b001, 0b100


@dataclass(frozen=True, slots=True)
class Directory:
    """Where a page's directory stands; `reason` says why it cannot be followed, and the chain with it."""

    offset: int
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class _Layout:
    """How numbers are written: classic TIFF or BigTIFF, in either byte order."""

    pointer: struct.Struct
    first_at: int
    count: struct.Struct
    entry: struct.Struct
    short: struct.Struct
    long: struct.Struct


def _layout(data: bytes) -> _Layout:
    order = "<" if data[:1] == b"I" else ">"
    big = 43 in data[2:4]
    formats = ("Q", "Q", "HHQ4s4x") if big else ("I", "H", "HHI4s")
    pointer, count, entry = (struct.Struct(order + text) for text in formats)
    return _Layout(pointer, 8 if big else 4, count, entry, struct.Struct(order + "H"), struct.Struct(order + "I"))


def directories(data: bytes, limits: Limits) -> list[Directory]:
    """Return the directories of the pages, in order; a chain that breaks off ends in one with a `reason`.

    Raises
    ------
    ScanError
        `too_many_pages`.
    """
    layout = _layout(data)
    pages: list[Directory] = []
    seen: set[int] = set()
    widest_px = 0
    offset = 0
    try:
        (offset,) = layout.pointer.unpack_from(data, layout.first_at)
        while offset:
            if offset in seen:
                return [*pages, Directory(offset, Reason.DAMAGED)]
            seen.add(offset)
            subfile, width_px, following = _read_directory(data, offset, layout)
            widest_px = max(widest_px, width_px)
            if not subfile & _MASK and not (subfile & _REDUCED and width_px < widest_px):
                pages.append(Directory(offset))
            # Of what is no page there is at most one thumbnail and one mask for each.
            limits.check_pages(max(len(pages), len(seen) // 3))
            offset = following
    except struct.error:
        pages.append(Directory(offset, Reason.TRUNCATED))
    return pages


def _read_directory(data: bytes, offset: int, layout: _Layout) -> tuple[int, int, int]:
    """Return the subfile type, the width in px, and the offset of the next directory."""
    if offset > len(data):
        raise struct.error
    (count,) = layout.count.unpack_from(data, offset)
    start = offset + layout.count.size
    end = start + count * layout.entry.size
    if end > len(data):
        raise struct.error
    values = {_NEW_SUBFILE_TYPE: 0, _IMAGE_WIDTH: 0}
    for at in range(start, end, layout.entry.size):
        tag, kind, _, value = layout.entry.unpack_from(data, at)
        if tag > _IMAGE_WIDTH:  # tags are sorted
            break
        (values[tag],) = (layout.short if kind == _SHORT else layout.long).unpack_from(value)
    (following,) = layout.pointer.unpack_from(data, end)
    return values[_NEW_SUBFILE_TYPE], values[_IMAGE_WIDTH], following


def at_directory(data: bytes, offset: int) -> io.BytesIO:
    """Return a TIFF whose first page is the one with its directory at `offset`: a copy, unless it is the first."""
    layout = _layout(data)
    stream = io.BytesIO(data)  # copies nothing before it is written to
    if layout.pointer.unpack_from(data, layout.first_at) == (offset,):
        return stream
    stream.seek(layout.first_at)
    stream.write(layout.pointer.pack(offset))
    stream.seek(0)
    return stream

"""Whether a JPEG is all there: libjpeg fills what is missing with grey, and tells nobody.

Markers are walked to the end of the image (ITU-T T.81, annex B). Then:

- no end marker: truncated.
- a picture in a single scan: the end marker is replaced by a few zero bytes. A decoder that has all its data never
  looks at them; one that has not uses them up, asks for more, and Pillow reports the truncation.
- several scans (progressive): they must have delivered every coefficient of the luma, and the mean of every block,
  to the last bit, and libjpeg must not have missed anything in any of them (`libjpeg.py`).
"""

import re
from dataclasses import dataclass, field

from digitizer.errors import ScanError
from digitizer.scans.libjpeg import check_scans
from digitizer.scans.reasons import Reason

MAX_SCANS = 100
"""Encoders use about 10; each costs a pass over the whole picture, so thousands are an attack."""
PADDING = bytes(16)
"""More than the 8 bytes a decoder may look ahead, less than a block of picture usually takes."""

_AFTER_ENTROPY = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")  # neither a stuffed byte, nor fill, nor a restart marker
_EOI, _SOS = 0xD9, 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(slots=True)
class _Picture:
    """`missing_bits[component][k]`: how many low bits of coefficient k no scan has delivered, 255 for all of it."""

    missing_bits: dict[int, list[int]] = field(default_factory=dict)
    scans: int = 0

    def is_complete(self) -> bool:
        tables = list(self.missing_bits.values())
        return bool(tables) and not any(tables[0]) and not any(table[0] for table in tables)


def sealed_jpeg(data: bytes) -> bytes:
    """Return a JPEG such that Pillow notices if some of its picture is missing.

    Raises
    ------
    ScanError
        `truncated`; `damaged` if it has too many scans.
    """
    picture = _Picture()
    at = 2
    while True:
        at = data.find(b"\xff", at)
        marker = data[at + 1] if 0 <= at < len(data) - 1 else None
        if marker is None:
            raise ScanError(Reason.TRUNCATED)
        if marker == _EOI:
            break
        if marker in _STANDALONE or marker in (0x00, 0xFF):
            at += 1 if marker == 0xFF else 2
            continue
        at = _segment(data, at, marker, picture)
    if not picture.is_complete():
        raise ScanError(Reason.TRUNCATED)
    if picture.scans == 1:
        return data[:at] + PADDING
    check_scans(data)
    return data


def _segment(data: bytes, at: int, marker: int, picture: _Picture) -> int:
    """Take in the segment at `at`, and return where the next one begins."""
    end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    body = data[at + 4 : end]
    if end > len(data):
        raise ScanError(Reason.TRUNCATED)
    try:
        if marker in _FRAMES:
            picture.missing_bits = {body[6 + 3 * i]: [255] * 64 for i in range(body[5])}
        elif marker == _SOS:
            return _scan(data, end, body, picture)
    except (LookupError, ValueError) as error:  # a header too short for what it announces
        raise ScanError(Reason.DAMAGED) from error
    return end


def _scan(data: bytes, start: int, header: bytes, picture: _Picture) -> int:
    """Note what a scan delivers, and return where its entropy-coded data end."""
    picture.scans += 1
    if picture.scans > MAX_SCANS:
        raise ScanError(Reason.DAMAGED, f"More than {MAX_SCANS} scans.")
    components = header[0]
    first, last, approximation = header[1 + 2 * components : 4 + 2 * components]
    for i in range(components):
        table = picture.missing_bits[header[1 + 2 * i]]
        table[first : last + 1] = [approximation & 0x0F] * len(table[first : last + 1])
    following = _AFTER_ENTROPY.search(data, start)
    if following is None:
        raise ScanError(Reason.TRUNCATED)
    return following.start()

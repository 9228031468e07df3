"""Whether a PNG is all there and unaltered.

Pillow does not compare the checksums of the picture's chunks, and takes a tail of zeros, as an interrupted copy leaves
it, for pixels.
"""

import struct
import zlib

from digitizer.errors import ScanError
from digitizer.scans.reasons import Reason

_SIGNATURE_BYTES = 8
_ANCILLARY = 0x20
"""This bit of a chunk's first letter says that a picture can be shown without it (PNG 3rd edition, 5.4)."""


def check_png(data: bytes) -> None:
    """Walk the chunks to the last one.

    Raises
    ------
    ScanError
        `truncated`; `damaged` if the checksum of a critical chunk is wrong.
    """
    view = memoryview(data)
    at = _SIGNATURE_BYTES
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            break
        checksum = int.from_bytes(view[end - 4 : end], "big")
        if not kind[0] & _ANCILLARY and zlib.crc32(view[at + 4 : end - 4]) != checksum:
            raise ScanError(Reason.DAMAGED, "A checksum is wrong.")
        if kind == b"IEND":
            return
        at = end
    raise ScanError(Reason.TRUNCATED)

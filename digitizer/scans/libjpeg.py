"""What libjpeg says of a JPEG of several scans: it fills up one that ends too early, and tells only OpenCV's user."""

import numpy as np

from digitizer.errors import ScanError
from digitizer.scans.messages import overheard
from digitizer.scans.reasons import Reason

_ENDS_TOO_EARLY = b"premature end of data segment"


def check_scans(data: bytes) -> None:
    """See that every scan of a JPEG has all its data.

    It is decoded for that at an eighth of its size, which costs as much as decoding it: only a JPEG of several scans is
    worth it, for with a single one Pillow can be made to notice (`sealed_jpeg`).

    Raises
    ------
    ScanError
        `truncated`.
    """
    import cv2

    with overheard() as said:
        cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8)
    if _ENDS_TOO_EARLY in said:
        raise ScanError(Reason.TRUNCATED)

"""What libtiff says while it decodes, and Pillow does not pass on.

It matters for CCITT Group 4. There every line is coded by its difference to the line above, so that after a bad code
word the rest of the page is lost; libtiff says so, fills the rest with whatever, and reports success.
"""

import contextlib
from collections.abc import Iterator

from digitizer.errors import ScanError
from digitizer.scans.messages import overheard
from digitizer.scans.reasons import Reason

_LOST_LINES = b"Fax4Decode:"


@contextlib.contextmanager
def heeding_libtiff() -> Iterator[None]:
    """Keep libtiff's messages from the user's terminal, and heed those that tell of lost lines.

    Raises
    ------
    ScanError
        `damaged`, if lines were lost.
    """
    with overheard() as said:
        yield
    if _LOST_LINES in said:
        raise ScanError(Reason.DAMAGED, "Lines are missing below a bad code word.")

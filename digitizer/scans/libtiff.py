"""What libtiff says while it decodes: it writes to the process's standard error, and Pillow passes none of it on.

It matters for CCITT Group 4. There every line is coded by its difference to the line above, so that after a bad code
word the rest of the page is lost; libtiff says so, fills the rest with whatever, and reports success.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator

from digitizer.errors import ScanError
from digitizer.scans.reasons import Reason

_STDERR = 2
_LOST_LINES = b"Fax4Decode:"
_MAX_MESSAGES_BYTES = 1 << 20


@contextlib.contextmanager
def heeding_libtiff() -> Iterator[None]:
    """Keep libtiff's messages from the user's terminal, and heed those that tell of lost lines.

    What other threads write to standard error meanwhile is lost.

    Raises
    ------
    ScanError
        `damaged`, if lines were lost.
    """
    try:
        terminal = os.dup(_STDERR)
    except OSError:  # a daemon without standard error: there is nothing to keep clean, and nothing to be heard
        yield
        return
    with tempfile.TemporaryFile() as messages:
        os.dup2(messages.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(terminal, _STDERR)
            os.close(terminal)
        messages.seek(0)
        if _LOST_LINES in messages.read(_MAX_MESSAGES_BYTES):
            raise ScanError(Reason.DAMAGED, "Lines are missing below a bad code word.")

"""What image libraries say while they decode: they write to the process's standard error, and nobody passes it on."""

import contextlib
import os
import tempfile
from collections.abc import Iterator

_STDERR = 2
_MAX_BYTES = 1 << 20


@contextlib.contextmanager
def overheard() -> Iterator[bytearray]:
    """Keep what is written to standard error from the user's terminal; what is yielded holds it when all is done.

    What other threads write meanwhile is kept, too. A daemon without standard error hears nothing.
    """
    said = bytearray()
    try:
        terminal = os.dup(_STDERR)
    except OSError:
        yield said
        return
    with tempfile.TemporaryFile() as messages:
        os.dup2(messages.fileno(), _STDERR)
        try:
            yield said
        finally:
            os.dup2(terminal, _STDERR)
            os.close(terminal)
            messages.seek(0)
            said += messages.read(_MAX_BYTES)

"""Prefect's server, which may be away: whether it answers, and how a process ends although it does not.

A process that has spoken to a server which is gone does not end by itself for minutes: when the interpreter ends,
Prefect delivers each event that is left, at ten attempts a second apart, and waits for that without a limit.
"""

import os
import sys
import threading
from collections.abc import Callable

import httpx
from prefect.settings import PREFECT_API_URL

END_S = 45.0
"""Until a run whose work is done is ended; what its last requests may take: 14 s of repetitions, and an answer."""
END_ALONE_S = 5.0
"""The same if the server does not answer: there is nobody to deliver anything to."""
_ANSWER_S = 5.0


def server_is_away() -> bool:
    """Tell whether a server is set, and does not answer. Without one, Prefect starts its own."""
    url = PREFECT_API_URL.value()
    if not url:
        return False
    try:
        return httpx.get(f"{url}/health", timeout=_ANSWER_S).is_server_error
    except httpx.TransportError:
        return True


def end_soon(exit_code: Callable[[], int]) -> None:
    """End this process if it does not end by itself. Only for a process that has nothing to do but one run.

    Parameters
    ----------
    exit_code
        Asked when the time is over.
    """

    def end() -> None:
        if not ended.wait(END_ALONE_S if server_is_away() else END_S):
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os._exit(exit_code())

    ended = threading.Event()
    threading.Thread(target=end, name="digitizer-end", daemon=True).start()

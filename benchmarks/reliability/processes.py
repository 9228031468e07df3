"""Finding and ending the processes of a trial, as the system sees them."""

import contextlib
import os
import signal
import time
from pathlib import Path

from benchmarks.reliability.outcome import Finding
from benchmarks.reliability.runs import TRIAL_VARIABLE

GRACE_S = 20.0
"""In which worker processes see that their run is gone, also while a page is being read."""


def of_trial(trial: str) -> list[int]:
    """Return the processes, of any parent, that were started for a trial."""
    mark = f"{TRIAL_VARIABLE}={trial}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):  # it has ended meanwhile
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
    return found


def children(parent: int) -> list[int]:
    """Return the processes that a process has started itself."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{parent}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return sorted(found)


def kill(process: int, *, group: bool = False) -> bool:
    """End a process, or its group, as `kill -9` does; tell whether it was there to be ended."""
    try:
        (os.killpg if group else os.kill)(process, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def check_gone(trial: str) -> list[Finding]:
    """See that all processes of a trial end by themselves; those that do not are ended here."""
    deadline = time.monotonic() + GRACE_S
    while left := of_trial(trial):
        if time.monotonic() > deadline:
            for process in left:
                kill(process)
            return [Finding("orphan", f"{len(left)} processes were left behind")]
        time.sleep(0.05)
    return []

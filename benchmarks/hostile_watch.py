"""Processes under watch: their memory, processor time and children, from /proc (Linux)."""

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLING_S = 0.03


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command needed.

    Attributes
    ----------
    parent_peak_bytes, child_peak_bytes
        Most memory that the process, and the largest of its children, ever held (resident).
    """

    exit_code: int
    wall_s: float
    parent_peak_bytes: int
    child_peak_bytes: int


def watched(command: Sequence[str]) -> Usage:
    """Run a command to its end, silently."""
    start_s = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    parent_peak, child_peaks = 0, [0]
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        parent_peak = max(parent_peak, peak_bytes(process.pid))
        child_peaks += [peak_bytes(child) for child in children(process.pid)]
        time.sleep(SAMPLING_S)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    # The kernel keeps the peak of the largest process that was waited for: one that died between two samples, too.
    largest = usage.ru_maxrss * 1024
    child_peak = largest if largest > parent_peak else max(child_peaks)
    return Usage(process.returncode, time.monotonic() - start_s, parent_peak, child_peak)


def children(process: int) -> list[int]:
    """Return the children of all threads of a process."""
    threads = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for thread in threads for child in _text(thread).split()]


def peak_bytes(process: int) -> int:
    """Return the most memory that a process has held (resident), 0 if it is gone."""
    for line in _text(Path(f"/proc/{process}/status")).splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def cpu_s(process: int) -> float:
    """Return the processor time of a process, 0 if it is gone."""
    fields = _text(Path(f"/proc/{process}/stat")).rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def _text(path: Path) -> str:
    """Return what a file of the kernel says, nothing if its process is gone."""
    try:
        return path.read_text()
    except OSError:
        return ""

"""A command under watch: the most memory it and its children held, and their processor time, from /proc (Linux)."""

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
    child_cpu_s
        Processor time of the child that used most, from its start to its end.
    """

    exit_code: int
    wall_s: float
    parent_peak_bytes: int
    child_peak_bytes: int
    child_cpu_s: float


def watched(command: Sequence[str]) -> Usage:
    """Run a command to its end, silently."""
    start_s = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    parent_peak, child_peaks, child_cpu_s = 0, [0], [0.0]
    while not (ended := os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)):
        parent_peak = max(parent_peak, _peak_bytes(process.pid))
        for child in _children(process.pid):
            child_peaks.append(_peak_bytes(child))
            child_cpu_s.append(_cpu_s(child))
        time.sleep(SAMPLING_S)
    del ended
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    # The kernel keeps the peak of the largest process that was waited for: one that died between two samples, too.
    largest = usage.ru_maxrss * 1024
    child_peak = largest if largest > parent_peak else max(child_peaks)
    return Usage(process.returncode, time.monotonic() - start_s, parent_peak, child_peak, max(child_cpu_s))


def _children(process: int) -> list[int]:
    """Return the children of all threads of a process."""
    children = []
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        children += [int(child) for child in _text(thread).split()]
    return children


def _peak_bytes(process: int) -> int:
    for line in _text(Path(f"/proc/{process}/status")).splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _cpu_s(process: int) -> float:
    fields = _text(Path(f"/proc/{process}/stat")).rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def _text(path: Path) -> str:
    """Return what a file of the kernel says, nothing if its process is gone."""
    try:
        return path.read_text()
    except OSError:
        return ""

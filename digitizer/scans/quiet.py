"""Which files nobody writes to any more: a scan that is read half would be taken for a damaged one.

1. A file that changed a moment ago is watched: one that is being written changes again, or its date moves on.
2. A file that a program has open for writing is not complete, however long it rests. Linux tells by granting a lease
   for reading only on files that nobody can write to (fcntl(2), F_SETLEASE); it is given back at once.

What cannot be told is taken for quiet. A file that fails to open is, too: the worker that reads it says why.
"""

import contextlib
import errno
import fcntl
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from digitizer.errors import ScanError
from digitizer.scans.content import open_scan
from digitizer.scans.found import Found, changed_at, fingerprint
from digitizer.scans.reasons import Reason

HONEST_ABOUT_LEASES = frozenset({"ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "tmpfs", "overlay"})
"""File systems that refuse a lease for writers only; NFS and SMB also do when the server delegates nothing."""

_MOUNTS = Path("/proc/self/mountinfo")


def quiet(
    found: Sequence[Found],
    seconds: float,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[list[Found], list[Found]]:
    """Part files that are complete from those that are still being written.

    Parameters
    ----------
    found
        Files to read that are new or changed.
    seconds
        A file that was changed within this time, or in the future (clocks are set back), is watched for so long; one
        wait serves for all files.

    Returns
    -------
    quiet, waiting
        In the given order; those that wait for the next run have the `skip_reason` `being_written`.
    """
    wait_s = max((_to_wait_s(each, seconds, clock()) for each in found), default=0.0)
    if wait_s > 0:
        sleep(wait_s)
    honest = _honest_devices()
    complete: list[Found] = []
    waiting: list[Found] = []
    for each in found:
        if _is_being_written(each, honest):
            waiting.append(replace(each, skip_reason=Reason.BEING_WRITTEN))
        else:
            complete.append(each)
    return complete, waiting


def _to_wait_s(found: Found, seconds: float, now: float) -> float:
    """Return how long a file has to be watched."""
    changed = changed_at(found.fingerprint)
    if changed is None:
        return 0.0
    return min(seconds, max(0.0, seconds - (now - changed)))


def _is_being_written(found: Found, honest: frozenset[int]) -> bool:
    """Tell whether a file changed since it was found, or is held open for writing."""
    if found.file.url:
        return False  # storage shows an object when it is complete
    try:
        descriptor = open_scan(found.file)
    except OSError as error:
        # Gone: it got another name. Busy: a file server has lent it to somebody who writes.
        return error.errno in (errno.ENOENT, errno.EAGAIN)
    except ScanError:
        return False
    try:
        status = os.fstat(descriptor)
        if fingerprint(status) != found.fingerprint:
            return True
        return status.st_dev in honest and _has_writer(descriptor)
    finally:
        os.close(descriptor)


def _has_writer(descriptor: int) -> bool:
    """Tell whether a program has a file open for writing; False if the system does not say."""
    try:
        # Who opens it for writing in this moment makes the system send a signal: one that is ignored, not SIGIO, which
        # would end this process.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def _honest_devices() -> frozenset[int]:
    """Return the devices of mounted file systems whose leases tell something (proc_pid_mountinfo(5))."""
    devices = set()
    with contextlib.suppress(OSError):
        for line in _MOUNTS.read_text(errors="replace").splitlines():
            mount, _, source = line.partition(" - ")
            if source.split(" ")[0] in HONEST_ABOUT_LEASES:
                major, minor = mount.split(" ")[2].split(":")
                devices.add(os.makedev(int(major), int(minor)))
    return frozenset(devices)

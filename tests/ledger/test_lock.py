"""One run at a time in an output folder."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from digitizer.errors import ExitCode, FolderBusyError
from digitizer.ledger.lock import output_lock

HOLD = """
import sys, time
from pathlib import Path
from digitizer.ledger.lock import output_lock
with output_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_run_is_told_that_the_folder_is_busy(tmp_path: Path) -> None:
    """Another run in the folder is an error with exit code 75."""
    with output_lock(tmp_path), pytest.raises(FolderBusyError) as refused, output_lock(tmp_path):
        pass

    assert refused.value.exit_code is ExitCode.BUSY


def test_a_folder_is_free_after_a_run(tmp_path: Path) -> None:
    """The lock ends with the run."""
    with output_lock(tmp_path):
        pass
    with output_lock(tmp_path):
        pass


def test_a_killed_run_leaves_no_stale_lock(tmp_path: Path) -> None:
    """The lock dies with its process, whatever kills it."""
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(FolderBusyError), output_lock(tmp_path):
            pass
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()

        with output_lock(tmp_path):
            pass

"""The command line of digitizer with the reader of `stub_reader`: `python -m benchmarks.reliability.stub run ...`.

All else, from the command line to the supervised worker processes and the ledger, is the true one.
"""

import os
from functools import partial
from unittest.mock import patch

from benchmarks.reliability.stub_reader import StubReader
from digitizer import batch, cli, job

PAGES_PER_CHUNK = 3
LEASE_VARIABLE = "RELIABILITY_LEASE_SECONDS"
CERTAIN_VARIABLE = "RELIABILITY_CERTAIN"
"""If set, what the system gives as random bytes is always the same, and with it the names of temporary files."""


def main() -> None:
    """Be the command line, with the other reader and small chunks."""
    lease_s = float(os.environ.get(LEASE_VARIABLE, job.LEASE_S))
    small = partial(job.Job, pages_per_chunk=PAGES_PER_CHUNK, lease_s=lease_s)
    digitize_folder = partial(batch.digitize_folder, setup=StubReader)
    random = bytes if os.environ.get(CERTAIN_VARIABLE) else os.urandom
    with (
        patch.object(job, "Job", small),
        patch.object(batch, "digitize_folder", digitize_folder),
        patch.object(os, "urandom", random),
    ):
        cli.main()


if __name__ == "__main__":
    main()

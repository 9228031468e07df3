"""Forks the command line of `stub` off a process that has imported it: a run then costs a fifth of its start-up.

`python -m benchmarks.reliability.forks` takes one run at a time: a line of JSON on stdin (`arguments`, `environment`,
`said` for stderr, `stopped`), the process's id in a line on stdout, and, when it has ended, its exit code in another.
"""

import json
import os
import signal
import sys
from pathlib import Path

import digitizer.console
import digitizer.ledger.ledger  # noqa: F401 - so that it is there in every run
from benchmarks.reliability import stub


def main() -> None:
    """Serve until stdin ends."""
    for line in sys.stdin:
        run = json.loads(line)
        process = os.fork()
        if process == 0:
            _be(run["arguments"], run["environment"], Path(run["said"]), stopped=run["stopped"])
        os.setpgid(process, process)
        print(process, flush=True)
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _be(arguments: list[str], environment: dict[str, str], said: Path, *, stopped: bool) -> None:
    """Become the command line; stopped at first, if something is to be attached to the process."""
    os.setpgid(0, 0)
    _redirect(Path(os.devnull), 0, os.O_RDONLY)
    _redirect(Path(os.devnull), 1, os.O_WRONLY)
    _redirect(said, 2, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.environ.update(environment)
    sys.argv = ["digitizer", *arguments]
    code = 1
    try:
        if stopped:
            os.kill(os.getpid(), signal.SIGSTOP)
        stub.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stderr.flush()
        os._exit(code)


def _redirect(path: Path, descriptor: int, flags: int) -> None:
    opened = os.open(path, flags, 0o644)
    os.dup2(opened, descriptor)
    os.close(opened)


if __name__ == "__main__":
    main()

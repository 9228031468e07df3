"""`digitizer review` as a person starts it: a process of its own, ended by Ctrl-C."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_COMMAND = "import typer; from digitizer.review_commands import review; typer.run(review)"
_PATIENCE_S = 60


@dataclass
class Served:
    """A running page: its `link`, with the token; and, when it was ended, all that it printed and its exit code."""

    link: str
    out: Path
    output: str = ""
    errors: str = ""
    exit_code: int | None = None

    @property
    def root(self) -> str:
        """The address without path and token, such as `http://127.0.0.1:20007`."""
        return self.link.partition("/?")[0]


@contextmanager
def serving(out: Path, *options: str) -> Iterator[Served]:
    """Serve the page while inside."""
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, str(out), "--no-browser", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        served = Served(first.rpartition(" ")[2].strip(), out)
        yield served
        process.send_signal(signal.SIGINT)
        output, served.errors = process.communicate(timeout=_PATIENCE_S)
        served.output, served.exit_code = first + output, process.returncode
    finally:
        process.kill()
        process.communicate()

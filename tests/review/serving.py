"""`digitizer review` as a person starts it: a process of its own, ended by Ctrl-C, or killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from digitizer.results import DATABASE_VARIABLE

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


class Server:
    """A server that can be killed and started again: at the same address, with another token in its link."""

    def __init__(self, out: Path, *options: str, database: str | None = None) -> None:
        own = {name: value for name, value in os.environ.items() if name != DATABASE_VARIABLE}
        self._environment = own | ({DATABASE_VARIABLE: database} if database else {})
        self._command = [sys.executable, "-c", _COMMAND, str(out), "--no-browser", *options]
        self.start()

    def start(self) -> None:
        """Start it, and wait until the page can be opened."""
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(self._command, stdout=pipe, stderr=pipe, text=True, env=self._environment)
        assert self._process.stdout is not None
        self.first_line = self._process.stdout.readline()
        self.link = self.first_line.rpartition(" ")[2].strip()

    def end(self) -> tuple[str, str, int]:
        """End it by Ctrl-C; return what it printed after the first line, its errors and its exit code."""
        self._process.send_signal(signal.SIGINT)
        output, errors = self._process.communicate(timeout=_PATIENCE_S)
        return output, errors, self._process.returncode

    def kill(self) -> None:
        """End it with no chance to do anything; what has ended already stays so."""
        self._process.kill()
        self._process.communicate()


@contextmanager
def serving(out: Path, *options: str, database: str | None = None) -> Iterator[Served]:
    """Serve the page while inside; its ledger lies in `out`, or in a database that a URL names."""
    server = Server(out, *options, database=database)
    try:
        served = Served(server.link, out)
        yield served
        output, served.errors, served.exit_code = server.end()
        served.output = server.first_line + output
    finally:
        server.kill()

"""A PostgreSQL server of the tests' own: loopback only, thrown away at the end, may be killed in between."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

USER = "digitizer"
_SETTINGS = {
    "fsync": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "50",
    "shared_buffers": "32MB",
}


class Server:
    """A server with one database, whose language sorts text as people do: not how a ledger has to sort it.

    Attributes
    ----------
    port
        On 127.0.0.1; the same after `kill` and `start`.
    """

    def __init__(self, binaries: Path, folder: Path, port: int) -> None:
        self.port = port
        self._binaries = binaries
        self._data = folder / "data"
        self._log = folder / "log"
        self._names = count(1)
        self._url = f"postgresql://{USER}@127.0.0.1:{port}/{USER}"

    def new_database(self) -> str:
        """Return the URL of an empty schema, which to a ledger is a database of its own, and made in no time."""
        name = f"ledger{next(self._names)}"
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"{self._url}?options=-csearch_path%3D{name}"

    def start(self) -> None:
        """Start it, and wait until it answers; after a `kill` it recovers first."""
        _run(self._binaries / "pg_ctl", "start", "-w", "-t", "60", "-D", str(self._data), "-l", str(self._log))

    def kill(self) -> None:
        """Kill it with SIGKILL, as a loss of power would, and wait until all its processes are gone."""
        pid = int((self._data / "postmaster.pid").read_text().split()[0])
        children = _children(pid)
        for each in (pid, *children):
            _end(each)
        while any(_lives(each) for each in (pid, *children)):
            time.sleep(0.02)
        # It names the dead one, whose number may be in use for as long as nobody has asked how it ended.
        (self._data / "postmaster.pid").unlink()

    def stop(self) -> None:
        """End it in order."""
        if (self._data / "postmaster.pid").exists():
            _run(self._binaries / "pg_ctl", "stop", "-m", "immediate", "-D", str(self._data), check=False)

    def initialise(self) -> None:
        """Make its folder."""
        language = "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"
        access = f"--username={USER}", "--auth=trust"
        _run(self._binaries / "initdb", "-D", str(self._data), *access, *language, "--no-sync")
        settings = {**_SETTINGS, "port": str(self.port)}
        with (self._data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())


@contextmanager
def postgres_server() -> Iterator[Server]:
    """Run a server for as long as the context lasts.

    Without the binaries the test is skipped, but in CI it fails.
    """
    binaries = _binaries()
    if binaries is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not installed")
        pytest.skip("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory(prefix="digitizer-postgres-") as folder:
        if os.geteuid() == 0:  # as whom PostgreSQL refuses to run
            shutil.chown(folder, "postgres")
        server = Server(binaries, Path(folder), _free_port())
        server.initialise()
        try:
            server.start()
            _run(binaries / "createdb", "-h", "127.0.0.1", "-p", str(server.port), "-U", USER, USER)
            yield server
        finally:
            server.stop()


def _binaries() -> Path | None:
    found = shutil.which("pg_ctl")
    if found and (Path(found).resolve().parent / "initdb").exists():
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    return installed[-1].parent if installed else None


def _run(program: Path, *arguments: str, check: bool = True) -> None:
    user = "postgres" if os.geteuid() == 0 else None
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
    command = [str(program), *arguments]
    # The output of pg_ctl is not a pipe: the server would keep it open.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(command, user=user, cwd="/", env=environment, stdout=said, stderr=said, check=False)
        said.seek(0)
        if check and done.returncode:
            raise RuntimeError(f"{program.name} failed: {said.read().decode(errors='replace')}")


def _children(pid: int) -> list[int]:
    return [
        int(each) for task in Path(f"/proc/{pid}/task").iterdir() for each in (task / "children").read_text().split()
    ]


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])

"""Kills Prefect's server while a flow is at work: `python -m benchmarks.prefect_kills [--kills N] [--pages N]`.

Each run has a ledger of its own and must end with the bytes of an undisturbed `digitizer run`, and with its exit code.
What is measured is how long the process lives on when its results are written. Servers listen on 127.0.0.1 and have a
home folder of their own.
"""

import argparse
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from benchmarks.pages import draw_pages
from benchmarks.speed import in_own_process

SEED = 5
RESULTS = ("fields.csv", "pages.csv", "summary.json")
START_TIMEOUT_S = 300.0
_RESTART_AFTER_S = 2.0


class Server:
    """Prefect's server in a process of its own."""

    def __init__(self, home: Path) -> None:
        self._home = home
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}/api"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to find this server, and nothing of the user's."""
        return os.environ | {
            "PREFECT_HOME": str(self._home),
            "PREFECT_API_URL": self.url,
            "PREFECT_SERVER_API_PORT": str(self._port),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
        }

    def start(self) -> None:
        """Start it, without waiting for it to answer."""
        self._home.mkdir(parents=True, exist_ok=True)
        with (self._home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self._port)],
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def wait(self) -> None:
        """Wait until it answers."""
        for _ in range(int(START_TIMEOUT_S / 0.2)):
            try:
                if httpx.get(f"{self.url}/health").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.2)
        raise TimeoutError(f"Prefect's server does not start; see {self._home / 'server.log'}")

    def kill(self) -> None:
        """End it as a crash would, if it runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended.

    Attributes
    ----------
    reading_s
        From the first sight of the ledger to the results.
    alive_s
        How long the process lived when its results were written.
    wall_s
        Of the whole process.
    """

    code: int
    printed: str
    reading_s: float
    alive_s: float
    wall_s: float


def run_flow(
    command: Sequence[str],
    out: Path,
    environment: Mapping[str, str],
    disturb: Callable[[], None] = lambda: None,
    watch: Callable[[int], None] = lambda _: None,
) -> Ended:
    """Run a flow that writes into `out`.

    Parameters
    ----------
    disturb
        Called once, when the ledger is there.
    watch
        Called with the process's number, twice a second from then on.
    """
    started = time.monotonic()
    log = out.with_suffix(".log")
    with log.open("wb") as printed:
        process = subprocess.Popen(  # noqa: S603
            [*command, "--out", str(out)], env=environment, stdout=printed, stderr=subprocess.STDOUT
        )
        try:
            _await_ledger(out, process)
            seen = time.time()
            disturb()
            while not _ended(process):
                watch(process.pid)
        finally:
            process.kill()
    ended = time.time()
    written = (out / RESULTS[1]).stat().st_mtime if (out / RESULTS[1]).exists() else ended
    printed_text = log.read_text(errors="replace")
    return Ended(process.returncode, printed_text, written - seen, ended - written, time.monotonic() - started)


def _ended(process: "subprocess.Popen[bytes]") -> bool:
    """Wait half a second for a process to end."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(0.5)
    return process.returncode is not None


def _await_ledger(out: Path, process: "subprocess.Popen[bytes]") -> None:
    """Wait until a run has opened its ledger, or has ended."""
    while not (out / "ledger.sqlite").exists() and process.poll() is None:
        time.sleep(0.05)


def same_results(one: Path, other: Path) -> bool:
    """Tell whether two folders hold the same results, byte for byte."""
    paths = [(one / name, other / name) for name in RESULTS]
    return all(mine.exists() and mine.read_bytes() == theirs.read_bytes() for mine, theirs in paths)


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw scans, run undisturbed, then with each kind of trouble; print a line a run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--pages", type=int, default=48)
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as name:
        folder = Path(name)
        scans = folder / "scans"
        scans.mkdir()
        in_own_process(draw_pages, scans, options.pages, SEED)
        return _Trials(folder, scans).run(options.kills)


class _Trials:
    """Runs over the same scans, each with an output folder of its own."""

    def __init__(self, folder: Path, scans: Path) -> None:
        self._folder = folder
        self._reference = folder / "undisturbed"
        self._server = Server(folder / "home")
        self._command = [sys.executable, "-m", "flows.digitize", str(scans), "--workers", "2", "--pages-per-task", "2"]
        direct = [sys.executable, "-m", "digitizer", "run", str(scans), "--out", str(self._reference)]
        self._code = subprocess.run(direct, capture_output=True, check=False).returncode  # noqa: S603
        self._failures = 0
        self._longest_s = 0.0

    def run(self, kills: int) -> int:
        """Make all runs; return how many did not end as they should."""
        rng = random.Random(SEED)  # noqa: S311 - moments, not secrets
        try:
            usual = self._trial("nothing happens", lambda: None)
            self._trial("down from the start", lambda: None, up=False)
            reading_s = usual.reading_s
            for number in range(1, kills + 1):
                moment_s = rng.uniform(0, max(1.0, reading_s))
                self._trial(f"kill {number}, {moment_s:.1f} s after reading began", partial(self._kill, moment_s))
            self._trial("restart in mid-run", partial(self._restart, reading_s / 3))
        finally:
            self._server.kill()
        print(f"{self._failures} runs not as they should be; alive after the results: {self._longest_s:.1f} s at most")
        return self._failures

    def _trial(self, name: str, disturb: Callable[[], None], up: bool = True) -> Ended:
        if up:
            self._server.start()
            self._server.wait()
        out = self._folder / name.replace(" ", "_").replace(",", "")
        ended = run_flow(self._command, out, self._server.environment, disturb)
        self._server.kill()
        good = same_results(out, self._reference) and ended.code == self._code
        self._failures += not good
        self._longest_s = max(self._longest_s, ended.alive_s)
        verdict = "same bytes" if good else "NOT THE SAME"
        print(f"{name:<44}{verdict}, code {ended.code}, process alive for {ended.alive_s:.1f} s more", flush=True)
        return ended

    def _kill(self, after_s: float) -> None:
        time.sleep(after_s)
        self._server.kill()

    def _restart(self, after_s: float) -> None:
        self._kill(after_s)
        time.sleep(_RESTART_AFTER_S)
        self._server.start()


if __name__ == "__main__":
    sys.exit(main())

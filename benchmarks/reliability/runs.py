"""Starting one run of a program, by a new interpreter or a fork of one that has imported all, perhaps under strace."""

import atexit
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol

ROOT = Path(__file__).parents[2]
TRIAL_VARIABLE = "RELIABILITY_TRIAL"
"""Names the trial in the environment of all its processes, so that those left behind are found."""
FINISHED = (0, 3)
BUSY = 75
RUN_LIMIT_S = 300.0
KILLED = -int(signal.SIGKILL)
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Run(Protocol):
    """A run that was started, leader of a process group of its own."""

    pid: int

    def poll(self) -> int | None:
        """Return its exit code, negative for a signal; None while it lives."""

    def end(self, limit_s: float = RUN_LIMIT_S) -> tuple[int, str]:
        """Wait for its end; return its exit code and what it said on stderr."""


@dataclass(frozen=True, slots=True)
class Program:
    """How a run is started: `command SCANS --out DIR --workers N`.

    Attributes
    ----------
    environment
        What is set beside the variables of this process.
    forked
        Whether runs are forked off a process of `forks`; `command` is then without its program.
    """

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    forked: bool = False

    def start(self, scans: Path, out: Path, workers: int = 1, *, strace: tuple[str, ...] = (), trial: str = "") -> Run:
        """Start one run; `strace` are options of it, if it is to watch."""
        arguments = [str(scans), "--out", str(out), "--workers", str(workers)]
        environment = self.environment | {TRIAL_VARIABLE: trial}
        if self.forked:
            return _Fork([*self.command, *arguments], environment, strace)
        return _Fresh([*self.command, *arguments], environment, strace)

    def finish(self, scans: Path, out: Path, workers: int = 1) -> tuple[int, str]:
        """Carry out one run; return its exit code and what it said on stderr."""
        return self.start(scans, out, workers).end()

    def with_environment(self, **more: str) -> "Program":
        """Return the same program in another environment."""
        return replace(self, environment=self.environment | more)


class _Fresh:
    """A run by an interpreter of its own; under strace, `pid` is that of strace."""

    def __init__(self, command: list[str], environment: dict[str, str], strace: tuple[str, ...]) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [*(("strace", *strace) if strace else ()), *command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | environment | {"PYTHONPATH": str(ROOT)},
            process_group=0,
        )
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.poll()

    def end(self, limit_s: float = RUN_LIMIT_S) -> tuple[int, str]:
        with self._process:
            try:
                _, said = self._process.communicate(timeout=limit_s)
            except BaseException:
                self._process.kill()
                raise
            return self._process.returncode, said


class _Server:
    """A process of `forks`, which forks off one run after the other."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.reliability.forks"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            cwd=ROOT,
            env=os.environ | _ONE_THREAD,
        )

    def send(self, request: dict[str, object]) -> int:
        """Ask for a run; return its process."""
        if self.process.stdin is None:
            raise RuntimeError("The server has no stdin.")
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self.receive()

    def receive(self, limit_s: float = RUN_LIMIT_S) -> int:
        """Wait for the next number that it says."""
        if self.process.stdout is None or not select.select([self.process.stdout], [], [], limit_s)[0]:
            raise TimeoutError(f"Nothing was heard of a run for {limit_s} s.")
        return int(self.process.stdout.readline())

    def has_said(self) -> bool:
        """Tell whether a number waits."""
        return self.process.stdout is not None and bool(select.select([self.process.stdout], [], [], 0)[0])


_idle: "SimpleQueue[_Server]" = SimpleQueue()
"""Servers that wait for the next run."""


@atexit.register
def _end_servers() -> None:
    """Let them end: they would, for their stdin ends, but not before this process has complained of them."""
    with contextlib.suppress(Empty):
        while True:
            server = _idle.get_nowait()
            with server.process:
                pass


class _Fork:
    """A run that was forked off a server."""

    def __init__(self, arguments: list[str], environment: dict[str, str], strace: tuple[str, ...]) -> None:
        try:
            self._server = _idle.get_nowait()
        except Empty:
            self._server = _Server()
        descriptor, name = tempfile.mkstemp()
        os.close(descriptor)
        self._said = Path(name)
        self._code: int | None = None
        self.pid = self._server.send(
            {"arguments": arguments, "environment": environment, "said": name, "stopped": bool(strace)}
        )
        self._strace = _attach(self.pid, strace) if strace else None

    def poll(self) -> int | None:
        if self._code is None and self._server.has_said():
            self._take(self._server.receive())
        return self._code

    def end(self, limit_s: float = RUN_LIMIT_S) -> tuple[int, str]:
        if self._code is None:
            try:
                self._take(self._server.receive(limit_s))
            except TimeoutError:
                os.kill(self.pid, signal.SIGKILL)
                raise
        said = self._said.read_text()
        self._said.unlink()
        return self._code or 0, said

    def _take(self, code: int) -> None:
        self._code = code
        if self._strace is not None:
            with self._strace:
                self._strace.communicate(timeout=RUN_LIMIT_S)
        _idle.put(self._server)


def _attach(process: int, options: tuple[str, ...]) -> "subprocess.Popen[str]":
    """Let strace watch a process that has stopped itself, then let that go on."""
    stat = Path(f"/proc/{process}/stat")
    while stat.read_text().rsplit(")", 1)[1].split()[0] not in "Tt":
        time.sleep(0.001)
    strace = subprocess.Popen(  # noqa: S603
        ["strace", *options, "-p", str(process)],  # noqa: S607
        stderr=subprocess.PIPE,
        text=True,
    )
    if strace.stderr is None or "attached" not in strace.stderr.readline():
        raise RuntimeError("strace could not be attached.")
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGCONT)
    return strace

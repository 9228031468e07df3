"""Reads the same pages by each task runner, then many on threads: `python -m benchmarks.runners`.

Every runner must give the bytes of `digitizer run`. Clusters are made for the run, with two workers. Ray has a network
of its own, for its parts listen on all addresses; it needs `unshare` and the right to use it, and is left out without.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.pages import draw_pages
from benchmarks.prefect_kills import Ended, Server, run_flow, same_results
from benchmarks.speed import in_own_process
from flows.parameters import Runner

SEED = 6
DRAWN = 40
"""Pages that are drawn; more are the same under other bytes."""
WORKERS = 2
OWN_NETWORK = ("unshare", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "sh")
"""Before a command: it runs in a network that reaches itself only."""
FALLEN_BACK = "It is read without Prefect"
"""Printed for a chunk that the runner did not read."""
_JPEG_START = b"\xff\xd8"
_MEBIBYTE = 1 << 20


@dataclass(slots=True)
class Memory:
    """What a process holds, sampled while it runs: (seconds, MiB) each."""

    samples: list[tuple[float, float]] = field(default_factory=list)

    def sample(self, pid: int) -> None:
        """Note what the process holds now."""
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        self.samples.append((time.monotonic(), pages * os.sysconf("SC_PAGESIZE") / _MEBIBYTE))

    def slope(self, pages: int) -> float:
        """Return how much it grows, MiB per 1000 pages: a straight line through all but the first quarter."""
        seconds, mebibytes = np.array(self.samples[len(self.samples) // 4 :]).T
        per_second = float(np.polyfit(seconds, mebibytes, 1)[0])
        return per_second * (self.samples[-1][0] - self.samples[0][0]) / pages * 1000


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw pages, read them by each runner, and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--many", type=int, default=2000, help="pages over which memory is watched; 0 leaves that out")
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "drawn").mkdir()
        in_own_process(draw_pages, folder / "drawn", min(DRAWN, options.pages), SEED)
        server = Server(folder / "home")
        server.start()
        try:
            server.wait()
            compare(folder, server, options.pages)
            if options.many:
                watch_memory(folder, server, options.many)
        finally:
            server.kill()


def compare(folder: Path, server: Server, pages: int) -> None:
    """Read the same pages by the command line and by every runner."""
    scans, reference = multiplied(folder / "drawn", folder / "scans", pages), folder / "reference"
    direct = [sys.executable, "-m", "digitizer", "run", str(scans), "--workers", str(WORKERS)]
    print(_line("digitizer run", run_flow(direct, reference, os.environ), pages), flush=True)
    for runner in Runner:
        environment = dict(server.environment)
        command = [sys.executable, "-m", "flows.digitize", str(scans), "--workers", str(WORKERS), "--runner", runner]
        if runner is Runner.RAY:
            if not has_own_network():
                print("ray: left out, for it needs a network of its own")
                continue
            command = [*OWN_NETWORK, *command]
            environment["PREFECT_HOME"] = str(folder / "home of ray")  # it starts a server in its own network
            del environment["PREFECT_API_URL"], environment["PREFECT_SERVER_API_PORT"]
        ended = run_flow(command, folder / runner, environment)
        verdict = "same bytes" if same_results(folder / runner, reference) else "OTHER BYTES"
        if FALLEN_BACK in ended.printed:
            verdict = "NOT READ BY THE RUNNER"
        print(f"{_line(runner, ended, pages)}, {verdict}", flush=True)


def watch_memory(folder: Path, server: Server, pages: int) -> None:
    """Read many pages on threads, watching what the run's process holds; its workers are held by their own limits."""
    scans, memory = multiplied(folder / "drawn", folder / "many", pages), Memory()
    command = [sys.executable, "-m", "flows.digitize", str(scans), "--workers", str(WORKERS)]
    ended = run_flow(command, folder / "many_results", server.environment, watch=memory.sample)
    held = [mebibytes for _, mebibytes in memory.samples]
    print(_line(f"{pages} pages on threads", ended, pages))
    print(f"memory of the run's process: {held[0]:.0f} MiB at first, {max(held):.0f} at most, {held[-1]:.0f} at last; ")
    print(f"{memory.slope(pages):+.1f} MiB per 1000 pages")


def multiplied(drawn: Path, folder: Path, pages: int) -> Path:
    """Fill a folder with as many scans: the drawn pages over and over, each with a comment that makes its bytes new."""
    folder.mkdir()
    originals = [path.read_bytes().removeprefix(_JPEG_START) for path in sorted(drawn.iterdir())]
    for number in range(pages):
        comment = f"{number:08}".encode()
        segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
        scan = _JPEG_START + segment + originals[number % len(originals)]
        (folder / f"scan_{number:05}.jpg").write_bytes(scan)
    return folder


def has_own_network() -> bool:
    """Tell whether a command can be given a network of its own."""
    try:
        return subprocess.run([*OWN_NETWORK, "true"], capture_output=True, check=False).returncode == 0  # noqa: S603
    except OSError:
        return False


def _line(name: str, ended: Ended, pages: int) -> str:
    return (
        f"{name:<24}{pages / ended.reading_s:5.1f} pages a second, {ended.reading_s:.0f} s with its start of workers, "
        f"{ended.wall_s:.0f} s in all, code {ended.code}"
    )


if __name__ == "__main__":
    main()

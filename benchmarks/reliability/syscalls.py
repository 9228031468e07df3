"""What a run asks of the system concerning its output folder, listed and disturbed with strace.

The main thread of the run is the only one that touches the folder; `list_calls` says so if that is not true.
"""

import os
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks.reliability.runs import Program

WRITES = ("write", "pwrite64", "writev", "pwritev", "ftruncate", "truncate", "fallocate")
SYNCS = ("fsync", "fdatasync", "sync_file_range")
RENAMES = ("rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir", "mkdirat")
LOCKS = ("flock", "fcntl")
OPENS = ("openat",)
CALLS = (*WRITES, *SYNCS, *RENAMES, *LOCKS, *OPENS)
DISTURBED_LIMIT_S = 120.0
_LOCKING = ("F_SETLK", "F_SETLKW", "F_OFD_SETLK")
_WRITING = ("O_WRONLY", "O_RDWR", "O_CREAT")
_LINE = re.compile(r"^(?:(?P<thread>\d+) +)?(?P<name>\w+)\(")


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the `number`th of its name (1-based) that concerns the folder, and what strace wrote about it."""

    name: str
    number: int
    text: str

    @property
    def kind(self) -> str:
        """What it is for: `write`, `sync`, `rename`, `lock` or `open`."""
        kinds = {"write": WRITES, "sync": SYNCS, "rename": RENAMES, "lock": LOCKS, "open": OPENS}
        return next(kind for kind, names in kinds.items() if self.name in names)

    @property
    def matters(self) -> bool:
        """Whether it changes or locks anything: `fcntl` and `openat` do other things too."""
        if self.name == "fcntl":
            return any(word in self.text for word in _LOCKING)
        return self.name != "openat" or any(word in self.text for word in _WRITING)


def available() -> bool:
    """Tell whether strace is there and may be used."""
    strace, true = shutil.which("strace"), shutil.which("true")
    if strace is None or true is None:
        return False
    return subprocess.run([strace, "-o", os.devnull, true], capture_output=True, check=False).returncode == 0  # noqa: S603


def list_calls(program: Program, scans: Path, out: Path, log: Path) -> tuple[list[Call], tuple[Path, ...]]:
    """Carry out one run; return its calls that concern `out`, in order, and all paths there that it used.

    Raises
    ------
    RuntimeError
        If another thread than the main one, or a worker, wrote into the folder.
    """
    strace = ("-f", "-y", "-s", "0", "-o", str(log), "-e", f"trace={','.join(CALLS)}")
    program.start(scans, out, strace=strace).end()
    lines = [line for line in log.read_text().splitlines() if str(out) in line and _LINE.match(line)]
    main = log.read_text().split(maxsplit=1)[0]
    calls = _numbered([line for line in lines if line.split(maxsplit=1)[0] == main])
    others = _numbered([line for line in lines if line.split(maxsplit=1)[0] != main])
    if strange := [call for call in others if call.matters]:
        raise RuntimeError(f"{len(strange)} calls are not made by the main thread, such as: {strange[0].text}")
    named = re.compile(re.escape(str(out)) + r'[^"<>,]*')
    paths = {path.removesuffix("(deleted)") for line in lines for path in named.findall(line)}
    return calls, tuple(map(Path, sorted(paths)))


def run_disturbed(
    program: Program, scans: Path, out: Path, paths: tuple[Path, ...], call: Call, fault: str, log: Path
) -> tuple[int, str, bool]:
    """Carry out one run with a fault at one call, such as `signal=SIGKILL` or `error=EIO`.

    Returns
    -------
    tuple of int, str and bool
        Exit code, what was said on stderr, and whether the call was met.
    """
    only = [argument for path in paths for argument in ("-P", str(path))]
    inject = f"inject={call.name}:{fault}:when={call.number}"
    # A disk stays full. Locks need no room; one that is refused for ever, SQLite would wait for half a minute.
    persistent = "+" if "ENOSPC" in fault and call.kind != "lock" else ""
    strace = ("-y", "-s", "0", "-o", str(log), "-e", f"trace={call.name}", *only, "-e", inject + persistent)
    code, said = program.start(scans, out, strace=strace).end(DISTURBED_LIMIT_S)
    text = log.read_text()
    return code, said, "(INJECTED)" in text or "killed by SIGKILL" in text


def check_order(calls: list[Call]) -> list[str]:
    """See that nothing gets its name, and nothing is left, before it is on the disk; return what is not so.

    A killed process loses nothing that the system has taken from it. A loss of power does; against that only the order
    of writing and syncing helps.
    """
    wrong, unsynced = [], dict[str, str]()
    for call in calls:
        paths = re.findall(r'[<"](/[^>"]*)[>"]', call.text)
        if call.kind == "write" and not paths[0].endswith(("-shm", ".lock")):
            unsynced[paths[0]] = call.text
        elif call.kind == "sync":
            unsynced.pop(paths[0], None)
        elif call.name.startswith("rename"):
            if unsynced.pop(paths[0], None):
                wrong.append(f"renamed before it was synced: {paths[0]}")
            unsynced[str(Path(paths[-1]).parent)] = call.text
        elif call.name.startswith("unlink"):
            unsynced.pop(paths[-1], None)
    return wrong + [f"never synced: {path}" for path in unsynced]


def _numbered(lines: list[str]) -> list[Call]:
    count: Counter[str] = Counter()
    calls = []
    for line in lines:
        match = _LINE.match(line)
        if match is not None:
            name = match["name"]
            count[name] += 1
            calls.append(Call(name, count[name], line))
    return calls

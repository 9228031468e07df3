"""Injects SIGKILL, ENOSPC and EIO at each call that touches the output folder.

`python -m benchmarks.reliability.faults [--program fork|stub] [--every N] [--faults ...] [--at-once N]`

Two nights are disturbed: the first, which makes the ledger, and a second, which adds to it and replaces results. A call
that fails with ENOSPC fails from then on, as a disk stays full; EIO, and ENOSPC at a lock, strike once. After each
fault: a run that says it is done must be; results are those of before or those of after, from the first byte to the
last; and an undisturbed run makes of it what would have come without the fault. Needs strace.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.reliability.outcome import (
    Finding,
    Reference,
    check_final,
    check_results,
    check_whole,
    nothing,
    reference,
)
from benchmarks.reliability.runs import FINISHED, Program
from benchmarks.reliability.stub import CERTAIN_VARIABLE
from benchmarks.reliability.stub_reader import PAGE_SECONDS_VARIABLE
from benchmarks.reliability.syscalls import Call, available, check_order, list_calls, run_disturbed
from benchmarks.reliability.tables import conclude, counted, print_table, with_progress
from benchmarks.reliability.work import PROGRAMS, draw_stubs, fresh

FAULTS = {"SIGKILL": "signal=SIGKILL", "ENOSPC": "error=ENOSPC", "EIO": "error=EIO"}
KINDS = ("write", "sync", "rename", "lock", "open")
BUG_MESSAGE = "this is a bug"
TITLES = ("program", "night", "fault", "at", "calls", "disturbed", "said done, and was", "not met", "found wrong")


@dataclass(frozen=True, slots=True)
class Night:
    """A run that is disturbed: from which folder it starts, what lies there before and after, which calls it makes."""

    name: str
    base: Path | None
    before: Reference
    after: Reference
    calls: tuple[Call, ...]
    paths: tuple[Path, ...]
    order: tuple[str, ...] = ()


@dataclass(slots=True)
class Trial:
    """What became of one disturbed run."""

    call: Call
    fault: str
    met: bool = False
    done: bool = False
    findings: list[Finding] = field(default_factory=list)


class Place:
    """Folders of one thread: the output folder has to have the same name in every run that it disturbs."""

    def __init__(self, folder: Path, number: int) -> None:
        self.out = folder / f"place{number}" / "out"
        self.log = folder / f"place{number}" / "log"
        self.out.parent.mkdir()


def main(arguments: Sequence[str] | None = None) -> None:
    """Disturb, compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", choices=PROGRAMS, default="fork")
    parser.add_argument("--every", type=int, default=1, help="disturb every N-th call of each kind only")
    parser.add_argument("--faults", choices=FAULTS, nargs="+", default=list(FAULTS))
    parser.add_argument("--at-once", type=int, default=2, help="trials side by side")
    options = parser.parse_args(arguments)
    if not available():
        parser.exit(2, "strace is not there, or may not be used.\n")
    program = PROGRAMS[options.program].with_environment(**{PAGE_SECONDS_VARIABLE: "0", CERTAIN_VARIABLE: "1"})
    with TemporaryDirectory() as folder:
        pick = each_kind(options.every)
        nights, trials = disturb(program, Path(folder).resolve(), pick, options.faults, options.at_once)
    for night in nights:
        print(f"The order of writing and syncing, {night.name} night: {'; '.join(night.order) or 'as it has to be'}.")
    print_table(TITLES, [row for night in nights for row in _rows(program, night, trials[night.name], options.faults)])
    conclude(found(nights, trials))


Pick = Callable[[Sequence[Call]], list[Call]]
"""Chooses, of all calls of a night that matter, those that are disturbed."""


def each_kind(every: int) -> Pick:
    """Return what picks every N-th call of each kind."""
    return lambda calls: [call for kind in KINDS for call in [c for c in calls if c.kind == kind][::every]]


def disturb(
    program: Program, folder: Path, pick: Pick, faults: Sequence[str], at_once: int = 1
) -> tuple[list[Night], dict[str, list[Trial]]]:
    """Disturb the first and the second night at calls that are picked; return what became of it.

    Parameters
    ----------
    folder
        To work in; without links in its path.
    """
    scans = draw_stubs(folder / "scans", seed=1, files=2)
    base = folder / "base"
    first = _night("first", program, scans, None, Place(folder, 0))
    program.finish(scans, base)
    trials = {"first": _disturb_night(program, scans, first, folder / "1", pick, faults, at_once)}
    draw_stubs(scans, seed=1, files=2, first=50)
    second = _night("second", program, scans, base, Place(folder, 1))
    trials["second"] = _disturb_night(program, scans, second, folder / "2", pick, faults, at_once)
    return [first, second], trials


def found(nights: Sequence[Night], trials: Mapping[str, Sequence[Trial]]) -> list[Finding]:
    """Return all that was found to be wrong."""
    order = [Finding("order", text) for night in nights for text in night.order]
    return order + [finding for each in trials.values() for trial in each for finding in trial.findings]


def _night(name: str, program: Program, scans: Path, base: Path | None, place: Place) -> Night:
    """Let an undisturbed run show what comes out, and which calls it makes."""
    before = nothing() if base is None else reference(base)
    calls, paths = list_calls(program, scans, fresh(place.out, base), place.log)
    after = reference(place.out)
    if not after.files:
        raise RuntimeError("An undisturbed run left no results.")
    relative = tuple(path.relative_to(place.out) for path in paths)
    return Night(name, base, before, after, tuple(calls), relative, tuple(check_order(calls)))


def _disturb_night(
    program: Program, scans: Path, night: Night, folder: Path, pick: Pick, faults: Sequence[str], at_once: int
) -> list[Trial]:
    """Disturb one night, in several places at once."""
    folder.mkdir()
    targets = pick([call for call in night.calls if call.matters])
    places = [Place(folder, number) for number in range(at_once)]

    def trial(work: tuple[Call, str]) -> Trial:
        place = places.pop()
        try:
            return _try(program, scans, night, place, *work)
        finally:
            places.append(place)

    with ThreadPoolExecutor(at_once) as threads:
        trials = threads.map(trial, [(call, fault) for fault in faults for call in targets])
        return list(with_progress(trials, f"{night.name} night", len(faults) * len(targets)))


def _try(program: Program, scans: Path, night: Night, place: Place, call: Call, fault: str) -> Trial:
    """Disturb a run at one call, then let another come to its end."""
    trial = Trial(call, fault)
    out = fresh(place.out, night.base)
    paths = tuple(place.out / path for path in night.paths)
    code, said, trial.met = run_disturbed(program, scans, out, paths, call, FAULTS[fault], place.log)
    where = f"{fault} at {call.name} {call.number} of the {night.name} night ({call.text.split(' ', 1)[-1][:160]}): "
    found = check_whole(out, night.before, night.after)
    if code in FINISHED:
        trial.done = True
        found += [Finding("false success", each.detail) for each in check_results(out, night.after)]
    if BUG_MESSAGE in said or "Traceback" in said:
        found.append(Finding("not plain", said[-400:]))
    code, said = program.finish(scans, out)
    if code not in FINISHED:
        found.append(Finding("failed", f"the next run ended with {code}: {said[-400:]}"))
    found += check_final(out, night.after)
    trial.findings = [Finding(each.kind, where + each.detail) for each in found]
    return trial


def _rows(program: Program, night: Night, trials: Sequence[Trial], faults: Sequence[str]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for fault in faults:
        for kind in KINDS:
            some = [trial for trial in trials if trial.fault == fault and trial.call.kind == kind]
            findings = [finding for trial in some for finding in trial.findings]
            calls = sum(call.kind == kind and call.matters for call in night.calls)
            done, missed = sum(trial.done for trial in some), sum(not trial.met for trial in some)
            rows.append((program.name, night.name, fault, kind, calls, len(some), done, missed, counted(findings)))
    return rows


if __name__ == "__main__":
    main()

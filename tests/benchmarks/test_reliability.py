"""The harnesses of reliability in short: the job passes them, and designs that are known to be broken do not."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from benchmarks.reliability import databases, faults, kills, rivals, scale, surroundings
from benchmarks.reliability.broken import miniature
from benchmarks.reliability.miniature import Flaw
from benchmarks.reliability.outcome import Finding, Reference, reference
from benchmarks.reliability.stub import CERTAIN_VARIABLE
from benchmarks.reliability.syscalls import Call, available
from benchmarks.reliability.tables import conclude
from benchmarks.reliability.work import FORK, draw_stubs
from tests.postgres import Server, postgres_server

needs_strace = pytest.mark.skipif(not available(), reason="strace is not there, or may not be used")
TRIED = ("disk full", "read-only, later", "clock 10 years back after a kill", "locale C, ASCII only")
CERTAIN = FORK.with_environment(**{CERTAIN_VARIABLE: "1"})


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder whose name is short and leads over no link."""
    with TemporaryDirectory() as name:
        yield Path(name).resolve()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run PostgreSQL."""
    with postgres_server() as running:
        yield running


@pytest.fixture
def undisturbed(folder: Path) -> Reference:
    """Read scans that nothing disturbs."""
    assert FORK.finish(draw_stubs(folder / "scans", seed=1), folder / "undisturbed")[0] == 3
    return reference(folder / "undisturbed")


def syncs(calls: Sequence[Call]) -> list[Call]:
    """Pick where the ledger is put on the disk."""
    return [call for call in calls if call.kind == "sync" and "-wal" in call.text]


def of_results(calls: Sequence[Call]) -> list[Call]:
    """Pick where a result is written and gets its name."""
    return [call for call in calls if "pages.csv" in call.text and call.kind != "open"]


def few(calls: Sequence[Call]) -> list[Call]:
    """Pick a call of each kind, and those that give results their names."""
    return [*faults.each_kind(200)(calls), *(call for call in calls if call.name == "rename")]


def none(_: Sequence[Call]) -> list[Call]:
    """Pick nothing: only the order of the calls is looked at."""
    return []


def test_runs_that_are_killed_leave_what_an_undisturbed_run_leaves(folder: Path) -> None:
    """Whatever is killed and whenever, the last run gives the same bytes, and leaves nothing behind."""
    scene = kills.set_scene(FORK, 2, folder, seed=1)

    trials = kills.run_trials(scene, folder, 4, seed=1, at_once=2)

    assert [finding for trial in trials for finding in trial.findings] == []
    assert sum(len(trial.kills) for trial in trials) > 0


@needs_strace
@pytest.mark.parametrize("fault", faults.FAULTS)
def test_a_call_that_fails_costs_nothing(folder: Path, fault: str) -> None:
    """A run that is killed at a call, or whose disk is full or faulty there, tells no lie and loses no row."""
    nights, trials = faults.disturb(CERTAIN, folder, few, [fault], at_once=2)

    assert faults.found(nights, trials) == []
    assert all(trial.met for each in trials.values() for trial in each)


@needs_strace
@pytest.mark.parametrize(
    ("flaw", "fault", "pick", "kinds"),
    [
        (Flaw.MARKED_FIRST, "SIGKILL", syncs, {"lost", "different", "rows"}),
        (Flaw.UNMARKED, "SIGKILL", syncs, {"double", "different", "rows"}),
        (Flaw.NONE, "SIGKILL", syncs, set()),
        (Flaw.IN_PLACE, "SIGKILL", of_results, {"torn"}),
        (Flaw.NONE, "SIGKILL", of_results, set()),
        (Flaw.SILENT, "ENOSPC", of_results, {"false success"}),
        (Flaw.NONE, "ENOSPC", of_results, set()),
        (Flaw.UNSYNCED, "SIGKILL", none, {"order"}),
    ],
)
def test_a_broken_design_is_found(
    folder: Path, flaw: Flaw, fault: str, pick: Callable[[Sequence[Call]], list[Call]], kinds: set[str]
) -> None:
    """The same design passes without a flaw, and with one is found to be wrong in the way that it is."""
    nights, trials = faults.disturb(miniature(flaw), folder, pick, [fault], at_once=2)

    assert {finding.kind for finding in faults.found(nights, trials)} == kinds


def test_rivals_are_turned_away(folder: Path) -> None:
    """Of runs that start at once one works; the others end with 75."""
    (result,) = rivals.compete(FORK, folder, rounds=1, runs=3)

    assert result.findings == []
    assert result.codes == {3: 1, 75: 2}


def test_rivals_that_nobody_turns_away_are_found(folder: Path) -> None:
    """Without a lock the harness sees that several have worked."""
    (result,) = rivals.compete(miniature(Flaw.UNLOCKED), folder, rounds=1, runs=3, refusal_limit_s=1.0)

    assert "rivals" in {finding.kind for finding in result.findings}


def test_a_server_that_dies_costs_nothing(server: Server, folder: Path) -> None:
    """PostgreSQL killed in mid-run: each table has the rows of an undisturbed run, and so have the results."""
    scene = databases.set_scene(server, folder, files=8)

    result = databases.kill_server(server, scene, folder / "killed", 1, np.random.default_rng(1))

    assert result.findings == []
    assert result.kills == 1


def test_runs_that_share_a_ledger_do_the_part_of_one_that_dies(server: Server, folder: Path) -> None:
    """Each scan is read once, but for those that the dead run held."""
    scene = databases.set_scene(server, folder, files=12)

    assert databases.share(server, scene, folder / "shared", np.random.default_rng(1)).findings == []


def test_a_run_with_nothing_to_do_changes_nothing(folder: Path) -> None:
    """Hash and date of every file in the output folder stay."""
    measured = scale.measure(folder, scans=20, rounds=1)

    assert [finding for finding in measured.findings if finding.kind != "slow"] == []


@pytest.mark.parametrize("name", TRIED)
def test_surroundings_do_not_matter(
    folder: Path, undisturbed: Reference, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run refuses plainly or gives the same bytes; in the end it always gives the same bytes."""
    monkeypatch.setattr(surroundings, "GROWTH", 6)
    possible = surroundings.surroundings()
    if name not in possible:
        pytest.skip("only root may mount disks")

    result = possible[name](folder / "scans", folder / "tried", undisturbed)

    assert result.findings == []
    assert result.codes[-1] == 3


def test_what_is_found_ends_the_command_with_1() -> None:
    """A harness fails where it is run by a program, too."""
    with pytest.raises(SystemExit, match="1"):
        conclude([Finding("lost", "a row")])

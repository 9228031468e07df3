"""Where chunks are read makes no difference to what is read."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from prefect.settings import get_current_settings

from benchmarks.runners import FALLEN_BACK, OWN_NETWORK, has_own_network
from digitizer.batch import digitize_folder
from digitizer.errors import UsageError
from digitizer.job import Job
from digitizer.tasks import Chunk
from flows.digitize import digitize_folder_flow
from flows.parameters import DigitizeParameters, Runner
from flows.runners import task_runner

RESULTS = ("fields.csv", "pages.csv", "summary.json")
PROJECT = Path(__file__).parents[2]


def results(folder: Path) -> list[bytes]:
    """Return the bytes of all result files."""
    return [(folder / name).read_bytes() for name in RESULTS]


@pytest.fixture(autouse=True)
def nothing_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a chunk that the runner does not read fail, instead of being read without it."""

    def fail(_dealing: object, _number: int, _chunk: Chunk, error: Exception) -> None:
        raise error

    monkeypatch.setattr("flows.chunks._Dealing._start_directly", fail)


@pytest.fixture
def expected(params: DigitizeParameters, tmp_path: Path) -> list[bytes]:
    """Provide what the library alone makes of the scans."""
    digitize_folder(Job(scans=Path(params.scans), out=tmp_path / "direct", workers=1, settle_s=0))
    return results(tmp_path / "direct")


@pytest.mark.usefixtures("prefect_server")
@pytest.mark.parametrize("runner", [Runner.PROCESSES, Runner.DASK])
def test_every_runner_gives_the_same_bytes(
    params: DigitizeParameters, expected: list[bytes], tmp_path: Path, runner: Runner
) -> None:
    """Processes and a Dask cluster of two workers read what threads read, a page that kills its worker included."""
    state = digitize_folder_flow(params.model_copy(update={"runner": runner}), return_state=True)

    assert state.is_completed()
    assert results(tmp_path / "flow") == expected


RAY = """
import os
import sys
from pathlib import Path
from flows import chunks
from prefect.logging import disable_run_logger
from digitizer.batch import digitize_folder
from digitizer.job import Job
from flows.chunks import as_tasks
from flows.parameters import DigitizeParameters
from flows.runners import task_runner
from tests.fake_reader import FakeReader
job = Job(scans=Path(sys.argv[1]), out=Path(sys.argv[2]), workers=1, settle_s=0)
def fail(dealing, number, chunk, error):
    raise error
chunks._Dealing._start_directly = fail
with disable_run_logger(), task_runner(DigitizeParameters(scans=sys.argv[1], runner="ray", workers=1)) as runner:
    digitize_folder(job, execute=as_tasks(runner, 1), setup=FakeReader)
os._exit(0)  # Prefect would go on trying to reach the server that is not there
"""


@pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra ray")
@pytest.mark.skipif(not has_own_network(), reason="Ray listens on all addresses")
def test_ray_gives_the_same_bytes(params: DigitizeParameters, expected: list[bytes], tmp_path: Path) -> None:
    """A Ray cluster of this run's own reads the same."""
    command = [sys.executable, "-c", RAY, params.scans, params.out]
    away = {"PREFECT_API_URL": "http://127.0.0.1:9/api"}

    done = subprocess.run([*OWN_NETWORK, *command], cwd=PROJECT, env=os.environ | away, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert results(tmp_path / "flow") == expected


@pytest.mark.usefixtures("prefect_server")
def test_the_module_reads_by_a_cluster(tmp_path: Path) -> None:
    """Started by `-m`, what the run consists of is still found by the processes of the cluster."""
    environment = os.environ | get_current_settings().to_environment_variables(exclude_unset=True)
    card = PROJECT / "samples" / "scans" / "postal" / "card_01.jpg"
    command = [
        sys.executable,
        "-m",
        "flows.digitize",
        str(card),
        "--out",
        str(tmp_path),
        "--runner",
        "dask",
        "--workers",
        "1",
    ]

    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert FALLEN_BACK not in done.stdout + done.stderr


@pytest.mark.parametrize(("runner", "module"), [(Runner.DASK, "prefect_dask"), (Runner.RAY, "prefect_ray")])
def test_an_extra_that_is_missing_is_named(runner: Runner, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user is told what to install."""
    monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(UsageError, match=rf"digitizer\[{runner}\]"):
        task_runner(DigitizeParameters(scans="in", runner=runner))


def test_only_clusters_have_an_address() -> None:
    """An address beside threads is a mistake, and would be forgotten without a word."""
    with pytest.raises(UsageError, match="runner_address"):
        task_runner(DigitizeParameters(scans="in", runner_address="tcp://127.0.0.1:8786"))


def test_a_cluster_of_dask_for_one_run_listens_to_this_machine_and_keeps_nothing_on_disk() -> None:
    """Its parts would listen on all addresses, and write results to disk where memory is short."""
    runner = task_runner(DigitizeParameters(scans="in", runner=Runner.DASK, workers=2))

    assert runner.cluster_kwargs["host"] == "127.0.0.1"  # type: ignore[attr-defined]
    assert runner.cluster_kwargs["memory_limit"] is None  # type: ignore[attr-defined]

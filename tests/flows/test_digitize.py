"""The flow: the same bytes as the command line, one task for each chunk, an outcome that can be seen."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

import pytest
from packaging.version import Version
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, StateType
from prefect.settings import get_current_settings

from digitizer import batch
from digitizer.batch import Job, digitize_folder
from digitizer.errors import ExitCode, UsageError
from flows.digitize import INCOMPLETE, digitize_folder_flow, main
from tests.fake_reader import FakeReader

RESULTS = ("fields.csv", "pages.csv", "summary.json")
PROJECT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without images."""
    monkeypatch.setattr(batch, "OpenReader", lambda *_: FakeReader)


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Provide a folder of seven pages, one of which ends its worker."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for name in ("a.2.ok.png", "b.4.ok.png", "c.1.crash@1.png"):
        (folder / name).write_bytes(b"\x89PNG")
    return folder


def run_prefect(*arguments: str) -> str:
    """Run a command of Prefect's in the project's folder, against the server of the tests."""
    environment = os.environ | get_current_settings().to_environment_variables(exclude_unset=True)
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def task_names(client: SyncPrefectClient, flow_run: UUID) -> list[str]:
    """Return the names of the tasks that a flow run has made."""
    runs = client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[flow_run])))
    return sorted(run.name for run in runs)


@pytest.mark.usefixtures("prefect_server")
def test_the_flow_writes_the_same_bytes_as_the_command_line(scans: Path, tmp_path: Path) -> None:
    """Prefect decides when chunks are read, and nothing else; a page that was not read shows in the state's name."""
    digitize_folder(Job(scans=scans, out=tmp_path / "direct", workers=1))

    state = digitize_folder_flow(
        scans=str(scans), out=str(tmp_path / "flow"), workers=2, pages_per_task=2, return_state=True
    )

    assert state.is_completed()
    assert state.name == INCOMPLETE
    for name in RESULTS:
        assert (tmp_path / "flow" / name).read_bytes() == (tmp_path / "direct" / name).read_bytes()


@pytest.mark.usefixtures("prefect_server")
def test_a_task_is_a_chunk_of_pages_and_the_counts_are_on_its_page(scans: Path, tmp_path: Path) -> None:
    """Seven pages in chunks of two are four tasks; progress and counts become artifacts without names of scans."""
    state = digitize_folder_flow(str(scans), str(tmp_path / "out"), workers=2, pages_per_task=2, return_state=True)

    flow_run = state.state_details.flow_run_id
    assert flow_run is not None
    with get_client(sync_client=True) as client:
        assert task_names(client, flow_run) == [
            "chunk 1: 2 pages",
            "chunk 2: 2 pages",
            "chunk 3: 2 pages",
            "chunk 4: 1 pages",
        ]
        artifacts = client.read_artifacts(
            artifact_filter=ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[flow_run]))
        )
    by_key = {artifact.key: str(artifact.data) for artifact in artifacts}
    assert float(by_key["digitize-folder-progress"]) == 100
    assert '{"what": "pages failed", "number": 1}' in by_key["digitize-folder-summary"]
    assert "a.2.ok.png" not in by_key["digitize-folder-summary"]


@pytest.mark.usefixtures("prefect_server")
def test_an_unusable_folder_fails_the_run(tmp_path: Path) -> None:
    """What keeps a nightly job from doing its work must look broken."""
    state = digitize_folder_flow(str(tmp_path / "nowhere"), str(tmp_path / "out"), return_state=True)

    assert state.is_failed()
    assert isinstance(state.result(raise_on_failure=False), UsageError)


@pytest.mark.usefixtures("prefect_server")
@pytest.mark.parametrize(
    ("name", "code"), [("a.2.ok.png", ExitCode.OK), (".", ExitCode.INCOMPLETE), ("no", ExitCode.USAGE)]
)
def test_the_module_ends_with_the_codes_of_the_command_line(
    scans: Path, tmp_path: Path, name: str, code: ExitCode
) -> None:
    """`python -m flows.digitize` tells the program that started it what became of the run."""
    assert main([str(scans / name), "--out", str(tmp_path / "out"), "--workers", "1"]) == code


@pytest.mark.usefixtures("prefect_server")
def test_the_nightly_deployment_gets_scheduled_runs() -> None:
    """prefect.yaml deploys, runs one at a time, and its cron makes runs (silently none with SQLAlchemy 2.1)."""
    run_prefect("work-pool", "create", "scanner", "--type", "process")
    run_prefect("deploy", "--all")

    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name("digitize-folder/nightly")
        client.request("POST", "/deployments/{id}/schedule", path_params={"id": deployment.id}).raise_for_status()
        scheduled = [run for run in client.read_flow_runs() if run.deployment_id == deployment.id]

    assert deployment.work_pool_name == "scanner"
    assert deployment.concurrency_options is not None
    assert deployment.concurrency_options.collision_strategy is ConcurrencyLimitStrategy.CANCEL_NEW
    assert scheduled
    assert {run.state_type for run in scheduled} == {StateType.SCHEDULED}
    assert {run.parameters["scans"] for run in scheduled} == {"./inbox"}


def test_the_releases_that_prefect_works_with_are_installed() -> None:
    """With newer ones its server does not start, or cron runs are silently never made."""
    assert version("prefect") == "3.8.8"
    assert Version(version("fastapi")) < Version("0.151")
    assert Version(version("sqlalchemy")) < Version("2.1")

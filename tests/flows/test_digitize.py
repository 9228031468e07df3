"""The flow: the same bytes as the command line, one task for each chunk, an outcome that can be seen."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from packaging.version import Version
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, State, StateType
from prefect.settings import get_current_settings

from digitizer.batch import digitize_folder
from digitizer.errors import ExitCode, LedgerError, UsageError
from digitizer.job import Job
from digitizer.reporting import REPORT_FILE
from flows import digitize
from flows.digitize import INCOMPLETE, digitize_folder_flow, main
from flows.parameters import DigitizeParameters
from tests.flows.conftest import HOME

RESULTS = ("fields.csv", "pages.csv", "summary.json")
PROJECT = Path(__file__).parents[2]


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


def flow_run_of(state: State[Any]) -> UUID:
    """Return the run that ended in this state."""
    assert state.state_details.flow_run_id is not None
    return state.state_details.flow_run_id


def task_names(client: SyncPrefectClient, flow_run: UUID) -> list[str]:
    """Return the names of the tasks that a flow run has made."""
    runs = client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[flow_run])))
    return sorted(run.name for run in runs)


def artifacts(client: SyncPrefectClient, flow_run: UUID) -> dict[str, str]:
    """Return what stands on the page of a run, by key."""
    found = client.read_artifacts(artifact_filter=ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[flow_run])))
    return {str(artifact.key): str(artifact.data) for artifact in found}


@pytest.mark.usefixtures("prefect_server")
def test_the_flow_writes_the_same_bytes_as_the_command_line(params: DigitizeParameters, tmp_path: Path) -> None:
    """Prefect decides when chunks are read, and nothing else; a page that was not read shows in the state's name."""
    digitize_folder(Job(scans=Path(params.scans), out=tmp_path / "direct", workers=1, settle_s=0))

    state = digitize_folder_flow(params, return_state=True)

    assert state.is_completed()
    assert state.name == INCOMPLETE
    for name in RESULTS:
        assert (tmp_path / "flow" / name).read_bytes() == (tmp_path / "direct" / name).read_bytes()
    assert "What was read" in (tmp_path / "flow" / REPORT_FILE).read_text()


@pytest.mark.usefixtures("prefect_server")
def test_a_task_is_a_chunk_of_pages_and_the_counts_are_on_its_page(params: DigitizeParameters) -> None:
    """Seven pages in chunks of two are four tasks; counts, rates and reasons are shown, names of scans are not."""
    flow_run = flow_run_of(digitize_folder_flow(params, return_state=True))

    with get_client(sync_client=True) as client:
        names, shown = task_names(client, flow_run), artifacts(client, flow_run)
    assert names == ["chunk 1: 2 pages", "chunk 2: 2 pages", "chunk 3: 2 pages", "chunk 4: 1 pages"]
    assert float(shown["digitize-folder-progress"]) == 100
    assert '{"what": "pages failed", "number": 1}' in shown["digitize-folder-summary"]
    assert "**50.0%** of 6 fields" in shown["digitize-folder-rates"]
    assert "| `crashed` | 1 |" in shown["digitize-folder-unread"]
    assert ".png" not in "".join(shown.values())


@pytest.mark.usefixtures("prefect_server")
def test_no_result_is_left_in_prefects_storage(params: DigitizeParameters) -> None:
    """Results hold what forms say; Prefect would keep them in the clear."""
    digitize_folder_flow(params, return_state=True)

    assert not list((Path(HOME.name) / "storage").glob("*"))


@pytest.mark.usefixtures("prefect_server")
def test_a_ledger_that_comes_back_is_waited_for(params: DigitizeParameters, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that restarts costs a pause, not a night."""
    monkeypatch.setattr(digitize, "WAITS_S", (0.0,))
    outages = iter([LedgerError("The database is away: 12345")])

    def digitize_later(*args: object, **kwargs: object) -> object:
        for outage in outages:
            raise outage
        return digitize_folder(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(digitize, "digitize_folder", digitize_later)

    assert digitize_folder_flow(params, return_state=True).is_completed()


@pytest.mark.usefixtures("prefect_server")
def test_an_unusable_folder_fails_the_run(params: DigitizeParameters, tmp_path: Path) -> None:
    """What keeps a nightly job from doing its work must look broken."""
    nowhere = params.model_copy(update={"scans": str(tmp_path / "nowhere")})

    state = digitize_folder_flow(nowhere, return_state=True)

    assert state.is_failed()
    assert isinstance(state.result(raise_on_failure=False), UsageError)


@pytest.mark.usefixtures("prefect_server")
def test_what_a_bug_says_stays_out_of_prefect(params: DigitizeParameters, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message of an unforeseen error may quote a form; kind and place are enough."""

    def bug(*_: object, **__: object) -> None:
        raise ValueError("the form says 12345")

    monkeypatch.setattr(digitize, "digitize_folder", bug)

    state = digitize_folder_flow(params, return_state=True)

    assert state.is_failed()
    assert "ValueError in test_digitize.py" in str(state.message)
    assert "12345" not in str(state.message)


@pytest.mark.usefixtures("prefect_server")
@pytest.mark.parametrize(
    ("name", "code"), [("a.2.ok.png", ExitCode.OK), (".", ExitCode.INCOMPLETE), ("no", ExitCode.USAGE)]
)
def test_the_module_ends_with_the_codes_of_the_command_line(
    scans: Path, tmp_path: Path, name: str, code: ExitCode
) -> None:
    """`python -m flows.digitize` tells the program that started it what became of the run."""
    assert main([str(scans / name), "--out", str(tmp_path / "out"), "--workers", "1", "--settle-s", "0"]) == code


def test_wrong_options_are_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """Two mistakes, two lines, and nothing of the library that found them."""
    assert main(["in", "--workers", "0", "--max-errors", "few"]) == ExitCode.USAGE

    lines = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["max_errors", "workers"]


@pytest.mark.usefixtures("prefect_server")
def test_both_deployments_get_scheduled_runs() -> None:
    """prefect.yaml deploys, runs one at a time, and its crons make runs (silently none with SQLAlchemy 2.1)."""
    run_prefect("work-pool", "create", "scanner", "--type", "process")
    run_prefect("deploy", "--all")

    with get_client(sync_client=True) as client:
        for name in ("nightly", "inbox"):
            deployment = client.read_deployment_by_name(f"digitize-folder/{name}")
            client.request("POST", "/deployments/{id}/schedule", path_params={"id": deployment.id}).raise_for_status()
            scheduled = [run for run in client.read_flow_runs() if run.deployment_id == deployment.id]

            assert deployment.work_pool_name == "scanner"
            assert deployment.job_variables["env"]["PREFECT_CLIENT_MAX_RETRIES"] == "3"
            assert deployment.concurrency_options is not None
            assert deployment.concurrency_options.collision_strategy is ConcurrencyLimitStrategy.CANCEL_NEW
            assert {run.state_type for run in scheduled} == {StateType.SCHEDULED}
            assert all(DigitizeParameters(**run.parameters["params"]).scans == "./inbox" for run in scheduled)


def test_the_releases_that_prefect_works_with_are_installed() -> None:
    """With newer ones its server does not start, or cron runs are silently never made."""
    assert version("prefect") == "3.8.8"
    assert Version(version("fastapi")) < Version("0.151")
    assert Version(version("sqlalchemy")) < Version("2.1")

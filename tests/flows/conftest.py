"""One Prefect server for all flow tests, with a home folder of its own, and a folder of scans without images."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitizer import batch
from flows.parameters import DigitizeParameters
from tests.fake_reader import FakeReader, write_scan

HOME = tempfile.TemporaryDirectory(prefix="digitizer-prefect-")
# Prefect reads these when it is imported: no profile and no server of the user's, and no telemetry.
os.environ |= {"PREFECT_HOME": HOME.name, "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
os.environ.pop("PREFECT_API_URL", None)


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """Provide a server with an empty database."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=300):
        yield


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without images."""
    monkeypatch.setattr(batch, "OpenReader", lambda *_: FakeReader)


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Provide a folder of seven pages, one of which ends its worker."""
    for name in ("a.2.ok.png", "b.4.ok.png", "c.1.crash@1.png"):
        write_scan(tmp_path / "scans" / name)
    return tmp_path / "scans"


@pytest.fixture
def params(scans: Path, tmp_path: Path) -> DigitizeParameters:
    """Provide the parameters of a run over these scans, in four chunks."""
    return DigitizeParameters(scans=str(scans), out=str(tmp_path / "flow"), workers=2, pages_per_task=2, settle_s=0)

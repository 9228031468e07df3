"""Prefect's server may be away: the work is done, and the process ends."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.prefect_kills import RESULTS, Server, run_flow
from digitizer.batch import digitize_folder
from digitizer.job import Job
from flows.parameters import DigitizeParameters
from tests.fake_reader import write_scan

SCRIPT = """
import sys
from digitizer import batch
from flows.digitize import main
from tests.fake_reader import FakeReader
batch.OpenReader = lambda *_: FakeReader
settings = ["--workers", "1", "--pages-per-task", "1", "--settle-s", "0"]
sys.exit(main([*sys.argv[1:], *settings], own_process=True))
"""
PATIENCE_S = 60.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Provide a server of this test's own, not started yet."""
    server = Server(tmp_path / "home")
    yield server
    server.kill()


@pytest.fixture
def expected(params: DigitizeParameters, tmp_path: Path) -> list[bytes]:
    """Provide what the library alone makes of the scans, and of some that take a while."""
    for number in range(4):
        write_scan(Path(params.scans) / f"d{number}.1.slow@1.png")
    digitize_folder(Job(scans=Path(params.scans), out=tmp_path / "direct", workers=4, settle_s=0))
    return [(tmp_path / "direct" / name).read_bytes() for name in RESULTS]


def test_a_server_that_is_down_from_the_start_is_done_without(
    params: DigitizeParameters, expected: list[bytes], server: Server
) -> None:
    """The user is told; scans are read by the library, with its exit code."""
    ended = run_flow([sys.executable, "-c", SCRIPT, params.scans], Path(params.out), server.environment)

    assert ended.code == 3
    assert "Prefect's server cannot be reached" in ended.printed
    assert [(Path(params.out) / name).read_bytes() for name in RESULTS] == expected


def test_a_server_that_dies_in_mid_run_costs_no_page_and_the_process_ends(
    params: DigitizeParameters, expected: list[bytes], server: Server
) -> None:
    """What Prefect would still say goes unsaid; without an end of its own the process would live for minutes."""
    server.start()
    server.wait()

    command = [sys.executable, "-c", SCRIPT, params.scans]
    ended = run_flow(command, Path(params.out), server.environment, disturb=server.kill)

    assert ended.code == 3
    assert [(Path(params.out) / name).read_bytes() for name in RESULTS] == expected
    assert ended.alive_s < PATIENCE_S

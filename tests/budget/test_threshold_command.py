"""`digitizer threshold`: what it shows of the results of a run, and that it changes nothing."""

from pathlib import Path

import pytest

from digitizer.budget_commands import threshold
from digitizer.document import FieldStatus
from digitizer.errors import UsageError
from tests.ledger.scans_read import a_scan, read_into


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Provide the folder of a run over two scans, at 1/1000."""
    read_into(tmp_path, a_scan("a.png"), a_scan("b.png", "12", FieldStatus.REVIEW))
    return tmp_path


def test_the_curve_is_shown(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The error rate of the run is marked; both fields are as sure as that."""
    threshold(results)

    marked = [line.split() for line in capsys.readouterr().out.splitlines() if line.endswith("now")]
    assert [row[:3] for row in marked] == [["1/1000", "2", "100.0%"]]


def test_another_error_rate_can_be_asked_for(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is shown with the others; the mark and what was learned stay with the one in force."""
    threshold(results)
    before = capsys.readouterr().out.splitlines()
    threshold(results, max_errors="1/500")

    lines = capsys.readouterr().out.splitlines()
    (added,) = [line for line in lines if line not in before]
    assert added.split()[:3] == ["1/500", "2", "100.0%"]
    assert [line.split()[0] for line in lines if line.endswith("now")] == ["1/1000"]
    assert lines[-1] == before[-1]


def test_nothing_is_changed(results: Path) -> None:
    """Not a byte of any file, and there are no new ones."""
    before = {path.name: path.read_bytes() for path in results.iterdir()}

    threshold(results)

    assert {path.name: path.read_bytes() for path in results.iterdir()} == before


@pytest.mark.parametrize("missing", ["nowhere", "."])
def test_a_folder_without_results_is_refused(missing: str, tmp_path: Path) -> None:
    """One that does not exist, and one that nothing was read into."""
    with pytest.raises(UsageError, match="There is no"):
        threshold(tmp_path / missing)

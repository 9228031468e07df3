"""docs/operations.md: every reason and exit code a user can meet is explained there."""

import re
from pathlib import Path

import pytest

from digitizer import pipeline
from digitizer.document import LOW_CONFIDENCE
from digitizer.errors import ExitCode
from digitizer.ledger.records import DUPLICATE, PURGED
from digitizer.scans.reasons import Reason
from digitizer.worker import INTERNAL_ERROR, OUT_OF_MEMORY
from digitizer.workers import CRASHED, TIMEOUT

OPERATIONS = (Path(__file__).parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
REASONS = [*Reason, CRASHED, TIMEOUT, OUT_OF_MEMORY, INTERNAL_ERROR, pipeline.NO_FIELDS, DUPLICATE, PURGED]


@pytest.mark.parametrize("reason", [str(reason) for reason in REASONS])
def test_every_reason_of_a_page_has_its_row(reason: str) -> None:
    """Who finds a reason in pages.csv finds it in the table, with what to do."""
    assert re.search(rf"^\| `{reason}` \| .+ \| .+ \|$", OPERATIONS, re.MULTILINE)


@pytest.mark.parametrize("reason", [LOW_CONFIDENCE, pipeline.UNREADABLE_CELL])
def test_every_reason_of_a_field_is_explained(reason: str) -> None:
    """Who finds a reason in fields.csv finds it too."""
    assert f"`{reason}`" in OPERATIONS


@pytest.mark.parametrize("code", [int(code) for code in ExitCode])
def test_every_exit_code_has_its_row(code: int) -> None:
    """The table of exit codes is whole."""
    assert re.search(rf"^\| {code} \| ", OPERATIONS, re.MULTILINE)

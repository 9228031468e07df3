"""The benchmark of registration: what its tables count is what happened."""

import pytest

from benchmarks import registration
from benchmarks.registration import main, many_templates, measure
from benchmarks.warps import FORMS


def test_pages_are_counted_and_cells_measured() -> None:
    """Every cell of a page that is registered is compared with the truth."""
    for tally in measure("exam", 1, 3, squares=False):
        assert (tally.pages, tally.rejected, tally.wrong) == (1, 0, 0)
        assert len(tally.off_mm) == 34
        assert max(tally.off_mm) < 0.5


def test_templates_are_as_many_as_asked_for() -> None:
    """The sample forms first, then others."""
    pages = many_templates(9, seed=1)

    assert len({page.form for page in pages}) == 9
    assert pages[0].form == "card"


def test_three_tables_are_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Forms, pages that are none, and times."""
    monkeypatch.setattr(registration, "FORMS", {"cheque": FORMS["cheque"]})
    monkeypatch.setattr(registration, "TEMPLATES", (1,))

    main(["--count", "1"])

    printed = capsys.readouterr().out
    assert sum(line.startswith("|---") for line in printed.splitlines()) == 3
    assert "| cheque | boxes, squares, blank form |" in printed

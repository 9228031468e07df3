"""Writing the results: all files or none."""

from pathlib import Path

import pytest

from digitizer.document import PageResult, PageStatus
from digitizer.ledger import export
from digitizer.ledger.export import write_results
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.summary import Summary, summarize

PAGES = [PageResult("straße.png", 1, "auto", PageStatus.DONE, "")]


def a_summary() -> Summary:
    """Count the one page."""
    return summarize(PAGES, Provenance("0.1.0", "seed", "ab" * 32, 0.999))


def test_results_are_utf8_with_plain_line_ends(tmp_path: Path) -> None:
    """Bytes are the same on every system: UTF-8, no byte order mark, LF."""
    write_results(tmp_path, PAGES, a_summary())

    content = (tmp_path / "pages.csv").read_bytes()
    assert content.splitlines()[1] == "straße.png,1,auto,done,,0,,,,".encode()
    assert b"\r" not in content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fields.csv", "pages.csv", "summary.json"]


def test_a_full_disk_leaves_the_older_results_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is replaced before everything is written, and no draft stays behind."""
    write_results(tmp_path, [], a_summary())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(path: Path, text: str) -> None:
        if "summary" in path.name:
            raise OSError("No space left on device")
        path.write_text(text)

    monkeypatch.setattr(export, "_write_durably", full)
    with pytest.raises(OSError, match="No space"):
        write_results(tmp_path, PAGES, a_summary())

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before

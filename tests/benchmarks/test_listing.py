"""The benchmark of listing: it lists what it made."""

from pathlib import Path

import pytest

from benchmarks import listing
from benchmarks.listing import listing_s, main, make_files


def test_a_time_is_printed_for_names_with_and_without_suffix(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """For files in several folders."""
    monkeypatch.setattr(listing, "FILES_PER_FOLDER", 3)

    main(["--count", "7"])

    rows = [line.split(" | ")[:2] for line in capsys.readouterr().out.splitlines()[2:]]
    assert rows == [["| 7", "scan.png"], ["| 7", "scan"]]


def test_a_time_without_all_files_is_none(tmp_path: Path) -> None:
    """Listing fast and losing files is no feat."""
    make_files(tmp_path, 3, ".png")
    with pytest.raises(RuntimeError, match="3 entries"):
        listing_s(tmp_path, 4)

"""What measures task runners: scans that are new by their bytes alone, and memory as a straight line."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from benchmarks.prefect_kills import RESULTS, same_results
from benchmarks.runners import Memory, multiplied
from digitizer.document import Page, ScanFile
from digitizer.scans.decode import Limits, read_pages
from samples.files import save_jpeg


def test_multiplied_scans_are_new_scans_of_the_same_page(tmp_path: Path) -> None:
    """Other bytes, so that the ledger takes none for a duplicate; the same pixels."""
    (tmp_path / "drawn").mkdir()
    save_jpeg(tmp_path / "drawn" / "page.jpg", np.full((40, 30), 200, np.uint8), 300, 80)

    folder = multiplied(tmp_path / "drawn", tmp_path / "scans", 3)

    paths = sorted(folder.iterdir())
    pages = [next(read_pages(ScanFile(path, path.name), None, Limits())) for path in paths]
    assert len({hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}) == 3
    assert all(isinstance(page, Page) and (page.pixels == pages[0].pixels).all() for page in pages)  # type: ignore[union-attr]


@pytest.mark.parametrize("grows", [0.0, 30.0])
def test_growth_is_told_per_thousand_pages(grows: float) -> None:
    """A process that holds 30 MiB more after 1000 pages grows by 30; what it takes at first is not counted."""
    start = [(float(second), 10.0 * second) for second in range(10)]
    memory = Memory([*start, *((float(second), 100 + grows * second / 40) for second in range(10, 41))])

    assert memory.slope(1000) == pytest.approx(grows)


def test_one_other_byte_is_another_result(tmp_path: Path) -> None:
    """The comparison is of bytes, and of every file."""
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        for name in RESULTS:
            (tmp_path / folder / name).write_text("1")
    assert same_results(tmp_path / "one", tmp_path / "other")

    (tmp_path / "other" / RESULTS[-1]).write_text("2")

    assert not same_results(tmp_path / "one", tmp_path / "other")

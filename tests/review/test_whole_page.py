"""Whole pages, shown from the scans that the ledger knows and from nothing else."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitizer.errors import UsageError
from digitizer.ledger.ledger import Ledger, open_ledger
from digitizer.ledger.review import FieldKey
from digitizer.review.whole_page import PageViewer, check_scans
from tests.review.scans_to_review import HOSTILE_NAME, fill


@dataclass(frozen=True)
class Job:
    """A ledger, its folder of scans, and the key of a field."""

    ledger: Ledger
    scans: Path
    key: FieldKey


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    """Provide a scan that was read."""
    scans, out = fill(tmp_path)
    with open_ledger(out) as ledger:
        [digest] = ledger.known()
        yield Job(ledger, scans, FieldKey(digest, 1, "amount"))


def show(job: Job, scans: str | None) -> Image.Image:
    """Return the page as it is shown, cut to its frame."""
    viewer = PageViewer(job.ledger, scans)
    try:
        shown = viewer.show(job.key)
    finally:
        viewer.close()
    left, top, width, height = shown.frame
    return Image.open(io.BytesIO(shown.jpeg)).crop((round(left), round(top), round(left + width), round(top + height)))


def test_a_page_is_shown_with_its_field_framed(job: Job) -> None:
    """In the frame stands what is written in the field; the scan is found by its bytes."""
    framed = np.asarray(show(job, str(job.scans)))

    assert framed.min() < 80
    assert framed.shape[1] > framed.shape[0]


def test_a_scan_with_other_bytes_is_not_shown(job: Job) -> None:
    """A file that has taken the name of the scan is not taken for it."""
    (job.scans / HOSTILE_NAME).write_bytes(b"\x89PNG\r\n\x1a\n something else")

    with pytest.raises(UsageError, match="changed"):
        show(job, str(job.scans))


def test_a_scan_that_is_gone_is_not_shown(job: Job) -> None:
    """The person is told so."""
    (job.scans / HOSTILE_NAME).unlink()

    with pytest.raises(UsageError, match="any more"):
        show(job, str(job.scans))


def test_a_link_out_of_the_folder_is_not_followed(job: Job, tmp_path: Path) -> None:
    """Not even to the same bytes: what may be read is the folder of scans."""
    outside = tmp_path / "outside.png"
    (job.scans / HOSTILE_NAME).rename(outside)
    (job.scans / HOSTILE_NAME).symlink_to(outside)

    with pytest.raises(UsageError, match="any more"):
        show(job, str(job.scans))


def test_without_the_folder_of_scans_it_is_told_what_to_do(job: Job) -> None:
    """The ledger does not know where the scans lie."""
    with pytest.raises(UsageError, match="--scans"):
        show(job, None)


@pytest.mark.parametrize("key", [FieldKey("0" * 64, 1, "amount"), FieldKey("../../etc/passwd", 1, "amount")])
def test_what_the_ledger_does_not_know_is_not_shown(job: Job, key: FieldKey) -> None:
    """A hash is looked up, and never becomes a path."""
    with pytest.raises(UsageError, match="not there"):
        show(Job(job.ledger, job.scans, key), str(job.scans))


def test_a_folder_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    """Not when the first page is asked for."""
    with pytest.raises(UsageError, match="no such folder"):
        check_scans(str(tmp_path / "nowhere"))

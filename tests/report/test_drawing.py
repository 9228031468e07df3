"""What draws pages in a worker process: a picture, or the reason why there is none."""

from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pytest

from digitizer.document import ScanFile
from digitizer.report.drawing import Drawing, OpenDrawer
from tests.report.pages_read import a_field


@pytest.fixture
def scan(tmp_path: Path) -> ScanFile:
    """Provide a blank page."""
    done, data = cv2.imencode(".png", np.full((400, 200), 255, np.uint8))
    assert done
    (tmp_path / "a.png").write_bytes(data.tobytes())
    return ScanFile(tmp_path / "a.png", "a.png", tmp_path)


def digest(scan: ScanFile) -> str:
    """Return the SHA-256 of a file."""
    return sha256(scan.path.read_bytes()).hexdigest()


def test_what_was_read_is_drawn(scan: ScanFile) -> None:
    """As a PNG of the size of the page."""
    drawn = OpenDrawer()()(Drawing(scan, 1, digest(scan), (a_field(),)), lambda: None)

    image = cv2.imdecode(np.frombuffer(drawn.picture, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape == (400, 200, 3)
    assert (image != 255).any()


def test_small_pictures_are_small(scan: ScanFile) -> None:
    """A JPEG with the longest side that was asked for."""
    drawn = OpenDrawer()()(Drawing(scan, 1, digest(scan), longest_px=100), lambda: None)

    image = cv2.imdecode(np.frombuffer(drawn.picture, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape == (100, 50, 3)


@pytest.mark.parametrize(("page", "sha256", "reason"), [(1, "0" * 64, "changed"), (2, "", "changed")])
def test_another_file_or_page_gives_no_picture(scan: ScanFile, page: int, sha256: str, reason: str) -> None:
    """The picture would be of something else than what the ledger speaks of."""
    drawn = OpenDrawer()()(Drawing(scan, page, sha256), lambda: None)

    assert (drawn.picture, drawn.reason) == (b"", reason)


def test_what_cannot_be_decoded_gives_the_reason(scan: ScanFile) -> None:
    """And no error."""
    scan.path.write_bytes(scan.path.read_bytes()[:60])

    assert OpenDrawer()()(Drawing(scan, 1, digest(scan)), lambda: None).reason == "truncated"

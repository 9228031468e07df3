"""Files that are cut: an error, never a page that is grey or white below the cut."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitizer.document import Page
from digitizer.errors import ScanError
from tests.scans.drawing import (
    ALL_FORMATS,
    as_format,
    black_and_white,
    difference,
    drawn,
    encoded,
    read,
    read_one,
    reasons,
)

NOISY = np.clip(drawn(400, 300) + np.random.default_rng(3).normal(0, 8, (400, 300)), 0, 255).astype(np.uint8)


def outcome(folder: Path, data: bytes) -> list[str]:
    """Return the reasons for which a file or its pages failed."""
    try:
        return reasons(read(folder, data))
    except ScanError as error:
        return [error.reason]


@pytest.mark.parametrize("kind", [kind for kind in ALL_FORMATS if kind != "webp"])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9, 0.99])
def test_a_cut_file_is_truncated(kind: str, kept: float, tmp_path: Path) -> None:
    """Wherever it is cut."""
    data = as_format(NOISY, kind)
    assert outcome(tmp_path, data[: int(len(data) * kept)]) == ["truncated"]


def test_a_cut_webp_fails(tmp_path: Path) -> None:
    """Its decoder does not say why."""
    data = as_format(NOISY, "webp")
    assert outcome(tmp_path, data[: len(data) // 2]) == ["damaged"]


@pytest.mark.parametrize("kept", [0.4, 0.8])
@pytest.mark.parametrize("lossless", [True, False])
def test_a_webp_filled_up_with_zeros_is_truncated(lossless: bool, kept: float, tmp_path: Path) -> None:
    """Its decoder would take them for pixels."""
    data = encoded(Image.fromarray(NOISY), format="WEBP", lossless=lossless)
    assert outcome(tmp_path, data[: int(len(data) * kept)].ljust(len(data), b"\0")) == ["truncated"]
    assert outcome(tmp_path, data) == [""]


@pytest.mark.parametrize("colours", [1, 3])
@pytest.mark.parametrize("kept", [0.4, 0.6, 0.95])
@pytest.mark.parametrize("options", [{}, {"optimize": True}, {"restart_marker_blocks": 40}])
def test_a_jpeg_cut_and_closed_is_truncated(colours: int, kept: float, options: dict[str, int], tmp_path: Path) -> None:
    """With an end marker after the cut libjpeg reports no error, and fills the rest with grey."""
    image = Image.fromarray(NOISY if colours == 1 else np.dstack([NOISY] * 3))
    data = encoded(image, format="JPEG", quality=85, **options)
    closed = data[: int(len(data) * kept)].rstrip(b"\xff") + b"\xff\xd9"
    with Image.open(io.BytesIO(closed)) as accepted:
        accepted.load()
    assert outcome(tmp_path, closed) == ["truncated"]


def test_a_progressive_jpeg_that_lacks_scans_is_truncated(tmp_path: Path) -> None:
    """Cut between two scans or within one, the last too, and closed."""
    data = as_format(NOISY, "progressive")
    scans = [index for index in range(len(data)) if data[index : index + 2] == b"\xff\xda"]
    assert len(scans) > 3
    for start in scans:
        assert outcome(tmp_path, data[:start] + b"\xff\xd9") == ["truncated"]
    closed = data[: (scans[-1] + len(data)) // 2].rstrip(b"\xff") + b"\xff\xd9"
    assert outcome(tmp_path, closed) == ["truncated"]
    assert outcome(tmp_path, data) == [""]


def test_a_jpeg_filled_up_with_zeros_is_truncated(tmp_path: Path) -> None:
    """As an interrupted copy to a disk that reserved the space leaves it."""
    data = as_format(NOISY, "jpeg")
    kept = len(data) * 6 // 10
    assert outcome(tmp_path, data[:kept] + bytes(len(data) - kept)) == ["truncated"]


@pytest.mark.parametrize("options", [{}, {"optimize": True}, {"restart_marker_blocks": 3}, {"progressive": True}])
@pytest.mark.parametrize("size", [(1, 1), (7, 9), (16, 16), (17, 33), (250, 131)])
def test_complete_jpegs_are_complete(options: dict[str, int], size: tuple[int, int], tmp_path: Path) -> None:
    """Of any size and structure, blank to the end or not, in grey, colour and CMYK, with what cameras append."""
    for seed, mode in enumerate(("L", "RGB", "CMYK")):
        noise = np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)
        noise[size[0] // 2 :] = 255
        image = Image.fromarray(noise).convert(mode)
        for quality in (30, 95):
            data = encoded(image, format="JPEG", quality=quality, **options)
            for appended in (b"", bytes(100), data):
                assert read_one(tmp_path, data + appended).pixels.shape == size


def test_a_jpeg_with_a_picture_in_its_metadata_is_read(tmp_path: Path) -> None:
    """The end marker of the thumbnail is not that of the page."""
    thumbnail = as_format(drawn(40, 30), "jpeg")
    exif = b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0" + thumbnail
    data = encoded(Image.fromarray(NOISY), format="JPEG", exif=exif)
    assert read_one(tmp_path, data).pixels.shape == NOISY.shape


def test_a_second_picture_of_a_camera_is_ignored(tmp_path: Path) -> None:
    """Phones put a preview or a depth map behind the page (MPO): the page is the first."""
    first, second = Image.fromarray(NOISY), Image.fromarray(drawn(60, 40))
    data = encoded(first, format="MPO", save_all=True, append_images=[second])
    (page,) = read(tmp_path, data)
    assert isinstance(page, Page)
    assert page.pixels.shape == NOISY.shape


def test_a_png_filled_up_with_zeros_is_damaged(tmp_path: Path) -> None:
    """Pillow takes zeros for the rest of the picture, and compares no checksum."""
    data = encoded(Image.fromarray(NOISY), format="PNG")
    kept = len(data) * 6 // 10
    filled = data[:kept] + bytes(len(data) - kept)
    with Image.open(io.BytesIO(filled)) as accepted:
        accepted.load()
    assert outcome(tmp_path, filled) == ["damaged"]


def test_a_tiff_cut_behind_its_directory_is_truncated(tmp_path: Path) -> None:
    """Its JPEG decoder fills what is missing with grey."""
    jpeg = as_format(NOISY, "jpeg")
    values = {256: 300, 257: 400, 258: 8, 259: 7, 262: 1, 273: 8 + 2 + 9 * 12 + 4, 277: 1, 278: 400, 279: len(jpeg)}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in values.items())
    data = b"II*\0" + struct.pack("<IH", 8, len(values)) + entries + bytes(4) + jpeg
    assert difference(read_one(tmp_path, data).pixels, NOISY) < 4
    assert outcome(tmp_path, data[: len(data) * 6 // 10]) == ["truncated"]


def test_group_4_that_ends_in_the_middle_fails(tmp_path: Path) -> None:
    """Also if the file goes on behind it, with zeros."""
    data = as_format(black_and_white(NOISY), "group4")
    kept = len(data) * 6 // 10
    assert outcome(tmp_path, data[:kept] + bytes(len(data) - kept)) == ["damaged"]

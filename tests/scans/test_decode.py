"""Opening scans: what is wrong with a file is told, quickly, whatever was made to look like one."""

import hashlib
import io
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile
from reportlab.lib.pdfencrypt import StandardEncryption

from digitizer.document import Page, ScanFile
from digitizer.errors import ScanError
from digitizer.scans.decode import FileInfo, Limits, inspect, read_pages
from digitizer.scans.decoding import Decoded
from digitizer.scans.formats import ScanFormat
from digitizer.scans.raster import decode_tiff
from tests.scans.drawing import (
    LIMITS,
    as_format,
    drawn,
    encoded,
    pdf_of,
    png_header,
    raw_pdf,
    read,
    reasons,
    saved,
    scan_file,
    tiff_pages,
)


def endless_tiff(pages: int) -> bytes:
    """Return a TIFF of so many directories of nothing."""
    return (
        b"II*\0"
        + b"".join(struct.pack("<I", 8 + 6 * number) + struct.pack("<H", 0) for number in range(pages))
        + bytes(4)
    )


EMPTY_PDF = raw_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"])
LOCKED_PDF = saved(*pdf_of(None, (100, 100), encrypt=StandardEncryption("secret", strength=128)))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"just a text", "unknown_format"),
        (b"%PDF-1.4\nnothing else\n%%EOF", "damaged"),
        (as_format(drawn(), "pdf")[:-100], "truncated"),
        (EMPTY_PDF, "no_pages"),
        (LOCKED_PDF, "encrypted"),
        (b"II*\0\0\0\0\0", "no_pages"),
        (b"II*\0", "truncated"),
        (b"MM\0*\xff\xff\xff\xff", "truncated"),
        (b"II+\0\x08\0\0\0" + b"\xff" * 8, "truncated"),
        (endless_tiff(3000), "too_many_pages"),
    ],
)
def test_a_file_without_pages_is_told_by_inspection_and_by_reading(data: bytes, reason: str, tmp_path: Path) -> None:
    """With the same reason, and no more than that."""
    file = scan_file(tmp_path, data)
    with pytest.raises(ScanError) as inspected:
        inspect(file, LIMITS)
    with pytest.raises(ScanError) as opened:
        next(iter(read_pages(file, None, LIMITS)))
    assert (inspected.value.reason, opened.value.reason) == (reason, reason)


def test_the_reason_does_not_depend_on_the_file_before(tmp_path: Path) -> None:
    """PDFium remembers the error of the last document that had one."""
    told = []
    for data in (LOCKED_PDF, EMPTY_PDF, b"%PDF-1.4 nothing else %%EOF", EMPTY_PDF):
        with pytest.raises(ScanError) as error:
            inspect(scan_file(tmp_path, data), LIMITS)
        told.append(error.value.reason)
    assert told == ["encrypted", "no_pages", "damaged", "no_pages"]


def test_inspection_tells_hash_format_and_pages(tmp_path: Path) -> None:
    """Without decoding."""
    data = tiff_pages([drawn(), drawn(), drawn()])
    assert inspect(scan_file(tmp_path, data), LIMITS) == FileInfo(hashlib.sha256(data).hexdigest(), ScanFormat.TIFF, 3)


def test_a_pdf_that_only_forbids_changes_is_read(tmp_path: Path) -> None:
    """It opens without a password."""
    lock = StandardEncryption("", ownerPassword="owner", canModify=0, strength=128)
    assert reasons(read(tmp_path, saved(*pdf_of(None, (100, 100), encrypt=lock)))) == [""]


def test_a_huge_bilevel_png_is_refused_without_decoding_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """900 million pixels in a small file: its header is enough."""
    data = png_header(30_000, 30_000, 1, (bytes(3750) for _ in range(30_000)))
    assert len(data) < 1_000_000
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _: pytest.fail("decoded"))
    assert reasons(read(tmp_path, data)) == ["too_large"]


def test_a_chain_of_directories_that_loops_ends(tmp_path: Path) -> None:
    """In a page that failed; the pages before it are read."""
    data = bytearray(tiff_pages([drawn(), drawn(seed=2)]))
    first = struct.unpack_from("<I", data, 4)[0]
    entries = struct.unpack_from("<H", data, first)[0]
    second = struct.unpack_from("<I", data, first + 2 + 12 * entries)[0]
    entries = struct.unpack_from("<H", data, second)[0]
    struct.pack_into("<I", data, second + 2 + 12 * entries, first)
    assert reasons(read(tmp_path, bytes(data))) == ["", "", "damaged"]


def test_a_broken_chain_of_directories_shows(tmp_path: Path) -> None:
    """Pages that cannot be found any more are one page that failed: they do not vanish."""
    data = bytearray(tiff_pages([drawn(), drawn(seed=2)]))
    first = struct.unpack_from("<I", data, 4)[0]
    entries = struct.unpack_from("<H", data, first)[0]
    struct.pack_into("<I", data, first + 2 + 12 * entries, len(data) + 1000)
    assert reasons(read(tmp_path, bytes(data))) == ["", "truncated"]


def test_a_pipe_does_not_make_reading_wait(tmp_path: Path) -> None:
    """Even if a file became one since it was found."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ScanError, match="not_a_file"):
        inspect(ScanFile(tmp_path / "pipe", "pipe"), LIMITS)


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    """As one without permission is."""
    with pytest.raises(ScanError) as error:
        inspect(ScanFile(tmp_path / "gone", "gone"), LIMITS)
    assert error.value.reason == "unreadable_file"


def test_bytes_and_pages_are_bounded(tmp_path: Path) -> None:
    """At the bound a file is read, above it is not."""
    data = tiff_pages([drawn(), drawn()])
    file = scan_file(tmp_path, data)
    assert inspect(file, Limits(max_bytes=len(data), max_pages=2)).pages == 2
    for limits, reason in ((Limits(max_bytes=len(data) - 1), "too_large"), (Limits(max_pages=1), "too_many_pages")):
        with pytest.raises(ScanError) as error:
            inspect(file, limits)
        assert error.value.reason == reason


def test_a_file_that_changed_since_it_was_inspected_is_not_read(tmp_path: Path) -> None:
    """Its pages would be counted for another file's hash."""
    file = scan_file(tmp_path, as_format(drawn(), "png"))
    sha256 = inspect(file, LIMITS).sha256
    assert len(list(read_pages(file, None, LIMITS, sha256))) == 1
    scan_file(tmp_path, as_format(drawn(seed=2), "png"))
    with pytest.raises(ScanError, match="changed"):
        list(read_pages(file, None, LIMITS, sha256))


@pytest.mark.parametrize("kind", ["tiff", "pdf"])
def test_chosen_pages_come_in_page_order(kind: str, tmp_path: Path) -> None:
    """Each once; a page that is not there fails."""
    pages = [drawn(seed=seed) for seed in range(4)]
    data = tiff_pages(pages)
    if kind == "pdf":
        first, *others = (Image.fromarray(page).convert("1") for page in pages)
        data = encoded(first, format="PDF", resolution=150, save_all=True, append_images=others)
    result = list(read_pages(scan_file(tmp_path, data), [4, 2, 9, 2], LIMITS))
    assert [page.number for page in result] == [2, 4, 9]
    assert reasons(result) == ["", "", "changed"]


def test_pages_are_decoded_one_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is not touched before it is asked for."""
    decoded: list[int] = []

    def counted(stream: io.BytesIO, limits: Limits) -> Decoded:
        decoded.append(1)
        return decode_tiff(stream, limits)

    monkeypatch.setattr("digitizer.scans.decode.decode_tiff", counted)
    pages = read_pages(scan_file(tmp_path, tiff_pages([drawn(), drawn()])), None, LIMITS)
    assert isinstance(next(pages), Page)
    assert len(decoded) == 1


@pytest.mark.parametrize("kind", ["png", "tiff", "pdf"])
def test_reading_changes_no_scan_and_repeats_itself(kind: str, tmp_path: Path) -> None:
    """The file, its time stamp and the pixels."""
    file = scan_file(tmp_path, as_format(drawn(), kind))
    before = file.path.read_bytes(), file.path.stat().st_mtime_ns
    (first,), (second,) = (list(read_pages(file, None, LIMITS)) for _ in range(2))
    assert (file.path.read_bytes(), file.path.stat().st_mtime_ns) == before
    assert isinstance(first, Page)
    assert isinstance(second, Page)
    np.testing.assert_array_equal(first.pixels, second.pixels)
    assert first.sha256 == hashlib.sha256(before[0]).hexdigest()

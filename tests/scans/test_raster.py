"""Images: grey with white paper, the right way up, at the resolution that can be believed."""

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from digitizer.scans.decode import Limits
from tests.scans.drawing import (
    as_format,
    black_and_white,
    difference,
    drawn,
    encoded,
    read,
    read_one,
    reasons,
    tiff_pages,
)

PAGE = drawn()
RGB = Image.fromarray(np.dstack([PAGE, PAGE, PAGE]))


@pytest.mark.parametrize("kind", ["png", "webp", "bmp", "tiff", "lzw", "deflate"])
def test_lossless_formats_come_out_as_they_went_in(kind: str, tmp_path: Path) -> None:
    """To the last grey level, and nobody can write to a page."""
    page = read_one(tmp_path, as_format(PAGE, kind))
    np.testing.assert_array_equal(page.pixels, PAGE)
    assert page.pixels.dtype == np.uint8
    assert not page.pixels.flags.writeable


@pytest.mark.parametrize("kind", ["jpeg", "progressive", "tiff_jpeg"])
def test_jpeg_comes_out_nearly_as_it_went_in(kind: str, tmp_path: Path) -> None:
    """Within what compression loses."""
    assert difference(read_one(tmp_path, as_format(PAGE, kind)).pixels, PAGE) < 2


@pytest.mark.parametrize("kind", ["group3", "group4"])
@pytest.mark.parametrize("white_is_zero", [True, False])
def test_fax_pages_are_0_and_255_with_white_paper(kind: str, white_is_zero: bool, tmp_path: Path) -> None:
    """Whichever value the file says is white (the same bits with the other meaning are the negative)."""
    page = black_and_white(PAGE)
    data = as_format(page, kind)
    entry = struct.pack("<HHIHH", TiffImagePlugin.PHOTOMETRIC_INTERPRETATION, 3, 1, 0, 0)
    stored_as_white_is_zero = entry in data
    other = struct.pack("<HHIHH", TiffImagePlugin.PHOTOMETRIC_INTERPRETATION, 3, 1, 1, 0)
    if stored_as_white_is_zero != white_is_zero:
        data = data.replace(entry, other) if stored_as_white_is_zero else data.replace(other, entry)
        page = 255 - page
    np.testing.assert_array_equal(read_one(tmp_path, data).pixels, page)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_and_not_clipped(kind: str, tmp_path: Path) -> None:
    """Every level keeps its place between black and white."""
    levels = np.arange(0, 65536, 16, dtype=np.uint16).reshape(64, 64)
    page = read_one(tmp_path, encoded(Image.fromarray(levels), format=kind))
    np.testing.assert_array_equal(page.pixels, levels // 256)


def test_sixteen_bits_with_white_as_zero_are_inverted(tmp_path: Path) -> None:
    """As all other depths are."""
    stored = ((255 - PAGE).astype(np.uint16)) * 257
    data = encoded(Image.fromarray(stored), format="TIFF")
    tag = TiffImagePlugin.PHOTOMETRIC_INTERPRETATION
    inverted = data.replace(struct.pack("<HHIHH", tag, 3, 1, 1, 0), struct.pack("<HHIHH", tag, 3, 1, 0, 0))
    assert inverted != data
    np.testing.assert_array_equal(read_one(tmp_path, inverted).pixels, PAGE)


@pytest.mark.parametrize(("kind", "loss"), [("JPEG", 3.0), ("TIFF", 1.0)])
def test_cmyk_has_white_paper(kind: str, loss: float, tmp_path: Path) -> None:
    """A JPEG by Adobe's rule too, which stores ink inverted."""
    page = read_one(tmp_path, encoded(RGB.convert("CMYK"), format=kind))
    assert difference(page.pixels, PAGE) < loss


def test_colours_become_luma(tmp_path: Path) -> None:
    """A red drop-out box stays visible, and paler than a blue pen."""
    colours = Image.new("RGB", (30, 10), "white")
    colours.paste((255, 120, 120), (10, 0, 20, 10))
    colours.paste((30, 40, 150), (20, 0, 30, 10))
    assert [int(level) for level in read_one(tmp_path, encoded(colours, format="PNG")).pixels[5, 5::10]] == [
        255,
        160,
        50,
    ]


def test_transparent_parts_show_white_paper(tmp_path: Path) -> None:
    """Where nothing was drawn, and where a palette says so."""
    ink = np.dstack([np.zeros_like(PAGE)] * 3 + [255 - PAGE])
    np.testing.assert_array_equal(read_one(tmp_path, encoded(Image.fromarray(ink, "RGBA"), format="PNG")).pixels, PAGE)
    palette = Image.fromarray(np.where(PAGE > 127, 1, 0).astype(np.uint8), "P")
    palette.putpalette([0, 0, 0, 10, 10, 10])
    page = read_one(tmp_path, encoded(palette, format="PNG", transparency=1))
    np.testing.assert_array_equal(page.pixels, black_and_white(PAGE))


def turned(stored: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Return what a viewer shows (TIFF 6.0, tag 274)."""
    return {
        1: stored,
        2: stored[:, ::-1],
        3: stored[::-1, ::-1],
        4: stored[::-1],
        5: stored.T,
        6: np.rot90(stored, -1),
        7: stored[::-1, ::-1].T,
        8: np.rot90(stored),
    }[orientation]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "LZW", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pages_are_turned_as_the_file_says(kind: str, orientation: int, tmp_path: Path) -> None:
    """Each of the eight orientations, in each format that has them."""
    exif = Image.Exif()
    exif[274] = orientation
    options: dict[str, Any] = {"compression": "tiff_lzw"} if kind == "LZW" else {}
    options |= {"lossless": True} if kind == "WEBP" else {}
    data = encoded(Image.fromarray(PAGE), format={"LZW": "TIFF"}.get(kind, kind), exif=exif, **options)
    assert difference(read_one(tmp_path, data).pixels, turned(PAGE, orientation)) < 3


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP"])
def test_the_resolution_is_read(kind: str, tmp_path: Path) -> None:
    """Rounded to a tenth: PNG and BMP count in px/m."""
    assert read_one(tmp_path, encoded(Image.fromarray(PAGE), format=kind, dpi=(300, 300))).dpi == 300.0


def test_the_resolution_may_be_per_centimetre(tmp_path: Path) -> None:
    """In TIFF, and in JPEG."""
    tags = {"resolution_unit": "cm", "x_resolution": 100, "y_resolution": 100}
    assert read_one(tmp_path, encoded(Image.fromarray(PAGE), format="TIFF", **tags)).dpi == 254.0
    jpeg = encoded(Image.fromarray(PAGE), format="JPEG", dpi=(100, 100))
    per_cm = jpeg.replace(b"JFIF\0\1\1\1", b"JFIF\0\1\1\2")
    assert per_cm != jpeg
    assert read_one(tmp_path, per_cm).dpi == 254.0


@pytest.mark.parametrize(
    ("dpi", "size", "believed"),
    [
        ((1, 1), (120, 180), None),
        ((72, 72), (595, 842), 72.0),
        ((72, 72), (3000, 4000), None),
        ((96, 96), (2480, 3508), None),
        ((200, 200), (1654, 2339), 200.0),
        ((9600, 9600), (120, 180), None),
    ],
)
def test_resolutions_that_cannot_be_are_not_believed(
    dpi: tuple[int, int], size: tuple[int, int], believed: float | None, tmp_path: Path
) -> None:
    """A camera's 72 dpi would make a photo more than a metre long."""
    assert read_one(tmp_path, encoded(Image.new("L", size, 255), format="JPEG", dpi=dpi)).dpi == believed


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_standard_fax_gets_square_pixels(orientation: int, tmp_path: Path) -> None:
    """204 x 98 dpi: a digit would be half as tall as it was written, lying or upright."""
    squeezed = Image.fromarray(black_and_white(PAGE)).resize((120, 90), Image.Resampling.NEAREST).convert("1")
    data = encoded(squeezed, format="TIFF", compression="group3", dpi=(204, 98), tiffinfo={274: orientation})
    page = read_one(tmp_path, data)
    assert page.dpi == 204.0
    assert page.pixels.shape == ((187, 120) if orientation == 1 else (120, 187))


def test_metadata_that_make_no_sense_do_not_condemn_a_page(tmp_path: Path) -> None:
    """Broken EXIF is ignored: the pixels are there."""
    jpeg = encoded(Image.fromarray(PAGE), format="JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xffrubbish")
    assert difference(read_one(tmp_path, jpeg).pixels, PAGE) < 2


def test_pages_of_a_tiff_come_in_order(tmp_path: Path) -> None:
    """Each page of its own size."""
    pages = [drawn(100 + 10 * number, 80, seed=number) for number in range(4)]
    for number, page in enumerate(read(tmp_path, tiff_pages(pages)), 1):
        assert page.number == number
        np.testing.assert_array_equal(getattr(page, "pixels", None), pages[number - 1])


def test_big_tiff_and_big_endian_are_read(tmp_path: Path) -> None:
    """Several pages of them too."""
    stream = io.BytesIO()
    images = [Image.fromarray(drawn(seed=seed)) for seed in (1, 2)]
    images[0].save(stream, format="TIFF", big_tiff=True, save_all=True, append_images=images[1:])
    for page, image in zip(read(tmp_path, stream.getvalue()), images, strict=True):
        np.testing.assert_array_equal(getattr(page, "pixels", None), np.asarray(image))
    tags = ((256, 4, 1, 3), (257, 4, 1, 2), (258, 3, 1, 8 << 16), (262, 3, 1, 1 << 16), (273, 4, 1, 8), (279, 4, 1, 6))
    entries = b"".join(struct.pack(">HHII", *tag) for tag in tags)
    big_endian = b"MM\0*" + struct.pack(">I", 14) + bytes(range(6)) + struct.pack(">H", 6) + entries + bytes(4)
    np.testing.assert_array_equal(read_one(tmp_path, big_endian).pixels, np.arange(6).reshape(2, 3))


def test_thumbnails_in_a_tiff_are_no_pages(tmp_path: Path) -> None:
    """A page that is called a reduced version and is not smaller than the others is a page all the same."""
    pages = [Image.fromarray(page) for page in (drawn(), drawn(45, 30), drawn(seed=3))]
    stream = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(stream) as writer:
        for image, kind in zip(pages, (0, 1, 1), strict=True):
            image.save(writer, format="TIFF", tiffinfo={254: kind})
            writer.newFrame()
    assert [getattr(page, "pixels", np.empty(0)).shape for page in read(tmp_path, stream.getvalue())] == [
        (180, 120)
    ] * 2


def test_a_damaged_page_keeps_nobody_from_the_pages_after_it(tmp_path: Path) -> None:
    """Its failure comes in its place."""
    pages = [drawn(seed=seed) for seed in (1, 2, 3)]
    data = bytearray(tiff_pages(pages))
    with Image.open(io.BytesIO(data)) as image:
        image.seek(1)
        (offset,) = getattr(image, "tag_v2")[273]  # noqa: B009
    data[offset : offset + 20] = bytes(20)
    read_pages = read(tmp_path, bytes(data))
    assert reasons(read_pages) == ["", "damaged", ""]
    np.testing.assert_array_equal(getattr(read_pages[2], "pixels", None), pages[2])


def test_a_group_4_page_that_loses_lines_is_damaged(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The decoder reports success; what it writes to standard error does not reach the user."""
    data = bytearray(as_format(black_and_white(PAGE), "group4"))
    with Image.open(io.BytesIO(data)) as image:
        (offset,) = getattr(image, "tag_v2")[273]  # noqa: B009
    data[offset + 30 : offset + 40] = b"\0\0\0\xff\0\0\0\xff\0\0"
    assert reasons(read(tmp_path, bytes(data))) == ["damaged"]
    assert capfd.readouterr().err == ""


def test_a_page_is_refused_by_its_header(tmp_path: Path) -> None:
    """The bound counts pixels, and holds for each page."""
    data = tiff_pages([drawn(100, 100), drawn(100, 101), drawn(50, 50)])
    assert reasons(read(tmp_path, data, Limits(max_pixels=10_000))) == ["", "too_large", ""]

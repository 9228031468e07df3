"""PDF: the scanned image itself where a page is one, otherwise the page as it prints."""

import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from digitizer.scans import pdf
from digitizer.scans.decode import Limits
from tests.scans.drawing import (
    as_format,
    black_and_white,
    difference,
    drawn,
    encoded,
    image_pdf,
    pdf_of,
    read,
    read_one,
    reasons,
    saved,
)

PAGE = drawn(600, 400)
SIZE_PT = (192, 288)  # at 150 dpi
UPRIGHT = (192, 0, 0, 288, 0, 0)
GREY_JPEG = b"/Width 400 /Height 600 /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter /DCTDecode"
JPEG = as_format(PAGE, "jpeg")


@pytest.fixture
def no_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a page that is drawn instead of taken fail the test."""

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(pdf, "_render", refuse)


@pytest.mark.usefixtures("no_rendering")
def test_an_embedded_jpeg_is_taken_as_it_is(tmp_path: Path) -> None:
    """The same pixels as of the JPEG alone; the resolution is that on the page."""
    page = read_one(tmp_path, image_pdf(JPEG, GREY_JPEG, UPRIGHT, SIZE_PT))
    np.testing.assert_array_equal(page.pixels, read_one(tmp_path, JPEG).pixels)
    assert page.dpi == 150.0


@pytest.mark.usefixtures("no_rendering")
@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P"])
def test_other_images_are_taken_at_their_own_resolution(mode: str, tmp_path: Path) -> None:
    """Deflated, Group 4, with a palette: as Pillow and reportlab write them."""
    image = Image.fromarray(black_and_white(PAGE)).convert(mode)
    np.testing.assert_array_equal(
        read_one(tmp_path, saved(*pdf_of(image, SIZE_PT))).pixels, black_and_white(PAGE), strict=True
    )
    if mode == "1":
        fax = encoded(image, format="PDF", resolution=150)
        assert b"CCITTFaxDecode" in fax
        np.testing.assert_array_equal(read_one(tmp_path, fax).pixels, black_and_white(PAGE))


def placements() -> list[tuple[tuple[int, ...], NDArray[np.uint8]]]:
    """Return matrices that put the image over a page of its shape, and what it then looks like."""
    w, h = SIZE_PT
    return [
        ((w, 0, 0, h, 0, 0), PAGE),
        ((-w, 0, 0, h, w, 0), PAGE[:, ::-1]),
        ((w, 0, 0, -h, 0, h), PAGE[::-1]),
        ((-w, 0, 0, -h, w, h), PAGE[::-1, ::-1]),
        ((0, w, h, 0, 0, 0), PAGE[::-1, ::-1].T),
        ((0, -w, h, 0, 0, w), np.rot90(PAGE, -1)),
        ((0, w, -h, 0, h, 0), np.rot90(PAGE)),
        ((0, -w, -h, 0, h, w), PAGE.T),
    ]


@pytest.mark.parametrize(("matrix", "expected"), placements())
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_an_image_is_turned_as_the_page_shows_it(
    matrix: tuple[int, ...], expected: NDArray[np.uint8], rotate: int, tmp_path: Path
) -> None:
    """Every placement and every rotation of the page: what is taken is what would be drawn."""
    size = SIZE_PT if matrix[0] else SIZE_PT[::-1]
    data = image_pdf(JPEG, GREY_JPEG, matrix, size, rotate)
    taken = read_one(tmp_path, data)
    assert taken.dpi == 150.0
    assert difference(taken.pixels, np.rot90(expected, -rotate // 90)) < 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "placed_image", lambda *_: None)
        drawn_page = read_one(tmp_path, data)
    half = Image.fromarray(drawn_page.pixels).resize(taken.pixels.shape[::-1], Image.Resampling.BOX)
    assert difference(np.asarray(half), taken.pixels) < 3


@pytest.mark.usefixtures("no_rendering")
def test_remapped_colours_are_heeded(tmp_path: Path) -> None:
    """A decode array makes a negative of a JPEG: its own bytes do not tell."""
    negative = as_format(255 - PAGE, "jpeg")
    data = image_pdf(negative, GREY_JPEG + b" /Decode [1 0]", UPRIGHT, SIZE_PT)
    assert difference(read_one(tmp_path, data).pixels, PAGE) < 2


@pytest.mark.usefixtures("no_rendering")
def test_cmyk_images_have_white_paper(tmp_path: Path) -> None:
    """As Pillow writes them, inverted by Adobe's rule and back by a decode array."""
    data = encoded(Image.fromarray(PAGE).convert("RGB").convert("CMYK"), format="PDF", resolution=150)
    page = read_one(tmp_path, data)
    assert difference(page.pixels, PAGE) < 12  # PDFium's conversion is that of a press
    assert page.pixels[-5:, -5:].min() == 255


@pytest.mark.usefixtures("no_rendering")
@pytest.mark.parametrize("rotate", [0, 90])
def test_a_fax_gets_square_pixels(rotate: int, tmp_path: Path) -> None:
    """A standard fax as PDF has half the lines, upright or on its side."""
    squeezed = as_format(np.asarray(Image.fromarray(PAGE).resize((400, 300))), "jpeg")
    entries = GREY_JPEG.replace(b"/Height 600", b"/Height 300")
    page = read_one(tmp_path, image_pdf(squeezed, entries, UPRIGHT, SIZE_PT, rotate))
    assert page.pixels.shape == (PAGE.shape if rotate == 0 else PAGE.shape[::-1])
    assert page.dpi == 150.0


@pytest.mark.usefixtures("no_rendering")
def test_invisible_text_does_not_matter(tmp_path: Path) -> None:
    """A recognition layer lies over most scanned PDFs."""
    page, stream = pdf_of(Image.fromarray(PAGE), SIZE_PT)
    text = page.beginText(20, 100)
    text.setTextRenderMode(3)
    text.textLine("12345")
    page.drawText(text)
    np.testing.assert_array_equal(read_one(tmp_path, saved(page, stream)).pixels, PAGE)


def draw_over(page: Canvas, kind: str) -> None:
    """Draw something over the image on a page."""
    if kind == "text":
        page.setFontSize(60)
        page.drawString(20, 100, "777")
    elif kind == "line":
        page.setLineWidth(9)
        page.line(20, 20, 150, 200)
    elif kind == "image":
        page.drawImage(ImageReader(Image.new("L", (50, 50), 0)), 30, 30, 50, 50)
    elif kind == "field":
        page.acroForm.textfield(value="777", x=20, y=30, width=150, height=80, fontSize=60, borderWidth=3)


@pytest.mark.parametrize("kind", ["text", "line", "image", "field"])
def test_a_page_with_something_over_its_image_is_drawn(kind: str, tmp_path: Path) -> None:
    """Somebody may have filled in a scanned form on the screen."""
    page, stream = pdf_of(Image.fromarray(np.full_like(PAGE, 255)), SIZE_PT)
    draw_over(page, kind)
    drawn_page = read_one(tmp_path, saved(page, stream))
    assert (drawn_page.dpi, drawn_page.pixels.shape) == (300.0, (1200, 800))
    assert 0.005 < (drawn_page.pixels < 100).mean() < 0.5


@pytest.mark.parametrize("kind", ["mask", "clip", "turned", "small"])
def test_an_image_that_is_not_the_whole_page_as_it_is_is_drawn(kind: str, tmp_path: Path) -> None:
    """A black image of which a part shows, on white paper."""
    page, stream = pdf_of(None, SIZE_PT)
    black = Image.new("L", (400, 600), 0)
    if kind == "mask":
        black = Image.merge("RGBA", [*black.convert("RGB").split(), Image.fromarray(PAGE)])
    elif kind == "clip":
        path = page.beginPath()
        path.rect(0, 0, 96, 288)
        page.clipPath(path, stroke=0)
    elif kind == "turned":
        page.rotate(-3)
    page.drawImage(ImageReader(black), 0, 0, *((90, 90) if kind == "small" else SIZE_PT), mask="auto")
    drawn_page = read_one(tmp_path, saved(page, stream))
    assert (drawn_page.dpi, drawn_page.pixels.shape) == (300.0, (1200, 800))
    assert 0.05 < (drawn_page.pixels > 200).mean() < 0.95 or kind == "turned"
    assert (drawn_page.pixels > 200).any()


def test_a_stencil_is_drawn(tmp_path: Path) -> None:
    """Its bits are no colours: zeros are painted, here in black, and ones are left as they are."""
    stencil = np.packbits(black_and_white(PAGE) > 0, axis=1).tobytes()
    entries = b"/Width 400 /Height 600 /BitsPerComponent 1 /ImageMask true /Filter /FlateDecode"
    page = read_one(tmp_path, image_pdf(zlib.compress(stencil), entries, UPRIGHT, SIZE_PT))
    half = Image.fromarray(page.pixels).resize((400, 600), Image.Resampling.BOX)
    assert difference(np.asarray(half), black_and_white(PAGE)) < 3


@pytest.mark.parametrize("kind", [b"JPXDecode", b"JBIG2Decode"])
def test_an_image_that_cannot_be_decoded_is_no_empty_page(kind: bytes, tmp_path: Path) -> None:
    """PDFium would draw white paper: every field would be blank."""
    entries = b"/Width 400 /Height 600 /BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /" + kind
    assert reasons(read(tmp_path, image_pdf(b"rubbish" * 20, entries, UPRIGHT, SIZE_PT))) == ["damaged"]


def test_a_vector_page_is_drawn_at_300_dpi_in_grey_on_white(tmp_path: Path) -> None:
    """Nothing on it is scanned."""
    page, stream = pdf_of(None, (144, 72))
    page.rect(36, 18, 36, 18, stroke=0, fill=1)
    drawn_page = read_one(tmp_path, saved(page, stream))
    assert (drawn_page.pixels.shape, drawn_page.dpi) == ((300, 600), 300.0)
    assert drawn_page.pixels[10, 10] == 255
    assert (drawn_page.pixels[155:220, 155:295] == 0).all()


def test_a_page_too_large_for_300_dpi_is_drawn_more_coarsely_or_refused(tmp_path: Path) -> None:
    """Down to 100 dpi; the resolution says so."""
    data = saved(*pdf_of(None, (720, 720)))
    (page,) = read(tmp_path, data, Limits(max_pixels=2_250_000))
    assert page.dpi == pytest.approx(148.5)  # type: ignore[union-attr]
    assert reasons(read(tmp_path, data, Limits(max_pixels=900_000))) == ["too_large"]


def test_a_truncated_jpeg_inside_is_told(tmp_path: Path) -> None:
    """PDFium would draw it grey below the cut."""
    data = image_pdf(JPEG[: len(JPEG) // 2] + b"\xff\xd9", GREY_JPEG, UPRIGHT, SIZE_PT)
    assert reasons(read(tmp_path, data)) == ["truncated"]


def test_a_huge_image_is_refused_by_its_header(tmp_path: Path) -> None:
    """Before anything of it is decoded."""
    entries = b"/Width 30000 /Height 45000 /BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /FlateDecode"
    assert reasons(read(tmp_path, image_pdf(b"", entries, UPRIGHT, SIZE_PT))) == ["too_large"]

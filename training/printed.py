"""Printed digits and glyphs, rendered from the fonts that come with matplotlib and pymupdf-fonts."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from digitizer.reading.mnist_format import to_mnist_format

Pixels = NDArray[np.uint8]

GLYPH_PX = 52
"""Font size that glyphs are rendered at."""
MATPLOTLIB_FONTS = (
    "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSerif",
    "DejaVuSerif-Bold", "DejaVuSerif-Italic", "STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "cmr10", "cmss10",
    "cmtt10", "cmb10",
)  # fmt: skip
PYMUPDF_FONTS = (
    "figo", "figbo", "figit", "fimo", "fimbo", "notos", "notosbo", "notosit", "ubuntu", "ubuntubo", "ubuntuit",
    "ubuntm", "ubuntmbo", "cascadia", "cascadiab", "spacemo", "spacembo",
)  # fmt: skip
SCRIPTS = (
    ("Latin capitals", 0x41, 0x5A), ("Latin", 0x61, 0x7A), ("Latin with marks", 0xC0, 0x17E), ("Greek", 0x391, 0x3C9),
    ("Cyrillic", 0x410, 0x44F), ("Armenian", 0x531, 0x587), ("Hebrew", 0x5D0, 0x5EA), ("Arabic", 0x621, 0x64A),
    ("Georgian", 0x10D0, 0x10F6), ("syllabics", 0x1401, 0x1676), ("Tifinagh", 0x2D30, 0x2D65), ("Lao", 0xE81, 0xEAE),
    ("arrows", 0x2190, 0x21FF), ("operators", 0x2200, 0x22FF), ("shapes", 0x25A0, 0x25FF), ("symbols", 0x2600, 0x26FF),
    ("dingbats", 0x2701, 0x27BE), ("signs", 0x21, 0x2F), ("more signs", 0x3A, 0x40),
)  # fmt: skip
"""Blocks of Unicode that glyphs are taken from; DejaVu Sans has nearly all of them."""
LOOK_ALIKES = set(
    "BbDGgIiJlOoQqSsYyZzÞþßĲĳŊŋſ!/|'\",.:;()*?"
    "ΒΙΟΖΥΔβγδθοσφζις"
    "ОЗБЧЬЪЫЮоаубьъычюэзЭ"
    "ⵔⵙⵏⵓⵀ"
    "ՕօՏՑցշջչՁձ"
    "סוןזט"
    "٠١٥هة"
    "∕∖∣∤∘∙❘❙❚○◌◯⚪◦ᑫᓄᓀᓂ"
)
"""Characters that a hand or a font may write as it writes a digit."""
CROSSES = set("XxχΧХх×✕✖✗✘╳⊗⨯☓ⵝ")
"""Characters that look like a box crossed out."""
_TOO_LIKE = 0.86
"""Cosine of a glyph and a printed digit, both in MNIST format, from which the glyph passes for the digit."""


@lru_cache(maxsize=1)
def printed_digits() -> tuple[tuple[Pixels, ...], ...]:
    """Render each digit 0-9 in every font: [digit][font] -> (H, W) uint8, ink 255."""
    return tuple(tuple(render(font, digit) for font in load_fonts()) for digit in "0123456789")


@lru_cache(maxsize=1)
def foreign_glyphs() -> tuple[Pixels, ...]:
    """Render letters and signs that are no digits and look like none: each (H, W) uint8, ink 255."""
    fonts = load_fonts()
    digits = np.stack([_direction(glyph) for of_digit in printed_digits() for glyph in of_digit])
    glyphs: list[Pixels] = []
    for script, first, last in SCRIPTS:
        rendered_with = fonts if script.startswith("Latin") and "marks" not in script else fonts[:1]
        for character in map(chr, range(first, last + 1)):
            if not _is_written(character):
                continue
            for font in rendered_with:
                glyph = render(font, character)
                if glyph.any() and float((digits @ _direction(glyph)).max()) < _TOO_LIKE:
                    glyphs.append(glyph)
    return tuple(glyphs)


@lru_cache(maxsize=1)
def load_fonts() -> Sequence[ImageFont.FreeTypeFont]:
    """Load all fonts; the first has the most scripts."""
    import matplotlib as mpl
    import pymupdf_fonts

    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    streams = [(folder / f"{name}.ttf").read_bytes() for name in MATPLOTLIB_FONTS]
    streams += [pymupdf_fonts.myfont(name) for name in PYMUPDF_FONTS]
    return [ImageFont.truetype(BytesIO(stream), GLYPH_PX) for stream in streams]


def render(font: ImageFont.FreeTypeFont, character: str) -> Pixels:
    """Render a character, cut to its ink: (H, W) uint8, ink 255; (1, 1) of 0 where the font shows nothing."""
    left, top, right, bottom = font.getbbox(character)
    width, height = max(int(right - left), 1), max(int(bottom - top), 1)
    image = Image.new("L", (width + 8, height + 8))
    ImageDraw.Draw(image).text((4 - left, 4 - top), character, fill=255, font=font)
    pixels = np.asarray(image, np.uint8)
    x, y, wide, high = cv2.boundingRect((pixels > 0).astype(np.uint8))
    if wide == 0 or _is_missing(font, character):
        return np.zeros((1, 1), np.uint8)
    return pixels[y : y + high, x : x + wide]


def _is_written(character: str) -> bool:
    """Whether a character is a letter or sign of its own that looks like no digit."""
    base = unicodedata.normalize("NFD", character)[0]
    return unicodedata.category(character)[0] in "LSP" and not {character, base} & (LOOK_ALIKES | CROSSES)


def _is_missing(font: ImageFont.FreeTypeFont, character: str) -> bool:
    """Whether a font draws its sign for a missing character."""
    missing = font.getmask("\U000f0000")
    return bytes(font.getmask(character)) == bytes(missing)


def _direction(glyph: Pixels) -> NDArray[np.float32]:
    """(784,) float32 of length 1: a glyph in MNIST format."""
    flat = to_mnist_format(glyph).astype(np.float32).ravel()
    return np.asarray(flat / max(float(np.linalg.norm(flat)), 1.0), np.float32)

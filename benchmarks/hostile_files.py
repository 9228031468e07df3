"""Damaged scans, for `hostile`: one page in all formats and encodings, cut, filled up, closed and altered."""

import functools
import io
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from PIL import Image

SAMPLES = Path(__file__).parent.parent / "samples" / "scans"
SEED = 1
EPOCH = time.gmtime(0)
"""A date that is the same each time."""

CUTS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 0.99)
CUT_ENDS_BYTES = (64, 16, 2, 1)
FILLED_UP = (0.1, 0.4, 0.8)
UNCOMPRESSED = ("raw.tif", "grey.bmp")
ALTERATIONS = 8
SHORT_STEP = 19
"""The short form makes every nineteenth of the damaged files: some of each format, each in another place."""


class Damage(StrEnum):
    """What was done to a whole file."""

    CUT = "cut"
    """Its end is missing."""
    ALTERED = "altered"
    """All is there; some bytes are others."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file to be written.

    Attributes
    ----------
    kind
        The line of the table that counts it.
    original
        The file's name before it was damaged, in `originals`; empty for what was made as it is.
    sparse_bytes
        To this size the file is filled up with zeros that take no room on the disk.
    """

    kind: str
    name: str
    data: bytes
    original: str = ""
    damage: Damage | None = None
    sparse_bytes: int = 0


def page(name: str = "cheque/cheque_02.jpg") -> Image.Image:
    """Return a sample in grey: a cheque of 1402 x 646 px."""
    return _sample(name).copy()  # saving leaves its traces on an image


@functools.cache
def _sample(name: str) -> Image.Image:
    with Image.open(SAMPLES / name) as image:
        return image.convert("L")


def encoded(image: Image.Image, **options: Any) -> bytes:
    """Return an image as a file, at 200 dpi."""
    stream = io.BytesIO()
    image.save(stream, **({"dpi": (200, 200)} | options))
    return stream.getvalue()


def originals() -> dict[str, bytes]:
    """Return one page, or two, in every format and encoding that matters, by file name."""
    grey, other = page(), page("cheque/cheque_01.jpg")
    two: dict[str, Any] = {"format": "TIFF", "save_all": True, "append_images": [other]}
    fax = {"format": "TIFF", "save_all": True, "append_images": [other.convert("1")], "compression": "group4"}
    pdf: dict[str, Any] = {"format": "PDF", "resolution": 200, "creationDate": EPOCH, "modDate": EPOCH}
    return {
        "grey.png": encoded(grey, format="PNG"),
        "black.png": encoded(grey.convert("1"), format="PNG"),
        "colour.png": encoded(Image.merge("RGB", [grey, grey, other]), format="PNG"),
        "baseline.jpg": encoded(grey, format="JPEG", quality=80),
        "restarts.jpg": encoded(grey, format="JPEG", quality=80, restart_marker_blocks=40),
        "progressive.jpg": encoded(grey, format="JPEG", quality=80, progressive=True),
        "raw.tif": encoded(grey, format="TIFF"),
        "group4.tif": encoded(grey.convert("1"), **fax),
        "lzw.tif": encoded(grey, compression="tiff_lzw", **two),
        "deflate.tif": encoded(grey, compression="tiff_adobe_deflate", **two),
        "jpeg.tif": encoded(grey, compression="jpeg", quality=80, **two),
        "packbits.tif": encoded(grey, compression="packbits", **two),
        "lossy.webp": encoded(grey.convert("RGB"), format="WEBP", quality=80),
        "lossless.webp": encoded(grey.convert("RGB"), format="WEBP", lossless=True),
        "grey.bmp": encoded(grey, format="BMP"),
        "jpeg.pdf": encoded(grey, save_all=True, append_images=[other], **pdf),
        "group4.pdf": encoded(grey.convert("1"), **pdf),
        "scanned.pdf": (SAMPLES / "cheque/cheques_06_to_08.pdf").read_bytes(),
    }


def damaged(short: bool = False) -> Iterator[Hostile]:
    """Yield damaged files, the same ones each time."""
    chance = random.Random(SEED)  # noqa: S311
    files = [each for name, data in originals().items() for each in _of(name, data, chance)]
    yield from files[::SHORT_STEP] if short else files


def _of(name: str, data: bytes, chance: random.Random) -> Iterator[Hostile]:
    lengths = sorted({int(share * len(data)) for share in CUTS} | {len(data) - end for end in CUT_ENDS_BYTES})
    for length in lengths:
        yield Hostile("cut", f"cut/{length}_{name}", data[:length], name, Damage.CUT)
    for length in _parts(data, FILLED_UP):
        filled = data[:length] + bytes(len(data) - length)
        damage = Damage.ALTERED if name in UNCOMPRESSED else Damage.CUT  # zeros are black pixels there
        yield Hostile("cut, filled up with zeros", f"filled/{length}_{name}", filled, name, damage)
    ending = {"jpg": b"\xff\xd9", "pdf": b"\nstartxref\n0\n%%EOF\n"}.get(name.rpartition(".")[2], b"")
    for length in _parts(data, FILLED_UP) if ending else ():
        yield Hostile("cut, with an end put on", f"closed/{length}_{name}", data[:length] + ending, name, Damage.CUT)
    for number in range(ALTERATIONS):
        yield Hostile("bytes altered", f"altered/{number}_{name}", _altered(data, chance), name, Damage.ALTERED)


def _parts(data: bytes, shares: Sequence[float]) -> list[int]:
    return [int(share * len(data)) for share in shares]


def _altered(data: bytes, chance: random.Random) -> bytes:
    """Flip one bit, or write over 16 bytes; headers are hit as often as all the rest."""
    result = bytearray(data)
    at = chance.randrange(len(data) if chance.random() < 0.5 else min(len(data), 400))
    if chance.random() < 0.5:
        result[at] ^= 1 << chance.randrange(8)
    else:
        result[at : at + 16] = chance.randbytes(len(result[at : at + 16]))
    return bytes(result)

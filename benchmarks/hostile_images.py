"""Pictures made to exhaust a reader, for `hostile`."""

import math
import struct
import zlib
from collections.abc import Iterator, Mapping

from PIL import Image

from benchmarks.hostile_files import Hostile, encoded, page
from digitizer.scans.limits import Limits

PNG = b"\x89PNG\r\n\x1a\n"
AT_LIMIT_BYTES = Limits().max_bytes
SPARSE = (
    ("10 GB.png", PNG, 10**10),
    ("10 GB.txt", b"", 10**10),
    ("10 GB.pdf", b"%PDF-1.7\n", 10**10),
    ("at the limit of bytes.bmp", b"", AT_LIMIT_BYTES),
    ("at the limit of bytes.png", PNG, AT_LIMIT_BYTES),
    ("at the limit of bytes.tif", b"II*\0\x08\0\0\0", AT_LIMIT_BYTES),
    ("at the limit of bytes.pdf", b"%PDF-1.7\n%%EOF", AT_LIMIT_BYTES),
    ("at the limit of bytes.jpg", b"\xff\xd8\xff", AT_LIMIT_BYTES),
)
"""Name, first bytes, size."""


def pictures(short: bool = False) -> Iterator[Hostile]:
    """Yield them, the same ones each time."""
    for number, (name, data) in enumerate(_bombs(short).items()):
        if not short or number % 5 == 0:
            yield Hostile("picture that exhausts", f"bomb/{name}", data)
    for name, start, size in SPARSE[: 2 if short else None]:
        yield Hostile("sparse file", f"sparse/{name}", start, sparse_bytes=size)


def png(width_px: int, height_px: int, depth: int, colour: int, rows: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """Write a PNG of `rows`, deflated already; `colour` is the type of its header (0 grey, 2 RGB, 3 palette)."""
    header = struct.pack(">IIBBBBB", width_px, height_px, depth, colour, 0, 0, 0)
    return PNG + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", header), *chunks, (b"IDAT", rows), (b"IEND", b""))
    )


def zero_rows(row_bytes: int, rows: int) -> bytes:
    """Return black rows of a PNG, deflated."""
    packer = zlib.compressobj(1)
    block = bytes((row_bytes + 1) * 100)
    return b"".join([packer.compress(block) for _ in range(rows // 100)] + [packer.flush()])


def tiff(tags: Mapping[int, int], data: bytes = b"", following: int = 0) -> bytes:
    """Write a TIFF of one directory at 8, of one number each tag; `data` stand behind it."""
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value & 0xFFFFFFFF) for tag, value in sorted(tags.items()))
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", following) + data


def tiff_tags(width_px: int, height_px: int, **more: int) -> dict[int, int]:
    """Return the tags of an uncompressed grey page in one strip; `more` are others, as t259=5."""
    tags = {256: width_px, 257: height_px, 258: 8, 259: 1, 262: 1, 277: 1, 278: height_px}
    tags |= {273: 8 + 2 + 12 * 9 + 4, 279: width_px * height_px}
    return tags | {int(tag[1:]): value for tag, value in more.items()}


def _bombs(short: bool) -> dict[str, bytes]:
    side = 1000 if short else math.isqrt(Limits().max_pixels)
    webp_side = min(side, 16_383)
    jpeg = encoded(page(), format="JPEG", quality=80)
    frame = jpeg.index(b"\xff\xc0") + 5
    webp = encoded(page().convert("RGB"), format="WEBP", lossless=True)
    bmp = encoded(page(), format="BMP")
    loop = tiff(tiff_tags(10, 10), bytes(100), following=8)
    scan = encoded(page(), format="JPEG", quality=80, progressive=True)
    last = scan.rindex(b"\xff\xda")
    return {
        "30000 x 30000 of 1 bit.png": png(30_000, 30_000, 1, 0, zero_rows(3750, 100 if short else 30_000)),
        "50000 x 50000.png": png(50_000, 50_000, 8, 0, zero_rows(50_000, 100 if short else 50_000)),
        "sides of 32 bits.png": png(2**31 - 1, 2**31 - 1, 16, 6, b""),
        "at the limit of pixels, RGBA of 16 bits.png": png(side, side, 16, 6, zero_rows(side * 8, side)),
        "at the limit of pixels, grey.png": png(side, side, 8, 0, zero_rows(side, side)),
        "at the limit of pixels, palette of 1 bit.png": png(
            side, side, 1, 3, zero_rows(-(-side // 8), side), (b"PLTE", b"\0\0\0\xff\xff\xff"), (b"tRNS", b"\x80")
        ),
        "a text of 1 GB.png": png(
            9,
            9,
            8,
            0,
            zero_rows(9, 100),
            (b"zTXt", b"a\0\0" + zlib.compress(bytes((1 << 22) if short else 1 << 30), 1)),
        ),
        "a profile of 1 GB.png": png(
            9,
            9,
            8,
            0,
            zero_rows(9, 100),
            (b"iCCP", b"a\0\0" + zlib.compress(bytes((1 << 22) if short else 1 << 30), 1)),
        ),
        "a pixel wide, 200 000 000 high.png": png(1, 200_000_000, 1, 0, zero_rows(1, 1000)),
        "65535 x 65535.jpg": jpeg[:frame] + b"\xff\xff\xff\xff" + jpeg[frame + 4 :],
        "of no height.jpg": jpeg[:frame] + b"\0\0" + jpeg[frame + 2 :],
        "4000 progressive scans.jpg": scan[:-2] + scan[last:-2] * 4000 + b"\xff\xd9",
        "at the limit of pixels, CMYK.jpg": encoded(Image.new("CMYK", (side, side)), format="JPEG", quality=30),
        "at the limit of pixels, progressive.jpg": encoded(
            Image.new("RGB", (side, side)), format="JPEG", quality=30, progressive=True
        ),
        "4000000 x 4000000.tif": tiff(tiff_tags(4_000_000, 4_000_000), b"x"),
        "sides of 32 bits.tif": tiff(tiff_tags(2**32 - 1, 2**32 - 1), b"x"),
        "a loop of directories.tif": loop,
        "65535 entries announced.tif": b"II*\0\x08\0\0\0\xff\xff" + bytes(500),
        "at the limit of pixels, RGB deflated.tif": encoded(
            Image.new("RGB", (side, side)), format="TIFF", compression="tiff_adobe_deflate"
        ),
        "at the limit of pixels, 1 bit G4.tif": encoded(
            Image.new("1", (side, side), 1), format="TIFF", compression="group4"
        ),
        "5000 pages.tif": _many_directories(5000),
        "16384 x 16384 announced.webp": webp[:21] + b"\xff\xff\xff\xff" + webp[25:],
        "4 GB announced.webp": webp[:4] + b"\xff\xff\xff\xff" + webp[8:],
        "at the limit of its format.webp": encoded(
            Image.new("RGB", (webp_side, webp_side)), format="WEBP", lossless=True, quality=0, method=0
        ),
        "a billion wide.bmp": bmp[:18] + struct.pack("<ii", 10**9, 10**9) + bmp[26:],
        "of negative width.bmp": bmp[:18] + struct.pack("<ii", -1402, 646) + bmp[26:],
        "run lengths without end.bmp": bmp[:18] + struct.pack("<iiHHI", 17_000, 17_000, 1, 8, 1) + bmp[34:],
    }


def _many_directories(count: int) -> bytes:
    tags = tiff_tags(10, 10)
    size = 2 + 12 * len(tags) + 4
    one = tiff(tags)[8:-4]
    return b"II*\0\x08\0\0\0" + b"".join(one + struct.pack("<I", 8 + (n + 1) * size) for n in range(count)) + bytes(99)

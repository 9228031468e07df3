"""Files that are no scans whatever their names say, and scans of odd make, for `hostile`."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.hostile_files import Hostile, encoded, page
from benchmarks.hostile_images import PNG, png, tiff, tiff_tags, zero_rows
from benchmarks.hostile_pdfs import one_page, stream


def oddities(short: bool = False) -> Iterator[Hostile]:
    """Yield them, the same ones each time."""
    odd = _odd_pixels() | _odd_containers() | _odd_metadata()
    for kind, files in (("wrong type", _wrong_types()), ("odd format", odd)):
        for number, (name, data) in enumerate(files.items()):
            if not short or number % 5 == 0:
                yield Hostile(kind, f"{kind}/{name}", data)


def _wrong_types() -> dict[str, bytes]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("scan.jpg", bytes(10_000_000))
    jpeg, pdf = encoded(page(), format="JPEG", quality=70), one_page(stream(b"0 0 m 595 842 l S"))
    html = b"<!doctype html><title>404</title><p>Not found"
    return {
        "text.png": b"Dear Sir or Madam,\n" * 30,
        "archive.tif": archive.getvalue(),
        "page.pdf": html,
        "page with a PDF in it.html": html + b"<pre>" + pdf,
        "film.jpg": b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + bytes(5000),
        "sound.bmp": b"ID3\4\0\0\0\0\0\0" + b"\xff\xfb\x90\x64" * 999,
        "program.png": b"\x7fELF\2\1\1" + bytes(900),
        "program.pdf": b"MZ\x90\0" + bytes(900),
        "script.jpg": b"#!/bin/sh\nrm -rf $HOME\n",
        "table.webp": b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0",
        "telephone.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(5000),
        "new.avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(5000),
        "old.gif": encoded(page(), format="GIF"),
        "plain.pgm": encoded(page(), format="PPM"),
        "wavelets.jp2": encoded(page().reduce(4), format="JPEG2000"),
        "wavelets.jpg": encoded(page().reduce(5), format="JPEG2000"),
        "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        "drawing.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file",
        "entities.png": b'<!DOCTYPE a [<!ENTITY b "&c;&c;">]><a>&b;</a>',
        "a JPEG.png": jpeg,
        "a PDF.tif": pdf + b"\n",
        "a JPEG and an archive.jpg": encoded(page(), format="JPEG", quality=71) + archive.getvalue(),
        "a PDF inside a JPEG.jpg": encoded(page(), format="JPEG", quality=72, comment=pdf),
        "a JPEG in front of a PDF.pdf": jpeg + pdf,
        "a PNG that says it is a PDF.png": png(9, 9, 8, 0, zero_rows(9, 100), (b"teXt", b"%PDF-1.7 %%EOF")),
        "one byte.png": b"\x89",
        "signature.png": PNG,
        "signature.jpg": b"\xff\xd8\xff",
        "signature.tif": b"II*\0",
        "signature.bmp": b"BM",
        "signature.webp": b"RIFF\0\0\0\0WEBP",
        "rubbish.jpg": np.random.default_rng(1).bytes(50_000),
        "rubbish behind a signature.tif": b"II*\0" + np.random.default_rng(2).bytes(50_000),
        "rubbish behind a signature.pdf": b"%PDF-1.7\n" + np.random.default_rng(3).bytes(50_000) + b"%%EOF",
    }


def _odd_pixels() -> dict[str, bytes]:
    grey = page()
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    clear = Image.merge("LA", [grey, grey.point(lambda value: 255 - value)])
    return {
        "16 bits.png": encoded(deep, format="PNG"),
        "16 bits.tif": encoded(deep, format="TIFF"),
        "floating point.tif": encoded(Image.fromarray(np.asarray(grey).astype(np.float32)), format="TIFF"),
        "32 bits.tif": encoded(Image.fromarray(np.asarray(grey).astype(np.int32)), format="TIFF"),
        "CMYK.jpg": encoded(grey.convert("CMYK"), format="JPEG", quality=80),
        "CMYK.tif": encoded(grey.convert("CMYK"), format="TIFF", compression="tiff_lzw"),
        "LAB.tif": encoded(Image.merge("LAB", [grey, grey, grey]), format="TIFF"),
        "palette.png": encoded(grey.convert("P"), format="PNG"),
        "palette.bmp": encoded(grey.convert("P"), format="BMP"),
        "palette.tif": encoded(grey.convert("P"), format="TIFF"),
        "2 bits.png": encoded(grey.quantize(4), format="PNG", bits=2),
        "see-through.png": encoded(clear, format="PNG"),
        "see-through.webp": encoded(clear.convert("RGBA"), format="WEBP", lossless=True),
        "see-through.tif": encoded(clear.convert("RGBA"), format="TIFF"),
        "a colour that is clear.png": encoded(grey.convert("P"), format="PNG", transparency=255),
        "one pixel.png": encoded(Image.new("L", (1, 1)), format="PNG"),
        "one row.tif": encoded(Image.new("L", (5000, 1)), format="TIFF"),
    }


def _odd_containers() -> dict[str, bytes]:
    grey, other = page(), page("cheque/cheque_01.jpg")
    more: dict[str, Any] = {"save_all": True, "append_images": [other, other]}
    raw = np.asarray(grey.crop((0, 0, 256, 256))).tobytes()
    tiled = tiff_tags(256, 256, t322=256, t323=256, t324=8 + 2 + 12 * 9 + 4, t325=len(raw))
    for strips in (273, 278, 279):
        del tiled[strips]
    planes = {277: 3, 284: 2, 262: 2}
    return {
        "animated.png": encoded(grey, format="PNG", **more),
        "animated.webp": encoded(grey.convert("RGB"), format="WEBP", lossless=True, **more),
        "of a camera with preview.jpg": encoded(grey, format="MPO", **more),
        "tiles.tif": tiff(tiled | {284: 1, 277: 1}, raw),
        "planes.tif": tiff(tiff_tags(64, 64) | planes, bytes(3 * 64 * 64)),
        "big.tif": encoded(grey, format="TIFF", big_tiff=True),
        "of no strips.tif": tiff({256: 99, 257: 99, 258: 8, 259: 1, 262: 1}),
        "strips that overlap.tif": tiff(tiff_tags(100, 100) | {273: 8}, bytes(10_000)),
        "a compression that nobody knows.tif": tiff(tiff_tags(100, 100) | {259: 54321}, bytes(10_000)),
        "JPEG of the old kind.tif": tiff(tiff_tags(100, 100) | {259: 6}, bytes(10_000)),
        "PixarLog.tif": tiff(tiff_tags(100, 100) | {259: 32909}, bytes(10_000)),
        "Group 3.tif": encoded(grey.convert("1"), format="TIFF", compression="group3"),
    }


def _odd_metadata() -> dict[str, bytes]:
    grey = page()
    exif = b"Exif\0\0" + b"II*\0\x08\0\0\0\xff\xff" + bytes(range(200))
    loop = b"Exif\0\0" + b"II*\0\x08\0\0\0\1\0\x69\x87\4\0\1\0\0\0\x08\0\0\0\0\0\0\0"
    turned = Image.Exif()
    turned[274] = 6
    nonsense = Image.Exif()
    nonsense[274] = 99
    return {
        "rubbish for metadata.jpg": encoded(grey, format="JPEG", quality=73, exif=exif),
        "metadata in a loop.jpg": encoded(grey, format="JPEG", quality=74, exif=loop),
        "on its side.jpg": encoded(grey, format="JPEG", quality=75, exif=turned.tobytes()),
        "orientation 99.jpg": encoded(grey, format="JPEG", quality=76, exif=nonsense.tobytes()),
        "rubbish for colours.jpg": encoded(grey, format="JPEG", quality=77, icc_profile=b"no profile" * 999),
        "rubbish for colours.png": encoded(grey, format="PNG", icc_profile=b"no profile" * 999),
        "0 dpi.jpg": encoded(grey, format="JPEG", quality=78, dpi=(0, 0)),
        "60000 dpi.jpg": encoded(grey, format="JPEG", quality=79, dpi=(60_000, 60_000)),
        "unlike dpi.png": encoded(grey, format="PNG", dpi=(60, 2300)),
        "1 dpi.tif": encoded(grey, format="TIFF", dpi=(1, 1)),
        "a comment of 64 kB.jpg": encoded(grey, format="JPEG", quality=81, comment=b"%" * 65_000),
    }

"""PDFs made to exhaust, to confuse or to mislead a reader, for `hostile`."""

import functools
import zlib
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.hostile_files import SAMPLES, Hostile, encoded, page

CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
A4 = b"[0 0 595 842]"


def raw_pdf(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """Write a PDF of these objects, numbered from 1; the first is the catalogue."""
    data = b"%PDF-1.7\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    entries = b"<< /Size %d /Root 1 0 R %s >>" % (len(objects) + 1, trailer)
    tail = b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (entries, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + tail


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """Write a stream object."""
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(content), content)


def one_page(content: bytes, *more: bytes, box: bytes = A4, resources: bytes = b"", catalogue: bytes = b"") -> bytes:
    """Write a PDF of one page; `content` is object 4, what follows 5 and on."""
    return raw_pdf(
        [
            CATALOGUE[:-2] + catalogue + b" >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents 4 0 R /Resources << %s >> >>" % (box, resources),
            content,
            *more,
        ]
    )


def image_page(data: bytes, entries: bytes) -> bytes:
    """Write a PDF of one page that an image covers."""
    image = stream(data, b"/Type /XObject /Subtype /Image " + entries)
    content = stream(b"q 595 0 0 842 0 0 cm /I Do Q")
    return one_page(content, image, resources=b"/XObject << /I 5 0 R >>")


def pdfs(short: bool = False) -> Iterator[Hostile]:
    """Yield them, the same ones each time."""
    for kind, files in (
        ("PDF that exhausts", _exhausting(short)),
        ("PDF that loops", _loops()),
        ("PDF of odd make", _odd()),
        ("PDF of a broken image", _broken_images()),
    ):
        for number, (name, data) in enumerate(files.items()):
            if not short or number % 5 == 0:
                yield Hostile(kind, f"pdf/{name}.pdf", data)


@functools.cache
def deflated_zeros(size: int, times: int = 1) -> bytes:
    """Return so many zeros, deflated, and that deflated again."""
    packer = zlib.compressobj(1)
    data = b"".join([packer.compress(bytes(1 << 20)) for _ in range(size >> 20)] + [packer.flush()])
    for _ in range(times - 1):
        data = zlib.compress(data, 9)
    return data


def _exhausting(short: bool) -> Mapping[str, bytes]:
    flate = b"/Filter /FlateDecode"
    grey = b"/ColorSpace /DeviceGray /BitsPerComponent 8 "
    many = b" ".join([b"3 0 R"] * 100_000)
    huge = 1 << (26 if short else 31)
    return {
        "a content of 2 GB": one_page(stream(deflated_zeros(huge), flate)),
        "deflated three times": one_page(stream(deflated_zeros(huge, 3), b"/Filter [" + b"/FlateDecode " * 3 + b"]")),
        "an image of 30000 x 30000": image_page(b"", b"/Width 30000 /Height 30000 " + grey + flate),
        "an image of 2 GB of zeros": image_page(
            deflated_zeros(huge), b"/Width 17000 /Height 17000 /ColorSpace /DeviceRGB /BitsPerComponent 8 " + flate
        ),
        "an image of sides beyond 32 bits": image_page(b"x", b"/Width 4294967297 /Height 4294967297 " + grey),
        "an image of a negative side": image_page(b"x", b"/Width -5 /Height 100 " + grey),
        "a paper of 14 km": one_page(stream(b""), box=b"[0 0 40000000 40000000]"),
        "a paper without area": one_page(stream(b""), box=b"[0 0 0 0]"),
        "a paper of no numbers": one_page(stream(b""), box=b"[/a null (b) 1e400]"),
        "a paper 1 pt wide and 1 km long": one_page(stream(b""), box=b"[0 0 1 3000000]"),
        "100000 pages": raw_pdf(
            [
                CATALOGUE,
                b"<< /Type /Pages /Kids [%s] /Count 100000 >>" % many,
                b"<< /Type /Page /Parent 2 0 R /MediaBox %s >>" % A4,
            ]
        ),
        "100000 pages announced": raw_pdf(
            [
                CATALOGUE,
                b"<< /Type /Pages /Kids [3 0 R] /Count 100000 >>",
                b"<< /Type /Page /Parent 2 0 R /MediaBox %s >>" % A4,
            ]
        ),
        "forms that draw forms": _laughs(4 if short else 9),
        "a million lines": one_page(stream(zlib.compress(b"0 0 m 595 842 l S\n" * 1_000_000), flate)),
        "dashes without end": one_page(stream(b"[0.0001 0.0001] 0 d 0 0 m 595 842 l S\n" * 20)),
        "a shading that is its own content": one_page(stream(b"/S sh"), resources=b"/Shading << /S 4 0 R >>"),
        "a pattern of tiny tiles": _tiny_tiles(),
        "brackets 100000 deep": one_page(stream(b"[" * 100_000 + b"]" * 100_000 + b" TJ")),
        "states 1000000 deep": one_page(stream(zlib.compress(b"q " * 1_000_000), flate)),
        "dictionaries 100000 deep": raw_pdf([CATALOGUE, b"<< /A " * 100_000 + b">>" * 100_000]),
    }


def _laughs(depth: int) -> bytes:
    """Return a page whose form draws ten forms, each of which draws ten, and so on."""
    forms = [
        stream(
            b"/F Do " * 10 if level else b"0 0 m 9 9 l S",
            b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /F %d 0 R >> >>"
            % (5 + depth - level + 1),
        )
        for level in range(depth, -1, -1)
    ]
    return one_page(stream(b"/F Do"), *forms, resources=b"/XObject << /F 5 0 R >>")


def _tiny_tiles() -> bytes:
    tile = stream(
        b"0 0 1 1 re f",
        b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep 0.001 /YStep 0.001 "
        b"/Resources << >>",
    )
    return one_page(stream(b"/Pattern cs /P scn 0 0 595 842 re f"), tile, resources=b"/Pattern << /P 5 0 R >>")


def _loops() -> Mapping[str, bytes]:
    whole = one_page(stream(b"0 0 m 595 842 l S"))
    start = whole.rindex(b"startxref\n")
    xref = whole.rindex(b"\nxref\n") + 1
    return {
        "a page tree that holds itself": raw_pdf([CATALOGUE, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"]),
        "a page tree of two that hold each other": raw_pdf(
            [
                CATALOGUE,
                b"<< /Type /Pages /Kids [3 0 R] /Count 2 >>",
                b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 2 >>",
            ]
        ),
        "a cross-reference that goes before itself": whole.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % xref),
        "a cross-reference beyond the end": whole[:start] + b"startxref\n99999999999\n%%EOF\n",
        "a cross-reference of minus one": whole[:start] + b"startxref\n-1\n%%EOF\n",
        "a form that draws itself": one_page(
            stream(b"/F Do"),
            stream(
                b"/F Do",
                b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >>",
            ),
            resources=b"/XObject << /F 5 0 R >>",
        ),
        "a length that is its own stream": one_page(b"<< /Length 4 0 R >>\nstream\nx\nendstream"),
        "a parent that is its child": raw_pdf(
            [
                CATALOGUE,
                b"<< /Type /Pages /Parent 3 0 R /Kids [3 0 R] /Count 1 >>",
                b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 1 >>",
            ]
        ),
    }


def _odd() -> Mapping[str, bytes]:
    script = b" /OpenAction << /S /JavaScript /JS (while(true){app.alert(1)}) >>"
    launch = b" /OpenAction << /S /Launch /F (/bin/sh) >> /AA << /WC << /S /URI /URI (http://127.0.0.1:9/) >> >>"
    attached = (
        b" /Names << /EmbeddedFiles << /Names [(a.exe) << /Type /Filespec /F (a.exe) /EF << /F 5 0 R >> >>] >> >>"
    )
    line = stream(b"0 0 m 595 842 l S")
    secured = b"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O (%s) /U (%s) >> /ID [(a) (a)]" % (
        b"o" * 32,
        b"u" * 32,
    )
    body = [CATALOGUE, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"]
    leaf = b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents 4 0 R >>" % A4
    return {
        "encrypted": raw_pdf([*body, leaf, line], secured),
        "encrypted by a handler that nobody knows": raw_pdf([*body, leaf, line], b"/Encrypt << /Filter /Nobody >>"),
        "with a script": one_page(line, catalogue=script),
        "that starts a program": one_page(line, catalogue=launch),
        "with a file attached": one_page(line, stream(b"MZ" * 500), catalogue=attached),
        "of an interactive form": one_page(line, catalogue=b" /AcroForm << /Fields [] /XFA 4 0 R >>"),
        "without pages": raw_pdf([CATALOGUE, b"<< /Type /Pages /Kids [] /Count 0 >>"]),
        "without a catalogue": raw_pdf([b"null"]),
        "of a header only": b"%PDF-1.7\n%%EOF\n",
        "behind 900 bytes of rubbish": b"x" * 900 + one_page(line),
        "in front of rubbish": one_page(line) + b"x" * 2000,
        "with two ends": one_page(line) + one_page(stream(b"9 9 m 99 99 l S")),
    }


def _broken_images() -> Mapping[str, bytes]:
    jpeg = encoded(page(), format="JPEG", quality=80)
    size = b"/Width 1402 /Height 646 "
    grey = size + b"/ColorSpace /DeviceGray /BitsPerComponent 8 "
    bits = size + b"/ColorSpace /DeviceGray /BitsPerComponent 1 "
    jpx = encoded(page().reduce(4), format="JPEG2000")
    return {
        "a JPEG of half its length": image_page(jpeg[: len(jpeg) // 2], grey + b"/Filter /DCTDecode"),
        "a JPEG that is text": image_page(b"no jpeg at all" * 99, grey + b"/Filter /DCTDecode"),
        "a JPEG of another size": image_page(jpeg, grey.replace(b"646", b"9646") + b"/Filter /DCTDecode"),
        "JPEG 2000 of half its length": image_page(jpx[: len(jpx) // 2], grey + b"/Filter /JPXDecode"),
        "JPEG 2000 that is text": image_page(b"no jpx at all" * 99, grey + b"/Filter /JPXDecode"),
        "JBIG2 that is text": image_page(b"no jbig2 at all" * 99, bits + b"/Filter /JBIG2Decode"),
        "JBIG2 of a huge segment": image_page(
            b"\0\0\0\0\x30\0\1\0\0\0\x13\xff\xff\xff\x00\xff\xff\xff\x00" + bytes(11), bits + b"/Filter /JBIG2Decode"
        ),
        "G4 that is text": image_page(
            b"no fax at all" * 99, bits + b"/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 1402 /Rows 646 >>"
        ),
        "G4 that stops": image_page(b"", bits + b"/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 1402 >>"),
        "deflate that stops": image_page(zlib.compress(page().tobytes())[:20_000], grey + b"/Filter /FlateDecode"),
        "deflate that is text": image_page(b"no zlib at all" * 99, grey + b"/Filter /FlateDecode"),
        "LZW that is text": image_page(b"no lzw at all" * 99, grey + b"/Filter /LZWDecode"),
        "a filter that nobody knows": image_page(b"x" * 999, grey + b"/Filter /NobodyDecode"),
        "a colour space that is missing": image_page(page().tobytes(), size + b"/ColorSpace /Lost /BitsPerComponent 8"),
        "13 bits a pixel": image_page(page().tobytes(), size + b"/ColorSpace /DeviceGray /BitsPerComponent 13"),
        "no data": image_page(b"", grey),
        "JPEGs without a scan": (SAMPLES / "cheque/cheques_06_to_08.pdf")
        .read_bytes()
        .replace(b"\xff\xda", b"\xff\xd9"),
    }

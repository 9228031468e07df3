"""A folder of scans and a folder of results with something to review on each screen; drawn, and read by nobody."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitizer.document import FieldEvidence, FieldKind, FieldResult, FieldStatus, PageResult, PageStatus, Reading
from digitizer.ledger.export import write_results
from digitizer.ledger.ledger import Ledger, open_ledger
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.records import Entry, ScanRecord

PROVENANCE = Provenance("0.1.0", "seed", "ab" * 32, 0.999)
HOSTILE_NAME = "<img src=x onerror=alert(1)>&\"'.png"
_CELL_PX, _LEFT, _TOP, _PITCH_PX = 40, 60, 50, 90
_SURE, _DOUBTFUL = 0.9999, 0.8


def fill(
    folder: Path, fields: Sequence[FieldResult] | None = None, name: str = HOSTILE_NAME, database: str | None = None
) -> tuple[Path, Path]:
    """Make both folders, with one scan; return that of the scans, and that of the results.

    The ledger lies with the results, or in a database that a URL names.
    """
    scans, out = folder / "scans", folder / "out"
    scans.mkdir()
    out.mkdir()
    shown = standard_fields() if fields is None else fields
    data = _png(page_pixels(shown))
    (scans / name).write_bytes(data)
    with open_ledger(out, database) as ledger:
        put(ledger, a_scan(name, hashlib.sha256(data).hexdigest(), shown))
        write_results(out, ledger, PROVENANCE)
    return scans, out


def put(ledger: Ledger, *scans: ScanRecord) -> None:
    """Put scans into a ledger as a run does that found them in its folder."""
    ledger.put_entries([Entry(each.source, "1:2:3:4:5", each.sha256) for each in scans])
    ledger.put_scans(scans, PROVENANCE)


def standard_fields() -> list[FieldResult]:
    """Return two fields for the sheet of sevens, one with an unreadable cell, and one that obeys no rule."""
    return [
        a_field(0, "account", "4717", doubtful=(3,)),
        a_field(1, "amount", "0715", doubtful=(1,)),
        a_field(2, "date", "1?12", reason="unreadable"),
        a_field(3, "total", "2003", reason="rule:sum"),
    ]


def many_sevens(count: int) -> list[FieldResult]:
    """Return fields of which each has one seven in doubt."""
    return [a_field(line % 6, f"field_{line:02d}", "4717", doubtful=(3,)) for line in range(count)]


def a_scan(name: str, digest: str, fields: Sequence[FieldResult]) -> ScanRecord:
    """Return a scan of one page."""
    page = PageResult(name, 1, "auto", PageStatus.DONE, "", tuple(fields), None, 300.0, 0, digest)
    return ScanRecord(name, digest, (page,))


def a_field(
    line: int, name: str, cells: str, reason: str = "low_confidence", doubtful: Sequence[int] = ()
) -> FieldResult:
    """Return a comb that waits for review, in a line of the page."""
    sure = tuple(_DOUBTFUL if place in doubtful else _SURE for place in range(len(cells)))
    readings = tuple(
        Reading(symbol, confidence, (0.05,) * 12, crop_of(symbol))
        for symbol, confidence in zip(cells, sure, strict=True)
    )
    quads = tuple(_quad(line, place) for place in range(len(cells)))
    left, top, width, height = _LEFT - 20, _TOP + line * _PITCH_PX - 20, _CELL_PX * len(cells) + 40, _CELL_PX + 40
    evidence = FieldEvidence(FieldKind.COMB, readings, quads=quads, strip_box=(left, top, width, height))
    value = cells.replace("?", "")
    confidence = float(np.prod(sure))
    place_px = (_LEFT, _TOP + line * _PITCH_PX, _CELL_PX * len(cells), _CELL_PX)
    field = FieldResult(
        "auto", name, value, cells, confidence, FieldStatus.REVIEW, reason, sure, *place_px, value, "", evidence
    )
    strip = page_pixels([field])[top : top + height, left : left + width]
    return replace(field, evidence=replace(evidence, strip=_jpeg(strip)))


def page_pixels(fields: Sequence[FieldResult]) -> NDArray[np.uint8]:
    """Draw a page with some fields: (600, 800) uint8, paper 255."""
    page = np.full((600, 800), 255, np.uint8)
    for field in fields:
        for place, symbol in enumerate(field.cells):
            left, top = field.x + place * _CELL_PX, field.y
            cv2.rectangle(page, (left, top), (left + _CELL_PX, top + _CELL_PX), 0, 1)
            crop = 255 - np.frombuffer(crop_of(symbol), np.uint8).reshape(28, 28)
            page[top + 6 : top + 34, left + 6 : left + 34] = crop
    return page


def crop_of(symbol: str) -> bytes:
    """Draw a symbol as the network sees it, ink 255."""
    image = np.zeros((28, 28), np.uint8)
    cv2.putText(image, symbol, (6, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.75, 255, 2)
    return image.tobytes()


def _quad(line: int, place: int) -> tuple[float, ...]:
    left, top = float(_LEFT + place * _CELL_PX), float(_TOP + line * _PITCH_PX)
    right, bottom = left + _CELL_PX, top + _CELL_PX
    return (left, top, right, top, right, bottom, left, bottom)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _jpeg(pixels: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG")
    return buffer.getvalue()

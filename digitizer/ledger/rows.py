"""Between the dataclasses of what was read and the rows of the ledger's tables."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from digitizer.document import FieldEvidence, FieldKind, FieldResult, FieldStatus, PageResult, PageStatus, Reading
from digitizer.ledger.packing import pack_crop, pack_floats, unpack_crop, unpack_floats
from digitizer.ledger.records import Entry

Values = dict[str, Any]

_JSON = json.JSONEncoder(separators=(",", ":"))


def page_values(page: PageResult) -> Values:
    """Return the columns of `pages` that tell of the page itself."""
    return {
        "page": page.page,
        "form": page.form,
        "status": str(page.status),
        "reason": str(page.reason),
        "residual_mm": None if page.residual_mm is None else float(page.residual_mm),
        "dpi": None if page.dpi is None else float(page.dpi),
        "rotation": None if page.rotation is None else int(page.rotation),
        "side": page.side,
    }


def field_values(field: FieldResult) -> Values:
    """Return the columns of `fields` that tell of the field itself."""
    evidence = field.evidence
    return {
        "form": field.form,
        "field": field.field,
        "value": field.value,
        "cells": field.cells,
        "confidence": float(field.confidence),
        "status": str(field.status),
        "reason": field.reason,
        "cell_confidences": pack_floats(field.cell_confidences),
        "x": int(field.x),
        "y": int(field.y),
        "width": int(field.width),
        "height": int(field.height),
        "machine_value": field.machine_value,
        "reviewer": field.reviewer,
        "kind": None if evidence is None else str(evidence.kind),
        "quads": _JSON.encode(evidence.quads if evidence else ()),
        "numbers": _JSON.encode(evidence.numbers if evidence else ()),
        "number_confidences": pack_floats(evidence.number_confidences if evidence else ()),
    }


def cell_values(cell: Reading) -> Values:
    """Return the columns of `cells` that tell of the cell itself."""
    return {
        "symbol": cell.symbol,
        "confidence": float(cell.confidence),
        "probabilities": pack_floats(cell.probabilities),
        "crop": pack_crop(cell.crop),
    }


def strip_values(evidence: FieldEvidence) -> Values:
    """Return the columns of `strips` that tell of the strip itself."""
    x, y, width, height = (int(length) for length in evidence.strip_box)
    return {"jpeg": evidence.strip, "x": x, "y": y, "width": width, "height": height}


def page_of(row: Row[Any], scan: str, sha256: str, fields: Iterable[FieldResult]) -> PageResult:
    """Return the page of a row of `pages`."""
    return PageResult(
        scan,
        row.page,
        row.form,
        PageStatus(row.status),
        row.reason,
        tuple(fields),
        row.residual_mm,
        row.dpi,
        row.rotation,
        sha256,
        row.side,
    )


def field_of(row: Row[Any], evidence: FieldEvidence | None = None) -> FieldResult:
    """Return the field of a row of `fields`."""
    return FieldResult(
        row.form,
        row.field,
        row.value,
        row.cells,
        row.confidence,
        FieldStatus(row.status),
        row.reason,
        unpack_floats(row.cell_confidences),
        row.x,
        row.y,
        row.width,
        row.height,
        row.machine_value,
        row.reviewer,
        evidence,
    )


def evidence_of(row: Row[Any], cells: Iterable[Row[Any]], strip: Row[Any] | None) -> FieldEvidence | None:
    """Return what was seen of a field, from its rows in `fields`, `cells` and `strips`; None if nothing was kept."""
    if row.kind is None:
        return None
    return FieldEvidence(
        FieldKind(row.kind),
        tuple(cell_of(cell) for cell in cells),
        tuple((symbols, probability) for symbols, probability in json.loads(row.numbers)),
        unpack_floats(row.number_confidences),
        tuple(tuple(quad) for quad in json.loads(row.quads)),
        b"" if strip is None else strip.jpeg,
        (0, 0, 0, 0) if strip is None else (strip.x, strip.y, strip.width, strip.height),
    )


def cell_of(row: Row[Any]) -> Reading:
    """Return what one cell says, from its row in `cells`."""
    return Reading(row.symbol, row.confidence, unpack_floats(row.probabilities), unpack_crop(row.crop))


def entry_of(row: Row[Any]) -> Entry:
    """Return the entry of a row of `entries`."""
    return Entry(row.name, row.fingerprint, row.sha256, row.status and PageStatus(row.status), row.reason)

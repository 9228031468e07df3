"""Between what the ledger says and the JSON that the page speaks. What comes from the page is checked, all of it."""

import io
from collections.abc import Mapping
from typing import Any

from PIL import Image

from digitizer.ledger.review import Conflict, Decision, Event, FieldKey, FieldTask, Progress, Screen, Sheet
from digitizer.review.gallery import Gallery
from digitizer.review.geometry import PlacedCell, StripRow, on_strip, rows_of
from digitizer.review.sprites import MARGIN_PX, PITCH_PX, sprite_of

Json = dict[str, Any]

MAX_DECISIONS = 1000
_LONGEST_TEXT = 4000
"""Names of fields are short; the symbols of a large grid are some hundreds."""
MAX_NAME = 60
_SYMBOLS = frozenset("0123456789_x?")


def key_of(told: object) -> FieldKey:
    """Take a field's key.

    Raises
    ------
    ValueError
        If it is none.
    """
    parts = _object(told)
    page = parts.get("page")
    if not isinstance(page, int) or isinstance(page, bool):
        raise ValueError("A page is a whole number.")
    return FieldKey(text(parts, "sha256"), page, text(parts, "field"))


def decisions_of(told: object, reviewer: str) -> list[Decision]:
    """Take decisions; who decides is known by the session, whatever the page says.

    Raises
    ------
    ValueError
        If one of them is none.
    """
    if not isinstance(told, list) or len(told) > MAX_DECISIONS:
        raise ValueError(f"Decisions are a list of at most {MAX_DECISIONS}.")
    return [_decision(_object(each), reviewer) for each in told]


def _decision(told: Mapping[str, Any], reviewer: str) -> Decision:
    position = told.get("position")
    if position is not None and (not isinstance(position, int) or isinstance(position, bool) or position < 0):
        raise ValueError("A position is a whole number, or null.")
    before, after = text(told, "before"), text(told, "after")
    if not _SYMBOLS.issuperset(before + after):
        raise ValueError("Symbols are digits, _, x and ?.")
    screen = Screen(text(told, "screen"))
    return Decision(
        text(told, "client_id"), reviewer, screen, key_of(told.get("key")), position, before, after, text(told, "seen")
    )


def name_of(told: object) -> str:
    """Take a reviewer's name.

    Raises
    ------
    ValueError
        If it is empty, too long, or holds what cannot be printed.
    """
    name = text(_object(told), "name").strip()
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise ValueError(f"A name has 1 to {MAX_NAME} letters.")
    return name


def text(told: Mapping[str, Any], name: str) -> str:
    """Take a text that UTF-8 can hold.

    Raises
    ------
    ValueError
        If it is none.
    """
    value = told.get(name)
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise ValueError(f"{name!r} is a text.")
    value.encode()  # half a surrogate pair is no character: UnicodeEncodeError is a ValueError
    return value


def number(told: Mapping[str, Any], name: str, most: int) -> int:
    """Take a count from 1 on; `most` if there is none, or more.

    Raises
    ------
    ValueError
        If it is no such number.
    """
    value = told.get(name, most)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name!r} is a count.")
    return min(value, most)


def _object(told: object) -> Mapping[str, Any]:
    if not isinstance(told, dict):
        raise ValueError("That is no JSON object.")
    return told


def key_json(key: FieldKey) -> Json:
    """Return a field's key for the page."""
    return {"sha256": key.sha256, "page": key.page, "field": key.field}


def sheet_json(sheet: Sheet, gallery: Gallery) -> Json:
    """Return a sheet, its crops as one picture."""
    sprite = sprite_of([cell.crop for cell in sheet.cells])
    image = gallery.hang(sprite.png, "image/png")
    cells = [{"key": key_json(cell.key), "position": cell.position, "seen": cell.seen} for cell in sheet.cells]
    told = {"image": image, "columns": sprite.columns, "rows": sprite.rows, "pitch": PITCH_PX, "margin": MARGIN_PX}
    return {"symbol": sheet.symbol, "remaining": sheet.remaining, "cells": cells, "sprite": told}


def field_json(task: FieldTask, gallery: Gallery) -> Json:
    """Return a field with its strip, and where its cells stand on it; nothing that is to be hidden is in `task`."""
    size = _size(task.strip)
    cells = on_strip(task.quads, task.strip_box, task.rotation, size)
    return {
        "key": key_json(task.key),
        "scan": task.scan,
        "form": task.form,
        "kind": str(task.kind),
        "cells": task.cells,
        "confidence": None if task.blind else task.confidence,
        "reason": task.reason,
        "cell_confidences": list(task.cell_confidences),
        "open": list(task.open_positions),
        "count": task.cell_count,
        "blind": task.blind,
        "screen": str(task.screen),
        "seen": task.seen,
        "image": gallery.hang(task.strip, "image/jpeg") if task.strip else "",
        "width": size[0],
        "height": size[1],
        "rows": [_row_json(row) for row in rows_of(cells, size)],
        "cells_at": [_cell_json(cell) for cell in cells],
    }


def _size(jpeg: bytes) -> tuple[int, int]:
    """Return width and height of a strip; 1 px of nothing where its picture was deleted."""
    if not jpeg:
        return 1, 1
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
        return image.size


def _row_json(row: StripRow) -> Json:
    return {"box": list(row.box), "cells": [_cell_json(cell) for cell in row.cells]}


def _cell_json(cell: PlacedCell) -> Json:
    return {
        "position": cell.position,
        "centre": round(cell.centre, 1),
        "width": round(cell.width, 1),
        "points": [list(point) for point in cell.points],
    }


def conflict_json(conflict: Conflict) -> Json:
    """Return a conflict: which decision, and what stands instead."""
    made = conflict.decision
    told = {"client_id": made.client_id, "key": key_json(made.key), "position": made.position, "after": made.after}
    return told | {"now": conflict.now, "reviewer": conflict.reviewer}


def event_json(event: Event) -> Json:
    """Return what was undone."""
    told = {"kind": event.kind, "screen": event.screen, "key": key_json(event.key), "position": event.position}
    return told | {"before": event.before, "after": event.after}


def progress_json(progress: Progress, reviewer: str) -> Json:
    """Return how far review has come, and the reviewer's own pace an hour."""
    return {
        "open_cells": progress.open_cells,
        "open_fields": progress.open_fields,
        "unsure_fields": progress.unsure_fields,
        "settled": progress.settled,
        "per_hour": progress.per_hour,
        "mine": progress.per_hour.get(reviewer, 0),
    }

"""How long review takes to answer with a million crops in the ledger: `python -m benchmarks.review_scale`.

Milliseconds, the median and the longest of several calls by several people, on SQLite and, with `--postgres`, on a
PostgreSQL of its own.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from sqlalchemy import Connection, insert

from digitizer.ledger.ledger import Ledger, open_ledger
from digitizer.ledger.packing import pack_crop, pack_floats
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.review import Decision, Screen, SheetCell, decide, next_fields, next_sheet, progress, undo
from digitizer.ledger.schema import cells, fields, meta, pages, provenances, scans, strips
from tests.postgres import postgres_server

CROPS, CELLS, FIELDS = 1_000_000, 8, 10
"""Crops in all, cells of a field, fields of a page; a scan is a page."""
SHARES = (0.03, 1.0)
"""Of the fields that are in doubt, in two cells each: an ordinary night, and the worst."""
SHEET, ROUNDS = 360, 7
SEED = 6
Row = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill ledgers, ask them, and print a line for each question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crops", type=int, default=CROPS)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL too")
    asked = parser.parse_args(arguments)
    print("| database | fields in doubt | what | median ms | longest ms |\n|---|---|---|---|---|")
    for share in SHARES:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory()))
            urls: dict[str, str | None] = {"SQLite": None}
            if asked.postgres:
                urls["PostgreSQL"] = stack.enter_context(postgres_server()).new_database()
            for name, url in urls.items():
                ledger = stack.enter_context(open_ledger(folder, url))
                fill(ledger, asked.crops, share)
                for what, times_ms in ask(ledger).items():
                    print(f"| {name} | {share:.0%} | {what} | {median(times_ms):.0f} | {max(times_ms):.0f} |")


def fill(ledger: Ledger, crops: int, share: float) -> None:
    """Put in fields by the table: the way of a run would take an hour."""
    rng = np.random.default_rng(SEED)

    def work(connection: Connection) -> None:
        content = Provenance("0", "none", "0" * 64, 0.999).content
        row = {"id": 1, "sha256": "0" * 64, "seen_with": "", "decided_with": "", "content": content}
        connection.execute(insert(provenances), row)
        count = crops // (CELLS * FIELDS)
        for start in range(0, count, 500):
            _put(connection, rng, range(start, min(start + 500, count)), share)
        connection.execute(meta.update().values(revision=1))

    ledger.database.write(work)
    with ledger.database.outside_transactions() as cursor:
        cursor.execute("ANALYZE")


def _put(connection: Connection, rng: np.random.Generator, numbers: range, share: float) -> None:
    """Put in pages, each with the same number of fields, some of which are in doubt."""
    rows: dict[Any, list[Row]] = {table: [] for table in (scans, pages, fields, cells, strips)}
    for number in numbers:
        one = number + 1
        digest = sha256(str(one).encode()).hexdigest()
        name = f"{one:07}.png"
        read = {"provenance_id": 1, "read_at": 1, "revision": 1}
        rows[scans].append({"id": one, "sha256": digest, "source": name, "name": name, **read})
        page = {"page": 1, "form": "form", "status": "done", "reason": "", "dpi": 300.0, "rotation": 0, "side": 1}
        rows[pages].append({"id": one, "scan_id": one, "position": 0, "residual_mm": 0.1, **page})
        for position in range(FIELDS):
            _put_field(rows, rng, one, position, doubtful=bool(rng.random() < share))
    for table, values in rows.items():
        connection.execute(insert(table), values)


def _put_field(
    rows: dict[Any, list[Row]], rng: np.random.Generator, page: int, position: int, *, doubtful: bool
) -> None:
    field_id = page * FIELDS + position
    digits = "".join(map(str, rng.integers(0, 10, CELLS)))
    sure = np.full(CELLS, 0.99999)
    places = set(rng.choice(CELLS, 2, replace=False).tolist()) if doubtful else set()
    for place in places:
        sure[place] = rng.uniform(0.3, 0.99)
    rows[fields].append(
        {
            "id": field_id,
            "page_id": page,
            "position": position,
            "form": "form",
            "field": f"field_{position:02}",
            "value": digits,
            "cells": digits,
            "machine_value": digits,
            "reviewer": "",
            "kind": "comb",
            "confidence": float(sure.prod()),
            "cell_confidences": pack_floats(sure.tolist()),
            "status": "review" if doubtful else "accepted",
            "reason": "low_confidence" if doubtful else "",
            "look": "sheet" if doubtful else None,
            "quads": "[]",
            "numbers": "[]",
            "number_confidences": b"",
            "x": 100,
            "y": 100 * position,
            "width": 400,
            "height": 50,
        }
    )
    rows[strips].append({"field_id": field_id, "jpeg": b"\0" * 3000, "x": 0, "y": 0, "width": 500, "height": 90})
    probabilities = pack_floats([1 / 12] * 12)
    for place, symbol in enumerate(digits):
        crop = np.zeros((28, 28), np.uint8)
        crop[4:24, 8:20] = rng.integers(0, 2, (20, 12), np.uint8) * 255
        own = {"symbol": symbol, "confidence": float(sure[place]), "open": place in places}
        rows[cells].append(
            {
                "field_id": field_id,
                "position": place,
                "probabilities": probabilities,
                "crop": pack_crop(crop.tobytes()),
                **own,
            }
        )


def ask(ledger: Ledger) -> dict[str, list[float]]:
    """Let several people work, and return how long each call took, ms."""
    times_ms: dict[str, list[float]] = {}

    def timed(what: str, call: Callable[[], Any]) -> Any:
        begin = time.perf_counter()
        answer = call()
        times_ms.setdefault(what, []).append((time.perf_counter() - begin) * 1000)
        return answer

    for number in range(ROUNDS):
        by = f"person {number}"
        timed(f"sheet of {SHEET}, any symbol", lambda: next_sheet(ledger, by, None, SHEET, 600))  # noqa: B023
        sheet = timed(f"sheet of {SHEET} sevens", lambda: next_sheet(ledger, by, "7", SHEET, 600))  # noqa: B023
        said = list(_confirmed(sheet.cells, by))
        timed(f"save {SHEET} decisions", lambda: decide(ledger, said))  # noqa: B023
        timed("progress", lambda: progress(ledger))
        timed(f"undo {SHEET}", lambda: undo(ledger, by, SHEET))  # noqa: B023
        timed("20 whole fields", lambda: next_fields(ledger, by, 20, 600))  # noqa: B023
    return times_ms


def _confirmed(shown: Sequence[SheetCell], by: str) -> Iterator[Decision]:
    for cell in shown:
        own_id = f"{by} {cell.key.sha256[:16]} {cell.key.field} {cell.position}"
        yield Decision(own_id, by, Screen.SHEET, cell.key, cell.position, cell.symbol, cell.symbol, cell.seen)


if __name__ == "__main__":
    main()

"""What must hold after a run over hostile files: each once with a reason, and none damaged that passes for whole."""

import csv
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.hostile_files import Damage, Hostile
from digitizer.document import ScanFile
from digitizer.errors import ScanError
from digitizer.ledger.tables import outside_text
from digitizer.scans.decode import Limits, PageFailure, read_pages
from digitizer.scans.names import scan_name

Pixels = list[NDArray[np.uint8] | None]
"""The pages of a file; None for one that cannot be decoded."""
CHECKED_FORMATS = ("png",)
"""Suffixes of formats whose checksums show every altered bit of the picture."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of pages.csv."""

    page: str
    status: str
    reason: str


Rows = Mapping[str, Sequence[Row]]
"""By the text in the column `scan`."""


def read_rows(out: Path) -> dict[str, list[Row]]:
    """Read pages.csv."""
    rows: dict[str, list[Row]] = {}
    with (out / "pages.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["scan"], []).append(Row(row["page"], row["status"], row["reason"]))
    return rows


def shown(name: str) -> str:
    """Return how a file is called in the column `scan`, by its path below the scans."""
    return outside_text(scan_name(name.split("/")))


def entries(scans: Path) -> list[str]:
    """List every entry that is no folder, by its path below `scans`; links are not followed."""
    listed = []
    for folder, folders, files in os.walk(scans):
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        listed += [os.path.relpath(os.path.join(folder, name), scans) for name in (*files, *links)]  # noqa: PTH118
    return sorted(listed)


def not_once(rows: Rows, names: Iterable[str]) -> list[str]:
    """Return the entries that do not stand there exactly once: in one row, or in one for each page from 1 on."""
    faults = []
    for name in names:
        pages = [row.page for row in rows.get(shown(name), ())]
        if pages != [""] and (not pages or pages != [str(number) for number in range(1, len(pages) + 1)]):
            faults.append(f"{shown(name)}: rows of pages {pages}")
    return faults


def without_reason(rows: Rows) -> list[str]:
    """Return the rows that are not done and do not say why, or that are and do."""
    return [
        f"{scan}, page {row.page or '-'}: {row.status}, {row.reason or 'no reason'}"
        for scan, of_scan in rows.items()
        for row in of_scan
        if (row.status == "done") == bool(row.reason)
    ]


def different(out: Path, alone: Path, scans: Iterable[str]) -> list[str]:
    """Return the scans whose rows in the two CSVs are not those of the other folder."""
    wanted = {shown(scan) for scan in scans}
    faults = set()
    for table in ("pages.csv", "fields.csv"):
        here, there = (_lines(folder / table, wanted) for folder in (out, alone))
        faults |= {scan for scan in wanted if here.get(scan) != there.get(scan)}
        if table == "pages.csv":
            faults |= wanted - set(there)
    return sorted(faults)


def _lines(table: Path, wanted: set[str]) -> dict[str, list[list[str]]]:
    lines: dict[str, list[list[str]]] = {}
    with table.open(encoding="utf-8", newline="") as file:
        for line in csv.reader(file):
            if line[0] in wanted:
                lines.setdefault(line[0], []).append(line)
    return lines


@dataclass(slots=True)
class Deliveries:
    """What became of damaged files.

    Attributes
    ----------
    told
        Of how many some page is not done.
    unharmed
        How many were read, and have every pixel of the whole file.
    untold
        By name of the whole file: how many were read with other pixels, in formats that cannot tell.
    as_if_whole
        Names of files that lack something, or whose checksum is wrong, and that were delivered nevertheless.
    """

    told: int = 0
    unharmed: int = 0
    untold: Counter[str] = field(default_factory=Counter)
    as_if_whole: list[str] = field(default_factory=list)


def judge_damaged(files: Iterable[Hostile], rows: Rows, scans: Path, originals: Path) -> Deliveries:
    """Compare the pixels of what was read of damaged files with those of the whole ones."""
    deliveries = Deliveries()
    wholes: dict[str, Pixels] = {}
    for file in files:
        of_file = rows.get(shown(file.name), ())
        done = {int(row.page) for row in of_file if row.status == "done"}
        if file.original not in wholes:
            wholes[file.original] = decoded(originals / file.original)
        complete = len(done) == len(of_file)
        pages = decoded(scans / file.name) if done else []
        if not _same(pages, wholes[file.original], done, complete):
            _note_difference(file, deliveries)
        elif complete:
            deliveries.unharmed += 1
        else:
            deliveries.told += 1
    return deliveries


def _same(pages: Pixels, whole: Pixels, done: set[int], complete: bool) -> bool:
    """Tell whether the pages that are done are those of the whole file, and all of them if none is missing."""
    if complete and len(pages) != len(whole):
        return False
    return all(number <= len(whole) and np.array_equal(_page(pages, number), _page(whole, number)) for number in done)


def _page(pages: Pixels, number: int) -> NDArray[np.uint8]:
    page = pages[number - 1]
    if page is None:
        raise ValueError(f"Page {number} was read, and now cannot be decoded.")
    return page


def _note_difference(file: Hostile, deliveries: Deliveries) -> None:
    if file.damage is Damage.CUT or file.original.endswith(CHECKED_FORMATS):
        deliveries.as_if_whole.append(file.name)
    else:
        deliveries.untold[file.original] += 1


def decoded(path: Path) -> Pixels:
    """Return the pages of a file; none if it cannot be opened."""
    try:
        pages = list(read_pages(ScanFile(path, path.name), None, Limits()))
    except ScanError:
        return []
    return [None if isinstance(page, PageFailure) else page.pixels for page in pages]


def outcomes(rows: Rows, names: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yield what became of files, most frequent first: `done`, a reason, or several of them for several pages."""
    counts = Counter(
        " + ".join(sorted({row.reason or row.status for row in rows.get(shown(name), ())})) for name in names
    )
    yield from sorted(counts.items(), key=lambda item: (-item[1], item[0]))

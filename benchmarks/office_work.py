"""What is done in the office: commands are given, and somebody settles what waits for a person, always rightly."""

import csv
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import numpy as np

from digitizer.ledger.ledger import Ledger, open_ledger
from digitizer.ledger.review import Decision, FieldKey, FieldTask, Screen, SheetCell, decide, next_fields, next_sheet
from digitizer.reading.installed import MODELS_VARIABLE
from samples.record import TruthRow

REVIEWER = "simulated"
SHEET, FIELDS_AT_ONCE, LEASE_S = 360, 50, 600
_DONE = (0, 3)
"""Exit codes of a run that came to its end; 3 says that some pages were rejected."""

Place = tuple[str, str]
"""SHA-256 of a scan of one page, and the name of a field on it."""
Truth = Mapping[Place, str]


@dataclass(frozen=True, slots=True)
class Settled:
    """What a reviewer did.

    Attributes
    ----------
    digits
        That were decided on: one by one on sheets, and all of a field that was seen as a whole.
    differed
        Of these, digits that are others than what had been read.
    """

    digits: int
    differed: int

    def __add__(self, other: "Settled") -> "Settled":
        return Settled(self.digits + other.digits, self.differed + other.differed)


def digitizer(models: Path, *arguments: str | Path) -> str:
    """Give a command, as if only the models of a folder were installed; return what it printed.

    Raises
    ------
    RuntimeError
        If it fails.
    """
    command = [sys.executable, "-m", "digitizer", *map(str, arguments)]
    environment = {**os.environ, MODELS_VARIABLE: str(models)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode not in _DONE:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def truth_of(scans: Path, rows: list[TruthRow]) -> dict[Place, str]:
    """Return what stands in the fields of some scans, by what the ledger knows them by."""
    digests = {name: sha256((scans / name).read_bytes()).hexdigest() for name in {row.scan for row in rows}}
    return {(digests[row.scan], row.field): row.value for row in rows}


def mistaken(truth: Truth, rng: np.random.Generator) -> dict[Place, str]:
    """Return the truth with all its digits shuffled: what somebody would say who does not look."""
    shuffled = iter(rng.permutation([digit for value in truth.values() for digit in value]).tolist())
    return {place: "".join(next(shuffled) for _ in value) for place, value in truth.items()}


def settle(results: Path, truth: Truth) -> Settled:
    """Let a reviewer settle all that waits in a folder of results, on sheets first, then field by field."""
    done, read = Settled(0, 0), cells_as_read(results)
    with open_ledger(results) as ledger:
        while cells := next_sheet(ledger, REVIEWER, None, SHEET, LEASE_S).cells:
            done += _said(ledger, [_of_cell(cell, truth) for cell in cells], read)
        while tasks := next_fields(ledger, REVIEWER, FIELDS_AT_ONCE, LEASE_S):
            done += _said(ledger, [_of_field(task, truth) for task in tasks], read)
    return done


def cells_as_read(results: Path) -> dict[Place, str]:
    """Return what a run has read in each field, a character for each cell, by what the ledger knows it by."""
    digests = {row["scan"]: row["sha256"] for row in _rows(results / "pages.csv")}
    return {(digests[row["scan"]], row["field"]): row["cells"] for row in _rows(results / "fields.csv")}


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _said(ledger: Ledger, said: list[Decision], read: Mapping[Place, str]) -> Settled:
    """Save decisions, and count the digits they are about."""
    if conflicts := decide(ledger, said):
        raise RuntimeError(f"Nobody else is there, and yet: {conflicts[0]}")
    pairs = [pair for each in said for pair in _pairs(each, read[_place(each.key)])]
    return Settled(len(pairs), sum(before != after for before, after in pairs))


def _pairs(said: Decision, read: str) -> list[tuple[str, str]]:
    """Pair what was read with what was said of it."""
    if said.position is not None:
        return [(read[said.position], said.after)]
    return list(zip(read, said.after, strict=True))


def _of_cell(cell: SheetCell, truth: Truth) -> Decision:
    after = truth[_place(cell.key)][cell.position]
    return Decision(uuid4().hex, REVIEWER, Screen.SHEET, cell.key, cell.position, cell.symbol, after, cell.seen)


def _of_field(task: FieldTask, truth: Truth) -> Decision:
    after = truth[_place(task.key)]
    return Decision(uuid4().hex, REVIEWER, task.screen, task.key, None, task.cells, after, task.seen)


def _place(key: FieldKey) -> Place:
    return key.sha256, key.field

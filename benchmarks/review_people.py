"""What it takes a person to settle doubtful digits, on sheets and field by field: `python -m benchmarks.review_people`.

Fields of handwritten digits are read by the network, those that are not sure enough go into a ledger, and a simulated
reviewer settles them there. Of the misread digits that are shown the reviewer notices a share; of the others nothing is
changed by mistake. Errors left are fields that are wrong at the end.
"""

import argparse
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.rules_digits import DigitReadings, read_digits
from digitizer.document import (
    LOW_CONFIDENCE,
    UNREADABLE,
    FieldEvidence,
    FieldKind,
    FieldResult,
    FieldStatus,
    PageResult,
    PageStatus,
)
from digitizer.ledger.doubt import doubtful_cells, field_read
from digitizer.ledger.ledger import Ledger, open_ledger
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.records import ScanRecord
from digitizer.ledger.review import Decision, Screen, SheetCell, decide, next_sheet
from digitizer.ledger.standing import value_of
from digitizer.policy import DEFAULT_MAX_ERRORS, AcceptancePolicy
from digitizer.reading.classifier import load_classifier

DIGITS, FIELD_DIGITS, SEED = 1000, 6, 6
CATCH_RATES = (1.0, 0.95, 0.9)
ROUNDS = 10
"""Reviewers of each kind, over whom is averaged."""
SHEET, COLUMNS = 360, 24
"""Cells on a sheet, and in a row of it."""
REVIEWER = "simulated"
SCAN = "00" * 32
TITLES = ("notices", "sheets", "keys by sheets, arrows", "keys by sheets, mouse", "misread", "errors left")

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Work:
    """What a reviewer had to do.

    Attributes
    ----------
    sheets
        Each is confirmed by one key.
    changed
        Digits that were typed.
    moves
        Arrow keys on the way to them, from the first cell and then from one to the next.
    """

    sheets: int
    changed: int
    moves: int

    @property
    def keys(self) -> tuple[int, int]:
        """Keys without ever touching the mouse; and keys and clicks, where each digit to be changed is clicked on."""
        return self.sheets + self.changed + self.moves, self.sheets + 2 * self.changed


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw the fields once, let reviewers of different care settle them, and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--digits", type=int, default=DIGITS, help="in doubt, over all fields")
    asked = parser.parse_args(arguments)
    rng, threshold = np.random.default_rng(SEED), AcceptancePolicy.from_max_errors(DEFAULT_MAX_ERRORS).threshold
    classifier = load_classifier()
    readings = read_digits(classifier, tuning=False)
    truth, record = doubtful_fields(readings, asked.digits, classifier.field_exponent, threshold, rng)
    print(f"{len(truth)} fields of {FIELD_DIGITS} digits, {doubtful_digits(record, threshold)} digits in doubt.")
    print(f"Keying each field: {(FIELD_DIGITS + 1) * len(truth)} keys.")
    print(f"Keying what is in doubt, field by field: {doubtful_digits(record, threshold) + len(truth)} keys.\n")
    print(f"| {' | '.join(TITLES)} |\n|{'---|' * len(TITLES)}")
    for catch_rate in CATCH_RATES:
        rounds = [review(record, truth, catch_rate, threshold, seed) for seed in range(ROUNDS)]
        arrows, mouse = (fmean(keys) for keys in zip(*(each[0].keys for each in rounds), strict=True))
        misread, left = rounds[0][1], [each[2] for each in rounds]
        print(
            f"| {catch_rate:.0%} | {rounds[0][0].sheets} | {arrows:.0f} | {mouse:.0f} | {misread} | {fmean(left):.1f} |"
        )


def doubtful_fields(
    readings: DigitReadings, digits: int, exponent: float, threshold: float, rng: Rng
) -> tuple[dict[str, str], ScanRecord]:
    """Draw fields until enough digits are in doubt; return what is written in each, and what was read."""
    truth: dict[str, str] = {}
    fields: list[FieldResult] = []
    found = 0
    while found < digits:
        name, written = f"field_{len(fields):05}", rng.integers(0, 10, FIELD_DIGITS).tolist()
        field = _read(readings, name, written, exponent, rng)
        read = field_read(field, threshold)
        if field.confidence < threshold and UNREADABLE not in field.cells and read and doubtful_cells(read):
            found += len(doubtful_cells(read))
            truth[name] = "".join(map(str, written))
            fields.append(field)
    page = PageResult("simulated.png", 1, "form", PageStatus.DONE, "", tuple(fields), sha256=SCAN)
    return truth, ScanRecord("simulated.png", SCAN, (page,))


def _read(readings: DigitReadings, name: str, written: Sequence[int], exponent: float, rng: Rng) -> FieldResult:
    cells = tuple(readings.any_of(digit, rng) for digit in written)
    symbols, confidences = "".join(cell.symbol for cell in cells), tuple(cell.confidence for cell in cells)
    confidence = math.prod(confidences) ** exponent
    evidence = FieldEvidence(FieldKind.COMB, cells, strip=b"none")
    status, box, value = FieldStatus.REVIEW, (0, 0, 400, 50), value_of(symbols)
    return FieldResult(
        "form", name, value, symbols, confidence, status, LOW_CONFIDENCE, confidences, *box, value, "", evidence
    )


def doubtful_digits(record: ScanRecord, threshold: float) -> int:
    """Count the digits in doubt."""
    reads = [field_read(field, threshold) for field in record.pages[0].fields]
    return sum(len(doubtful_cells(read)) for read in reads if read)


def review(
    record: ScanRecord, truth: Mapping[str, str], catch_rate: float, threshold: float, seed: int
) -> tuple[Work, int, int]:
    """Let a reviewer settle all fields in a ledger of their own.

    Returns
    -------
    tuple
        What they had to do, how many digits on their sheets were misread, and how many fields are wrong at the end.
    """
    rng = np.random.default_rng([SEED, seed])
    with TemporaryDirectory() as folder, open_ledger(Path(folder)) as ledger:
        ledger.put_scans([record], Provenance("0", "simulated", "00" * 32, threshold))
        work, misread = _settle(ledger, truth, catch_rate, rng)
        [page] = ledger.rows()
        assert all(field.status is not FieldStatus.REVIEW for field in page.fields)  # noqa: S101 - or nothing is told
        return work, misread, sum(field.value != truth[field.field] for field in page.fields)


def _settle(ledger: Ledger, truth: Mapping[str, str], catch_rate: float, rng: Rng) -> tuple[Work, int]:
    sheets = changed = moves = misread = 0
    while cells := next_sheet(ledger, REVIEWER, None, SHEET, 60).cells:
        wrong = [at for at, cell in enumerate(cells) if cell.symbol != _written(cell, truth)]
        noticed = [at for at in wrong if rng.random() < catch_rate]
        said = [_decision(cell, truth, at in noticed) for at, cell in enumerate(cells)]
        assert decide(ledger, said) == []  # noqa: S101 - nobody else is there
        sheets, changed, misread = sheets + 1, changed + len(noticed), misread + len(wrong)
        moves += sum(_steps(start, end) for start, end in zip([0, *noticed], noticed, strict=False))
    return Work(sheets, changed, moves), misread


def _written(cell: SheetCell, truth: Mapping[str, str]) -> str:
    return truth[cell.key.field][cell.position]


def _steps(start: int, end: int) -> int:
    """Return how many arrow keys lead from one cell of a sheet to another."""
    return abs(end // COLUMNS - start // COLUMNS) + abs(end % COLUMNS - start % COLUMNS)


def _decision(cell: SheetCell, truth: Mapping[str, str], noticed: bool) -> Decision:
    after = _written(cell, truth) if noticed else cell.symbol
    own_id = f"{cell.key.field} {cell.position}"
    return Decision(own_id, REVIEWER, Screen.SHEET, cell.key, cell.position, cell.symbol, after, cell.seen)


if __name__ == "__main__":
    main()

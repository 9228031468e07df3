"""Compares what a run read with the truth: accuracy, straight-through rate, calibration."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from pathlib import Path

from digitizer.document import BLANK, VOID, FieldStatus
from digitizer.report.score_input import FieldKey, ReadField, TrueField, load_results, load_truth

ERROR_RATES = (Fraction(1, 100), Fraction(1, 1000))
"""Field error rates for which the straight-through rate is told."""

CALIBRATION_BINS = 15
"""Equal bins of confidence (Guo et al. 2017, "On Calibration of Modern Neural Networks", section 2)."""

NOT_FOUND = "not found"
"""In `Score.cells`: the field was not found, or with another number of cells."""


@dataclass(frozen=True, slots=True)
class Score:
    """How well a run read what the truth says.

    Attributes
    ----------
    fields, fields_right
        Fields of the truth, and those whose final value is exactly right; a missing field is not.
    digits, digits_right
        Digits of the truth, and those read in their place; all of a missing field are wrong.
    cells
        Number of cells by (what stands there, what was read): `blank`, `void` or `inked`, and for
        what was read also `NOT_FOUND`. Empty if the truth names no cells.
    missing, spurious
        Fields of the truth without a result, and results without a truth.
    spurious_accepted
        Spurious fields that went straight through.
    accepted, accepted_wrong
        Fields of the truth that the run let go straight through, and those of them that are wrong.
    straight_through
        By field error rate: the part (0-1) of all fields of the truth that the best threshold of
        confidence would let go straight through with at most that part of them wrong.
    calibration_error
        Expected calibration error of the field confidences, 0-1; None if no field was found.
    """

    fields: int
    fields_right: int
    digits: int
    digits_right: int
    cells: dict[tuple[str, str], int]
    missing: tuple[FieldKey, ...]
    spurious: tuple[FieldKey, ...]
    spurious_accepted: int
    accepted: int
    accepted_wrong: int
    straight_through: dict[Fraction, float]
    calibration_error: float | None


def score(results_dir: Path, truth: Path) -> Score:
    """Compare the results of a run with the truth.

    Parameters
    ----------
    results_dir
        The folder that holds the run's `fields.csv`.
    truth
        A CSV file with the columns scan, page, field, value and, if known, cells.

    Raises
    ------
    UsageError
        If a file or a column is missing, or a field stands in a file twice.
    """
    read = load_results(results_dir)
    true = load_truth(truth, read)
    both = [(field, read[key]) for key, field in true.items() if key in read]
    spurious = tuple(key for key in read if key not in true)
    accepted = [(field, result) for field, result in both if result.status == FieldStatus.ACCEPTED]
    # What a person decided says nothing about the machine's confidence.
    judged = [(result.confidence, result.machine_value == field.value) for field, result in both]
    return Score(
        fields=len(true),
        fields_right=sum(result.value == field.value for field, result in both),
        digits=sum(len(field.value) for field in true.values()),
        digits_right=sum(_digits_right(field, result) for field, result in both),
        cells=_cells((field, read.get(key)) for key, field in true.items()),
        missing=tuple(key for key in true if key not in read),
        spurious=spurious,
        spurious_accepted=sum(read[key].status == FieldStatus.ACCEPTED for key in spurious),
        accepted=len(accepted),
        accepted_wrong=sum(result.value != field.value for field, result in accepted),
        straight_through={rate: _straight_through(judged, rate) / len(true) for rate in ERROR_RATES},
        calibration_error=_calibration_error(judged),
    )


def format_score(score: Score) -> str:
    """Say a score in lines of text."""
    found = score.fields - len(score.missing)
    lines = [
        f"fields right       {_part(score.fields_right, score.fields)}",
        f"digits right       {_part(score.digits_right, score.digits)}",
        f"fields found       {_part(found, score.fields)}",
        f"spurious fields    {len(score.spurious)}, accepted {score.spurious_accepted}",
        f"straight through   {_part(score.accepted, score.fields)}",
        f"  of these wrong   {_part(score.accepted_wrong, score.accepted)}",
    ]
    for rate, part in score.straight_through.items():
        lines.append(f"  possible at {float(rate):.1%} field error: {part:.2%}")
    error = "-" if score.calibration_error is None else f"{score.calibration_error:.4f}"
    lines.append(f"calibration error  {error}")
    return "\n".join([*lines, *_cell_lines(score.cells), *_key_lines(score)])


def _straight_through(judged: Sequence[tuple[float, bool]], rate: Fraction) -> int:
    """Count the fields above the lowest threshold that lets at most `rate` of them be wrong.

    Fields of one confidence stand on one side of any threshold, so they are taken or left together.
    """
    best = taken = wrong = 0
    for _, group in groupby(sorted(judged, key=lambda pair: -pair[0]), key=lambda pair: pair[0]):
        rights = [right for _, right in group]
        taken += len(rights)
        wrong += rights.count(False)
        if wrong <= rate * taken:
            best = taken
    return best


def _calibration_error(judged: Sequence[tuple[float, bool]]) -> float | None:
    if not judged:
        return None
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in judged:
        place = min(int(confidence * CALIBRATION_BINS), CALIBRATION_BINS - 1)
        bins.setdefault(place, []).append((confidence, right))
    gaps = (abs(sum(confidence - right for confidence, right in members)) for members in bins.values())
    return sum(gaps) / len(judged)


def _digits_right(field: TrueField, result: ReadField) -> int:
    """Count the digits that stand where they should: cell by cell, or else by the shortest correction."""
    if field.cells and len(field.cells) == len(result.cells) and result.status != FieldStatus.CORRECTED:
        return sum(a == b for a, b in zip(field.cells, result.cells, strict=True) if a.isdigit())
    return max(len(field.value) - _edit_distance(field.value, result.value), 0)


def _edit_distance(first: str, second: str) -> int:
    """Count the fewest insertions, deletions and substitutions (Wagner & Fischer 1974)."""
    costs = list(range(len(second) + 1))
    for row, a in enumerate(first, start=1):
        diagonal, costs[0] = costs[0], row
        for column, b in enumerate(second, start=1):
            diagonal, costs[column] = costs[column], min(costs[column] + 1, costs[column - 1] + 1, diagonal + (a != b))
    return costs[-1]


def _cells(pairs: Iterable[tuple[TrueField, ReadField | None]]) -> dict[tuple[str, str], int]:
    counts: Counter[tuple[str, str]] = Counter()
    for field, result in pairs:
        comparable = result is not None and len(result.cells) == len(field.cells)
        for place, symbol in enumerate(field.cells):
            seen = _kind(result.cells[place]) if result is not None and comparable else NOT_FOUND
            counts[_kind(symbol), seen] += 1
    return dict(counts)


def _kind(symbol: str) -> str:
    return {BLANK: "blank", VOID: "void"}.get(symbol, "inked")


def _part(count: int, total: int) -> str:
    return f"{count} of {total}" + (f" ({count / total:.2%})" if total else "")


def _cell_lines(cells: dict[tuple[str, str], int]) -> list[str]:
    if not cells:
        return []
    kinds = ("blank", "void", "inked")
    lines = ["cells, read as     " + "".join(f"{kind:>10}" for kind in (*kinds, NOT_FOUND))]
    counts = {kind: [cells.get((kind, seen), 0) for seen in (*kinds, NOT_FOUND)] for kind in kinds}
    return lines + [f"  {kind:<17}" + "".join(f"{count:>10}" for count in row) for kind, row in counts.items()]


def _key_lines(score: Score) -> list[str]:
    missing = [f"missing   {scan}, page {page}: {field}" for scan, page, field in score.missing]
    return missing + [f"spurious  {scan}, page {page}: {field}" for scan, page, field in score.spurious]

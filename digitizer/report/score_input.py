"""Reads the two files that a score compares: a run's `fields.csv` and the truth."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from digitizer.document import FieldStatus
from digitizer.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

FIELDS_FILE = "fields.csv"
KEY_COLUMNS = ("scan", "page", "field")
RESULT_COLUMNS = (*KEY_COLUMNS, "value", "cells", "confidence", "status", "machine_value")
TRUTH_COLUMNS = (*KEY_COLUMNS, "value")


class FieldKey(NamedTuple):
    """What names a field: the scan's path, the page's number as text, the field's name."""

    scan: str
    page: str
    field: str


class TrueField(NamedTuple):
    """What stands in a field; `cells` is empty where it is not known cell by cell."""

    value: str
    cells: str


class ReadField(NamedTuple):
    """What a run says of a field.

    Attributes
    ----------
    value
        The final value.
    machine_value
        What the machine read, whatever a person made of it.
    confidence
        0-1, that `machine_value` is exactly right.
    """

    value: str
    machine_value: str
    cells: str
    confidence: float
    status: str


def load_results(results_dir: Path) -> dict[FieldKey, ReadField]:
    """Read `fields.csv` of a run, in its order.

    Raises
    ------
    UsageError
        If the file or a column is missing, or a field stands in it twice.
    """
    file = results_dir / FIELDS_FILE
    if not file.is_file():
        raise UsageError(f"There are no results in {results_dir}: it has no {FIELDS_FILE}. Name the --out of a run.")
    table = _read(file, RESULT_COLUMNS)
    results: dict[FieldKey, ReadField] = {}
    for line, row in _rows(table):
        reviewed = row["status"] in (FieldStatus.CONFIRMED, FieldStatus.CORRECTED)
        result = ReadField(
            row["value"],
            row["machine_value"] if reviewed else row["value"],
            row["cells"],
            _confidence(row["confidence"], file, line),
            row["status"],
        )
        _refuse_twice(results, _key(row), file, line)
        results[_key(row)] = result
    return results


def load_truth(file: Path, results: Collection[FieldKey]) -> dict[FieldKey, TrueField]:
    """Read a truth file, in its order, its keys written as they are in `results`.

    Raises
    ------
    UsageError
        If the file or a column is missing, it has no row, or a field stands in it twice.
    """
    if not file.is_file():
        raise UsageError(f"{file} is no file. Name a CSV file with the columns {', '.join(TRUTH_COLUMNS)}[, cells].")
    scans = {key.scan for key in results}
    truth: dict[FieldKey, TrueField] = {}
    for line, row in _rows(_read(file, TRUTH_COLUMNS)):
        key = _key(row)
        key = key._replace(scan=_as_exported(key.scan, scans))
        _refuse_twice(truth, key, file, line)
        truth[key] = TrueField(row["value"], row.get("cells", ""))
    if not truth:
        raise UsageError(f"{file} has no row: there is nothing to compare with.")
    return truth


def _as_exported(scan: str, known: Collection[str]) -> str:
    """Give a scan's name as results write it: one that looks like a formula has an apostrophe in front."""
    return f"'{scan}" if scan not in known and f"'{scan}" in known else scan


def _read(file: Path, columns: Iterable[str]) -> "pd.DataFrame":
    """Read a CSV file as text: leading zeros and empty values stay."""
    import pandas as pd

    try:
        table = pd.read_csv(file, dtype=str, keep_default_na=False, index_col=False)
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is no CSV file in UTF-8, separated by commas: {error}") from error
    if absent := [column for column in columns if column not in table.columns]:
        raise UsageError(
            f"{file} lacks the column {', '.join(absent)}. Its first line has to name them, separated by commas."
        )
    return table


def _rows(table: "pd.DataFrame") -> Iterator[tuple[int, dict[str, str]]]:
    """Give each row with its number in the file, where the first line names the columns."""
    names = [str(name) for name in table.columns]
    for line, values in enumerate(table.itertuples(index=False, name=None), start=2):
        yield line, dict(zip(names, values, strict=True))


def _key(row: dict[str, str]) -> FieldKey:
    return FieldKey(row["scan"], row["page"], row["field"])


def _confidence(text: str, file: Path, line: int) -> float:
    try:
        confidence = float(text)
    except ValueError:
        confidence = -1.0
    if not 0 <= confidence <= 1:
        raise UsageError(f"{file}, row {line}: the confidence has to lie between 0 and 1, not {text!r}.")
    return confidence


def _refuse_twice(fields: Collection[FieldKey], key: FieldKey, file: Path, line: int) -> None:
    if key in fields:
        raise UsageError(
            f"{file}, row {line}: {key.scan}, page {key.page}, {key.field} stands there twice. Remove one."
        )

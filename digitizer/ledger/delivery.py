"""Hands results over in the format that another program wants: CSV, Parquet or a spreadsheet, of one content.

Every format holds what the CSV holds: the same rows in the same order, the same texts, confidences rounded down to four
decimals. Nobody who compares two of them finds two truths. Numbers are numbers where the format knows them, and empty
where nothing is known.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from digitizer.document import PageResult
from digitizer.errors import UsageError
from digitizer.ledger.destination import replacing
from digitizer.ledger.formats import TableFormat, TableName
from digitizer.ledger.tables import FIELD_COLUMNS, PAGE_COLUMNS, field_row, page_row, table_writer

if TYPE_CHECKING:
    import pyarrow

INTEGERS = frozenset({"page", "x", "y", "width", "height", "fields", "rotation"})
NUMBERS = frozenset({"confidence", "residual_mm", "dpi"})
"""With `INTEGERS` all columns that are not text; a value such as 007 is text."""
ROWS_PER_GROUP = 2**15
"""Rows of a Parquet file that are held in memory at once: some 50 MB."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A table as the CSV has it: text only."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[tuple[str, ...]]

    def typed_rows(self) -> Iterator[list[str | float | None]]:
        """Give the rows with numbers as numbers; None where the CSV is empty because nothing is known."""
        readers = [_reader(column) for column in self.columns]
        for row in self.rows:
            yield [read(text) for read, text in zip(readers, row, strict=True)]


def deliver(pages: Iterable[PageResult], what: TableName, to: TableFormat, target: str) -> None:
    """Write the fields or the pages to `target`, a path or a URL, replacing it at once or not at all.

    The same pages give the same bytes. Memory does not grow with their number.

    Parameters
    ----------
    pages
        In the order of the CSV.

    Raises
    ------
    UsageError
        If the packages for the format or the storage are missing, if there is no such folder, or if there are more
        rows than the format can hold.
    LedgerError
        If it cannot be written.
    """
    write = _WRITERS[to]
    _require_packages(to)
    with replacing(target) as draft:
        write(draft, _table(what, pages))


def _table(what: TableName, pages: Iterable[PageResult]) -> _Table:
    if what is TableName.PAGES:
        return _Table(what, PAGE_COLUMNS, (page_row(page) for page in pages))
    return _Table(what, FIELD_COLUMNS, (field_row(page, field) for page in pages for field in page.fields))


def _reader(column: str) -> Callable[[str], str | float | None]:
    if column in INTEGERS:
        return lambda text: int(text) if text else None
    if column in NUMBERS:
        return lambda text: float(text) if text else None
    return str


def _write_csv(path: Path, table: _Table) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = table_writer(file)
        writer.writerow(table.columns)
        writer.writerows(table.rows)


def _write_parquet(path: Path, table: _Table) -> None:
    import pyarrow
    from pyarrow import parquet

    schema = pyarrow.schema([(column, _arrow_type(column)) for column in table.columns])
    rows = table.typed_rows()
    with parquet.ParquetWriter(os.fspath(path), schema) as writer:
        while group := list(islice(rows, ROWS_PER_GROUP)):
            writer.write_table(_arrow_table(group, schema))


def _arrow_type(column: str) -> "pyarrow.DataType":
    import pyarrow

    if column in INTEGERS:
        return pyarrow.int32()
    return pyarrow.float64() if column in NUMBERS else pyarrow.string()


def _arrow_table(rows: Sequence[list[str | float | None]], schema: "pyarrow.Schema") -> "pyarrow.Table":
    import pyarrow

    arrays = [pyarrow.array(values, kind) for values, kind in zip(zip(*rows, strict=True), schema.types, strict=True)]
    return pyarrow.Table.from_arrays(arrays, schema=schema)


def _write_xlsx(path: Path, table: _Table) -> None:
    from digitizer.ledger.spreadsheet import write_xlsx

    write_xlsx(path, table.name, table.columns, table.typed_rows())


_WRITERS: dict[TableFormat, Callable[[Path, _Table], None]] = {
    TableFormat.CSV: _write_csv,
    TableFormat.PARQUET: _write_parquet,
    TableFormat.XLSX: _write_xlsx,
}
_PACKAGES = {TableFormat.PARQUET: "pyarrow", TableFormat.XLSX: "openpyxl"}


def _require_packages(to: TableFormat) -> None:
    import importlib

    package = _PACKAGES.get(to)
    try:
        if package:
            importlib.import_module(package)
    except ImportError as error:
        raise UsageError(f"To write {to}, {package} is needed: pip install 'digitizer[tables]'") from error

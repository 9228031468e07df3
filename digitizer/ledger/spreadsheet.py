"""Writes a table as .xlsx: text as text, numbers as numbers, nothing that is evaluated, the same bytes each time."""

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from digitizer.errors import UsageError

if TYPE_CHECKING:
    from openpyxl.cell import WriteOnlyCell

MAX_ROWS = 1_048_576
"""Rows of a sheet, its header among them; the format has no more."""
_NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The first that a ZIP can hold."""
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[\ufffe\uffff]")


def write_xlsx(path: Path, title: str, columns: Sequence[str], rows: Iterable[Sequence[str | float | None]]) -> None:
    """Write a sheet; rows go to the disk as they come, so that memory does not grow with them.

    Raises
    ------
    UsageError
        If a sheet cannot hold that many rows.
    """
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = datetime(*_NO_TIME)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    try:
        for row in _fitting([list(columns)], rows):
            sheet.append([_text_cell(sheet, value) if isinstance(value, str) else value for value in row])
    finally:
        sheet.close()
    with _TimelessArchive(path, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).write_data()


def _fitting(
    header: Iterable[Sequence[str]], rows: Iterable[Sequence[str | float | None]]
) -> Iterator[Sequence[str | float | None]]:
    yield from header
    for number, row in enumerate(rows, start=2):
        if number > MAX_ROWS:
            raise UsageError(
                f"A spreadsheet holds at most {MAX_ROWS - 1} rows, and there are more. Use --to parquet or --to csv."
            )
        yield row


def _text_cell(sheet: Any, text: str) -> "WriteOnlyCell":
    """Return a cell that is text whatever it looks like: neither a formula nor an error code nor a number.

    `_x0041_` in a sheet stands for `A`, so an underscore that begins such a thing is itself written like that; so are
    the two characters that XML cannot hold.

    See also: ISO/IEC 29500-1, 22.9.2.19 ST_Xstring.
    """
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
    cell.data_type = "s"
    return cell


class _TimelessArchive(ZipFile):
    """A ZIP whose members have no time of their own, so that the same content is the same bytes."""

    def writestr(self, zinfo_or_arcname: str | ZipInfo, data: Any, *_: Any, **__: Any) -> None:
        super().writestr(_member(str(zinfo_or_arcname)), data)

    def write(
        self,
        filename: str | PathLike[str],
        arcname: str | PathLike[str] | None = None,
        *_: Any,
        **__: Any,
    ) -> None:
        member = _member(str(arcname or filename))
        member.file_size = Path(filename).stat().st_size  # tells whether it needs the 64-bit form
        with Path(filename).open("rb") as source, self.open(member, "w") as target:
            shutil.copyfileobj(source, target)


def _member(name: str) -> ZipInfo:
    member = ZipInfo(name, _NO_TIME)
    member.compress_type = ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    return member

"""`deliver`: one content in three formats, on this machine or in storage, whole or not at all."""

import csv
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pyarrow
import pytest
from moto.server import ThreadedMotoServer
from pyarrow import parquet

from digitizer.document import FieldResult, FieldStatus, PageResult, PageStatus
from digitizer.errors import LedgerError, UsageError
from digitizer.ledger import delivery, destination, spreadsheet
from digitizer.ledger.delivery import deliver
from digitizer.ledger.formats import TableFormat, TableName
from digitizer.ledger.tables import FIELD_COLUMNS, PAGE_COLUMNS, fields_csv, pages_csv

FIELDS, PAGES = TableName.FIELDS, TableName.PAGES


def a_page(scan: str, number: int | None, *values: str) -> PageResult:
    """Return a page with a field for each value, of a confidence that has more than four decimals."""
    fields = tuple(
        FieldResult("auto", f"f{at}", value, value, 0.99999, FieldStatus.REVIEW, "", (0.5,), 1, 2, 3, 4, value)
        for at, value in enumerate(values)
    )
    return PageResult(scan, number, "auto", PageStatus.DONE, "", fields, None, 299.9994, 180, "ab" * 32)


MANY = [
    a_page("#N/A", 1, ""),
    a_page("'=1.png", 1, "007", "12"),
    a_page("=cmd|' /C calc'!A0", 1, "1"),
    a_page("_x0041_.png", 1, "1e5"),
    a_page('straße, "7".png', 1, "0"),
    a_page("z.txt", None),
]


def as_csv(path: Path) -> list[list[str]]:
    """Read any of the formats back, and write its cells as the CSV does."""
    if path.suffix == ".csv":
        return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    if path.suffix == ".parquet":
        table = parquet.read_table(path)
        rows = [table.column_names, *(list(row.values()) for row in table.to_pylist())]
    else:
        with closing(openpyxl.load_workbook(path, read_only=True)) as book:
            rows = [list(row) for row in book.active.iter_rows(values_only=True)]
    digits = {"confidence": "{:.4f}", "residual_mm": "{:.3f}", "dpi": "{:.6g}"}
    return [
        [
            "" if value is None else digits.get(column, "{}").format(value)
            for column, value in zip(rows[0], row, strict=True)
        ]
        if at
        else row
        for at, row in enumerate(rows)
    ]


@pytest.mark.parametrize("to", list(TableFormat))
@pytest.mark.parametrize("what", list(TableName))
def test_every_format_holds_what_the_csv_holds(to: TableFormat, what: TableName, tmp_path: Path) -> None:
    """The same rows, texts and digits of numbers, whoever reads them."""
    target = tmp_path / f"table.{to}"
    deliver(MANY, what, to, str(target))

    text = fields_csv(MANY) if what is FIELDS else pages_csv(MANY)
    rows = as_csv(target)
    if to is TableFormat.XLSX:  # which openpyxl gives back as it stands in the file, a spreadsheet as it is meant
        rows = [[cell.replace("_x005F_", "_") for cell in row] for row in rows]
    assert rows == list(csv.reader(text.splitlines()))


@pytest.mark.parametrize("what", list(TableName))
def test_csv_is_the_bytes_of_the_run(what: TableName, tmp_path: Path) -> None:
    """To export as CSV is to write fields.csv once more."""
    deliver(MANY, what, TableFormat.CSV, str(tmp_path / "again.csv"))

    expected = fields_csv(MANY) if what is FIELDS else pages_csv(MANY)
    assert (tmp_path / "again.csv").read_bytes() == expected.encode()


@pytest.mark.parametrize("to", list(TableFormat))
def test_the_same_pages_are_the_same_bytes(to: TableFormat, tmp_path: Path) -> None:
    """Nothing of the time, the folder or the process stands in the file."""
    first, second = tmp_path / f"a.{to}", tmp_path / f"b.{to}"
    deliver(MANY, FIELDS, to, str(first))
    deliver(MANY, FIELDS, to, str(second))

    assert first.read_bytes() == second.read_bytes()


def test_members_of_a_spreadsheet_have_no_time(tmp_path: Path) -> None:
    """Two exports of two days differ in nothing, which two of one second would not show."""
    deliver(MANY, FIELDS, TableFormat.XLSX, str(tmp_path / "a.xlsx"))

    with ZipFile(tmp_path / "a.xlsx") as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.read("docProps/core.xml").count(b"1980-01-01T00:00:00Z") == 2


def test_pandas_reads_parquet_with_its_types(tmp_path: Path) -> None:
    """Leading zeros stay, numbers are numbers, what is not known is missing."""
    deliver(MANY, FIELDS, TableFormat.PARQUET, str(tmp_path / "f.parquet"))
    deliver(MANY, PAGES, TableFormat.PARQUET, str(tmp_path / "p.parquet"))

    fields, pages = pd.read_parquet(tmp_path / "f.parquet"), pd.read_parquet(tmp_path / "p.parquet")
    assert list(fields["value"]) == ["", "007", "12", "1", "1e5", "0"]
    assert fields["confidence"].sum() == pytest.approx(6 * 0.9999)
    assert fields["page"].dtype == "int32"
    assert pages["page"].isna().tolist() == [False] * 5 + [True]
    assert pages["residual_mm"].isna().all()


def test_nothing_in_a_spreadsheet_is_evaluated(tmp_path: Path) -> None:
    """No cell is a formula or an error code, whatever a file or a value is called."""
    deliver([a_page("#N/A", 1, "=1+1", "#REF!", "007")], FIELDS, TableFormat.XLSX, str(tmp_path / "a.xlsx"))

    [_, *rows] = openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows()
    kinds = {cell.data_type for row in rows for cell in row if cell.column_letter not in "BGKLMN"}
    assert kinds <= {"s", "inlineStr", "n"}
    assert [row[4].value for row in rows] == ["=1+1", "#REF!", "007"]
    assert b"<f>" not in ZipFile(tmp_path / "a.xlsx").read("xl/worksheets/sheet1.xml")


def test_characters_that_xml_cannot_hold_do_not_break_a_spreadsheet(tmp_path: Path) -> None:
    """They are written as the format has it."""
    deliver([a_page("\uffff.png", 1, "1")], FIELDS, TableFormat.XLSX, str(tmp_path / "a.xlsx"))

    assert openpyxl.load_workbook(tmp_path / "a.xlsx").active["A2"].value == "_xFFFF_.png"


def test_more_rows_than_a_sheet_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to use instead, and nothing stays behind."""
    monkeypatch.setattr(spreadsheet, "MAX_ROWS", 3)
    deliver([a_page("a", 1, "1", "2")], FIELDS, TableFormat.XLSX, str(tmp_path / "fits.xlsx"))

    with pytest.raises(UsageError, match=r"at most 2 rows.*parquet or --to csv"):
        deliver([a_page("a", 1, "1", "2", "3")], FIELDS, TableFormat.XLSX, str(tmp_path / "a.xlsx"))

    assert [path.name for path in tmp_path.iterdir()] == ["fits.xlsx"]


def test_rows_of_parquet_are_written_in_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory holds one of them; the last may be smaller."""
    monkeypatch.setattr(delivery, "ROWS_PER_GROUP", 2)
    deliver([a_page("a", 1, *"12345")], FIELDS, TableFormat.PARQUET, str(tmp_path / "a.parquet"))

    assert parquet.ParquetFile(tmp_path / "a.parquet").num_row_groups == 3
    assert parquet.read_table(tmp_path / "a.parquet")["value"].to_pylist() == list("12345")


@pytest.mark.parametrize("to", list(TableFormat))
@pytest.mark.parametrize(("what", "columns"), [(FIELDS, FIELD_COLUMNS), (PAGES, PAGE_COLUMNS)])
def test_no_pages_are_a_header(to: TableFormat, what: TableName, columns: tuple[str, ...], tmp_path: Path) -> None:
    """An empty ledger gives a table without rows, not an error."""
    deliver([], what, to, str(tmp_path / f"a.{to}"))

    assert as_csv(tmp_path / f"a.{to}") == [list(columns)]


@pytest.mark.parametrize(("to", "package"), [(TableFormat.PARQUET, "pyarrow"), (TableFormat.XLSX, "openpyxl")])
def test_a_missing_package_is_named(
    to: TableFormat, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that installs it."""
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(UsageError, match=rf"{package} is needed: pip install 'digitizer\[tables\]'"):
        deliver(MANY, FIELDS, to, str(tmp_path / "a"))


def test_a_full_disk_leaves_the_older_export_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither half a file nor a draft."""
    target = tmp_path / "fields.csv"
    target.write_text("older")

    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(destination, "_sync", full)
    with pytest.raises(LedgerError, match="No space left on device"):
        deliver(MANY, FIELDS, TableFormat.CSV, str(target))

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"fields.csv": "older"}


def test_a_missing_folder_is_wrong_usage(tmp_path: Path) -> None:
    """None is made; nor is a folder taken for a file."""
    with pytest.raises(UsageError, match="no such folder"):
        deliver([], FIELDS, TableFormat.CSV, str(tmp_path / "none" / "f.csv"))
    with pytest.raises(UsageError, match="This is a folder"):
        deliver([], FIELDS, TableFormat.CSV, str(tmp_path))


def test_a_file_url_is_a_path(tmp_path: Path) -> None:
    """And as safe: no draft stays, nothing is uploaded."""
    deliver([], FIELDS, TableFormat.CSV, f"file://{tmp_path}/f%20g.csv")

    assert [path.name for path in tmp_path.iterdir()] == ["f g.csv"]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Provide a bucket of a storage server on this machine."""
    import s3fs

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    s3fs.S3FileSystem().mkdir("results")
    yield "results"
    s3fs.S3FileSystem().rm("results", recursive=True)
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


@pytest.mark.parametrize("to", list(TableFormat))
def test_an_export_goes_to_storage(to: TableFormat, bucket: str, tmp_path: Path) -> None:
    """The object holds the bytes of the file, and is all there is."""
    import s3fs

    deliver(MANY, FIELDS, to, str(tmp_path / "local"))
    deliver(MANY, FIELDS, to, f"s3://{bucket}/night/fields.{to}")

    storage = s3fs.S3FileSystem()
    assert storage.find(bucket) == [f"{bucket}/night/fields.{to}"]
    assert storage.cat_file(f"{bucket}/night/fields.{to}") == (tmp_path / "local").read_bytes()


@pytest.mark.usefixtures("bucket")
def test_storage_that_refuses_is_an_error_of_the_ledger() -> None:
    """The message says where it should have gone."""
    with pytest.raises(LedgerError, match=r"s3://nowhere/fields\.csv cannot be written"):
        deliver(MANY, FIELDS, TableFormat.CSV, "s3://nowhere/fields.csv")


def test_an_export_that_fails_uploads_nothing(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was uploaded before stays."""
    import s3fs

    monkeypatch.setattr(spreadsheet, "MAX_ROWS", 3)
    with pytest.raises(UsageError):
        deliver(MANY, FIELDS, TableFormat.XLSX, f"s3://{bucket}/fields.xlsx")

    assert s3fs.S3FileSystem().find(bucket) == []


@pytest.mark.parametrize(
    ("scheme", "calls_expected"),
    [
        ("sftp", [("put", "/out/.f.csv.tmp"), ("mv", "/out/.f.csv.tmp", "/out/f.csv")]),
        ("s3", [("put", "/out/f.csv")]),
        ("az", [("put", "/out/f.csv")]),
    ],
)
def test_storage_without_whole_uploads_is_written_beside_and_renamed(
    scheme: str, calls_expected: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SFTP, say, a file is seen while it grows: it gets its name when it is complete."""
    calls: list[tuple[str, ...]] = []

    class Storage:
        def put_file(self, source: str, target: str) -> None:
            assert Path(source).read_text().startswith("scan,page,")
            calls.append(("put", target))

        def mv(self, source: str, target: str) -> None:
            calls.append(("mv", source, target))

    monkeypatch.setattr(destination, "_storage", lambda _: (Storage(), "/out/f.csv"))
    deliver(MANY, FIELDS, TableFormat.CSV, f"{scheme}://host/out/f.csv")

    assert calls == calls_expected


@pytest.mark.parametrize(("url", "said"), [("sftp://h/f.csv", r"digitizer\[sftp\]"), ("nonsense://h/f", "nonsense")])
def test_storage_that_is_not_known_is_wrong_usage(url: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the extra that brings its driver, where there is one."""
    monkeypatch.setitem(sys.modules, "paramiko", None)

    with pytest.raises(UsageError, match=said):
        deliver([], FIELDS, TableFormat.CSV, url)


def test_a_password_in_a_url_is_not_printed() -> None:
    """Neither in errors."""
    with pytest.raises(UsageError) as refused:
        deliver([], FIELDS, TableFormat.CSV, "nonsense://me:secret@h/f.csv")

    assert "secret" not in str(refused.value)


def test_text_columns_are_text_in_parquet() -> None:
    """All that are not numbers, by name."""
    assert {column for column in FIELD_COLUMNS if delivery._arrow_type(column) == pyarrow.string()} == {
        *("scan", "form", "field", "value", "cells", "status", "reason", "cell_confidences", "machine_value"),
        "reviewer",
    }

"""The files that a template names: read once, only from its own folder; images of blank pages and lists of values."""

import csv
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import numpy as np
from numpy.typing import NDArray

from digitizer.document import ScanFile
from digitizer.errors import ScanError
from digitizer.forms.files.faults import did_you_mean, listing, nearest, shown
from digitizer.forms.files.schema_rules import ListFile
from digitizer.scans.content import read_bytes
from digitizer.scans.decode import PageFailure, read_pages
from digitizer.scans.limits import Limits
from digitizer.scans.reasons import EXPLANATIONS, Reason

MAX_LIST_BYTES = 50_000_000
MAX_REFERENCE_BYTES = 200_000_000
MAX_SHAPE_ERROR = 0.03
"""By which the proportions of a reference may differ from the page's."""
_WRONG_VALUES_SHOWN = 3


class NamedFiles:
    """Files of a template's folder.

    Raises
    ------
    ValueError
        From its methods: what is wrong with a file, and what to do.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, bytes] = {}

    @property
    def contents(self) -> Iterator[bytes]:
        """Bytes of all files, in the order in which they were asked for first."""
        return iter(self._read.values())

    def image(self, name: str) -> NDArray[np.uint8]:
        """Return the first page of an image or PDF, grey, paper 255, (height, width)."""
        path = self._path(name)
        digest = hashlib.sha256(self._bytes(path, name, MAX_REFERENCE_BYTES)).hexdigest()
        try:
            page = next(iter(read_pages(ScanFile(path, name), [1], Limits(max_bytes=MAX_REFERENCE_BYTES), digest)))
        except ScanError as error:
            raise ValueError(_undecodable(name, error.reason)) from error
        if isinstance(page, PageFailure):
            raise ValueError(_undecodable(name, page.reason))
        return page.pixels

    def values(self, listed: ListFile) -> tuple[str, ...]:
        """Return the values of a column of a CSV file, digits only, in their order."""
        text = _text(self._bytes(self._path(listed.file), listed.file, MAX_LIST_BYTES), listed.file)
        try:
            rows = [(number, row) for number, row in _rows(text) if any(row)]
        except csv.Error as error:
            raise ValueError(f"{shown(listed.file)} is no CSV file: {error}") from error
        return _digits(_column(rows, listed), listed.file)

    def _path(self, name: str) -> Path:
        pure = PureWindowsPath(name)  # knows the separators and drives of both worlds
        if pure.drive or pure.root or ".." in pure.parts:
            raise ValueError(f"{shown(name)} lies outside the template's folder; put the file beside the template")
        path = self._folder / name
        try:
            inside = path.resolve().is_relative_to(self._folder.resolve())
        except (OSError, RuntimeError, ValueError) as error:
            raise ValueError(f"{shown(name)} is not the name of a file") from error
        if not inside:
            raise ValueError(
                f"{shown(name)} is a link that leads outside the template's folder; put the file itself there"
            )
        return path

    def _bytes(self, path: Path, name: str, most: int) -> bytes:
        if path not in self._read:
            try:
                self._read[path] = read_bytes(path, most)
            except ScanError as error:
                if isinstance(error.__cause__, (FileNotFoundError, IsADirectoryError)):
                    raise ValueError(self._missing(name)) from error
                raise ValueError(f"cannot read {shown(name)}: {EXPLANATIONS[Reason(error.reason)].meaning}") from error
        return self._read[path]

    def _missing(self, name: str) -> str:
        parent = (self._folder / name).parent
        beside = sorted(path.name for path in parent.iterdir() if path.is_file()) if parent.is_dir() else []
        where = "the template" if parent == self._folder else shown(str(Path(name).parent))
        near = nearest(Path(name).name, beside)
        return f"there is no file {shown(name)} beside {where}{f'; did you mean {shown(near)}?' if near else ''}"


def check_shape(image: NDArray[np.uint8], page_mm: tuple[float, float], name: str) -> None:
    """Raise `ValueError` if an image cannot span a page: if its proportions are others."""
    height, width = image.shape
    stretch = (width / height) / (page_mm[0] / page_mm[1])
    if abs(stretch - 1) <= MAX_SHAPE_ERROR:
        return
    turned = abs((height / width) / (page_mm[0] / page_mm[1]) - 1) <= MAX_SHAPE_ERROR
    advice = "it lies on its side: turn it" if turned else "crop it to the page, or correct `page`"
    raise ValueError(
        f"{shown(name)} has {width} x {height} px, the page {page_mm[0]:.4g} x {page_mm[1]:.4g} mm: "
        f"{abs(stretch - 1):.1%} {'wider' if stretch > 1 else 'narrower'}; {advice}"
    )


def _undecodable(name: str, reason: str) -> str:
    explanation = EXPLANATIONS[Reason(reason)]
    return f"cannot read {shown(name)}: {explanation.meaning} {explanation.advice}".rstrip(".")


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"{shown(name)} is not UTF-8 in line {line}; save it as `CSV UTF-8`") from error


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with its line; what parts its cells is told by the first line: `,`, `;` or a tab."""
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    line = 1
    for row in reader:
        yield line, [cell.strip() for cell in row]
        line = reader.line_num + 1


def _column(rows: list[tuple[int, list[str]]], listed: ListFile) -> Iterator[tuple[int, str]]:
    """Yield the cells of the wanted column below its heading, each with its line."""
    if not rows:
        raise ValueError(f"{shown(listed.file)} is empty; it must list the allowed values")
    heading = rows[0][1]
    if listed.column is not None:
        if listed.column not in heading:
            raise ValueError(
                f"{shown(listed.file)} has no column {shown(listed.column)}{did_you_mean(listed.column, heading)}"
            )
        index = heading.index(listed.column)
    elif len(heading) > 1:
        raise ValueError(
            f"{shown(listed.file)} has the columns {listing(heading)}; write {{file: ..., column: ...}} to say which"
        )
    else:
        index = 0
    headed = listed.column is not None or not any(character.isdigit() for character in heading[0])
    below = rows[1:] if headed else rows
    return ((line, row[index]) for line, row in below if index < len(row) and row[index])


def _digits(cells: Iterator[tuple[int, str]], name: str) -> tuple[str, ...]:
    values, wrong = [], []
    for line, cell in cells:
        values.append(cell)
        if not _is_number(cell):
            wrong.append(f"line {line} {shown(cell)}")
    if wrong:
        more = f" and {len(wrong) - _WRONG_VALUES_SHOWN} more" if len(wrong) > _WRONG_VALUES_SHOWN else ""
        raise ValueError(
            f"{shown(name)} holds values that are not digits only: {', '.join(wrong[:_WRONG_VALUES_SHOWN])}{more}; "
            "write them in digits, or take them out"
        )
    if not values:
        raise ValueError(f"{shown(name)} lists no values")
    return tuple(values)


def _is_number(cell: str) -> bool:
    return cell.isascii() and cell.isdigit()

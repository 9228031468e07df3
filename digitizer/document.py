"""The nouns that flow through: scan file, page, cell, reading, field result, page result."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BLANK = "_"
"""In `FieldResult.cells`: nothing is written in the cell."""
VOID = "x"
"""In `FieldResult.cells`: the writer crossed the cell out."""
UNREADABLE = "?"
"""In `FieldResult.cells`: there is ink, and it is no digit that can be read."""

LOW_CONFIDENCE = "low_confidence"
"""Reason for review: the value is less certain than the error rate asks for."""
QA_SAMPLE = "qa_sample"
"""Reason for review: the field was sure enough, and was drawn to measure how often accepted fields are wrong."""

AUTO_FORM = "auto"
"""The form of a page that was read without a template."""


class FieldKind(StrEnum):
    """How a field is laid out on the page."""

    COMB = "comb"
    """A row of boxes, a digit each."""
    GRID = "grid"
    """Rows of combs."""
    BOX = "box"
    """One frame around a whole number."""
    MARK = "mark"
    """A tick box."""


class FieldStatus(StrEnum):
    """Where a field stands on its way to the user."""

    ACCEPTED = "accepted"
    REVIEW = "review"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"


class PageStatus(StrEnum):
    """What became of a page, or of a file that has none."""

    DONE = "done"
    REJECTED = "rejected"
    """The page could be seen but not read."""
    FAILED = "failed"
    """The file or the page could not be decoded."""
    SKIPPED = "skipped"
    """Not a scan at all."""


@dataclass(frozen=True, slots=True)
class ScanFile:
    r"""A file as delivered.

    Attributes
    ----------
    path
        Where it lies.
    root
        Folder of scans that `path` must not lead out of by any link; None for a file that the user named.
    url
        Where it lies if not on a file system of this machine, for fsspec; `path` is then its name only.
    name
        Its path relative to the scan folder, `/` between the parts, always valid Unicode: what stands
        in the `scan` column. Bytes of a name that are no UTF-8 are written as `\xNN`.
    """

    path: Path
    name: str
    root: Path | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One image of a scan, as its file shows it (EXIF or TIFF orientation applied).

    Attributes
    ----------
    scan, number
        `ScanFile.name`, and the 1-based page number in that file.
    pixels
        (height, width) uint8, grey, paper 255.
    dpi
        Resolution that the file states, None if it states none.
    sha256
        Of the file's bytes, hexadecimal.
    """

    scan: str
    number: int
    pixels: NDArray[np.uint8]
    dpi: float | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One digit box on a page.

    Attributes
    ----------
    row, column
        0-based place in its field.
    quad
        (4, 2) float64, the middle of the printed frame in px on the page as (x, y): top left, top right,
        bottom right, bottom left, as the writer saw them (so a page upside down has its first corner
        at the bottom right).
    """

    row: int
    column: int
    quad: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Field:
    """One answer on a page: cells in reading order (row by row); a box and a mark have one, their frame.

    Attributes
    ----------
    guided
        Whether something is printed inside the cells, such as guides to write along; always false without a template.
    """

    name: str
    kind: FieldKind
    rows: int
    columns: int
    cells: tuple[Cell, ...]
    guided: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What one cell says.

    Attributes
    ----------
    symbol
        A digit, `BLANK`, `VOID` or `UNREADABLE`.
    confidence
        Calibrated probability, 0-1, that `symbol` is right.
    probabilities
        Calibrated, 0-1, of the digits 0-9, of ink that is no digit, and of a cell crossed out; empty for a blank cell
        and for a mark.
    crop
        28 * 28 bytes, row by row, ink 255: what the network saw; empty where it saw nothing.
    """

    symbol: str
    confidence: float
    probabilities: tuple[float, ...] = ()
    crop: bytes = b""


@dataclass(frozen=True, slots=True)
class FieldEvidence:
    """What was seen of one field: enough to decide about it again, and to show it to a person, without the page.

    Attributes
    ----------
    cells
        What each cell of a comb or a grid says, or the one of a mark; empty for a box.
    numbers
        For a box, the strings of symbols that may stand there, with their probabilities: the plain reading first.
    number_confidences
        For a box, the probability of each symbol of the plain reading, 0-1.
    quads
        For each cell (a box and a mark have one), x and y of its four corners in px on the page, to a tenth.
    strip
        JPEG, grey, paper 255: the part of the page around the field, turned upright.
    strip_box
        x, y, width, height of that part on the page as its file shows it, px.
    """

    kind: FieldKind
    cells: tuple[Reading, ...] = ()
    numbers: tuple[tuple[str, float], ...] = ()
    number_confidences: tuple[float, ...] = ()
    quads: tuple[tuple[float, ...], ...] = ()
    strip: bytes = b""
    strip_box: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class FieldReading:
    """What one field says, before anyone decides whether that is good enough.

    Attributes
    ----------
    symbols
        One character per cell, or per digit of a box.
    confidence
        Probability, 0-1, that all of it is right.
    cell_confidences
        0-1, one per symbol.
    machine_symbols
        What stood there before the rules had their say; the same as `symbols` where they changed nothing.
    doubt
        Why a person has to see it however sure it is; empty where nothing forces that.
    corners
        (N, 2) float64, (x, y) px on the page: points that its bounding box holds.
    evidence
        What was seen, still without its strip.
    """

    form: str
    name: str
    symbols: str
    confidence: float
    cell_confidences: tuple[float, ...]
    machine_symbols: str
    doubt: str
    corners: NDArray[np.float64]
    evidence: FieldEvidence


@dataclass(frozen=True, slots=True)
class FieldResult:
    """What one field says: one row of `fields.csv`.

    Attributes
    ----------
    value
        The digits, blanks and voids left out, after review if there was one.
    cells
        One character per cell as read.
    confidence
        Probability, 0-1, that `value` is exactly right.
    reason
        Why it needs review; empty when it does not.
    cell_confidences
        0-1, one per cell.
    x, y, width, height
        Bounding box on the page as its file shows it, px.
    evidence
        What was seen; None where only the row of the table is wanted.
    """

    form: str
    field: str
    value: str
    cells: str
    confidence: float
    status: FieldStatus
    reason: str
    cell_confidences: tuple[float, ...]
    x: int
    y: int
    width: int
    height: int
    machine_value: str
    reviewer: str = ""
    evidence: FieldEvidence | None = None


@dataclass(frozen=True, slots=True)
class PageResult:
    """What became of one page, or of a file that has none: one row of `pages.csv`.

    Attributes
    ----------
    page
        1-based; None for a file that has no page.
    reason
        Why it is not done; empty when it is.
    residual_mm
        How well the page fits its template; None without one.
    rotation
        Degrees (0, 90, 180, 270) that the page as its file shows it has to be turned clockwise to stand
        upright; None where it was not decided.
    side
        1-based page of the template that it is; None without a template.
    """

    scan: str
    page: int | None
    form: str
    status: PageStatus
    reason: str
    fields: tuple[FieldResult, ...] = ()
    residual_mm: float | None = None
    dpi: float | None = None
    rotation: int | None = None
    sha256: str = ""
    side: int | None = None

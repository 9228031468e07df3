"""A template, read and checked: the geometry of a printed form in mm, and the rules of its fields."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from digitizer.document import FieldKind
from digitizer.rules.rule import CrossRule, Rule


class FiducialKind(StrEnum):
    """Kinds of printed marks that a page is registered by."""

    APRILTAG = "apriltag"
    """AprilTag of the family 36h11 (Olson, "AprilTag", ICRA 2011)."""
    SQUARE = "square"
    """A full black square."""


@dataclass(frozen=True, slots=True)
class Fiducial:
    """A printed mark.

    Attributes
    ----------
    centre_mm
        (x, y) from the top left corner of the page.
    size_mm
        Side; of a tag without its white border.
    tag_id
        Of an AprilTag; None for a square.
    """

    kind: FiducialKind
    centre_mm: tuple[float, float]
    size_mm: float
    tag_id: int | None = None


@dataclass(frozen=True, slots=True)
class FormField:
    """One answer on a form.

    Attributes
    ----------
    quads_mm
        (rows * columns, 4, 2) float64, (x, y) of the middle of each cell's printed frame, in reading order: top left,
        top right, bottom right, bottom left. A box and a mark have one cell.
    digits
        Most digits that a box holds; for combs and grids the number of cells, 1 for a mark.
    required
        Whether a field in which nothing is written needs a person.
    """

    name: str
    kind: FieldKind
    rows: int
    columns: int
    quads_mm: NDArray[np.float64]
    digits: int
    label: str = ""
    required: bool = False
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class FormPage:
    """One side of a form; equal only to itself, so that what is worked out from it can be kept by it.

    Attributes
    ----------
    form, number
        Id of the template, and the 1-based page in it.
    code
        What a QR code or Code 128 printed on this page says; `*` at its end stands for anything. None without one.
    reference
        The blank page, grey, paper 255, (height, width) uint8, spanning exactly the page; None without one.
    """

    form: str
    number: int
    width_mm: float
    height_mm: float
    fields: tuple[FormField, ...]
    fiducials: tuple[Fiducial, ...] = ()
    code: str | None = None
    reference: NDArray[np.uint8] | None = None
    rules: tuple[CrossRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A form.

    Attributes
    ----------
    sha256
        Of the file and of all files that it names, in order: what decides how pages are read.
    """

    id: str
    version: int
    title: str
    pages: tuple[FormPage, ...]
    sha256: str

    @property
    def layout_sha256(self) -> str:
        """SHA-256 of what decides where fields are found and how they are seen, hexadecimal.

        Of each page its size, code, marks and blank page, and of each of its fields the name, kind, rows, columns,
        digits and quads, all in the template's order: as JSON, in which numbers are the shortest decimals that are the
        same floats, and the blank page is its shape and the SHA-256 of its pixels. Rules, and files that only rules
        name, required, titles, labels, version and id are no part of it.
        """
        return hashlib.sha256(json.dumps([_layout(page) for page in self.pages]).encode()).hexdigest()


def _layout(page: FormPage) -> list[object]:
    """Return what a page's layout hash is made from: nothing but lists, text, numbers and None."""
    blank = page.reference
    picture = None if blank is None else [*blank.shape, hashlib.sha256(blank.tobytes()).hexdigest()]
    marks = [[mark.kind, *map(float, mark.centre_mm), float(mark.size_mm), mark.tag_id] for mark in page.fiducials]
    fields = [
        [field.name, field.kind, field.rows, field.columns, field.digits, field.quads_mm.tolist()]
        for field in page.fields
    ]
    return [float(page.width_mm), float(page.height_mm), page.code, picture, marks, fields]

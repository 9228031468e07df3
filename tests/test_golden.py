"""The bundled samples: every field of them is found, and what is read changes only on purpose.

`tests/data/golden.csv` holds every cell as it is read now, right or wrong. After a change that is meant to read
differently, `pytest tests/test_golden.py --update-golden` stores it anew; the difference belongs into that commit.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import samples
from digitizer.document import BLANK, Page, ScanFile
from digitizer.pipeline import digitize_page
from digitizer.policy import DEFAULT_MAX_ERRORS, AcceptancePolicy
from digitizer.reading.classifier import load_classifier
from digitizer.scans.decode import Limits, read_pages

SAMPLES = Path(samples.__file__).parent
JOBS = sorted(file.parent.name for file in SAMPLES.glob("*/truth.csv"))
GOLDEN = Path(__file__).parent / "data" / "golden.csv"
MODEL = "default"
"""A golden file is of one network; another one reads otherwise."""
MIN_FOUND, MIN_BLANKS_RIGHT, MIN_CELLS_RIGHT = 0.95, 0.99, 0.98


class Place(NamedTuple):
    """Where a field stands."""

    job: str
    scan: str
    page: int
    field: str


Cells = dict[Place, str]
"""One character per cell of each field."""


@pytest.fixture(scope="session")
def read() -> Cells:
    """Read all samples once."""
    classifier, policy = load_classifier(name=MODEL), AcceptancePolicy.from_max_errors(DEFAULT_MAX_ERRORS)
    cells = {}
    for job, page in _pages():
        for field in digitize_page(page, classifier, policy).fields:
            cells[Place(job, page.scan, page.number, field.field)] = field.cells
    return cells


def _pages() -> Iterator[tuple[str, Page]]:
    for job in JOBS:
        for file in sorted((SAMPLES / "scans" / job).iterdir()):
            for page in read_pages(ScanFile(file, file.name), None, Limits()):
                assert isinstance(page, Page), f"{file.name} cannot be decoded"
                yield job, page


@pytest.fixture(scope="session")
def truth() -> Cells:
    """Load what was written."""
    cells = {}
    for job in JOBS:
        with (SAMPLES / job / "truth.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                cells[Place(job, row["scan"], int(row["page"]), row["field"])] = row["cells"]
    return cells


def test_every_job_is_there() -> None:
    """A test of no samples would pass."""
    assert JOBS == ["cheque", "exam", "postal", "survey"]


@pytest.mark.parametrize("job", JOBS)
def test_the_fields_of_the_samples_are_found(job: str, read: Cells, truth: Cells) -> None:
    """Nearly all under their names with all their cells, also on the turned pages and in photos."""
    drawn = {place: len(cells) for place, cells in truth.items() if place.job == job}
    found = {place: len(cells) for place, cells in read.items() if place.job == job}

    missed = sorted(place for place in drawn if found.get(place) != drawn[place])

    assert len(missed) <= (1 - MIN_FOUND) * len(drawn), missed


def test_no_field_of_the_samples_is_made_up(read: Cells, truth: Cells) -> None:
    """Print, stamps, signatures and decoration give no fields: no page has more than were drawn on it."""
    assert set(read) <= set(truth)


def test_blank_cells_of_the_samples_are_told(read: Cells, truth: Cells) -> None:
    """Blank against inked is right for 99 of 100 cells."""
    pairs = _cell_pairs(read, truth)

    assert sum((a == BLANK) == (b == BLANK) for a, b in pairs) >= MIN_BLANKS_RIGHT * len(pairs)


def test_most_cells_of_the_samples_are_read_right(read: Cells, truth: Cells) -> None:
    """Nearly all of them."""
    pairs = _cell_pairs(read, truth)

    assert sum(a == b for a, b in pairs) >= MIN_CELLS_RIGHT * len(pairs)


def test_the_samples_are_read_as_before(read: Cells, request: pytest.FixtureRequest) -> None:
    """Cell by cell as in the golden file."""
    if request.config.getoption("--update-golden"):
        _store(read)

    assert read == _stored()


def _cell_pairs(read: Cells, truth: Cells) -> list[tuple[str, str]]:
    """Each cell as read and as written, of the fields that have as many cells as they should."""
    return [
        pair
        for place, cells in truth.items()
        if len(read.get(place, "")) == len(cells)
        for pair in zip(read[place], cells, strict=True)
    ]


def _store(cells: Cells) -> None:
    with GOLDEN.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*Place._fields, "cells"])
        writer.writerows([*place, cells[place]] for place in sorted(cells))


def _stored() -> Cells:
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {Place(row["job"], row["scan"], int(row["page"]), row["field"]): row["cells"] for row in rows}

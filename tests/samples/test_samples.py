"""The bundled jobs hold together: every scan has its truth, and they can be drawn again."""

import csv
import re
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from samples.blanks import BLANK_FORMS
from samples.digits import BUNDLED_FILE
from samples.jobs import JOBS
from samples.make_samples import draw_job, main

SAMPLES = BUNDLED_FILE.parent

jobs = pytest.mark.parametrize("job", sorted(JOBS))


def truth(folder: Path, name: str = "truth.csv") -> list[dict[str, str]]:
    """Read the truth of a job."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def page_count(file: Path) -> int:
    """Count the pages of a scan."""
    if file.suffix == ".pdf":
        with pypdfium2.PdfDocument(file) as document:
            return len(document)
    with Image.open(file) as image:
        return int(getattr(image, "n_frames", 1))


def assert_truth_covers_scans(scans: Path, folder: Path) -> None:
    """Check that the truth names every page of every scan, and no other."""
    pages = {(file.name, str(page + 1)) for file in scans.iterdir() for page in range(page_count(file))}
    assert {(row["scan"], row["page"]) for row in truth(folder)} == pages


@jobs
def test_every_page_of_every_scan_has_its_truth(job: str) -> None:
    """The truth names all pages of all files, and nothing else."""
    assert_truth_covers_scans(SAMPLES / "scans" / job, SAMPLES / job)


@jobs
def test_truth_agrees_with_itself(job: str) -> None:
    """The value is the cells without blanks and voids; the fields of a page are numbered without a hole."""
    rows = truth(SAMPLES / job)

    assert all(re.fullmatch(r"[0-9_x]{2,}", row["cells"]) for row in rows)
    assert all(row["value"] == re.sub("[_x]", "", row["cells"]) for row in rows)
    for page in {(row["scan"], row["page"]) for row in rows}:
        names = [row["field"] for row in rows if (row["scan"], row["page"]) == page]
        assert names == [f"field_{number:02d}" for number in range(1, len(names) + 1)]


def test_samples_are_small_and_still_enough_to_measure_with() -> None:
    """At least 600 digits on at least 25 pages, in less than 15 MB."""
    rows = [row for job in JOBS for row in truth(SAMPLES / job)]

    assert sum(len(row["value"]) for row in rows) >= 600
    assert sum(page_count(file) for job in JOBS for file in (SAMPLES / "scans" / job).iterdir()) >= 25
    assert sum(file.stat().st_size for job in JOBS for file in (SAMPLES / "scans" / job).iterdir()) < 15e6


@jobs
def test_job_says_in_three_lines_what_it_is(job: str) -> None:
    """Each job has a README of three lines that names the licence of its digits."""
    text = (SAMPLES / job / "README.md").read_text(encoding="utf-8")

    assert len(text.splitlines()) == 3
    assert "CC BY-SA 3.0" in text


@jobs
def test_both_truths_are_the_same_but_for_the_names(job: str) -> None:
    """Row by row, in the same order."""
    rows, named = truth(SAMPLES / job), truth(SAMPLES / job, "truth_with_template.csv")

    assert [row | {"field": ""} for row in named] == [row | {"field": ""} for row in rows]
    assert not {row["field"] for row in named} & {row["field"] for row in rows}


def test_exam_totals_are_the_sums_of_their_marks() -> None:
    """The truth of a cover sheet obeys the form's own rule."""
    rows = truth(SAMPLES / "exam")

    for page in {(row["scan"], row["page"]) for row in rows}:
        _, *marks, total = [row["value"] for row in rows if (row["scan"], row["page"]) == page]
        assert sum(int(mark or 0) for mark in marks) == int(total)


@pytest.mark.parametrize("job", ["cheque", "postal"])
def test_job_can_be_drawn_again(job: str, tmp_path: Path) -> None:
    """The same seed and digits give the same bytes; these two jobs hold every file format between them."""
    drawn = []
    for folder in (tmp_path / "first", tmp_path / "second"):
        draw_job(job, folder, BUNDLED_FILE, seed=7)
        drawn.append({file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()})

    assert drawn[0] == drawn[1]
    assert_truth_covers_scans(tmp_path / "first" / "scans" / job, tmp_path / "first" / job)
    assert all((SAMPLES / file).is_file() for file in drawn[0])
    assert {file.name for file in drawn[0]} >= {f"{form}.png" for form in BLANK_FORMS[job]}


def test_missing_digits_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without MNIST the command says how to get it, and draws nothing."""
    with pytest.raises(SystemExit, match="2"):
        main(["--mnist", str(tmp_path / "none.npz"), "--out", str(tmp_path)])

    assert "load_data()" in capsys.readouterr().err
    assert not any(tmp_path.iterdir())

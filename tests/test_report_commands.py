"""`digitizer report` and `overlay`: what they write, what they say, and how they end."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from digitizer import report_commands
from digitizer.document import FieldStatus, PageResult, PageStatus
from digitizer.errors import ExitCode, UsageError
from digitizer.ledger.records import ScanRecord
from digitizer.report.overlay import GREEN
from digitizer.report.pictures import crop_picture, small_jpeg
from tests.ledger.scans_read import CROP, a_scan, read_into

Run = Callable[..., Result]
SAMPLE = Path(__file__).parents[1] / "samples" / "scans" / "exam" / "cover_01.jpg"


@pytest.fixture
def run() -> Run:
    """Provide the commands; an error that is raised passes."""
    app = typer.Typer()
    app.command()(report_commands.report)
    app.command()(report_commands.overlay)

    def command(*arguments: str | Path) -> Result:
        result = CliRunner().invoke(app, [str(each) for each in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return command


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Provide results of two scans; a field of one of them waits, and it is less sure."""
    folder = tmp_path / "out"
    folder.mkdir()
    waiting = a_scan("b.png", "12", FieldStatus.REVIEW)
    [page] = waiting.pages
    [field] = page.fields
    assert field.evidence is not None
    strip = small_jpeg(np.full((40, 90), 255, np.uint8), 90)
    field = replace(
        field,
        confidence=0.6,
        cell_confidences=(0.6, 0.99),
        evidence=replace(field.evidence, strip=strip),
    )
    read_into(folder, a_scan("a.png", "0815"), replace(waiting, pages=(replace(page, fields=(field,)),)))
    return folder


def blank_page(folder: Path, name: str) -> Path:
    """Write a scan on which there is nothing."""
    folder.mkdir(exist_ok=True)
    done, data = cv2.imencode(".png", np.full((600, 400), 250, np.uint8))
    assert done
    path = folder / name
    path.write_bytes(data.tobytes())
    return path


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return sha256(path.read_bytes()).hexdigest()


def rejected(scan: Path, name: str) -> ScanRecord:
    """Return what a ledger holds of a scan on which nothing was found."""
    page = PageResult(name, 1, "auto", PageStatus.REJECTED, "no_fields", dpi=300.0, sha256=digest(scan))
    return ScanRecord(name, digest(scan), (page,))


def test_the_report_stands_beside_the_results(run: Run, out: Path) -> None:
    """The command says where, changes nothing else, and writes the same bytes again."""
    others = {path: path.read_bytes() for path in out.iterdir()}

    result = run("report", out)
    first = (out / "report.html").read_bytes()
    run("report", out)

    assert (result.exit_code, result.stdout.strip()) == (0, str(out / "report.html"))
    assert (out / "report.html").read_bytes() == first
    assert {path: path.read_bytes() for path in out.iterdir() if path.name != "report.html"} == others
    assert str(out.parent).encode() not in first


def test_doubtful_cells_are_shown_as_they_were_seen(run: Run, out: Path) -> None:
    """The least sure one first, from the evidence in the ledger."""
    run("report", out, "-o", out / "other.html")

    text = (out / "other.html").read_text(encoding="utf-8")
    assert text.count(crop_picture(CROP)) == 2
    assert text.index("<b>1</b> 0.6000") < text.index("<b>2</b> 0.9900")


def test_the_truth_shows_what_was_confident_and_wrong(run: Run, out: Path) -> None:
    """With the field as it stands on the scan."""
    truth = out / "truth.csv"
    truth.write_text("scan,page,field,value\na.png,1,comb1,0815\nb.png,1,comb1,72\nc.png,1,comb1,3\n", encoding="utf-8")

    run("report", out, "--truth", truth)

    text = (out / "report.html").read_text(encoding="utf-8")
    assert "known values of 2 fields (1 more were not found on the pages)" in text
    assert 'class="strip" src="data:image/jpeg;base64,' in text
    assert '<td class="mono">12</td><td class="mono">72</td>' in text


def test_pages_that_were_not_read_are_pictured_where_they_still_lie(run: Run, tmp_path: Path) -> None:
    """Not one that is gone, and not another file of the same name."""
    scans, out = tmp_path / "scans", tmp_path / "out"
    out.mkdir()
    names = ("there.png", "other.png", "gone.png")
    records = [rejected(blank_page(scans, name), name) for name in names]
    records = [replace(each, sha256=f"{place}{each.sha256[1:]}") for place, each in enumerate(records)]
    there = rejected(scans / "there.png", "there.png")
    read_into(out, there, *records[1:])
    (scans / "gone.png").unlink()

    run("report", out, "--scans", scans)

    text = (out / "report.html").read_text(encoding="utf-8")
    assert text.count("<figure>") == 1
    assert "<figcaption><bdi>there.png</bdi>, page 1: no_fields</figcaption>" in text
    assert text.count("no_fields</span>") == 3


def test_images_that_were_purged_are_left_out(run: Run, tmp_path: Path) -> None:
    """What is known of the cells is no picture."""
    scan = a_scan("a.png", "12", FieldStatus.REVIEW)
    field = replace(scan.pages[0].fields[0], cell_confidences=(0.5, 0.6), evidence=None)
    read_into(tmp_path, replace(scan, pages=(replace(scan.pages[0], fields=(field,)),)))

    run("report", tmp_path)

    assert "least sure of" not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_folder_without_results_is_refused(run: Run, tmp_path: Path) -> None:
    """Nothing is made there."""
    with pytest.raises(UsageError, match="There is no ledger in"):
        run("report", tmp_path)
    with pytest.raises(UsageError, match="There is no such folder"):
        run("report", tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_what_was_read_is_drawn_onto_the_page(run: Run, tmp_path: Path) -> None:
    """In the colours of what goes straight through and what waits, at the size of the page."""
    result = run("overlay", SAMPLE, "-o", tmp_path / "drawn.png")

    image = cv2.imdecode(np.frombuffer((tmp_path / "drawn.png").read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert (image == GREEN).all(axis=2).sum() > 500
    assert result.stdout.splitlines()[0] == str(tmp_path / "drawn.png")
    assert "fields of auto" in result.stdout
    assert result.exit_code == 0


def test_a_rejected_page_is_drawn_as_it_is(run: Run, tmp_path: Path) -> None:
    """With the reason and an advice, beside the scan if no other place is named."""
    scan = blank_page(tmp_path, "blank.png")

    result = run("overlay", scan)

    assert (tmp_path / "blank.png.overlay.png").is_file()
    assert result.exit_code == ExitCode.INCOMPLETE
    assert "rejected: no_fields. No comb and no grid of boxes was found" in result.output


def test_a_page_that_fails_is_not_drawn(run: Run, tmp_path: Path) -> None:
    """The command says why, and leaves no file."""
    scan = blank_page(tmp_path, "cut.png")
    scan.write_bytes(scan.read_bytes()[:80])

    result = run("overlay", scan)

    assert result.exit_code == ExitCode.INCOMPLETE
    assert "failed: truncated. The file ends before its content does." in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["cut.png"]


def test_a_page_that_the_file_lacks_is_refused(run: Run, tmp_path: Path) -> None:
    """With how many there are."""
    with pytest.raises(UsageError, match=r"has 1 page: there is no page 2\."):
        run("overlay", blank_page(tmp_path, "a.png"), "--page", "2")


def test_no_picture_replaces_a_file_unasked(run: Run, tmp_path: Path) -> None:
    """Neither another picture nor, ever, the scan itself."""
    scan = blank_page(tmp_path, "a.png")
    (tmp_path / "b.png").write_bytes(b"mine")

    with pytest.raises(UsageError, match="exists"):
        run("overlay", scan, "-o", tmp_path / "b.png")
    with pytest.raises(UsageError, match="would replace the scan"):
        run("overlay", scan, "-o", scan, "--force")
    assert (tmp_path / "b.png").read_bytes() == b"mine"


def test_the_commands_load_what_they_need_only_when_they_run() -> None:
    """Help is quick: no database, no OpenCV, no templates of pages."""
    heavy = ("sqlalchemy", "cv2", "jinja2", "onnxruntime", "pandas")
    code = f"import sys, digitizer.report_commands; print([each for each in {heavy} if each in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"

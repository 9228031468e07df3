"""How much of a template `digitizer template draft` writes by itself: `python -m benchmarks.draft`.

The blank sample forms are drafted as clean PDFs, as scans and as photos. A box counts as found if a drafted cell has
every corner within a quarter of it; a drafted cell is false if it is none of the form's. Errors are distances of
corners. A scan and a photo lie anywhere on their image, so their errors are measured after the best shift and turn,
which is what registration finds.
"""

import argparse
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitizer.drafting import DraftOptions, draft_pages
from digitizer.forms.drafting.fields import DraftPage
from samples.blanks import BLANK_FORMS
from samples.phone import photograph
from samples.scanner import scan, some_scanner, to_grey
from samples.sheet import Sheet

MAX_OFF = 0.25
"""How far a corner of a found box may be off, in boxes."""
PHOTO_PX = 3264
"""Long side of a photo."""
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Score:
    """Boxes on the form, found, and drafted; distances of corners of found boxes in mm."""

    boxes: int
    found: int
    drafted: int
    errors_mm: NDArray[np.float64]


def clean(sheet: Sheet, folder: Path, rng: np.random.Generator) -> Path:  # noqa: ARG001
    """Give the form as the PDF that it is printed from."""
    path = folder / "blank.pdf"
    path.write_bytes(sheet.pdf())
    return path


def scanned(sheet: Sheet, folder: Path, rng: np.random.Generator) -> Path:
    """Scan the form at 200 dpi."""
    pixels, _ = scan(to_grey(sheet.render(200)), rng, some_scanner(rng))
    return _jpeg(pixels, folder, dpi=200)


def photographed(sheet: Sheet, folder: Path, rng: np.random.Generator) -> Path:
    """Take a photo of the form."""
    size = (PHOTO_PX * 3 // 4, PHOTO_PX) if sheet.height_mm > sheet.width_mm else (PHOTO_PX, PHOTO_PX * 3 // 4)
    pixels, _ = photograph(sheet.render(250), rng, size)
    return _jpeg(to_grey(pixels), folder, dpi=None)


WAYS: dict[str, Callable[[Sheet, Path, np.random.Generator], Path]] = {
    "clean PDF": clean,
    "scan, 200 dpi": scanned,
    "photo": photographed,
}


def _jpeg(pixels: NDArray[np.uint8], folder: Path, dpi: int | None) -> Path:
    path, data = folder / "blank.jpg", io.BytesIO()
    Image.fromarray(pixels).save(data, "JPEG", quality=85, **({"dpi": (dpi, dpi)} if dpi else {}))
    path.write_bytes(data.getvalue())
    return path


def measure(sheet: Sheet, blank: Path) -> Score:
    """Draft a form and compare."""
    (page,), _ = draft_pages(blank, options=DraftOptions(paper_mm=(sheet.width_mm, sheet.height_mm)))
    true = np.concatenate([field.quads_mm for field in sheet.fields])
    drafted = _cells(page)
    matrix = np.array([[1.0, 0, 0], [0, 1, 0]])
    for _ in range(_ROUNDS if blank.suffix != ".pdf" else 1):
        placed = drafted @ matrix[:, :2].T + matrix[:, 2]
        nearest, off_mm = _nearest(true, placed)
        hit = off_mm.max(axis=1) < MAX_OFF * _size(true)
        if blank.suffix != ".pdf" and hit.sum() > 1:
            matrix = _rigid(drafted[nearest[hit]].reshape(-1, 2), true[hit].reshape(-1, 2))
    return Score(len(true), int(hit.sum()), len(drafted), off_mm[hit].ravel())


def _cells(page: DraftPage) -> NDArray[np.float64]:
    return np.concatenate([np.empty((0, 4, 2)), *(field.quads_mm() for field in page.fields)])


def _size(quads: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(quads[:, 2] - quads[:, 0], axis=1) / 2**0.5)


def _nearest(true: NDArray[np.float64], drafted: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """For each true box, the drafted one with the nearest middle, and the (N, 4) distances of their corners."""
    if not len(drafted):
        return np.zeros(len(true), np.intp), np.full((len(true), 4), np.inf)
    apart = np.linalg.norm(true.mean(axis=1)[:, None] - drafted.mean(axis=1)[None], axis=2)
    nearest = apart.argmin(axis=1)
    return nearest, np.asarray(np.linalg.norm(true - drafted[nearest], axis=2))


def _rigid(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3) shift and turn of points onto others, least squares (Kabsch)."""
    middle, middle_to = source.mean(axis=0), target.mean(axis=0)
    u, _, v = np.linalg.svd((source - middle).T @ (target - middle_to))
    turn = (u @ np.diag([1, np.linalg.det(u @ v)]) @ v).T
    return np.hstack([turn, (middle_to - turn @ middle)[:, None]])


def main() -> None:
    """Print a Markdown table: a row for each way that the blanks come."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=3, help="scans and photos of each form")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    forms = {form: blank for forms in BLANK_FORMS.values() for form, blank in forms.items()}
    print("| blank | boxes | found | false | error, median | error, 95 % |\n|---|---|---|---|---|---|")
    for name, way in WAYS.items():
        scores = []
        for number, blank in enumerate(forms.values()):
            for copy in range(1 if way is clean else options.copies):
                with TemporaryDirectory() as folder:
                    sheet = blank()
                    scores.append(
                        measure(sheet, way(sheet, Path(folder), np.random.default_rng([options.seed, number, copy])))
                    )
        print(_row(name, scores), flush=True)


def _row(name: str, scores: list[Score]) -> str:
    boxes, found = sum(score.boxes for score in scores), sum(score.found for score in scores)
    drafted = sum(score.drafted for score in scores)
    errors = np.concatenate([score.errors_mm for score in scores])
    return (
        f"| {name} | {boxes} | {found / boxes:.1%} | {(drafted - found) / max(drafted, 1):.1%} "
        f"| {np.median(errors):.2f} mm | {np.quantile(errors, 0.95):.2f} mm |"
    )


if __name__ == "__main__":
    main()

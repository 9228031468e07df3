"""A printed form with numbers in one frame each and tick boxes, filled in, scanned and read: all waits for review."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitizer.batch import digitize_folder
from digitizer.document import Page, ScanFile
from digitizer.forms.files.load import load_template
from digitizer.forms.printing.print_files import print_files
from digitizer.job import Job
from digitizer.policy import AcceptancePolicy
from digitizer.scans.decode import read_pages
from digitizer.scans.limits import Limits
from samples.digits import bundled_pool

_FORM = """
digitizer: 1
form: visit
page: [148, 105]
fields:
  - {name: rooms, kind: box, at: [50, 30, 30, 10], digits: 4, label: Rooms, rules: {range: [1, 500]}}
  - {name: nights, kind: box, at: [50, 48, 30, 10], digits: 4, label: Nights}
  - {name: agreed, kind: mark, at: [110, 30, 5, 5], required: true, label: Agreed}
  - {name: moved, kind: mark, at: [110, 48, 5, 5], label: Moved}
"""
_WIDTH_MM = 148
_NUMBERS = {(50, 30): "412", (50, 48): "75"}
_TICK_MM = ((111.0, 50.3), (112.3, 52.0), (114.3, 47.6))


def fill_form(folder: Path) -> tuple[Path, Path, Path]:
    """Read a scan of the form, sure of nothing.

    `rooms` says 412, `nights` 75; `agreed` is not ticked, though it has to be, and `moved` is.

    Returns
    -------
    tuple
        The folder of the scans, that of the results, and the template.
    """
    source, pdf, template = folder / "visit.yaml", folder / "visit.pdf", folder / "visit.printed.yaml"
    source.write_text(_FORM, encoding="utf-8")
    print_files(load_template(source), source, pdf, registered=template)
    page = next(iter(read_pages(ScanFile(pdf, pdf.name), (1,), Limits())))
    assert isinstance(page, Page)
    scans, out = folder / "scans", folder / "out"
    scans.mkdir()
    Image.fromarray(_filled_in(page.pixels)).save(scans / "visit.png", dpi=(300, 300))
    sure_of_nothing = AcceptancePolicy(1.0)
    job = Job(scans=scans, out=out, template=template, policy=sure_of_nothing, settle_s=0, database=None, workers=1)
    digitize_folder(job)
    return scans, out, template


def _filled_in(blank: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Write the numbers and the tick onto the printed form."""
    page, px_of_mm = blank.copy(), blank.shape[1] / _WIDTH_MM
    pool = bundled_pool(np.random.default_rng(6))
    for (left, top), number in _NUMBERS.items():
        for place, digit in enumerate(number):
            side = round(8 * px_of_mm)
            ink = cv2.resize(pool.take(int(digit)), (side, side), interpolation=cv2.INTER_CUBIC)
            x, y = round((left + 2 + 7 * place) * px_of_mm), round((top + 1) * px_of_mm)
            part = page[y : y + side, x : x + side]
            part[:] = np.minimum(part, 255 - ink)
    points = np.rint(np.array(_TICK_MM) * px_of_mm).astype(np.int32)
    cv2.polylines(page, [points], False, 30, round(0.6 * px_of_mm), cv2.LINE_AA)
    return page

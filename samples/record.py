"""The scans of a job while it is drawn: collects what each page says, and writes it down as the truth."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from digitizer.document import BLANK, VOID
from samples.digits import DigitPool
from samples.files import save_g4_tiff, save_jpeg, save_pdf, save_phone_jpeg, save_png, write_csv
from samples.handwriting import Hand, sign
from samples.page import DrawnPage, turned, write_form
from samples.phone import photograph
from samples.scanner import Scanner, scan, some_scanner, to_black_and_white, to_grey
from samples.sheet import Sheet


class TruthRow(NamedTuple):
    """What stands in a field: a row of the truth."""

    scan: str
    page: int
    field: str
    value: str
    cells: str


@dataclass(slots=True)
class Job:
    """A job being drawn.

    Attributes
    ----------
    folder
        Gets the scans.
    rows
        The truth so far, a row per field, with its name in a run without a template.
    template_names
        What the form's template calls the field of each row.
    """

    folder: Path
    pool: DigitPool
    rng: np.random.Generator
    rows: list[TruthRow] = field(default_factory=list)
    template_names: list[str] = field(default_factory=list)

    def jpeg(self, name: str, page: DrawnPage, dpi: int, quality: int, *, grey: bool = True) -> None:
        """Write a page as a JPEG file."""
        save_jpeg(self._file(name), to_grey(page.pixels) if grey else page.pixels, dpi, quality)
        self._note(name, [page])

    def png(self, name: str, page: DrawnPage, dpi: int) -> None:
        """Write a page as a grey PNG file."""
        save_png(self._file(name), to_grey(page.pixels), dpi)
        self._note(name, [page])

    def phone(self, name: str, page: DrawnPage, quality: int) -> None:
        """Write a page as a telephone does."""
        save_phone_jpeg(self._file(name), page.pixels, quality)
        self._note(name, [page])

    def tiff(self, name: str, pages: Sequence[DrawnPage], dpi: int) -> None:
        """Write pages as one black and white TIFF file."""
        save_g4_tiff(self._file(name), [to_black_and_white(page.pixels) for page in pages], dpi)
        self._note(name, pages)

    def pdf(self, name: str, pages: Sequence[DrawnPage], dpi: int, quality: int) -> None:
        """Write pages as one scanned grey PDF file."""
        save_pdf(self._file(name), [to_grey(page.pixels) for page in pages], dpi, quality)
        self._note(name, pages)

    def write_truth(self, folder: Path) -> None:
        """Write the truth twice, in the same order: fields named as without a template, and as the templates do."""
        folder.mkdir(parents=True, exist_ok=True)
        pairs = sorted(zip(self.rows, self.template_names, strict=True))
        write_csv(folder / "truth.csv", TruthRow._fields, [row for row, _ in pairs])
        named = [row._replace(field=name) for row, name in pairs]
        write_csv(folder / "truth_with_template.csv", TruthRow._fields, named)

    def scanned(
        self,
        sheet: Sheet,
        dpi: int,
        hand: Hand,
        *,
        scanner: Scanner | None = None,
        signature_mm: tuple[float, float, float, float] | None = None,
        quarters: int = 0,
    ) -> DrawnPage:
        """Fill a form and scan it; `quarters` of a turn clockwise off upright."""
        page = self.filled(sheet, dpi, hand, signature_mm)
        pixels, matrix = scan(page.pixels, self.rng, scanner or some_scanner(self.rng))
        return turned(page.moved(pixels, matrix), quarters)

    def photographed(self, sheet: Sheet, dpi: int, hand: Hand, size: tuple[int, int]) -> DrawnPage:
        """Fill a form and take a photo of it, `size` (width, height) px."""
        page = self.filled(sheet, dpi, hand)
        pixels, matrix = photograph(page.pixels, self.rng, size)
        return page.moved(pixels, matrix)

    def filled(
        self, sheet: Sheet, dpi: int, hand: Hand, signature_mm: tuple[float, float, float, float] | None = None
    ) -> DrawnPage:
        """Fill a form, and sign it where it is to be signed: clean paper."""
        page = write_form(sheet, dpi, hand, self.pool, self.rng)
        if signature_mm is None:
            return page
        left, top, width, height = (length * dpi / 25.4 for length in signature_mm)
        return DrawnPage(sign(page.pixels, (left, top), (width, height), hand, self.rng), page.fields)

    def _file(self, name: str) -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        return file

    def _note(self, name: str, pages: Sequence[DrawnPage]) -> None:
        for number, page in enumerate(pages, start=1):
            for drawn in page.fields:
                value = drawn.cells.replace(BLANK, "").replace(VOID, "")
                self.rows.append(TruthRow(name, number, drawn.name, value, drawn.cells))
                self.template_names.append(drawn.template_name)

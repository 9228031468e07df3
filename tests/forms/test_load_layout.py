"""Where fields lie: in mm, whatever unit the file is written in."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from digitizer.forms.files.load import load_template
from digitizer.forms.template import FormField
from tests.forms.loading import HEAD, draw_reference, faults, load, with_fields

GRID = "{{name: a, kind: grid, at: [{}, {}, {}, {}], rows: 2, columns: 2, gap: {}, row_gap: {}}}"


def test_inches_become_mm(tmp_path: Path) -> None:
    """The page, places and gaps are all in the unit."""
    head = "digitizer: 1\nform: f\nunit: in\npage: [8.5, 11]\nfiducials: [{kind: square, centre: [1, 2], size: 0.5}]\n"

    (page,) = load(tmp_path, with_fields(GRID.format(1, 2, 2, 3, 0.5, 1), head=head)).pages

    assert (page.width_mm, page.height_mm) == (8.5 * 25.4, 11 * 25.4)
    assert (page.fiducials[0].centre_mm, page.fiducials[0].size_mm) == ((25.4, 50.8), 12.7)
    np.testing.assert_allclose(page.fields[0].quads_mm[3], 25.4 * np.array([[2.25, 4], [3, 4], [3, 5], [2.25, 5]]))


def test_px_are_those_of_the_reference(tmp_path: Path) -> None:
    """0 is the middle of the first pixel, half a pixel inside the page, and the image spans the page."""
    draw_reference(tmp_path / "blank.png", 420, 594)
    head = HEAD + "unit: px\nreference: blank.png\nfiducials: [{kind: square, centre: [9.5, 19.5], size: 10}]\n"

    (page,) = load(tmp_path, with_fields(GRID.format(19.5, 39.5, 42, 44, 2, 4), head=head)).pages

    assert (page.width_mm, page.fiducials[0].centre_mm, page.fiducials[0].size_mm) == (210, (5, 10), 5)
    np.testing.assert_allclose(page.fields[0].quads_mm[3], [[21, 32], [31, 32], [31, 42], [21, 42]])


def test_px_need_an_image_of_each_page(tmp_path: Path) -> None:
    """On a page without one, pixels are pixels of nothing."""
    draw_reference(tmp_path / "blank.png")
    head = HEAD + "unit: px\nreference: [blank.png, null]\n"

    (line,) = faults(tmp_path, with_fields("{name: a, kind: mark, at: [1, 1, 9, 9], page: 2}", head=head))
    assert line.startswith("form.yaml:4:7: unit: px are counted on the image of the blank form, and page 2 has none")


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A field drawn at random, with where its first cell begins and how far the next are: all mm."""

    rows: int
    columns: int
    left: float
    top: float
    cell: tuple[float, float]
    gap: tuple[float, float]

    def quads(self) -> NDArray[np.float64]:
        """Return its cells."""
        row, column = np.divmod(np.arange(self.rows * self.columns), self.columns)
        corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * self.cell
        step = np.add(self.cell, self.gap)
        return np.asarray(np.stack([column, row], axis=1)[:, None] * step + corners + [self.left, self.top], np.float64)

    def text(self, name: str) -> str:
        """Return it as a template says it."""
        width, height = (
            count * cell + (count - 1) * gap
            for count, cell, gap in zip((self.columns, self.rows), self.cell, self.gap, strict=True)
        )
        size = f"cells: {self.columns}" if self.rows == 1 else f"rows: {self.rows}, columns: {self.columns}"
        row_gap = "" if self.rows == 1 else f", row_gap: {self.gap[1]!r}"
        kind = "comb" if self.rows == 1 else "grid"
        at = f"[{self.left!r}, {self.top!r}, {width!r}, {height!r}]"
        return f"{{name: {name}, kind: {kind}, at: {at}, {size}, gap: {self.gap[0]!r}{row_gap}}}"


def _mm(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


@st.composite
def _fields(draw: st.DrawFn) -> list[_Drawn]:
    """Draw fields, each in a band of its own."""
    fields = []
    for band in range(draw(st.integers(1, 3))):
        rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 12))
        cell, gap = (draw(_mm(3, 10)), draw(_mm(3, 15))), (draw(_mm(0, 5)), draw(_mm(0, 5)))
        fields.append(_Drawn(rows, columns, draw(_mm(0, 20)), 1 + 90 * band + draw(_mm(0, 5)), cell, gap))
    return fields


@settings(max_examples=50, deadline=None)
@given(_fields())
def test_what_is_written_is_loaded(fields: list[_Drawn]) -> None:
    """A valid template gives back the cells that it was written from, whatever they are."""
    text = with_fields(*(field.text(f"f{index}") for index, field in enumerate(fields)))

    loaded = _load(text)

    for field, written in zip(loaded, fields, strict=True):
        assert (field.rows, field.columns) == (written.rows, written.columns)
        np.testing.assert_allclose(field.quads_mm, written.quads(), atol=1e-9)


def _load(text: str) -> tuple[FormField, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.yaml"
        path.write_text(text)
        return load_template(path).pages[0].fields

"""`digitizer.forms.pictures.preview`: the picture of a template."""

import numpy as np

from digitizer.document import Cell, Field, FieldKind
from digitizer.forms.pictures.legend import COLOURS
from digitizer.forms.pictures.preview import draw_preview
from digitizer.forms.template import FormField, FormPage

COMB = np.array([[[20.0, 20], [30, 20], [30, 30], [20, 30]]])


def _page(count: int = 1) -> FormPage:
    fields = (FormField(f"field_{index}", FieldKind.BOX, 1, 1, COMB + 3 * index, 4) for index in range(count))
    return FormPage("form", 1, 100, 140, tuple(fields))


def _coloured(picture: np.ndarray) -> np.ndarray:
    """Places (x, y) of px in the colour of a box."""
    return np.argwhere((picture == COLOURS[FieldKind.BOX]).all(axis=2))[:, ::-1]


def test_outlines_lie_on_the_frames() -> None:
    """Over white, at 10 px/mm, a frame's lines stand where the template says."""
    picture = draw_preview(_page())
    places = _coloured(picture[:, :1000])
    assert picture.shape[0] == 1400
    assert np.abs(places.max(axis=0) - 299.5).max() <= 1.5


def test_over_a_scan_outlines_follow_the_registration() -> None:
    """The matrix moves the outlines; placed fields replace those of the template."""
    scan, matrix = np.full((1400, 1000), 255, np.uint8), np.array([[10.0, 0, 99.5], [0, 10, 49.5], [0, 0, 1]])
    moved = _coloured(draw_preview(_page(), background=scan, to_pixels=matrix)[:, :1000])
    assert np.abs(moved.max(axis=0) - (399.5, 349.5)).max() <= 1.5
    cell = Cell(0, 0, np.array([[500.0, 600], [600, 600], [600, 700], [500, 700]]))
    placed = [Field("field_0", FieldKind.BOX, 1, 1, (cell,))]
    drawn = _coloured(draw_preview(_page(), background=scan, to_pixels=matrix, placed=placed)[:, :1000])
    assert np.abs(drawn.max(axis=0) - (600, 700)).max() <= 1.5


def test_a_long_legend_takes_more_columns() -> None:
    """All fields find room beside the form."""
    few, many = draw_preview(_page(3)), draw_preview(_page(150))
    assert many.shape[1] > few.shape[1]
    assert many.shape[0] == few.shape[0]

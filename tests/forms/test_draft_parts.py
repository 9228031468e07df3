"""The parts of a draft: lattices, paper, levelling, labels, codes and marks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.document import FieldKind
from digitizer.errors import UsageError
from digitizer.forms.drafting.field import DraftField, fit_lattice
from digitizer.forms.drafting.frames import Frame, innermost
from digitizer.forms.drafting.labels import Text, labelled, named, slug
from digitizer.forms.drafting.level import levelling
from digitizer.forms.drafting.marks import find_codes, find_fiducials
from digitizer.forms.drafting.paper import page_size, parse_paper
from digitizer.forms.printing.marks import code_modules, mark_squares
from digitizer.forms.registering.geometry import project
from digitizer.forms.template import Fiducial, FiducialKind


@given(st.integers(1, 4), st.integers(2, 9), st.floats(0.6, 4), st.floats(3, 12))
def test_a_lattice_is_recovered_from_its_cells(rows: int, columns: int, gap: float, width: float) -> None:
    """Place, size and gaps of regular cells come back."""
    field = DraftField(FieldKind.GRID, 20, 30, width, 7, rows, columns, gap, 0.0)
    fitted = fit_lattice(FieldKind.GRID, field.quads_mm().reshape(rows, columns, 4, 2))
    assert fitted.gap_mm == pytest.approx(gap)
    assert fitted.row_gap_mm == 0
    np.testing.assert_allclose(fitted.quads_mm(), field.quads_mm(), atol=1e-6)


def test_rounding_keeps_the_ends_of_a_field_in_place() -> None:
    """Rounding errors do not add up over the cells."""
    field = DraftField(FieldKind.COMB, 20.013, 30.02, 6.017, 7.5, columns=30)
    assert abs(field.rounded().right_mm - field.right_mm) < 0.06


@given(st.floats(-0.1, 0.1))
def test_a_turn_is_taken_out(turn: float) -> None:
    """Lines that are turned about the middle of the page come to lie level and upright."""
    level = np.array([[[20.0, y], [180, y]] for y in (30, 100, 200, 270)])
    upright = np.array([[[x, 30.0], [x, 250]] for x in (20, 90, 140, 190)])
    cosine, sine = np.cos(turn), np.sin(turn)
    matrix = np.array([[cosine, -sine, 8], [sine, cosine, -3], [0, 0, 1]])
    found = levelling(project(matrix, level), project(matrix, upright), (210, 297))
    flat = project(found @ matrix, level)
    assert np.abs(np.diff(flat[..., 1], axis=1)).max() < 0.1


def test_perspective_is_taken_out() -> None:
    """Lines that run together come to lie level and upright."""
    level = np.array([[[20.0, y], [180, y]] for y in range(30, 280, 25)])
    upright = np.array([[[x, 30.0], [x, 250]] for x in range(20, 200, 20)])
    matrix = np.array([[1, 0.02, 0], [-0.01, 1, 0], [2e-4, -1e-4, 1]])
    found = levelling(project(matrix, level), project(matrix, upright), (210, 297)) @ matrix
    assert np.abs(np.diff(project(found, level)[..., 1], axis=1)).max() < 0.05
    assert np.abs(np.diff(project(found, upright)[..., 0], axis=1)).max() < 0.05


@pytest.mark.parametrize(
    ("text", "size"),
    [("A4", (210, 297)), ("a5 landscape", (210, 148)), ("215x330", (215, 330)), ("210 x 297 mm", (210, 297))],
)
def test_paper_is_read(text: str, size: tuple[float, float]) -> None:
    """Names and millimetres are understood."""
    assert parse_paper(text) == size


@pytest.mark.parametrize("text", ["", "B7", "210", "210x", "0x5", "A4 sideways"])
def test_no_paper_is_refused(text: str) -> None:
    """What is no paper is told."""
    with pytest.raises(UsageError, match="No paper"):
        parse_paper(text)


def test_a_page_has_a_usual_size_where_that_is_near() -> None:
    """By resolution, by proportions, or neither."""
    assert page_size((3510, 2478), 300, None) == (210, 297)
    assert page_size((3300, 2560), None, None) == (215.9, 279.4)
    assert page_size((1000, 1772), 254, None) == (177.2, 100)


def test_labels_stand_beside_above_and_behind() -> None:
    """A comb's label is at its left or above it, a tick box's at its right; a neighbour's label is not taken."""
    fields = [
        DraftField(FieldKind.COMB, 50, 20, 6, 8, columns=3),
        DraftField(FieldKind.COMB, 110, 20, 6, 8, columns=3),
        DraftField(FieldKind.MARK, 20, 60, 4, 4),
    ]
    texts = [
        Text("Total", 20, 22, 30, 26),
        Text("Sum of all", 110, 15, 130, 18),
        Text("Paid", 26, 60, 33, 64),
        Text("Unpaid", 2, 60, 18, 64),
    ]
    assert [field.label for field in labelled(fields, texts)] == ["Total", "Sum of all", "Paid"]


def test_names_are_unique_identifiers() -> None:
    """Equal labels are numbered; fields without one are called by their place."""
    fields = [DraftField(FieldKind.MARK, 0, 0, 4, 4, label=label) for label in ("Größe (cm)", "", "Größe (cm)", "")]
    assert [field.name for field in named(fields)] == ["grosse_cm", "field_02", "grosse_cm_2", "field_04"]
    assert slug("3. Euro") == "euro"
    assert slug("...") == ""


def _frame(left: float, top: float, width: float, height: float) -> Frame:
    return Frame(left, top, left + width, top + height, ink=0, ink_height=0, text_lines=0, beside=0, runs_on=False)


def test_segments_to_write_along_leave_their_box_a_cell() -> None:
    """One square on the other in the middle of a box guides a digit; two squares side by side are tick boxes."""
    box, table = _frame(0, 0, 9, 11), _frame(20, 0, 30, 11)
    eight = [_frame(2.7, 1.7, 3.6, 3.8), _frame(2.7, 5.5, 3.6, 3.8)]
    ticks = [_frame(24, 3, 4, 4), _frame(34, 3, 4, 4)]

    assert innermost([box, *eight, table, *ticks]) == [box, *ticks]


def _paper() -> np.ndarray:
    return np.full((600, 600), 255, np.uint8)


def test_marks_and_codes_of_a_print_are_found_again() -> None:
    """An AprilTag, drawn as rectangles at 10 px/mm, is found within a tenth of a millimetre; a QR code is read."""
    pixels = _paper()
    tag = Fiducial(FiducialKind.APRILTAG, (15.0, 12.0), 8.0, 3)
    for left, top, width, height in (10 * mark_squares(tag)).round().astype(int).tolist():
        pixels[top : top + height, left : left + width] = 0
    code = np.kron(~code_modules("exam/1/1"), np.ones((8, 8))) * 255
    pixels[300 : 300 + len(code), 300 : 300 + len(code)] = code
    codes = find_codes(pixels, 10)
    (found,) = find_fiducials(pixels, 10, codes)
    assert [code.text for code in codes] == ["exam/1/1"]
    assert found.tag_id == 3
    assert found.size_mm == pytest.approx(8, abs=0.15)
    np.testing.assert_allclose(found.centre_mm, tag.centre_mm, atol=0.1)


def test_black_squares_are_marks_and_squares_of_a_code_are_none() -> None:
    """A full square on paper is a mark; a bar is none."""
    pixels = _paper()
    pixels[100:150, 200:250] = 0
    pixels[300:350, 200:400] = 0
    (found,) = find_fiducials(pixels, 10, [])
    assert found == Fiducial(FiducialKind.SQUARE, (22.5, 12.5), 5.0)

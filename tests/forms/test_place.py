"""Placing fields: each is moved onto its printed frame, and stays with its neighbours where that is faint."""

import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.document import FieldKind
from digitizer.forms.registering.frames import framed_share
from digitizer.forms.registering.place import place_fields
from digitizer.forms.registering.registration import Registration
from digitizer.forms.template import FormField, FormPage

MM = 8.0
"""px per mm."""
TRUE = np.array([[MM, 0, -0.5], [0, MM, -0.5], [0, 0, 1]])


def comb(name: str, left_mm: float, top_mm: float, cells: int = 5) -> FormField:
    """Describe a comb of boxes of 6 x 8 mm."""
    corners = np.array([[0, 0], [6, 0], [6, 8], [0, 8]], np.float64)
    quads = corners + np.array([[left_mm + 6 * cell, top_mm] for cell in range(cells)])[:, None]
    return FormField(name, FieldKind.COMB, 1, cells, quads, cells)


FIELDS = (comb("a", 10, 10), comb("b", 10, 30), comb("c", 10, 50))
PAGE = FormPage("form", 1, 60, 70, FIELDS)


def drawn(shift_mm: tuple[float, float] = (0.0, 0.0), faint: str = "", shade: int = 60) -> NDArray[np.uint8]:
    """Draw the frames, shifted, but for one field."""
    page = np.full((int(70 * MM), int(60 * MM)), 250, np.uint8)
    for field in FIELDS:
        if field.name != faint:
            for quad in field.quads_mm + shift_mm:
                (left, top), (right, bottom) = np.rint(quad[[0, 2]] * MM).astype(int).tolist()
                page[top - 1 : bottom + 1, left - 1 : right + 1][:2] = shade
                page[bottom - 1 : bottom + 1, left - 1 : right + 1] = shade
                page[top - 1 : bottom + 1, left - 1 : left + 1] = shade
                page[top - 1 : bottom + 1, right - 1 : right + 1] = shade
    return page


def shifts_mm(page: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return how far each cell was moved from where the map puts it, (cells, 2)."""
    placed = place_fields(Registration(PAGE, TRUE, 0.1, "boxes"), page)
    middles = np.array([cell.quad.mean(axis=0) for field in placed for cell in field.cells])
    flat = np.concatenate([field.quads_mm for field in FIELDS]).mean(axis=1) * MM - 0.5
    return np.asarray((middles - flat) / MM)


@pytest.mark.parametrize("shift_mm", [(0.0, 0.0), (0.9, -0.6), (-1.1, 1.1)])
def test_fields_are_moved_onto_their_frames(shift_mm: tuple[float, float]) -> None:
    """To a fifth of a millimetre."""
    np.testing.assert_allclose(shifts_mm(drawn(shift_mm)), np.broadcast_to(shift_mm, (15, 2)), atol=0.2)


def test_light_frames_are_enough() -> None:
    """A tenth darker than paper."""
    np.testing.assert_allclose(shifts_mm(drawn((0.8, 0.8), shade=225)), 0.8, atol=0.2)


def test_a_field_without_a_frame_moves_as_its_neighbours() -> None:
    """By most of their shift."""
    moved = shifts_mm(drawn((0.8, -0.8), faint="b"))[5:10]

    np.testing.assert_allclose(moved, np.broadcast_to([0.8, -0.8], (5, 2)), atol=0.3)


def test_writing_across_the_frame_does_not_move_it() -> None:
    """A stroke along one side is not taken for the side."""
    page = drawn()
    page[int(9 * MM) : int(20 * MM), int(13 * MM) : int(13.6 * MM)] = 20

    np.testing.assert_allclose(shifts_mm(page), 0, atol=0.2)


def test_an_empty_page_leaves_fields_where_the_map_puts_them() -> None:
    """Nothing is found, nothing is moved."""
    np.testing.assert_allclose(shifts_mm(np.full((560, 480), 250, np.uint8)), 0, atol=1e-9)


def test_names_and_layout_are_the_templates() -> None:
    """Cells come in reading order."""
    placed = place_fields(Registration(PAGE, TRUE, 0.1, "boxes"), drawn())

    assert [(field.name, field.rows, field.columns) for field in placed] == [("a", 1, 5), ("b", 1, 5), ("c", 1, 5)]
    assert [(cell.row, cell.column) for cell in placed[0].cells] == [(0, column) for column in range(5)]


def test_frames_are_seen_where_they_are_only() -> None:
    """All sides at the right place, few one and a half cells off."""
    quads = np.concatenate([field.quads_mm for field in FIELDS])

    assert framed_share(drawn(), TRUE, quads) == 1
    assert framed_share(drawn(), TRUE, np.add(quads, (3, 4))) < 0.5

"""Where cells stand on strips, whichever way up the page was scanned."""

import pytest

from digitizer.review.geometry import PlacedCell, frame_of, on_strip, rows_of

QUAD = (110.0, 220.0, 130.0, 220.0, 130.0, 250.0, 110.0, 250.0)
BOX = (100, 200, 80, 60)


@pytest.mark.parametrize(
    ("rotation", "size_px", "first"),
    [(0, (80, 60), (10, 20)), (90, (60, 80), (40, 10)), (180, (80, 60), (70, 40)), (270, (60, 80), (20, 70))],
)
def test_a_corner_is_found_again_whatever_the_turn(
    rotation: int, size_px: tuple[int, int], first: tuple[int, int]
) -> None:
    """The strip was cut out and turned clockwise: so are the cells."""
    [cell] = on_strip([QUAD], BOX, rotation, size_px)

    assert cell.points[0] == first


def test_cells_shrink_with_their_strip() -> None:
    """A strip of half the size has cells of half the size."""
    [cell] = on_strip([QUAD], BOX, 0, (40, 30))

    assert cell.points[0] == (5, 10)
    assert cell.width == 10


def test_a_row_of_boxes_shows_the_whole_strip() -> None:
    """Nothing of it is cut away."""
    [row] = rows_of([_at(0, 0), _at(1, 0)], (200, 80))

    assert row.box == (0, 0, 200, 80)
    assert len(row.cells) == 2


def test_a_grid_is_shown_row_by_row() -> None:
    """Each row has the inputs of its own cells under it."""
    first, second = rows_of([_at(0, 0), _at(1, 0), _at(0, 1), _at(1, 1)], (200, 300))

    assert [cell.position for cell in second.cells] == [2, 3]
    assert first.box[1] < second.box[1]


def test_a_frame_holds_all_cells() -> None:
    """What is framed on the page is the whole field, with some room."""
    left, top, width, height = frame_of([_at(0, 0), _at(1, 0)])

    assert left < 0
    assert top < 0
    assert left + width > 90
    assert top + height > 40


def _at(column: int, row: int) -> PlacedCell:
    left, top = 50 * column, 100 * row
    corners = ((left, top), (left + 40, top), (left + 40, top + 40), (left, top + 40))
    return PlacedCell(2 * row + column, tuple((float(x), float(y)) for x, y in corners))

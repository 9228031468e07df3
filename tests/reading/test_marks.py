"""Tick boxes: ticked, not ticked, blackened, or in doubt."""

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.drawn_marks import STROKES, draw_marks
from digitizer.document import BLANK, UNREADABLE, VOID, Reading
from digitizer.reading.marks import MEASURES, TICKED, measure_marks, read_marks
from samples.ink import GEL_BLACK, Pen, lay_ink, stroke_cover

SIDE = 50
QUAD = np.array([[30, 30], [30 + SIDE, 30], [30 + SIDE, 30 + SIDE], [30, 30 + SIDE]], np.float64)


def box() -> NDArray[np.uint8]:
    """Draw a tick box on white paper: (110, 110, 3)."""
    paper = np.full((110, 110, 3), 250, np.uint8)
    paper[29 : 32 + SIDE, 29 : 32 + SIDE] = 40
    paper[32 : 29 + SIDE, 32 : 29 + SIDE] = 250
    return paper


def mark(paper: NDArray[np.uint8], points: list[tuple[float, float]], width: float = 4.0, pen: Pen = GEL_BLACK) -> None:
    """Draw a stroke in place; the box is the unit square."""
    stroke = QUAD[0] + np.array(points) * SIDE
    cover = stroke_cover(stroke, width, (110, 110), (0, 0))
    lay_ink(paper, cover, 0, 0, pen, np.random.default_rng(0))


def read_one(paper: NDArray[np.uint8]) -> Reading:
    """Read the box that `box` draws."""
    return read_marks(paper[:, :, 0], [QUAD])[0]


@pytest.mark.parametrize(
    "points",
    [
        [(0.2, 0.5), (0.4, 0.85), (0.9, 0.1)],
        [(0.2, 0.5), (0.4, 0.85), (1.3, -0.4)],
        [(0.1, 0.1), (0.9, 0.9), (0.5, 0.5), (0.9, 0.1), (0.1, 0.9)],
        [(0.15, 0.85), (0.85, 0.15)],
    ],
    ids=["tick", "tick that leaves the box", "cross", "stroke"],
)
def test_a_mark_of_the_pen_is_a_tick(points: list[tuple[float, float]]) -> None:
    """Whatever its form."""
    paper = box()
    mark(paper, points)
    reading = read_one(paper)
    assert reading.symbol == TICKED
    assert reading.confidence > 0.95


def test_an_empty_box_is_not_ticked() -> None:
    """The frame itself is no mark, whatever its thickness."""
    reading = read_one(box())
    assert reading.symbol == BLANK
    assert reading.confidence > 0.98


def test_a_box_filled_in_is_taken_back() -> None:
    """Blackened as a whole, so that no paper is left within."""
    paper = box()
    paper[32 : 29 + SIDE, 32 : 29 + SIDE] = 50
    assert read_one(paper).symbol == VOID


def test_dust_is_no_tick() -> None:
    """A speck in the middle of the box."""
    paper = box()
    paper[54:57, 54:57] = 40
    assert read_one(paper).symbol == BLANK


def test_what_shows_through_is_no_tick() -> None:
    """Faint beside the printed frame."""
    paper = box()
    mark(paper, [(0.1, 0.2), (0.9, 0.7)], pen=Pen((215, 215, 215), 0.0, 1.0, 0.1))
    assert read_one(paper).symbol == BLANK


def test_a_stroke_that_comes_in_from_elsewhere_is_no_sure_tick() -> None:
    """Most of it lies outside."""
    paper = box()
    mark(paper, [(-0.5, 0.3), (0.15, 0.45)])
    assert read_one(paper).symbol in (BLANK, UNREADABLE)


def test_half_filled_is_in_doubt_between_tick_and_taken_back() -> None:
    """Nobody could say: the confidence is low and the answer is none."""
    shares = np.linspace(0.5, 1.0, 26)
    symbols = []
    for share in shares:
        paper = box()
        paper[32 : 32 + int(share * (SIDE - 3)), 32 : 29 + SIDE] = 50
        symbols.append(read_one(paper).symbol)
    assert symbols[0] == TICKED
    assert symbols[-1] == VOID
    assert UNREADABLE in symbols


def test_a_grey_page_reads_like_a_white_one() -> None:
    """Ink is measured between the paper and the frame."""
    paper = box()
    mark(paper, [(0.2, 0.5), (0.4, 0.85), (0.9, 0.1)])
    grey = (paper * 0.5 + 60).astype(np.uint8)
    np.testing.assert_allclose(measure_marks(grey[:, :, 0], [QUAD]), measure_marks(paper[:, :, 0], [QUAD]), atol=0.08)


def test_a_box_that_is_not_on_the_page_is_in_doubt() -> None:
    """A page cut off says nothing about its boxes; neither does a place that is no box."""
    thin = np.array([[30, 30], [80, 30], [80, 40], [30, 40]], np.float64)
    readings = read_marks(box()[:, :, 0], [QUAD - 60, QUAD, thin])
    assert [reading.symbol for reading in readings] == [UNREADABLE, BLANK, UNREADABLE]


def test_measures_have_their_columns() -> None:
    """One row a box, in order; none for no boxes."""
    paper = box()
    assert measure_marks(paper[:, :, 0], [QUAD, QUAD]).shape == (2, len(MEASURES))
    assert read_marks(paper[:, :, 0], []) == []


def test_drawn_marks_are_hardly_ever_read_wrong() -> None:
    """Of what was drawn for a page of boxes, doubts aside."""
    page = draw_marks(np.random.default_rng(11))
    readings = read_marks(page.pixels, list(page.quads))
    wrong = [r.symbol not in (answer, UNREADABLE) for r, answer in zip(readings, page.answers, strict=True)]
    assert sum(wrong) <= 1
    assert {kind for kinds in STROKES.values() for kind in kinds} >= set(page.kinds)

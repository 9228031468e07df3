"""Boxes: the four-sided holes of a mask of lines, with their corners in order, and no other hole."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from digitizer.reading.boxes import Boxes, find_boxes

Mask = NDArray[np.uint8]
Points = NDArray[np.float64]


def rectangle(
    width_px: float = 40, height_px: float = 50, turn_deg: float = 0.0, middle: tuple[float, float] = (200, 150)
) -> Points:
    """Return the corners of a rectangle from the top left one clockwise, turned clockwise."""
    turn = np.radians(turn_deg)
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (width_px / 2, height_px / 2)
    return np.asarray(half @ axes + middle)


def mask_of(*outlines: Points, thickness: int = 2) -> Mask:
    """Draw closed outlines into a mask."""
    mask = np.zeros((300, 400), np.uint8)
    for outline in outlines:
        cv2.polylines(mask, [np.rint(outline).astype(np.int32)], True, 255, thickness)
    return mask


@settings(max_examples=40, deadline=None)
@given(
    width_px=st.floats(30, 48),
    shape=st.floats(0.6, 1.6),
    turn_deg=st.floats(-15, 15),
    middle=st.tuples(st.floats(100, 300), st.floats(100, 200)),
)
def test_a_rectangle_is_found_corner_by_corner(
    width_px: float, shape: float, turn_deg: float, middle: tuple[float, float]
) -> None:
    """Whatever its size, place and turn up to 15 degrees, its corners are found from the top left one clockwise."""
    drawn = rectangle(width_px, width_px / shape, turn_deg, middle)

    boxes = find_boxes(mask_of(drawn))

    assert len(boxes) == 1
    assert np.linalg.norm(boxes.quads[0] - drawn, axis=1).max() < 4


def test_a_stroke_that_joins_the_frame_leaves_the_box() -> None:
    """A digit that touches a side bites into the hole, and the box keeps its corners."""
    mask = mask_of(rectangle(60, 70))
    cv2.line(mask, (230, 140), (205, 155), 255, 5)

    boxes = find_boxes(mask)

    assert len(boxes) == 1
    assert np.linalg.norm(boxes.quads[0] - rectangle(60, 70), axis=1).max() < 5


@pytest.mark.parametrize("columns", [2, 5])
def test_adjoining_boxes_are_one_each(columns: int) -> None:
    """Boxes that share a line are told apart."""
    outlines = [rectangle(40, 50, middle=(100 + 40 * column, 150)) for column in range(columns)]

    boxes = find_boxes(mask_of(*outlines))

    assert len(boxes) == columns
    assert sorted(boxes.centres[:, 0].round()) == pytest.approx([100 + 40 * column for column in range(columns)], abs=2)


NO_BOXES = {
    "triangle": rectangle()[:3],
    "slit": rectangle(150, 6),
    "too small": rectangle(6, 6),
    "too large": rectangle(300, 250),
    "very wide": rectangle(150, 30),
    "L": np.array([[100, 100], [120, 100], [120, 150], [160, 150], [160, 170], [100, 170]], float),
    "diamond": rectangle(50, 50, 45) * [1.0, 0.55] + [0, 60],
    "circle": np.array(cv2.ellipse2Poly((200, 150), (30, 30), 0, 0, 360, 10), float),
    "open": rectangle()[[0, 1, 2, 3, 2, 1]],
}


@pytest.mark.parametrize("name", NO_BOXES)
def test_other_holes_are_no_boxes(name: str) -> None:
    """A hole has to have four sides, the shape of a digit box, and a box's size."""
    assert len(find_boxes(mask_of(NO_BOXES[name]))) == 0


@pytest.mark.parametrize(
    "mask", [np.zeros((50, 60), np.uint8), np.full((50, 60), 255, np.uint8), np.zeros((1, 1), np.uint8)]
)
def test_no_lines_give_no_boxes(mask: Mask) -> None:
    """Neither an empty mask nor a full one has holes."""
    assert len(find_boxes(mask)) == 0


def test_a_box_knows_its_middle_and_its_axes() -> None:
    """The vectors run from left to right and from top to bottom, as long as the box."""
    boxes = Boxes(rectangle(30, 50, 90)[None])

    assert boxes.centres[0] == pytest.approx((200, 150))
    assert boxes.across[0] == pytest.approx((0, 30), abs=1e-9)
    assert boxes.down[0] == pytest.approx((-50, 0), abs=1e-9)


def test_the_mask_is_not_changed() -> None:
    """Looking for boxes writes nothing."""
    mask = mask_of(rectangle())
    mask.setflags(write=False)

    assert len(find_boxes(mask)) == 1

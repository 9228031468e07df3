"""A hand writes in the boxes it is told to, with a pen, and nowhere else."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from samples.digits import BUNDLED_FILE, DigitPool, bundled_pool, is_whole
from samples.handwriting import ENLARGED, Hand, crisp_strokes, fill_boxes, sign
from samples.ink import GEL_BLACK, PENCIL

SIDE = 60
QUADS = np.array([[[x, 30], [x + SIDE, 30], [x + SIDE, 30 + SIDE], [x, 30 + SIDE]] for x in (30, 90, 150)], np.float64)
NEAT = Hand(GEL_BLACK, spread=0.02, overshoot=0.0)


def written(cells: str, seed: int, hand: Hand = NEAT) -> NDArray[np.uint8]:
    """Write into three boxes on white paper: (120, 240, 3) uint8."""
    rng = np.random.default_rng(seed)
    paper = np.full((120, 240, 3), 255, np.uint8)
    return fill_boxes(paper, QUADS, cells, hand, bundled_pool(rng), rng)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), digit=st.integers(0, 9))
def test_digit_stands_in_its_box(seed: int, digit: int) -> None:
    """Of a neat digit hardly anything lies outside the box that is to hold it."""
    ink = 255 - written(f"_{digit}_", seed).astype(float)

    inside = ink[30 : 31 + SIDE, 90 : 91 + SIDE].sum()

    assert inside > 0.9 * ink.sum() > 0


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_digit_is_as_large_as_people_write(seed: int) -> None:
    """A digit fills half of the box or more, in height or in width, and not more than all of it."""
    rows, columns = np.nonzero(written("_0_", seed)[..., 0] < 128)

    assert 0.45 * SIDE < max(np.ptp(rows), np.ptp(columns)) <= SIDE


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_void_crosses_both_diagonals(seed: int) -> None:
    """A crossed-out box has ink near its middle and towards each corner."""
    dark = cv2.dilate((written("_x_", seed)[..., 0] < 128).astype(np.uint8), np.ones((25, 25), np.uint8))

    for along in (0.25, 0.5, 0.75):
        x, y = 90 + along * SIDE, 30 + along * SIDE
        assert dark[round(y), round(x)]
        assert dark[round(y), round(90 + (1 - along) * SIDE)]


def test_paper_that_is_written_on_is_a_copy() -> None:
    """Neither filling boxes nor signing changes the paper that was given."""
    rng = np.random.default_rng(0)
    paper = np.full((120, 240, 3), 255, np.uint8)

    filled = fill_boxes(paper, QUADS, "12x", NEAT, bundled_pool(rng), rng)
    signed = sign(paper, (40, 40), (120, 30), NEAT, rng)

    assert paper.min() == 255
    assert filled.min() < 128
    assert signed.min() < 128


def test_writing_at_the_edge_of_the_paper_is_cut_off() -> None:
    """A box that reaches over the edge is filled as far as there is paper."""
    rng = np.random.default_rng(0)
    paper = np.full((40, 40, 3), 255, np.uint8)

    filled = fill_boxes(paper, QUADS[:1] - 60, "8", NEAT, bundled_pool(rng), rng)

    assert filled.shape == paper.shape


def test_pencil_is_lighter_than_gel() -> None:
    """The pens differ in how dark their strokes are."""
    pencil, gel = written("888", 1, Hand(PENCIL)), written("888", 1, Hand(GEL_BLACK))

    assert np.percentile(pencil, 1) > np.percentile(gel, 1) + 40


@pytest.mark.parametrize("width_px", [2.4, 3.0])
def test_strokes_come_near_the_width_of_the_pen(width_px: float) -> None:
    """Whatever pen a digit was once written with, most get strokes of the width asked for."""
    with np.load(BUNDLED_FILE) as arrays:
        images = arrays["x_test"]

    widths = np.array([stroke_width(crisp_strokes(image, width_px)) for image in images])

    assert np.median(np.abs(widths - width_px)) < 0.25


def stroke_width(strokes: NDArray[np.float32]) -> float:
    """Measure the mean width of strokes in px of the small image."""
    inside = np.pad((strokes > 0.5).astype(np.uint8), 2)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    return 4 * float(depth[inside > 0].mean()) / ENLARGED


def test_pool_hands_out_each_image_once_before_any_twice() -> None:
    """Ten different images of a digit, then the first again."""
    with np.load(BUNDLED_FILE) as arrays:
        pool = DigitPool(arrays["x_test"], arrays["y_test"], np.random.default_rng(0))

    taken = [pool.take(7).tobytes() for _ in range(11)]

    assert len(set(taken[:10])) == 10
    assert taken[10] == taken[0]


def test_spare_pool_leaves_the_order_of_the_pool_alone() -> None:
    """It is one pool that hands out from the other end."""
    pool, other = bundled_pool(np.random.default_rng(0)), bundled_pool(np.random.default_rng(0))

    spare = [pool.spare.take(7).tobytes() for _ in range(10)]

    assert [pool.take(7).tobytes() for _ in range(10)] == spare[::-1]
    assert pool.take(7).tobytes() == other.take(7).tobytes() == spare[-1]


def test_digit_in_many_pieces_is_not_whole() -> None:
    """Two pieces may be a five and its bar; three are a ruin."""
    image = np.zeros((28, 28), np.uint8)
    image[4:10, 5:20] = image[12:20, 5:20] = 255
    assert is_whole(image)

    image[23:25, 5:20] = 255

    assert not is_whole(image)

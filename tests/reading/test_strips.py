"""Strips: the part of a page around a field, upright, and small however large the page is."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.reading.strips import cut_strip

Quads = tuple[tuple[float, ...], ...]


def row_of(count: int, left: float, top: float, side: float) -> Quads:
    """Return square cells beside each other."""
    lefts = [left + place * side for place in range(count)]
    return tuple((x, top, x + side, top, x + side, top + side, x, top + side) for x in lefts)


def page(width: int = 400, height: int = 300) -> NDArray[np.uint8]:
    """Return paper, black in its top left quarter."""
    pixels = np.full((height, width), 255, np.uint8)
    pixels[: height // 2, : width // 2] = 0
    return pixels


def decoded(strip: bytes) -> NDArray[np.uint8]:
    """Decode a strip."""
    return np.asarray(cv2.imdecode(np.frombuffer(strip, np.uint8), cv2.IMREAD_UNCHANGED), np.uint8)


def test_a_strip_shows_what_stands_around_its_field() -> None:
    """Half a cell on each side, px for px where cells are small."""
    strip, box = cut_strip(page(), row_of(5, 100, 120, 40), 0)

    assert box == (80, 100, 240, 80)
    assert np.abs(decoded(strip).astype(int) - page()[100:180, 80:320]).mean() < 1


@pytest.mark.parametrize(("turn", "corner"), [(0, (0, 0)), (1, (0, -1)), (2, (-1, -1)), (3, (-1, 0))])
def test_a_strip_is_turned_clockwise(turn: int, corner: tuple[int, int]) -> None:
    """What is black at the top left comes to the top right by a quarter."""
    strip, box = cut_strip(page(), row_of(3, 170, 130, 20), turn)

    image = decoded(strip)
    assert image.shape == ((box[3], box[2]) if turn % 2 == 0 else (box[2], box[3]))
    assert [int(image[place]) < 128 for place in ((0, 0), (0, -1), (-1, -1), (-1, 0))].count(True) == 1
    assert image[corner] < 128


def test_a_strip_ends_with_the_page() -> None:
    """What reaches over the edge is cut off; what is not on the page has none."""
    strip, box = cut_strip(page(), row_of(2, -20, 270, 60), 0)

    assert box == (0, 240, 130, 60)
    assert decoded(strip).shape == (60, 130)
    assert cut_strip(page(), row_of(2, 900, 10, 40), 0)[0] == b""


@pytest.mark.parametrize(("count", "side"), [(5, 300.0), (60, 50.0)])
def test_a_strip_is_reduced_where_it_is_large(count: int, side: float) -> None:
    """Cells come out at most 64 px high, and a strip 1600 px long; its box tells of the page."""
    strip, box = cut_strip(page(3100, 700), row_of(count, 20, 100, side), 0)

    height, width = decoded(strip).shape
    scale = width / box[2]
    assert scale < 1
    assert height == pytest.approx(scale * box[3], abs=1)
    assert max(height, width) <= 1600
    assert scale * side <= 64.5

"""Boxes to strips, strips to fragments and segments."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.reading.numbers_segments import Segments, find_segments
from digitizer.reading.numbers_strips import STRIP_PX, cut_strips

FRAME = np.array([[20, 20], [320, 20], [320, 80], [20, 80]], np.float64)


def write(text: str, x: int, paper: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """Write printed digits into a frame, (100, 340) uint8, from x on."""
    page = np.full((100, 340), 250, np.uint8) if paper is None else paper
    cv2.rectangle(page, (20, 20), (320, 80), 40, 2)
    cv2.putText(page, text, (x, 66), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 20, 4, cv2.LINE_AA)
    return page


def segments(page: NDArray[np.uint8]) -> Segments:
    """Cut the frame that `write` draws."""
    return find_segments(cut_strips(page, [FRAME])[0])


def test_the_frame_goes_and_the_digits_stay() -> None:
    """Three digits apart are three pieces, in a strip of the usual height."""
    strip = cut_strips(write("4 1 7", 60), [FRAME])[0]
    assert strip.count == 3
    assert strip.ink.shape[0] > STRIP_PX
    assert strip.ink.max() == 255


def test_ink_mostly_outside_is_not_the_boxs_own() -> None:
    """A stroke that comes in from above."""
    page = write("", 60)
    cv2.line(page, (150, 0), (152, 26), 20, 3)
    assert cut_strips(page, [FRAME])[0].count == 0


def test_whole_digits_are_among_the_segments() -> None:
    """However finely they were cut, for each digit apart there is a segment of just its width."""
    found = segments(write("8 0", 80))
    whole = [shape for shape in found.shape if 0.95 < shape[1] < 1.05 and shape[2] == 0]
    assert len(whole) >= 2


def test_touching_digits_are_cut() -> None:
    """Two digits in one piece of ink become fragments, and a cut that crosses ink costs."""
    page = write("3", 80)
    write("5", 97, page)
    assert cut_strips(page, [FRAME])[0].count == 1
    found = segments(page)
    assert found.fragments >= 2
    assert found.shape[:, 2].max() > 0


def test_a_narrow_stroke_is_not_cut() -> None:
    """A 1 is one fragment."""
    assert segments(write("1", 80)).fragments == 1


def test_segments_cover_neighbouring_fragments_in_order() -> None:
    """They come by their start, as paths need them, and reach from the first fragment to the last."""
    found = segments(write("3852", 60))
    assert (np.diff(found.start) >= 0).all()
    assert (found.stop > found.start).all()
    assert (found.start.min(), found.stop.max()) == (0, found.fragments)
    assert found.crops.shape == (len(found.start), 28, 28)


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_shapes_do_not_hang_on_the_resolution(scale: float) -> None:
    """Widths and heights are measured in heights of a digit."""
    page = write("4 1 7", 60)
    scaled = np.asarray(cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    strip = cut_strips(scaled, [(FRAME + 0.5) * scale - 0.5])[0]
    assert strip.count == 3
    widths = [np.ptp(np.nonzero(strip.pieces == piece)[1]) for piece in (1, 2, 3)]
    expected = cut_strips(page, [FRAME])[0].pieces
    assert sorted(widths) == pytest.approx(sorted(np.ptp(np.nonzero(expected == n)[1]) for n in (1, 2, 3)), abs=3)

"""Ruled lines: long, thin and straight ink is in the mask, whatever its angle, shade and width; the rest is not."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.reading.rulings import Rulings, find_rulings, reduce
from tests.reading.forms import Pixels

SHAPE = (1300, 1000)
"""About 150 dpi on A4: neither reduced nor enlarged."""


def paper_with_line(angle_deg: float = 0.0, width_px: int = 3, shade: int = 0, length_px: int = 400) -> Pixels:
    """Draw one line through the middle of clean paper."""
    page = np.full(SHAPE, 255, np.uint8)
    middle = np.array([SHAPE[1] / 2, SHAPE[0] / 2])
    reach = length_px / 2 * np.array([np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))])
    start, end = (tuple(np.rint(point).astype(int).tolist()) for point in (middle - reach, middle + reach))
    cv2.line(page, start, end, shade, width_px, cv2.LINE_AA)
    return page


def share_in_mask(rulings: Rulings, page: Pixels) -> float:
    """Return the share of the page's dark px that are in the mask, laid over the page again."""
    laid_over = cv2.warpAffine(rulings.mask, rulings.to_page, page.shape[::-1], flags=cv2.INTER_LINEAR)
    return float((laid_over[page < 200] > 0).mean())


@pytest.mark.parametrize("angle_deg", [0, 3, -8, 15, -15, 75, 90, 105])
@pytest.mark.parametrize("width_px", [2, 5])
def test_lines_are_found_at_any_usual_angle(angle_deg: float, width_px: int) -> None:
    """Both directions, up to 15 degrees off."""
    page = paper_with_line(angle_deg, width_px)

    assert share_in_mask(find_rulings(page), page) > 0.9


@pytest.mark.parametrize("angle_deg", [0, 3, -8, 15, 75])
def test_places_on_the_mask_are_places_on_the_page(angle_deg: float) -> None:
    """The middle of the line is where it was drawn, also where the page was turned level for the search."""
    page = paper_with_line(angle_deg, 5)

    rulings = find_rulings(page)
    rows, columns = np.nonzero(rulings.mask)

    middle = rulings.on_page(np.stack([columns, rows], axis=1).astype(np.float64)).mean(axis=0)
    np.testing.assert_allclose(middle, [SHAPE[1] / 2, SHAPE[0] / 2], atol=3)


def test_a_page_askew_is_turned_level() -> None:
    """Lines 12 degrees off run along the rows of the mask."""
    rows, _ = np.nonzero(find_rulings(paper_with_line(12)).mask)

    assert np.ptp(rows) < 25


def test_light_lines_are_found() -> None:
    """A line needs only be a little darker than the paper."""
    page = paper_with_line(shade=215)

    rulings = find_rulings(page)

    assert (rulings.mask[page < 230] > 0).mean() > 0.9


def test_uneven_light_makes_no_line_and_hides_none() -> None:
    """A shadow across the page is not ink; a line in it still is."""
    light = np.linspace(0.35, 1.0, SHAPE[1])
    page = np.rint(paper_with_line(90) * light).astype(np.uint8)

    mask = find_rulings(page).mask

    assert (mask[500:800, 499:502] > 0).mean() > 0.9
    assert (mask > 0).sum() < 400 * 12


def test_a_small_break_is_closed() -> None:
    """A line broken where another stroke may have crossed goes on."""
    page = paper_with_line()
    cv2.line(page, (500, 560), (500, 740), 0, 3)
    page[630:670, 504:508] = 255

    mask = find_rulings(page).mask

    assert (mask[649:652, 400:600].max(axis=0) > 0).mean() > 0.98


def test_most_of_blobs_and_small_text_leaves_the_mask() -> None:
    """Discs, and letters as small as body text, are hardly in it."""
    page = np.full(SHAPE, 255, np.uint8)
    for row in range(6):
        cv2.circle(page, (200 + 90 * row, 300), 25, 0, -1)
        cv2.putText(page, "some words of text", (100, 500 + 40 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 0, 1)

    mask = find_rulings(page).mask

    assert (mask > 0).sum() <= 0.5 * (page < 128).sum()


def test_ink_holds_all_that_is_narrow_and_dark() -> None:
    """Strokes are ink even where they are no line."""
    page = np.full(SHAPE, 255, np.uint8)
    cv2.circle(page, (500, 600), 20, 0, 4)

    rulings = find_rulings(page)

    assert (rulings.ink[page < 100] > 0).mean() > 0.95
    assert (rulings.ink[:400] == 0).all()


@pytest.mark.parametrize("shape", [(400, 300), (1300, 1000), (3508, 2480), (7000, 4900)])
def test_work_is_the_page_over_its_factor(shape: tuple[int, int]) -> None:
    """All three images have the size of the page over the factor, and large pages are reduced."""
    rulings = find_rulings(np.full(shape, 255, np.uint8))

    assert rulings.mask.shape == rulings.ink.shape == rulings.work.shape
    assert rulings.work.shape == pytest.approx(np.array(shape) / rulings.factor, abs=2)
    assert max(rulings.work.shape) < 3500


@pytest.mark.parametrize("shape", [(1, 1), (2, 1), (3, 5), (1, 800), (800, 1), (17, 10001)])
def test_tiny_and_narrow_pages_are_searched(shape: tuple[int, int]) -> None:
    """No page is too small or too narrow to look at."""
    for shade in (0, 255):
        assert not find_rulings(np.full(shape, shade, np.uint8)).mask.any()


def test_reduction_averages_areas() -> None:
    """A page of fine stripes becomes grey, not striped."""
    stripes: NDArray[np.uint8] = np.tile(np.array([0, 0, 255, 255], np.uint8), (400, 100))

    np.testing.assert_allclose(reduce(stripes, 4), 127.5, atol=1)


def test_the_page_is_not_changed() -> None:
    """Also where it is worked on at its own size."""
    page = paper_with_line()
    before = page.copy()
    page.setflags(write=False)

    find_rulings(page)

    np.testing.assert_array_equal(page, before)

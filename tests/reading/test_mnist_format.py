"""MNIST format: independent of where, how large and in which polarity a digit was written."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from digitizer.reading.mnist_format import Polarity, to_mnist_format, to_mnist_format_batch

DIGITS: NDArray[np.uint8] = np.load(Path(__file__).parent / "data" / "mnist_digits.npz")["x"]
index = st.integers(0, len(DIGITS) - 1)


def drawn_one(length_px: int, width_px: int) -> NDArray[np.uint8]:
    """Draw a bare upright stroke, the thinnest digit there is."""
    crop = np.zeros((length_px + 20, length_px + 20), np.uint8)
    crop[10 : 10 + length_px, 25 : 25 + width_px] = 255
    return crop


def enlarged(digit: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """Return the digit as a scanner of another resolution sees it."""
    size = round(28 * factor)
    kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(digit, (size, size), interpolation=kind), np.uint8)


def difference(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Return the mean absolute difference relative to the ink of `b`, over the best shift by at most one pixel."""
    shifts = [np.roll(a, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return min(float(np.abs(shifted.astype(float) - b).sum() / b.sum()) for shifted in shifts)


def likeness(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Return the cosine similarity of two slightly blurred images, over the best shift by at most one pixel."""
    blurred = cv2.GaussianBlur(a.astype(np.float32), (0, 0), 1.0)
    other = cv2.GaussianBlur(b.astype(np.float32), (0, 0), 1.0)
    shifts = [np.roll(blurred, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return max(float((s * other).sum() / np.sqrt((s * s).sum() * (other * other).sum())) for s in shifts)


def test_mnist_stays_as_it_is() -> None:
    """MNIST's own digits change by less than 0.1 grey levels in the mean, and by at most 2 anywhere."""
    change = np.abs(to_mnist_format_batch(list(DIGITS)).astype(int) - DIGITS)

    assert change.mean() < 0.1
    assert (change.max(axis=(1, 2)) <= 2).mean() >= 0.98


@given(index, st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_position_does_not_matter(i: int, top: int, bottom: int, left: int, right: int) -> None:
    """Any margin around a digit gives the same bytes."""
    padded = np.pad(DIGITS[i], ((top, bottom), (left, right)))

    np.testing.assert_array_equal(to_mnist_format(padded), to_mnist_format(DIGITS[i]))


@settings(deadline=None)
@given(index, st.integers(24, 280))
def test_scale_hardly_matters(i: int, size_px: int) -> None:
    """The same writing scanned at 60 to 700 dpi gives the same image (different digits: at most 0.78 alike)."""
    written = np.where(enlarged(DIGITS[i], 10) > 127, np.uint8(255), np.uint8(0))
    scanned = np.asarray(cv2.resize(written, (size_px, size_px), interpolation=cv2.INTER_AREA), np.uint8)

    assert likeness(to_mnist_format(scanned), to_mnist_format(written)) > 0.94


@given(index)
def test_polarity_is_declared(i: int) -> None:
    """Dark ink on light paper, declared as such, gives the same bytes as its negative."""
    dark = to_mnist_format(255 - DIGITS[i], Polarity.INK_DARK)

    np.testing.assert_array_equal(dark, to_mnist_format(DIGITS[i]))


@given(index, st.floats(0.3, 1.0))
def test_faint_ink_becomes_full_ink(i: int, strength: float) -> None:
    """Pencil and ballpoint give the same digit, with a peak of 255."""
    faint = to_mnist_format((DIGITS[i] * strength).astype(np.uint8))

    assert faint.max() == 255
    assert difference(faint, to_mnist_format(DIGITS[i])) < 0.05


@pytest.mark.parametrize("width_px", [1, 2, 4, 8])
def test_a_thin_one_stays_a_one(width_px: int) -> None:
    """A bare stroke keeps its aspect: 20 px high, not blown up to the width of the box."""
    image = to_mnist_format(drawn_one(60, width_px))
    rows, columns = np.flatnonzero(image.max(axis=1) > 64), np.flatnonzero(image.max(axis=0) > 64)

    assert rows[-1] - rows[0] + 1 == 20
    assert columns[-1] - columns[0] + 1 <= np.ceil(width_px / 3) + 1


def test_mass_lies_in_the_middle_pixel() -> None:
    """The centre of mass comes to lie between 14 and 15 px, as MNIST has it."""
    image = to_mnist_format(enlarged(DIGITS[7], 3.3)).astype(float)
    middles = np.arange(28) + 0.5

    for profile in (image.sum(axis=0), image.sum(axis=1)):
        assert 13.9 <= (profile * middles).sum() / profile.sum() <= 15.1


def test_faint_haze_does_not_count_as_ink() -> None:
    """Haze far weaker than the ink does not change the size of the digit."""
    hazy = np.maximum(np.pad(DIGITS[3], 30), 20).astype(np.uint8)

    assert difference(to_mnist_format(hazy), to_mnist_format(DIGITS[3])) < 0.3


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (40, 40), (1, 1)])
def test_no_ink_gives_an_empty_image(shape: tuple[int, int]) -> None:
    """A crop without ink, even one without pixels, gives zeros."""
    image = to_mnist_format(np.zeros(shape, np.uint8))

    assert image.shape == (28, 28)
    assert not image.any()


def test_the_crop_is_not_changed() -> None:
    """Normalising leaves its input alone."""
    crop = DIGITS[0].copy()

    to_mnist_format(crop, Polarity.INK_DARK)

    np.testing.assert_array_equal(crop, DIGITS[0])


def test_a_batch_is_its_crops_one_by_one() -> None:
    """A batch of crops of different sizes gives what each crop gives; an empty one gives (0, 28, 28)."""
    crops = [DIGITS[0], enlarged(DIGITS[1], 2.0), np.zeros((3, 9), np.uint8)]

    batch = to_mnist_format_batch(crops)

    for image, crop in zip(batch, crops, strict=True):
        np.testing.assert_array_equal(image, to_mnist_format(crop))
    assert to_mnist_format_batch([]).shape == (0, 28, 28)


@pytest.mark.parametrize("level", [40, 120])
def test_a_background_is_subtracted(level: int) -> None:
    """A digit on an even or slanting background comes out as nearly the one on none."""
    plain = DIGITS[7]
    slope = np.linspace(level / 2, level, 28)
    lit = np.clip(plain * (1 - level / 255) + slope, 0, 255).astype(np.uint8)

    difference = np.abs(to_mnist_format(lit).astype(float) - to_mnist_format(plain))

    assert difference.mean() < 6

"""The corruptions of MNIST-C: fifteen, reproducible, each of its own kind, and mild enough to read the digit."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.reading.mnist_format import to_mnist_format
from training.corruptions import CORRUPTIONS, corrupted

DIGITS = np.load(Path(__file__).parents[1] / "reading" / "data" / "mnist_digits.npz")["x"]
EMPTY = np.zeros((20, 28, 28), np.uint8)
IN_PLACE = sorted(set(CORRUPTIONS) - {"shear", "scale", "rotate", "translate", "stripe", "canny edges"})
"""Corruptions that leave the ink where it was."""
each = pytest.mark.parametrize("name", CORRUPTIONS)


def centres(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Give the centre of mass of each of N images: (N, 2) as (row, column)."""
    mass = images.astype(float)
    return np.stack([(mass.sum(axis=3 - axis) @ np.arange(28)) / mass.sum(axis=(1, 2)) for axis in (1, 2)], axis=1)


def likeness(images: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Correlate each of N images with each of M others: (N, M)."""
    count = len(images)
    return np.corrcoef(images.reshape(count, -1), others.reshape(len(others), -1))[:count, count:]


def test_all_of_mnist_c_are_there() -> None:
    """The benchmark has fifteen corruptions."""
    assert len(CORRUPTIONS) == 15


@each
def test_each_digit_is_changed_and_kept_readable(name: str) -> None:
    """Every digit changes, and none is wiped out."""
    images = corrupted(DIGITS, name, 1)

    assert images.shape == DIGITS.shape
    assert images.dtype == np.uint8
    assert (images != DIGITS).any(axis=(1, 2)).all()
    assert (images.std(axis=(1, 2)) > 5).all()


@each
def test_the_seed_decides(name: str) -> None:
    """The same seed gives the same bytes, and another seed others where there is anything to draw."""
    np.testing.assert_array_equal(corrupted(DIGITS, name, 1), corrupted(DIGITS, name, 1))
    fixed = name in {"scale", "brightness", "stripe", "canny edges"}
    assert np.array_equal(corrupted(DIGITS, name, 1), corrupted(DIGITS, name, 2)) == fixed


@each
def test_digits_are_not_changed_in_place(name: str) -> None:
    """Corrupting leaves its input alone."""
    digits = DIGITS.copy()

    corrupted(digits, name, 1)

    np.testing.assert_array_equal(digits, DIGITS)


@pytest.mark.parametrize("name", IN_PLACE)
def test_ink_stays_where_it_was(name: str) -> None:
    """Where the geometry stays, nearly every digit is likest to itself among fifty."""
    alike = likeness(corrupted(DIGITS, name, 1), DIGITS)

    assert (alike.argmax(axis=1) == np.arange(50)).mean() >= 0.9


def test_no_digits_give_no_images() -> None:
    """An empty set stays one."""
    assert corrupted(DIGITS[:0], "fog", 1).shape == (0, 28, 28)


def test_shot_noise_counts_single_photons() -> None:
    """Three photons make full ink; where there is no light there are none to be counted wrongly; the mean stays."""
    images = corrupted(np.stack([DIGITS // 3] * 20).reshape(-1, 28, 28), "shot noise", 1)

    assert set(np.unique(images)) == {0, 85, 170, 255}
    assert not images.reshape(20, 50, 28, 28)[:, DIGITS < 3].any()
    assert images.mean() == pytest.approx((DIGITS // 3).mean(), rel=0.05)


def test_impulse_noise_hits_its_share() -> None:
    """Of empty paper 17 % are hit, half of that with ink."""
    assert (corrupted(EMPTY, "impulse noise", 1) == 255).mean() == pytest.approx(0.085, abs=0.01)


@pytest.mark.parametrize("name", ["glass blur", "motion blur"])
def test_blurs_keep_the_ink(name: str) -> None:
    """A blur spreads ink, and makes none."""
    images = corrupted(DIGITS, name, 1)

    assert images.mean() == pytest.approx(DIGITS.mean(), rel=0.05)
    assert (images.max(axis=(1, 2)) < 255).mean() > 0.8


def test_translate_moves_three_pixels_each_way() -> None:
    """Digits move by three pixels up or down and left or right, towards all four corners."""
    small = corrupted(DIGITS, "scale", 1)

    moved = centres(corrupted(small, "translate", 1)) - centres(small)

    np.testing.assert_allclose(np.abs(moved), 3, atol=1e-6)
    assert len(np.unique(np.sign(moved), axis=0)) == 4


@pytest.mark.parametrize(("name", "factor"), [("scale", 0.49), ("rotate", 1.0), ("shear", 1 / np.cos(0.4))])
def test_affine_corruptions_keep_the_middle(name: str, factor: float) -> None:
    """Scaling, turning and slanting keep the middle, and change the area as they should."""
    images = corrupted(DIGITS, name, 1)

    assert images.sum() / DIGITS.sum() == pytest.approx(factor, abs=0.02)
    np.testing.assert_allclose(centres(images), centres(DIGITS), atol=0.5)


def test_mnist_format_takes_a_shift_back() -> None:
    """A digit that was moved, and not over the edge, is the same in MNIST format."""
    small = corrupted(DIGITS, "scale", 1)

    for moved, digit in zip(corrupted(small, "translate", 1), small, strict=True):
        np.testing.assert_array_equal(to_mnist_format(moved), to_mnist_format(digit))


def test_brightness_adds_half() -> None:
    """Paper becomes half as bright as ink, ink stays."""
    images = corrupted(DIGITS, "brightness", 1)

    assert set(images[DIGITS == 0]) == {128}
    assert set(images[DIGITS == 255]) == {255}


def test_stripes_are_seven_wide() -> None:
    """Both sides are turned round, the middle stays."""
    images = corrupted(DIGITS, "stripe", 1)

    np.testing.assert_array_equal(images[:, :, 7:21], DIGITS[:, :, 7:21])
    np.testing.assert_array_equal(255 - images[:, :, :7], DIGITS[:, :, :7])
    np.testing.assert_array_equal(255 - images[:, :, 21:], DIGITS[:, :, 21:])


def test_fog_is_smooth_and_of_many_densities() -> None:
    """Fog on its own differs much between images and little between neighbouring pixels."""
    dot = np.zeros((200, 28, 28), np.uint8)
    dot[:, 27, 27] = 255
    images = corrupted(dot, "fog", 1)[:, :, :26].astype(float)

    assert images.mean(axis=(1, 2)).std() > 25
    assert np.abs(np.diff(images, axis=2)).mean() < 4


def test_drops_are_grey() -> None:
    """Drops are a quarter as bright as ink and cover a part of the paper."""
    images = corrupted(EMPTY, "spatter", 1)

    assert images.max() <= 63
    assert 0.05 < (images > 0).mean() < 0.5


def test_lines_are_drawn_across() -> None:
    """A dashed line leaves every other pair of columns out; a zigzag of twenty-three columns leaves none."""
    dashed, zigzag = (corrupted(EMPTY, name, 1).max(axis=1) for name in ("dotted line", "zigzag"))

    assert not dashed.reshape(20, 7, 4)[:, :, :2].any()
    assert (dashed.reshape(20, 7, 4)[:, :, 2:] > 100).all()
    assert not zigzag[:, [0, 1, 26, 27]].any()
    assert (zigzag[:, 2:26] > 100).mean() > 0.8


def test_edges_are_two_valued_and_thin() -> None:
    """Edges are fully inked or not at all, and hollow: the middle of a thick stroke is none."""
    images = corrupted(DIGITS, "canny edges", 1)

    assert set(np.unique(images)) == {0, 255}
    assert (images[DIGITS == 255] == 255).mean() < 0.35

"""Rewriting, distorting, sheets of boxes, and the crops and fields that training takes from them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.reading.mnist_format import to_mnist_format, to_mnist_format_batch
from training.distortion import DAMAGES, damaged, distorted
from training.pens import rewritten, trimmed, with_pen
from training.sheets import CELLS, Conditions, Content, as_drawn, likeness, scanned, some_conditions

ARRAYS = np.load(Path(__file__).parents[1] / "reading" / "data" / "mnist_digits.npz")
DIGITS, LABELS = ARRAYS["x"], ARRAYS["y"]
CLEAN = Conditions(height_px=60.0, width_px=54.0, gap_px=0.0, careless=0.0, damage=0.0)


def rank_of_originals(images: np.ndarray) -> np.ndarray:
    """For each image, how many other digits are nearer to it than its original."""
    flat, originals = images.reshape(50, -1).astype(float), DIGITS.reshape(50, -1).astype(float)
    distances = np.linalg.norm(flat[:, None] - originals[None], axis=2)
    return np.asarray((distances < np.diag(distances)[:, None]).sum(axis=1))


def test_rewritten_digits_stay_like_themselves() -> None:
    """A rewritten digit is nearer to its original than to most other digits."""
    rng = np.random.default_rng(1)

    rank = rank_of_originals(np.stack([to_mnist_format(rewritten(digit, rng)) for digit in DIGITS]))

    assert np.median(rank) <= 2
    assert (rank <= 15).mean() > 0.85


def test_pens_have_their_width() -> None:
    """A bar given another pen is about as wide as that pen, thinner or thicker."""
    bar = np.zeros((72, 72), np.uint8)
    bar[10:60, 30:40] = 1

    for width_px in (6.0, 10.0, 16.0):
        assert abs((with_pen(bar, width_px) > 127).sum(axis=1).max() - width_px) <= 2


def test_pens_fill_no_loop() -> None:
    """A thick pen leaves a small loop open, a thin one breaks no thin stroke."""
    ring = np.zeros((72, 72), np.uint8)
    ring[20:40, 20:40] = 1
    ring[27:33, 27:33] = 0
    ring[38:40, 20:60] = 1

    assert with_pen(ring, 30.0)[30, 30] < 128
    assert (with_pen(ring, 1.0)[36:42, 45:60].max(axis=0) > 0).all()


def test_trimming_cuts_to_the_ink() -> None:
    """An image is cut to its ink, and stays as it is without any."""
    image = np.zeros((20, 30), np.uint8)
    image[5:9, 10:22] = 255

    assert trimmed(image).shape == (4, 12)
    assert trimmed(np.zeros((20, 30), np.uint8)).shape == (20, 30)


def test_distortion_is_mild_and_reproducible() -> None:
    """Distorted digits differ from each other and from the originals, which they are still nearest to."""
    first, again = (distorted(DIGITS, np.random.default_rng(3)) for _ in range(2))

    np.testing.assert_array_equal(first, again)
    assert (first != DIGITS).any(axis=(1, 2)).all()
    assert np.median(rank_of_originals(first)) <= 1


def test_no_strength_is_no_distortion() -> None:
    """At strength 0 crops stay as they are."""
    np.testing.assert_array_equal(distorted(DIGITS, np.random.default_rng(3), 0.0), DIGITS)


def test_clean_sheets_give_the_digits_back() -> None:
    """What is written into clean boxes is cut out again, in MNIST format, legible."""
    contents = [Content(rewritten(digit, np.random.default_rng(1)), 0.65) for digit in DIGITS[:CELLS]]

    crops, legible = scanned(contents, CLEAN, np.random.default_rng(2))

    assert crops.shape == (CELLS, 28, 28)
    assert legible.mean() > 0.95
    assert np.median(likeness(crops, contents)) > 0.95


def test_empty_boxes_are_not_legible() -> None:
    """A box with next to nothing in it is found blank and left out."""
    speck = np.zeros((72, 72), np.uint8)
    speck[30:33, 30:33] = 255

    crops, legible = scanned([Content(speck, 0.03)] * 8, CLEAN, np.random.default_rng(2))

    assert not legible.any()
    assert not crops.any()


def test_conditions_vary() -> None:
    """Boxes are scanned small and large, shared and apart, and damage stays below what is asked for."""
    several = [some_conditions(rng, 0.5) for rng in map(np.random.default_rng, range(40))]

    assert min(c.height_px for c in several) < 30
    assert max(c.height_px for c in several) > 60
    assert {c.gap_px > 0 for c in several} == {True, False}
    assert max(c.damage for c in several) <= 0.5


def test_likeness_tells_digits_apart() -> None:
    """A digit is wholly like itself and less like another."""
    contents = [Content(digit, 0.6) for digit in DIGITS[:10]]
    crops = to_mnist_format_batch(list(DIGITS[:10]))

    assert likeness(crops, contents).min() > 0.99
    assert likeness(crops[::-1], contents).max() < 0.95


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_spoils_but_leaves_ink(damage: Callable[..., NDArray[np.uint8]]) -> None:
    """Each damage changes most digits, in a new image, and none of them wholly."""
    rng = np.random.default_rng(4)
    spoilt = [damage(digit, rng) for digit in DIGITS]

    assert np.mean([(a != b).any() for a, b in zip(spoilt, DIGITS, strict=True)]) > 0.8
    assert all(image.shape == (28, 28) and image.dtype == np.uint8 and image.any() for image in spoilt)


def test_a_share_is_damaged() -> None:
    """As many crops are damaged as asked for; the others stay, and so does what was given."""
    before = DIGITS.copy()

    spoilt = damaged(DIGITS, np.random.default_rng(5), 0.3)

    changed = (spoilt != DIGITS).any(axis=(1, 2))
    assert 0.1 < changed.mean() < 0.5
    np.testing.assert_array_equal(DIGITS, before)


def test_drawn_contents_need_no_box() -> None:
    """Contents without a box come out as their own ink in MNIST format, stretched as asked."""
    bar = np.zeros((40, 40), np.uint8)
    bar[5:35, 18:22] = 255

    (narrow, wide), legible = as_drawn([Content(bar, 0.7), Content(bar, 0.7, stretch=3.0)])

    assert legible.all()
    assert 2.5 < wide.any(axis=0).sum() / narrow.any(axis=0).sum() < 3.5

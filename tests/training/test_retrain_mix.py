"""The mix: shares as stated, every crop as often as any other, the same from the same seed."""

import numpy as np

from tests.training.settling import DIGITS, LABELS
from training.retrain_mix import Mix, Source

FEW = Source(np.full((3, 28, 28), 9, np.uint8), np.array([10, 11, 10], np.uint8), 0.25, 0.0)
MANY = Source(DIGITS, LABELS.astype(np.uint8), 0.75, 0.0)
MIX = Mix((FEW, MANY), steps=5, batch=16, seed=1)


def test_shares_are_kept_over_an_epoch() -> None:
    """A quarter of what is shown is of the first source, however few crops it has."""
    kinds, places = MIX.order(0)

    assert np.bincount(kinds).tolist() == [20, 60]
    assert np.bincount(places[kinds == 0]).tolist() in ([7, 7, 6], [7, 6, 7], [6, 7, 7])
    assert set(np.bincount(places[kinds == 1], minlength=50)) == {1, 2}


def test_crops_keep_their_labels() -> None:
    """What is shown, undistorted, is a crop of the source with its label."""
    known = {image.tobytes(): label for image, label in zip(DIGITS, LABELS, strict=True)}

    shown = 0
    for images, labels, kinds in MIX(0):
        for image, label, kind in zip(np.rint(images[..., 0] * 255).astype(np.uint8), labels, kinds, strict=True):
            assert label == known[image.tobytes()] if kind else label >= 10
            shown += 1
    assert shown == 80


def test_crops_are_distorted_by_their_source() -> None:
    """Only sources with a distortion are changed, and anew in every epoch."""
    moved = Source(FEW.images, FEW.labels, 0.5, 0.0), Source(DIGITS, MANY.labels, 0.5, 1.0)
    mix = Mix(moved, steps=1, batch=50, seed=1)

    (images, _, kinds), (later, _, _) = next(mix(0)), next(mix(1))

    known = {image.tobytes() for image in DIGITS}
    as_read = np.rint(images[..., 0] * 255).astype(np.uint8)
    assert np.allclose(images[kinds == 0], 9 / 255)
    assert not any(image.tobytes() in known for image in as_read[kinds == 1])
    assert not np.array_equal(images, later)


def test_the_same_seed_shows_the_same() -> None:
    """Batches follow the seed, whatever is made ahead."""
    first, again = (list(MIX(2)) for _ in range(2))
    other = next(Mix(MIX.sources, 5, 16, seed=2)(2))

    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one[0], two[0])
    assert not np.array_equal(first[0][0], other[0])


def test_a_source_without_a_share_is_left_out() -> None:
    """A share of nothing shows nothing of it."""
    kinds, _ = Mix((Source(DIGITS, MANY.labels, 0.0, 0.0), MANY, FEW), 2, 16, 1).order(0)

    assert np.bincount(kinds)[0] == 0

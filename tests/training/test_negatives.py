"""Drawn negatives and rewritten digits: in MNIST format, reproducible, and never empty."""

from pathlib import Path

import numpy as np
import pytest

from training.negatives import LETTERS, SIGNS, negatives, parse_strokes
from training.variation import varied

DIGITS = np.load(Path(__file__).parents[1] / "reading" / "data" / "mnist_digits.npz")["x"]


def test_negatives_are_crops() -> None:
    """Negatives are (N, 28, 28) uint8 with ink in each, and differ from each other."""
    drawn = negatives(DIGITS, 60, np.random.default_rng(1))

    assert drawn.shape == (60, 28, 28)
    assert drawn.dtype == np.uint8
    assert (drawn.max(axis=(1, 2)) == 255).all()
    assert len(np.unique(drawn.reshape(60, -1), axis=0)) == 60


def test_negatives_follow_the_seed() -> None:
    """The same seed draws the same negatives."""
    first, second = (negatives(DIGITS, 40, np.random.default_rng(7)) for _ in range(2))

    np.testing.assert_array_equal(first, second)


def test_rewritten_digits_stay_like_themselves() -> None:
    """A rewritten digit is nearer to its original than to most other digits."""
    rewritten = varied(DIGITS, np.random.default_rng(1)).reshape(50, -1).astype(float)
    originals = DIGITS.reshape(50, -1).astype(float)
    distances = np.linalg.norm(rewritten[:, None] - originals[None], axis=2)

    rank = (distances < np.diag(distances)[:, None]).sum(axis=1)

    assert np.median(rank) <= 1
    assert (rank <= 12).mean() > 0.9


def test_rewriting_changes_no_input() -> None:
    """Rewriting leaves the digits alone."""
    digits = DIGITS.copy()

    varied(digits, np.random.default_rng(1))

    np.testing.assert_array_equal(digits, DIGITS)


@pytest.mark.parametrize("alphabet", [LETTERS, SIGNS])
def test_alphabets_lie_on_the_grid(alphabet: dict[str, str]) -> None:
    """Every stroke has two points or more, on a grid 4 wide and 6 high."""
    for strokes in map(parse_strokes, alphabet.values()):
        for stroke in strokes:
            assert len(stroke) >= 2
            assert ((stroke >= 0) & (stroke <= [4, 6])).all()

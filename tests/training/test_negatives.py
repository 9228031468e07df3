"""What is no digit: drawn from a seed, never empty, and no look-alikes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("pymupdf_fonts")

from training.alphabets import DIGITS as DIGIT_STROKES
from training.alphabets import LETTERS, SIGNS, parse_strokes, write_by_hand
from training.negatives import crossed_out, no_digit
from training.printed import CROSSES, LOOK_ALIKES, foreign_glyphs, load_fonts, printed_digits, render

ARRAYS = np.load(Path(__file__).parents[1] / "reading" / "data" / "mnist_digits.npz")
DIGITS, LABELS = ARRAYS["x"], ARRAYS["y"]


@pytest.mark.parametrize("draw", [no_digit, crossed_out])
def test_negatives_have_ink(draw: Callable[..., NDArray[np.uint8]]) -> None:
    """Each is an image with ink and with paper, unlike the one before."""
    rng = np.random.default_rng(1)
    drawn = [draw(DIGITS, LABELS, rng) for _ in range(60)]

    assert all(image.dtype == np.uint8 and image.max() > 128 for image in drawn)
    assert len({image.tobytes() for image in drawn}) == 60


@pytest.mark.parametrize("draw", [no_digit, crossed_out])
def test_negatives_follow_the_seed(draw: Callable[..., NDArray[np.uint8]]) -> None:
    """The same seed draws the same."""
    first, second = ([draw(DIGITS, LABELS, rng) for _ in range(20)] for rng in map(np.random.default_rng, (7, 7)))

    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("alphabet", [LETTERS, SIGNS, *(dict(enumerate(v)) for v in DIGIT_STROKES.values())])
def test_alphabets_lie_on_the_grid(alphabet: dict[str, str]) -> None:
    """Every stroke has two points or more, on a grid 4 wide and 6 high."""
    for strokes in map(parse_strokes, alphabet.values()):
        for stroke in strokes:
            assert len(stroke) >= 2
            assert ((stroke >= 0) & (stroke <= [4, 6])).all()


def test_letters_leave_look_alikes_out() -> None:
    """No letter is drawn as no digit that some write as a digit, and none that crosses a box out."""
    names = {name.split()[0] for name in LETTERS}

    assert not names & (set("BbDGgIilOoqSsZzy") | CROSSES)
    assert set("lISOZ") <= LOOK_ALIKES


def test_every_font_has_every_digit() -> None:
    """Ten digits in more than thirty fonts, each with ink."""
    digits = printed_digits()

    assert len(digits) == 10
    assert all(len(fonts) > 30 and all(glyph.any() for glyph in fonts) for fonts in digits)


def test_glyphs_are_many_and_drawn() -> None:
    """Letters and signs of many scripts are rendered, and none that the font does not have."""
    glyphs = foreign_glyphs()

    assert len(glyphs) > 1500
    assert all(glyph.any() for glyph in glyphs)
    assert not render(load_fonts()[0], "\U0001f9ff").any()


def test_writing_by_hand_varies() -> None:
    """The same strokes are never written twice alike."""
    rng = np.random.default_rng(1)
    seven = parse_strokes(DIGIT_STROKES["7"][0])

    assert not np.array_equal(write_by_hand(seven, 0.5, rng), write_by_hand(seven, 0.5, rng))

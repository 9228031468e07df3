"""Boxes on a page -> the whole number that is written in each: one frame, digits at any pitch, some of them touching.

1. Every box is unwarped to a strip of one height, and its frame goes (`numbers_strips.py`).
2. The ink is cut into more fragments than there are digits (`numbers_segments.py`).
3. Every run of neighbouring fragments is brought to MNIST format, and all those of a page are classified together.
4. Of all ways to divide the fragments into digits, the likeliest strings are found (`numbers_paths.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.document import BLANK, UNREADABLE, VOID
from digitizer.reading.classifier import CROSSED_OUT
from digitizer.reading.mnist_format import to_mnist_format
from digitizer.reading.numbers_paths import likeliest, score_segments
from digitizer.reading.numbers_segments import Segments, find_segments
from digitizer.reading.numbers_strips import MIN_INK_PX, STRIP_PX, Strip, cut_strips, is_on_page
from digitizer.reading.page import Classifier

_ALTERNATIVES = 50
"""Strings that are kept of each box."""
_LEAST = 1e-9
"""Probability below which a string is not kept."""
_CLEAN_DOUBT, _BLANK_DOUBT = 1e-4, 0.05
"""Doubt that a box is blank in which there is no ink, and what the most ink that a blank box may hold adds to it."""
_VOID = 0.5
"""Probability of a cross from which a box is crossed out."""
_VOID_SHARE, _VOID_HEIGHTS = 0.8, 0.9
"""Width of a cross, as a share of that of all ink, and in heights of the box."""


@dataclass(frozen=True, slots=True)
class NumberReading:
    """What one box says.

    Attributes
    ----------
    symbols
        Digits, and `UNREADABLE` for ink in a digit's place that is none; `BLANK` or `VOID` alone for a box that is
        empty or crossed out as a whole.
    confidence
        Calibrated probability, 0-1, that `symbols` is exactly right.
    confidences
        Probability, 0-1, of each symbol.
    alternatives
        Strings of digits that may stand there, best first, with their probabilities, which sum to at most 1; what is
        missing was not looked at, or is no string of digits.
    """

    symbols: str
    confidence: float
    confidences: tuple[float, ...]
    alternatives: tuple[tuple[str, float], ...] = ()


_UNREADABLE = NumberReading(UNREADABLE, 0.0, (0.0,))


def read_numbers(
    pixels: NDArray[np.uint8],
    quads: Sequence[NDArray[np.float64]],
    digits: Sequence[int],
    classifier: Classifier,
) -> list[NumberReading]:
    """Read the boxes of a page.

    Parameters
    ----------
    pixels
        (height, width) uint8, grey, paper 255.
    quads
        (4, 2) float64 of each box, the middle of its frame in px: top left, top right, bottom right, bottom left.
    digits
        Most digits that each box is made for.

    Returns
    -------
    list
        What each box says; one that is not on the page is unreadable.
    """
    on_page = [is_on_page(quad, pixels) for quad in quads]
    seen = cut_strips(pixels, list(compress(quads, on_page)))
    readings = iter(_read_strips(seen, list(compress(digits, on_page)), classifier))
    return [next(readings) if here else _UNREADABLE for here in on_page]


def _read_strips(strips: Sequence[Strip], digits: Sequence[int], classifier: Classifier) -> list[NumberReading]:
    """Read boxes, the segments of all of them classified together."""
    inked = [strip for strip in strips if strip.count]
    segments = [find_segments(strip) for strip in inked]
    crops = [each.crops for each in segments] + [_squeezed(strip)[None] for strip in inked]
    if not crops:
        return [_blank(strip) for strip in strips]
    ends = np.cumsum([len(each) for each in crops])[:-1]
    probabilities = np.split(classifier.classify(np.concatenate(crops)), ends)
    told = iter(zip(segments, probabilities, probabilities[len(inked) :], strict=False))
    return [
        _read(strip, *next(told), most) if strip.count else _blank(strip)
        for strip, most in zip(strips, digits, strict=True)
    ]


def _read(
    strip: Strip,
    segments: Segments,
    probabilities: NDArray[np.float32],
    whole: NDArray[np.float32],
    most: int,
) -> NumberReading:
    """Decide what one inked box says.

    Parameters
    ----------
    probabilities, whole
        (S, 12) of the segments, and (1, 12) of all ink squeezed into a cell.
    """
    strings = likeliest(segments, score_segments(segments, probabilities), most, _ALTERNATIVES)
    crossed_out = float(whole[0, CROSSED_OUT]) * _unreadable_share(strings)
    if crossed_out > _VOID and _is_one_piece(strip):
        return NumberReading(VOID, crossed_out, (crossed_out,))
    if not strings:
        return _UNREADABLE
    symbols, confidence = strings[0]
    kept = tuple(pair for pair in strings if pair[0].isdigit() and len(pair[0]) <= most and pair[1] >= _LEAST)
    if not symbols:
        return NumberReading(BLANK, confidence, (confidence,), kept)
    return NumberReading(symbols, confidence, _symbol_confidences(symbols, strings), kept)


def _blank(strip: Strip) -> NumberReading:
    """Read a box whose ink is next to nothing: the more there is, the less sure."""
    if strip.blackened:
        return _UNREADABLE
    doubt = _CLEAN_DOUBT + _BLANK_DOUBT * min(strip.area_px / MIN_INK_PX, 1.0)
    return NumberReading(BLANK, 1 - doubt, (1 - doubt,))


def _symbol_confidences(symbols: str, strings: Sequence[tuple[str, float]]) -> tuple[float, ...]:
    """Probability of each symbol: of the strings that have it there, with all before it or all after it the same."""
    sums = [0.0] * len(symbols)
    for string, probability in strings:
        before = _agreeing(symbols, string)
        after = _agreeing(symbols[::-1], string[::-1])
        for place in range(len(symbols)):
            if place < before or len(symbols) - place <= after or _same_place(symbols, string, place):
                sums[place] += probability
    return tuple(min(each, 1.0) for each in sums)


def _unreadable_share(strings: Sequence[tuple[str, float]]) -> float:
    """How likely, among strings, are those of which half or more cannot be read: numbers that touch are no cross."""
    unreadable = sum(chance for string, chance in strings if 2 * string.count(UNREADABLE) >= max(len(string), 1))
    return unreadable / max(sum(chance for _, chance in strings), _LEAST)


def _agreeing(first: str, second: str) -> int:
    """How many symbols two strings begin with that are the same."""
    pairs = zip(first, second, strict=False)
    return next((place for place, (one, other) in enumerate(pairs) if one != other), min(len(first), len(second)))


def _same_place(first: str, second: str, place: int) -> bool:
    return len(first) == len(second) and first[place] == second[place]


def _squeezed(strip: Strip) -> NDArray[np.uint8]:
    """All ink of a strip as if its box were a square cell: a cross through a whole number then looks like one."""
    rows, columns = np.nonzero(strip.pieces)
    ink = strip.ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    square = cv2.resize(ink, (STRIP_PX, STRIP_PX), interpolation=cv2.INTER_AREA)
    firm = cv2.dilate(square, np.ones((3, 3), np.uint8))  # squeezing makes strokes thin
    return to_mnist_format(np.pad(np.asarray(firm, np.uint8), 2))


def _is_one_piece(strip: Strip) -> bool:
    """Whether one piece of ink reaches over nearly all that is written, and over more than a digit."""
    columns = np.flatnonzero(strip.pieces.any(axis=0))
    widest = max(int(np.ptp(np.nonzero(strip.pieces == piece)[1])) for piece in range(1, strip.count + 1))
    return widest >= max(_VOID_SHARE * int(columns[-1] - columns[0]), _VOID_HEIGHTS * STRIP_PX)

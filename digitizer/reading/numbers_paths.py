"""Segments and what the classifier says of each -> the likeliest strings of symbols, with their probabilities.

A path leads from the first fragment to the last over segments that follow each other, each of them a digit, unreadable,
or nothing (dust, a comma). Its score is the sum of those of its segments, and its probability the share of its
exponential among all paths: a semi-Markov conditional random field (Sarawagi and Cohen, NIPS 2004). As in the graph
transformer networks of LeCun, Bottou, Bengio and Haffner (Proc. IEEE 86(11), 1998, section VI-E), the weights are those
that make the true strings most probable among all strings, so that paths of few and of many segments compare fairly.
"""

import heapq
import math
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from digitizer.document import UNREADABLE
from digitizer.reading.classifier import CROSSED_OUT, NOT_A_DIGIT
from digitizer.reading.numbers_segments import Segments

Scores = NDArray[np.float64]
"""(S, 12): log score of each segment as one of the digits 0-9, as unreadable ink, and as nothing."""
UNREAD, NOTHING = 10, 11
"""The columns of ink that cannot be read, and of ink that means nothing: dust, a comma."""
SYMBOLS = (*"0123456789", UNREADABLE, "")
WEIGHTS = {
    "log of the probability": 0.66,
    "minus log of the doubt of a digit": 0.48,
    "being a digit": 1.38,
    "being unreadable": -1.31,
    "being nothing": 1.95,
    "ending at a cut": -1.96,
    "ink crossed by the cut": -9.72,
    "width of a digit over 0.9": -4.03,
    "width of a digit over 1.2": 0.25,
    "width of a 1 over 0.5": -0.28,
    "height of a digit under 0.8": -9.02,
    "size of nothing": -3.07,
    "size of nothing over 0.5": -6.41,
    "size of unreadable ink under 0.8": -6.94,
    "log of the probability of no digit for nothing": 2.87,
}
"""Weights of the features of a segment, lengths in heights of a digit; fitted by `benchmarks/fit_numbers.py`."""
_LEAST, _LEAST_DOUBT = 1e-5, 1e-4
"""Probability, and doubt of a digit, below which the classifier is not believed."""
_CROSSING = 0.01
"""Ink that a cut crosses, in heights of a digit, if it is no gap between two pieces."""
_TOO_LONG = math.log(0.02)
"""Log of how rarely a number holds more digits than its box was made for."""
EXPONENT = 1.3
"""Power of a string's share of all paths that is its probability: numbers that have run together are less certain."""
_BEAM, _DEPTH = 60, 10.0
"""Strings kept at each fragment; difference of log scores beyond which strings and symbols are not looked at."""


def features(segments: Segments, probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
    """Features of each segment as each symbol, (S, 12, F) in the order of `WEIGHTS`.

    Parameters
    ----------
    probabilities
        (S, 12) of the digits 0-9, of no digit and of a cross.
    """
    width, height, crossed = segments.shape.T
    size = np.maximum(width, height)
    values = np.zeros((len(WEIGHTS), 12, len(width)))
    digits = probabilities[:, :NOT_A_DIGIT].T
    none = probabilities[:, NOT_A_DIGIT] + probabilities[:, CROSSED_OUT]
    values[0, :UNREAD] = np.log(np.maximum(digits, _LEAST))
    values[0, UNREAD] = np.log(np.maximum(none, _LEAST))
    values[1, :UNREAD] = -np.log(np.maximum(1 - digits, _LEAST_DOUBT))
    values[2, :UNREAD] = values[3, UNREAD] = values[4, NOTHING] = 1
    values[5] = crossed > _CROSSING
    values[6] = crossed
    values[7, :UNREAD] = np.maximum(width - 0.9, 0)
    values[8, :UNREAD] = np.maximum(width - 1.2, 0)
    values[9, 1] = np.maximum(width - 0.5, 0)
    values[10, :UNREAD] = np.maximum(0.8 - height, 0)
    values[11, NOTHING] = size
    values[12, NOTHING] = np.maximum(size - 0.5, 0)
    values[13, UNREAD] = np.maximum(0.8 - size, 0)
    values[14, NOTHING] = np.log(np.maximum(none, _LEAST))
    return np.ascontiguousarray(values.T)


def score_segments(segments: Segments, probabilities: NDArray[np.float32]) -> Scores:
    """Log score of each segment as each symbol."""
    return np.asarray(features(segments, probabilities) @ np.array(list(WEIGHTS.values())), np.float64)


def likeliest(segments: Segments, scores: Scores, digits: int, most: int) -> list[tuple[str, float]]:
    """Likeliest strings of symbols, best first, at most `most`, with their probabilities.

    Parameters
    ----------
    digits
        Most symbols that are to be expected; longer strings are believed less.
    """
    strings: list[dict[str, float]] = [{} for _ in range(segments.fragments + 1)]
    strings[0][""] = 0.0
    here, beam = -1, []
    for start, stop, row in zip(segments.start.tolist(), segments.stop.tolist(), scores, strict=True):
        if start != here:  # segments come by their start: all that leads here has been seen
            here, beam = start, _best(strings[start], _BEAM)
        into = strings[stop]
        symbols = [(SYMBOLS[place], float(row[place])) for place in np.flatnonzero(row >= row.max() - _DEPTH)]
        for string, so_far in beam:
            for symbol, score in symbols:
                longer = string + symbol
                into[longer] = _add(into.get(longer, -math.inf), so_far + score)
    whole = {string: score + (_TOO_LONG if len(string) > digits else 0.0) for string, score in strings[-1].items()}
    total = _total(segments, scores, digits)
    return [(string, min(math.exp(EXPONENT * (score - total)), 1.0)) for string, score in _best(whole, most)]


def _best(strings: dict[str, float], most: int) -> list[tuple[str, float]]:
    """Return the strings of the highest scores, best first, at most `most`, and none that is far below the best."""
    least = max(strings.values(), default=0.0) - _DEPTH
    near = [pair for pair in strings.items() if pair[1] >= least]
    return heapq.nlargest(most, near, key=itemgetter(1))


def _total(segments: Segments, scores: Scores, digits: int) -> float:
    """Log of the sum over all paths (the forward algorithm); with more symbols than `digits` they count less."""
    sums = np.full((segments.fragments + 1, digits + 2), -np.inf)
    sums[0, 0] = 0.0
    emits, nothing = np.logaddexp.reduce(scores[:, :NOTHING], axis=1), scores[:, NOTHING]
    for start, stop, emit, skip in zip(segments.start, segments.stop, emits, nothing, strict=True):
        here, into = sums[start], sums[stop]
        into[:] = np.logaddexp(into, here + skip)
        into[1:] = np.logaddexp(into[1:], here[:-1] + emit)
        into[-1] = np.logaddexp(into[-1], here[-1] + emit)
    sums[-1, -1] += _TOO_LONG
    return float(np.logaddexp.reduce(sums[-1]))


def _add(first: float, second: float) -> float:
    """Log of the sum of two numbers whose logs are given."""
    high, low = (first, second) if first >= second else (second, first)
    return high + math.log1p(math.exp(low - high)) if low > -math.inf else high

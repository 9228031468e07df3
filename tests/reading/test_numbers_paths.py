"""The likeliest strings over segments, and their probabilities."""

import itertools

import numpy as np
import pytest

from digitizer.document import UNREADABLE
from digitizer.reading.numbers_paths import EXPONENT, NOTHING, SYMBOLS, UNREAD, likeliest, score_segments
from digitizer.reading.numbers_segments import Segments


def lattice(fragments: int, reach: int = 2) -> Segments:
    """All runs of up to `reach` fragments, each as wide as a digit."""
    pairs = [(a, b) for a in range(fragments) for b in range(a + 1, min(a + reach, fragments) + 1)]
    start, stop = np.array(pairs, np.intp).T
    shape = np.tile([0.6, 1.0, 0.0], (len(pairs), 1))
    return Segments(fragments, start, stop, np.zeros((len(pairs), 28, 28), np.uint8), shape)


def by_hand(segments: Segments, scores: np.ndarray) -> dict[str, float]:
    """Probabilities of all strings, by going along every path."""
    sums: dict[str, float] = {}
    for count in range(1, segments.fragments + 1):
        for path in itertools.combinations(range(len(segments.start)), count):
            starts, stops = segments.start[list(path)].tolist(), segments.stop[list(path)].tolist()
            if [0, *stops] != [*starts, segments.fragments]:
                continue
            for symbols in itertools.product(range(12), repeat=count):
                string = "".join(SYMBOLS[each] for each in symbols)
                score = sum(scores[place, each] for place, each in zip(path, symbols, strict=True))
                sums[string] = sums.get(string, 0.0) + float(np.exp(score))
    total = sum(sums.values())
    return {string: value / total for string, value in sums.items()}


def test_probabilities_are_shares_among_all_paths() -> None:
    """Strings that several paths spell collect the probability of all of them."""
    segments = lattice(3)
    scores = np.random.default_rng(0).normal(0, 1.5, (len(segments.start), 12))
    expected = by_hand(segments, scores)
    for string, probability in likeliest(segments, scores, digits=3, most=5):
        assert probability == pytest.approx(expected[string] ** EXPONENT, rel=1e-2)


def test_the_best_comes_first() -> None:
    """Of two fragments that are a 4 and a 2 each, and nothing together, 42 is read."""
    segments = lattice(2)
    scores = np.full((3, 12), -20.0)
    scores[0, 4] = scores[2, 2] = 0.0  # segments: the first, both, the second
    string, probability = likeliest(segments, scores, digits=2, most=3)[0]
    assert string == "42"
    assert probability == pytest.approx(1.0, abs=1e-6)


def test_dust_is_left_out_of_the_string() -> None:
    """A fragment that means nothing adds no symbol."""
    segments = lattice(2, reach=1)
    scores = np.full((2, 12), -20.0)
    scores[0, 7] = scores[1, NOTHING] = 0.0
    assert likeliest(segments, scores, digits=2, most=1)[0][0] == "7"


def test_a_string_longer_than_the_box_is_believed_less() -> None:
    """With room for one digit, a pair as likely as a single digit comes second, and the shares stay honest."""
    segments = lattice(2)
    scores = np.full((3, 12), -30.0)
    scores[0, 4] = scores[2, 2] = scores[1, 9] = 0.0
    (first, sure), (second, doubt) = likeliest(segments, scores, digits=1, most=2)
    assert (first, second) == ("9", "42")
    assert sure ** (1 / EXPONENT) + doubt ** (1 / EXPONENT) == pytest.approx(1.0, abs=1e-6)
    assert sure > 0.9


def test_surer_segments_score_higher() -> None:
    """The score of a digit grows with its probability; ink without a likely digit is unreadable first."""
    segments = lattice(1, reach=1)
    probabilities = np.full((1, 12), 0.001, np.float32)
    probabilities[0, 3] = 0.9
    sure = score_segments(segments, probabilities)[0, 3]
    probabilities[0, [3, 10]] = 0.001, 0.99
    scores = score_segments(segments, probabilities)[0]
    assert sure > scores[3]
    assert scores.argmax() == UNREAD
    assert SYMBOLS[UNREAD] == UNREADABLE


def test_a_cut_through_ink_costs() -> None:
    """Of two segments alike, the one that ends at a cut through ink scores less."""
    segments = lattice(2, reach=1)
    segments.shape[0, 2] = 0.2
    scores = score_segments(segments, np.full((2, 12), 1 / 12, np.float32))
    assert (scores[0] < scores[1]).all()

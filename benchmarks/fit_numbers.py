"""Fit the weights by which numbers in one frame are read: `python -m benchmarks.fit_numbers --data ... --writers ...`.

Numbers of one hand each, of writers that the network was not trained on, half of them to fit on and half to show it.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]

from benchmarks.drawn_numbers import draw_numbers
from digitizer.reading.classifier import load_classifier
from digitizer.reading.mnist_format import to_mnist_format
from digitizer.reading.numbers_paths import NOTHING, UNREAD, WEIGHTS, features
from digitizer.reading.numbers_segments import Segments, find_segments
from digitizer.reading.numbers_strips import cut_strips
from digitizer.reading.page import Classifier
from samples.digits import is_whole
from training.mnist import load_mnist, load_writers, validation_mask
from training.negatives import no_digit

PAGES, BOXES, LONGEST = 150, 8, 10
ILLEGIBLE = 0.015
"""Share of the digits in whose place there is ink that is none."""
HOPELESS = 9.0
"""Minus log of the probability of the truth from which a number is left out: its ink has run together."""
PENALTY = 2e-5
"""Of the squares of the weights."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """A drawn number: its segments, their features (S, 12, F), and its digits, `UNREAD` where there is none."""

    segments: Segments
    features: NDArray[np.float64]
    digits: NDArray[np.intp]


def main() -> None:
    """Draw, fit, leave out what is hopeless, fit again; print the weights and how well they fit other hands."""
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="MNIST")
    parser.add_argument("--writers", type=Path, required=True, help="who wrote its digits")
    parser.add_argument("--seed", type=int, default=1, help="with which the network was trained")
    arguments = parser.parse_args()
    mnist = load_mnist(arguments.data)
    writers = load_writers(arguments.writers, len(mnist.train_labels))
    held_out = np.flatnonzero(validation_mask(mnist.train_labels, writers, arguments.seed))
    own = held_out[[is_whole(image) for image in mnist.train_images[held_out]]]
    digits = mnist.train_images[own], mnist.train_labels[own], writers[own]
    hands = np.unique(digits[2])
    classifier = load_classifier()
    fitted, shown = (draw_lattices(digits, hands[half::2], classifier, half) for half in (0, 1))
    weights = fit(fitted, np.array(list(WEIGHTS.values())))
    weights = fit([each for each in fitted if loss(weights, [each])[0] < HOPELESS], weights)
    for name, weight in zip(WEIGHTS, weights, strict=True):
        print(f'    "{name}": {weight:.2f},')
    print(
        f"Minus log of the truth's probability: {loss(weights, fitted)[0]:.3f}, others' {loss(weights, shown)[0]:.3f}"
    )


def draw_lattices(
    digits: tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.integer]],
    hands: NDArray[np.integer],
    classifier: Classifier,
    seed: int,
) -> list[Lattice]:
    """Draw numbers of one hand each, and cut and classify their segments."""
    images, labels, writers = digits
    rng = np.random.default_rng(seed)
    lattices: list[Lattice] = []
    for _ in range(PAGES):
        chosen = [_choose(writers, hands, rng) for _ in range(BOXES)]
        truths = [labels[places].astype(np.intp) for places in chosen]
        shown = [list(images[places]) for places in chosen]
        for truth, each in zip(truths, shown, strict=True):
            for place in np.flatnonzero(rng.random(len(truth)) < ILLEGIBLE):
                ink = to_mnist_format(no_digit(images, labels, rng))
                if ink.any():
                    truth[place], each[place] = UNREAD, ink
        given = iter(shown)
        page = draw_numbers(["?" * len(truth) for truth in truths], lambda *_, given=given: next(given), rng)
        for strip, truth in zip(cut_strips(page.pixels, list(page.quads)), truths, strict=True):
            if strip.count:
                segments = find_segments(strip)
                values = features(segments, classifier.classify(segments.crops))
                lattices.append(Lattice(segments, values, truth))
    return lattices


def fit(lattices: list[Lattice], start: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights that make the true numbers most likely."""
    found = minimize(loss, start, args=(lattices,), jac=True, method="L-BFGS-B", options={"maxiter": 60})
    return np.asarray(found.x, np.float64)


def loss(weights: NDArray[np.float64], lattices: list[Lattice]) -> tuple[float, NDArray[np.float64]]:
    """Mean of minus the log of the truth's probability, and its gradient."""
    total, gradient = PENALTY * float(weights @ weights), 2 * PENALTY * weights
    for each in lattices:
        scores = each.features @ weights
        true, true_share = _sums(each.segments, scores, each.digits)
        if true > -np.inf:
            every, share = _sums(each.segments, scores, None)
            total += (every - true) / len(lattices)
            gradient += np.einsum("sc,scf->f", share - true_share, each.features) / len(lattices)
    return total, gradient


def _sums(
    segments: Segments, scores: NDArray[np.float64], digits: NDArray[np.intp] | None
) -> tuple[float, NDArray[np.float64]]:
    """Log of the sum over all paths, or over those that spell `digits`, and the share of each segment and symbol in it.

    Forward and backward algorithm over fragments and, where digits are given, how many of them were spelt.
    """
    count = 0 if digits is None else len(digits)
    stay = scores[:, NOTHING] if digits is not None else np.logaddexp.reduce(scores, axis=1)
    step = scores[:, digits] if digits is not None else np.empty((len(scores), 0))
    ahead = np.full((segments.fragments + 1, count + 1), -np.inf)
    back = ahead.copy()
    ahead[0, 0] = back[-1, -1] = 0.0
    for place, (start, stop) in enumerate(zip(segments.start, segments.stop, strict=True)):
        ahead[stop] = np.logaddexp(ahead[stop], ahead[start] + stay[place])
        ahead[stop, 1:] = np.logaddexp(ahead[stop, 1:], ahead[start, :-1] + step[place])
    total = float(ahead[-1, -1])
    if total == -np.inf:
        return total, np.zeros_like(scores)
    for place in range(len(scores) - 1, -1, -1):
        start, stop = segments.start[place], segments.stop[place]
        back[start] = np.logaddexp(back[start], back[stop] + stay[place])
        back[start, :-1] = np.logaddexp(back[start, :-1], back[stop, 1:] + step[place])
    through = np.logaddexp.reduce(ahead[segments.start] + back[segments.stop], axis=1)[:, None] - total
    if digits is None:
        return total, np.exp(through + scores)
    share = np.zeros_like(scores)
    share[:, NOTHING] = np.exp(through[:, 0] + stay)
    spelt = np.exp(ahead[segments.start][:, :-1] + step + back[segments.stop][:, 1:] - total)
    for place, digit in enumerate(digits):
        share[:, digit] += spelt[:, place]
    return total, share


def _choose(writers: NDArray[np.integer], hands: NDArray[np.integer], rng: np.random.Generator) -> NDArray[np.intp]:
    """Choose the digits of one number, all of one hand."""
    return rng.choice(np.flatnonzero(writers == rng.choice(hands)), rng.integers(1, LONGEST + 1))


if __name__ == "__main__":
    main()

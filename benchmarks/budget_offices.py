"""Offices that send forms: their fields, read by the shipped network, for the benchmark of the error budget."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.budget_damage import DAMAGES, OTHER_DAMAGES, Damage
from digitizer.document import UNREADABLE
from digitizer.reading.cells import CellInk
from digitizer.reading.classifier import DigitClassifier
from digitizer.reading.decide import decide
from digitizer.reading.mnist_format import SIZE_PX, to_mnist_format_batch
from samples.digits import BUNDLED_FILE
from training.dataset import draw_fields
from training.distortion import distorted
from training.mnist import load_mnist, load_writers, validation_mask

Rng = np.random.Generator

LENGTHS = (1, 10)
"""Cells of a field, each number as likely as the others."""
FIELDS_PER_PAGE = 40
"""A page is damaged as a whole."""
STRENGTH = 0.7
"""By which every digit is written anew; 1 is what training has (see `training.distortion`)."""
MILD, STRONG = (0.3, 0.5), (0.8, 1.0)
"""Share of an office's pages that are damaged, and the worst severity, each page having its own."""
SHIPPED_SEED, REFERENCE_SHEETS, REFERENCE_SEED = 1, 600, 4711
"""That by which the shipped network's validation writers were chosen; sheets of twelve fields, and what draws them."""
NOT_KNOWN = -1
"""The writer of digits of which it is not known who wrote them: they are mixed."""


@dataclass(frozen=True, slots=True)
class Digits:
    """Handwriting to fill fields with.

    Attributes
    ----------
    images, labels
        (N, 28, 28) uint8, ink 255, and (N,) uint8.
    writers
        (N,) who wrote each.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    writers: NDArray[np.integer]

    def some(self, mine: NDArray[np.bool_]) -> "Digits":
        """Return those of a mask."""
        return Digits(self.images[mine], self.labels[mine], self.writers[mine])


@dataclass(frozen=True, slots=True)
class Office:
    """Where forms come from.

    Attributes
    ----------
    damage
        None for clean digits.
    share, severity
        See `MILD`.
    """

    name: str
    damage: Damage | None
    share: float = 0.0
    severity: float = 0.0


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields as read.

    Attributes
    ----------
    confidence
        (N,) float64, 0-1.
    correct
        (N,) bool.
    forced
        (N,) bool: seen by a person however sure, for a cell is unreadable.
    """

    confidence: NDArray[np.float64]
    correct: NDArray[np.bool_]
    forced: NDArray[np.bool_]

    def some(self, mine: NDArray[np.integer] | slice) -> "Fields":
        """Return those of some places."""
        return Fields(self.confidence[mine], self.correct[mine], self.forced[mine])


def offices(*, tuning: bool = False) -> list[Office]:
    """Return the twenty: each kind of damage, mild and strong; or others, on which the rule was chosen."""
    return [
        Office(f"{name}, {title}", damage, *how)
        for name, damage in (OTHER_DAMAGES if tuning else DAMAGES).items()
        for title, how in (("mild", MILD), ("strong", STRONG))
    ]


def night(
    office: Office, number: int, digits: Digits, count: int, classifier: DigitClassifier, seed: Sequence[int]
) -> Fields:
    """Read what an office sends in one night: always the same for the same seed."""
    return read_fields(office, digits, count, classifier, np.random.default_rng([*seed, number]))


def load_digits(data: Path | None, writers: Path | None) -> Digits:
    """Load MNIST's test digits from a file in Keras' layout, or those bundled; none of them was trained on.

    Parameters
    ----------
    writers
        An `.npz` whose array `test_writer` says who wrote each.
    """
    with np.load(data or BUNDLED_FILE, allow_pickle=False) as arrays:
        images, labels = arrays["x_test"], arrays["y_test"]
    hands = np.full(len(labels), NOT_KNOWN)
    if writers is not None:
        with np.load(writers, allow_pickle=False) as arrays:
            hands = arrays["test_writer"]
    return Digits(images, labels, hands)


def halves(digits: Digits, rng: Rng) -> tuple[Digits, Digits]:
    """Split digits in two: by writers where these are known, else by lot."""
    each = digits.writers if digits.writers[0] != NOT_KNOWN else np.arange(len(digits.labels))
    names = np.unique(each)
    first = np.isin(each, rng.permutation(names)[: len(names) // 2])
    return digits.some(first), digits.some(~first)


def read_fields(office: Office, digits: Digits, count: int, classifier: DigitClassifier, rng: Rng) -> Fields:
    """Write `count` fields, spoil them as the office does, and read them."""
    lengths = rng.integers(LENGTHS[0], LENGTHS[1] + 1, count)
    chosen = np.concatenate([_of_one_hand(digits, int(length), rng) for length in lengths])
    field = np.repeat(np.arange(count), lengths)
    spoilt = _spoilt(office, distorted(digits.images[chosen], rng, STRENGTH), field // FIELDS_PER_PAGE, rng)
    return judged(to_mnist_format_batch(list(spoilt)), digits.labels[chosen], field, classifier)


def judged(
    crops: NDArray[np.uint8], labels: NDArray[np.uint8], field: NDArray[np.intp], classifier: DigitClassifier
) -> Fields:
    """Read (N, 28, 28) crops in MNIST format as the cells of fields, 0 and on, and compare with what they are."""
    inked = CellInk(crops, np.zeros(len(crops), np.bool_), np.full(len(crops), SIZE_PX, np.intp), (SIZE_PX, SIZE_PX))
    cells = decide(inked, crops, classifier.classify(crops))
    wrong = [cell.symbol != str(label) for cell, label in zip(cells, labels, strict=True)]
    logs = np.bincount(field, np.log([cell.confidence for cell in cells]))
    unreadable = np.bincount(field, [cell.symbol == UNREADABLE for cell in cells])
    return Fields(np.exp(classifier.field_exponent * logs), np.bincount(field, wrong) == 0, unreadable > 0)


def calibration_fields(data: Path, writers: Path, classifier: DigitClassifier) -> Fields:
    """Draw and read fields as those that the shipped network was calibrated on: held-out writers, on sheets."""
    mnist = load_mnist(data)
    hands = load_writers(writers, len(mnist.train_labels))
    held = validation_mask(mnist.train_labels, hands, SHIPPED_SEED)
    crops, field = draw_fields(
        mnist.train_images[held], mnist.train_labels[held], hands[held], REFERENCE_SHEETS, REFERENCE_SEED
    )
    _, place = np.unique(field, return_inverse=True)
    return judged(crops.images, crops.labels, place, classifier)


def _of_one_hand(digits: Digits, length: int, rng: Rng) -> NDArray[np.integer]:
    """Choose digits of one writer, any digits where writers are not known."""
    mine = np.flatnonzero(digits.writers == digits.writers[rng.integers(len(digits.writers))])
    return rng.choice(mine, length, replace=len(mine) < length)


def _spoilt(
    office: Office, images: NDArray[np.uint8], pages: NDArray[np.integer], rng: Rng
) -> Iterator[NDArray[np.uint8]]:
    """Spoil the digits of an office's damaged pages."""
    count = int(pages[-1]) + 1
    severity = np.where(rng.random(count) < office.share, rng.uniform(0.2, 1.0, count) * office.severity, 0)
    for image, page in zip(images, pages, strict=True):
        worst = float(severity[page])
        yield image if office.damage is None or worst == 0 else office.damage(image, worst, rng)

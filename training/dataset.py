"""What a network is trained and calibrated with: crops cut from drawn sheets, each with its label and source."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import IntEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.reading.classifier import CROSSED_OUT, NOT_A_DIGIT
from training.alphabets import DIGITS, parse_strokes, write_by_hand
from training.negatives import crossed_out, no_digit
from training.pens import rewritten
from training.printed import printed_digits
from training.sheets import CELLS, COLUMNS, ROWS, Content, as_drawn, scanned, some_conditions

Image = NDArray[np.uint8]
Labels = NDArray[np.uint8]


class Source(IntEnum):
    """Where the content of a box comes from."""

    HANDWRITTEN = 0
    """MNIST."""
    DRAWN = 1
    """Digits as taught in various countries, from strokes."""
    PRINTED = 2
    """Digits of a font."""
    NO_DIGIT = 3
    VOID = 4


BOXED = {
    Source.HANDWRITTEN: 0.45, Source.DRAWN: 0.07, Source.PRINTED: 0.06, Source.NO_DIGIT: 0.32, Source.VOID: 0.10,
}  # fmt: skip
"""Shares of what is written into boxes, scanned and cut."""
BARE = {
    Source.HANDWRITTEN: 0.29, Source.DRAWN: 0.08, Source.PRINTED: 0.06, Source.NO_DIGIT: 0.46, Source.VOID: 0.11,
}  # fmt: skip
"""Shares of what is brought to MNIST format as it was drawn: were only digits ever this clean, being clean would
make a digit."""
BARE_SHARE = 0.4
"""Share of the sheets without boxes."""
WORST_DAMAGE, FIELD_DAMAGE = 1.0, 0.5
"""Worst damage of sheets, and of those that fields are calibrated on."""
FIELD_LENGTH = 5
"""A row of these is a number of five digits and one of three."""


@dataclass(frozen=True, slots=True)
class Crops:
    """Labelled crops.

    Attributes
    ----------
    images
        (N, 28, 28) uint8 in MNIST format, ink 255.
    labels
        (N,) uint8: 0-9, `NOT_A_DIGIT` or `CROSSED_OUT`.
    sources
        (N,) uint8 of `Source`.
    """

    images: Image
    labels: Labels
    sources: Labels

    def of(self, *sources: Source) -> "Crops":
        """Return those of some sources."""
        mine = np.isin(self.sources, sources)
        return Crops(self.images[mine], self.labels[mine], self.sources[mine])


def draw_crops(digits: Image, labels: Labels, sheets: int, seed: int, workers: int = 1) -> Crops:
    """Fill, scan and cut `sheets` sheets; the same whatever the number of worker processes.

    Parameters
    ----------
    digits, labels
        (N, 28, 28) uint8, ink 255, and (N,) uint8: handwriting to fill them with.
    """
    seeds = np.random.SeedSequence(seed).spawn(sheets)
    if workers == 1:
        _load(digits, labels)
        return _joined(map(_draw_sheet, seeds))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _load, (digits, labels)) as pool:
        return _joined(pool.map(_draw_sheet, seeds, chunksize=16))


def draw_fields(
    digits: Image, labels: Labels, writers: NDArray[np.integer] | None, sheets: int, seed: int
) -> tuple[Crops, NDArray[np.intp]]:
    """Fill sheets with numbers, each by one writer, for fields fare as the hand and the sheet that they share.

    Parameters
    ----------
    digits, labels
        As in `draw_crops`.
    writers
        (N,) who wrote each digit; None mixes the hands.

    Returns
    -------
    tuple
        Crops, illegible ones among them, but none found blank; and of each the number of its field.
    """
    crops: list[Crops] = []
    fields: list[NDArray[np.intp]] = []
    for number, child in enumerate(np.random.SeedSequence(seed).spawn(sheets)):
        rng = np.random.default_rng(child)
        rows = [_row_of_one_hand(writers, len(digits), rng) for _ in range(ROWS)]
        chosen = np.concatenate(rows)
        contents = [Content(rewritten(digits[place], rng), rng.uniform(0.5, 0.85)) for place in chosen]
        images, _ = scanned(contents, some_conditions(rng, FIELD_DAMAGE), rng)
        inked = images.any(axis=(1, 2))
        crops.append(Crops(images[inked], labels[chosen][inked], np.zeros(int(inked.sum()), np.uint8)))
        column, row = np.arange(CELLS) % COLUMNS, np.arange(CELLS) // COLUMNS
        fields.append((number * CELLS + 2 * row + (column >= FIELD_LENGTH))[inked])
    return _joined(iter(crops)), np.concatenate(fields)


def as_input(images: Image) -> NDArray[np.float32]:
    """Turn (N, 28, 28) uint8 images into what the networks see: (N, 28, 28, 1) float32, ink 1."""
    return np.asarray(images[..., None] / np.float32(255), np.float32)


def _row_of_one_hand(writers: NDArray[np.integer] | None, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Choose the digits of one row."""
    if writers is None:
        return rng.integers(count, size=COLUMNS)
    mine = np.flatnonzero(writers == writers[rng.integers(count)])
    return rng.choice(mine, COLUMNS, replace=len(mine) < COLUMNS)


_handwriting: list[tuple[Image, Labels]] = []
"""What the sheets of this process are filled with."""


def _load(digits: Image, labels: Labels) -> None:
    cv2.setNumThreads(1)
    _handwriting[:] = [(digits, labels)]


def _draw_sheet(seed: np.random.SeedSequence) -> Crops:
    digits, labels = _handwriting[0]
    rng = np.random.default_rng(seed)
    bare = rng.random() < BARE_SHARE
    shares = BARE if bare else BOXED
    sources = rng.choice(list(shares), CELLS, p=list(shares.values())).astype(np.uint8)
    drawn = [_content(Source(source), digits, labels, rng) for source in sources]
    contents = [content for content, _ in drawn]
    crops, legible = as_drawn(contents) if bare else scanned(contents, some_conditions(rng, WORST_DAMAGE), rng)
    truth = np.array([label for _, label in drawn], np.uint8)
    return Crops(crops[legible], truth[legible], sources[legible])


def _content(source: Source, digits: Image, labels: Labels, rng: np.random.Generator) -> tuple[Content, int]:
    """Draw what is written into one box, and its label."""
    size = rng.uniform(0.5, 0.85)
    stretch = 1.0 if rng.random() < 0.8 else rng.uniform(0.8, 2.6)
    match source:
        case Source.HANDWRITTEN:
            place = int(rng.integers(len(digits)))
            return Content(rewritten(digits[place], rng), size, stretch), int(labels[place])
        case Source.DRAWN:
            digit = rng.choice(list(DIGITS))
            strokes = parse_strokes(DIGITS[digit][rng.integers(len(DIGITS[digit]))])
            return Content(write_by_hand(strokes, 0.6, rng, 0.2), size, stretch), int(digit)
        case Source.PRINTED:
            digit = int(rng.integers(10))
            glyphs = printed_digits()[digit]
            return Content(glyphs[rng.integers(len(glyphs))], size), digit
        case Source.NO_DIGIT:
            return Content(no_digit(digits, labels, rng), size), NOT_A_DIGIT
        case Source.VOID:
            return Content(crossed_out(digits, labels, rng), rng.uniform(0.75, 1.1)), CROSSED_OUT


def _joined(parts: Iterator[Crops]) -> Crops:
    several = list(parts)
    return Crops(
        np.concatenate([part.images for part in several]),
        np.concatenate([part.labels for part in several]),
        np.concatenate([part.sources for part in several]),
    )

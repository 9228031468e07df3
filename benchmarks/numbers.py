"""How well numbers in one frame are read, as a Markdown table: `python -m benchmarks.numbers`.

They are drawn from the digits that come with the samples, and read by the bundled network.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.drawn_numbers import DrawnNumbers, draw_numbers
from benchmarks.number_methods import METHODS
from digitizer.reading.classifier import load_classifier
from samples.digits import DigitPool, bundled_pool

PAGES, BOXES, SEED = 60, 8, 1
LENGTHS = {1: 1, 2: 3, 3: 4, 4: 4, 5: 4, 6: 4, 8: 2, 10: 2}
"""How often numbers are of each length."""
SURE = 0.9
"""Share of the surest fields."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a method made of a field.

    Attributes
    ----------
    errors
        Digits to insert, delete or replace.
    """

    number: str
    touching: bool
    right: bool
    errors: int
    confidence: float


def main() -> None:
    """Draw, read and compare."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(SEED)
    pool = bundled_pool(rng)
    pages = [draw_page(pool, rng) for _ in range(PAGES)]
    classifier = load_classifier()
    columns = {}
    for name, method in METHODS.items():
        start = time.process_time()
        told = [
            _told(page, method(page.pixels, list(page.quads), [len(number) for number in page.numbers], classifier))
            for page in pages
        ]
        columns[name] = figures([each for page in told for each in page])
        columns[name]["CPU a field"] = f"{1000 * (time.process_time() - start) / (PAGES * BOXES):.1f} ms"
    print(f"| | {' | '.join(columns)} |\n|{'---|' * (len(columns) + 1)}")
    for row in next(iter(columns.values())):
        print(f"| {row} | {' | '.join(column[row] for column in columns.values())} |")


def draw_page(pool: DigitPool, rng: np.random.Generator) -> DrawnNumbers:
    """Draw a page of numbers of many lengths."""
    shares = np.array(list(LENGTHS.values())) / sum(LENGTHS.values())
    lengths = rng.choice(list(LENGTHS), BOXES, p=shares)
    numbers = ["".join(str(digit) for digit in rng.integers(0, 10, length)) for length in lengths]
    return draw_numbers(numbers, lambda number, _: [pool.take(int(digit)) for digit in number], rng)


def figures(told: Sequence[Told]) -> dict[str, str]:
    """Sum up how well fields were read."""
    parts = {
        "digits apart": [each for each in told if not each.touching],
        "digits touching": [each for each in told if each.touching],
        "1 to 3 digits": [each for each in told if len(each.number) <= 3],
        "4 to 6 digits": [each for each in told if 4 <= len(each.number) <= 6],
        "8 and 10 digits": [each for each in told if len(each.number) > 6],
    }
    digits = sum(len(each.number) for each in told)
    surest = sorted(told, key=lambda each: -each.confidence)[: round(SURE * len(told))]
    return {
        "digits right": _share(digits - sum(each.errors for each in told), digits),
        "fields right": _right(told),
        **{f"- {name}": _right(part) for name, part in parts.items()},
        "calibration error": f"{calibration_error(told):.3f}",
        f"right among the surest {SURE:.0%}": _right(surest),
        "right of those over 99 % sure": _right([each for each in told if each.confidence > 0.99]),
    }


def calibration_error(told: Sequence[Told], bins: int = 10) -> float:
    """Mean distance of confidence and share of right ones, in bins of equal size (Guo et al., ICML 2017)."""
    ordered = sorted(told, key=lambda each: each.confidence)
    pairs = np.array([(each.confidence, each.right) for each in ordered], np.float64)
    parts: list[NDArray[np.float64]] = np.array_split(pairs, bins)
    return float(sum(abs(part[:, 0].sum() - part[:, 1].sum()) for part in parts) / len(pairs))


def edit_distance(first: str, second: str) -> int:
    """Count the symbols to insert, delete or replace (Levenshtein, 1966)."""
    row = list(range(len(second) + 1))
    for place, symbol in enumerate(first, start=1):
        before, row[0] = row[0], place
        for column, other in enumerate(second, start=1):
            before, row[column] = row[column], min(before + (symbol != other), row[column] + 1, row[column - 1] + 1)
    return row[-1]


def _told(page: DrawnNumbers, readings: Sequence[tuple[str, float]]) -> list[Told]:
    return [
        Told(number, bool(touching), symbols == number, edit_distance(symbols, number), confidence)
        for number, touching, (symbols, confidence) in zip(page.numbers, page.touching, readings, strict=True)
    ]


def _right(told: Sequence[Told]) -> str:
    return _share(sum(each.right for each in told), len(told))


def _share(count: int, total: int) -> str:
    return f"{count} of {total} ({count / total:.1%})" if total else ""


if __name__ == "__main__":
    main()

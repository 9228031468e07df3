"""How well tick boxes are read, as a Markdown table: `python -m benchmarks.marks`; they are all drawn."""

import time
from collections.abc import Sequence

import cv2
import numpy as np

from benchmarks.drawn_marks import COLUMNS, ROWS, draw_marks
from benchmarks.numbers import Told, calibration_error
from digitizer.document import UNREADABLE
from digitizer.reading.marks import read_marks

PAGES, SEED = 100, 3
"""The weights were fitted on pages drawn from other seeds."""


def main() -> None:
    """Draw, read and compare."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(SEED)
    pages = [draw_marks(rng) for _ in range(PAGES)]
    start = time.process_time()
    readings = [read_marks(page.pixels, list(page.quads)) for page in pages]
    spent = time.process_time() - start
    told = [
        (kind, answer, reading.symbol, reading.confidence)
        for page, page_readings in zip(pages, readings, strict=True)
        for kind, answer, reading in zip(page.kinds, page.answers, page_readings, strict=True)
    ]
    print("| drawn | boxes | right | wrong | in doubt |\n|---|---|---|---|---|")
    for name in [*dict.fromkeys(sorted(kind for kind, *_ in told)), "all"]:
        print(row(name, [(answer, symbol) for kind, answer, symbol, _ in told if name in (kind, "all")]))
    error = calibration_error(
        [Told(answer, False, symbol == answer, 0, sure) for _, answer, symbol, sure in decided(told)]
    )
    cost = 1e6 * spent / (PAGES * ROWS * COLUMNS)
    print(f"\nCalibration error of those decided {error:.4f}; {cost:.0f} µs of CPU a box")


def row(name: str, pairs: Sequence[tuple[str, str]]) -> str:
    """Write how one kind of mark was read; `pairs` are what was meant and what was read."""
    right = sum(answer == symbol for answer, symbol in pairs)
    doubt = sum(symbol == UNREADABLE for _, symbol in pairs)
    return f"| {name} | {len(pairs)} | {right} | {len(pairs) - right - doubt} | {doubt} |"


def decided(told: Sequence[tuple[str, str, str, float]]) -> list[tuple[str, str, str, float]]:
    """Return the boxes that were not in doubt."""
    return [each for each in told if each[2] != UNREADABLE]


if __name__ == "__main__":
    main()

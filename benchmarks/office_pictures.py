"""Draws how people of an office write: `python -m benchmarks.office_pictures FILE.png [--style B --seed 1]`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.office_hands import Office, Writer, office
from samples.files import save_png
from samples.ink import lay_ink
from samples.scanner import to_grey

WRITERS, COLUMNS = 24, 2
TILE_PX, DIGIT_PX, GAP_PX = (34, 44), 30, 24
"""Width and height of a digit's place, height of a digit, and what is left between two people."""

Rng = np.random.Generator


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw a sheet, a line for each person."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.office_pictures", description=__doc__)
    parser.add_argument("file", type=Path, help="PNG to write")
    parser.add_argument("--style", default="B", help="of the office (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    save_png(options.file, hands(office(options.style, options.seed), np.random.default_rng(options.seed)), 100)


def hands(of: Office, rng: Rng) -> NDArray[np.uint8]:
    """Let some people of an office write all digits: (height, width) uint8, paper 255."""
    lines = [_line(of.writer(rng), rng) for _ in range(WRITERS)]
    gap = np.full((TILE_PX[1] * WRITERS // COLUMNS, GAP_PX), 255, np.uint8)
    blocks = [np.vstack(lines[start::COLUMNS]) for start in range(COLUMNS)]
    return np.hstack([part for block in blocks for part in (block, gap)][:-1])


def _line(writer: Writer, rng: Rng) -> NDArray[np.uint8]:
    width, height = TILE_PX
    paper = np.full((height, 10 * width, 3), 255, np.uint8)
    for digit in range(10):
        cover = writer.digit(digit, rng, DIGIT_PX * writer.height_mm / 4.6).astype(np.float32) / 255
        x, y = digit * width + (width - cover.shape[1]) // 2, (height - cover.shape[0]) // 2
        lay_ink(paper, np.asarray(cover, np.float32), x, y, writer.tool.ink, rng)
    return np.asarray(cv2.GaussianBlur(to_grey(paper), (0, 0), 0.5), np.uint8)


if __name__ == "__main__":
    main()

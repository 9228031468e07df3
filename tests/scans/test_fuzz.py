"""Damaged files of every format: a page, a failed page or a `ScanError`, never anything else."""

import random
from pathlib import Path

import pytest

from digitizer.document import Page, ScanFile
from digitizer.errors import ScanError
from digitizer.scans.decode import Limits, PageFailure, inspect, read_pages
from digitizer.scans.reasons import Reason
from tests.scans.drawing import ALL_FORMATS, as_format, drawn, scan_file, tiff_pages

SMALL = Limits(max_pixels=1_000_000, max_pages=20)
ROUNDS = 40


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Cut a file, flip bits of it, or put rubbish into it; headers are hit as often as all the rest."""
    result = bytearray(data)
    at = chance.randrange(len(data) if chance.random() < 0.5 else min(len(data), 300))
    kind = chance.choice(("cut", "flip", "zero", "overwrite", "insert"))
    if kind == "cut":
        del result[at:]
    elif kind == "flip":
        result[at] ^= 1 << chance.randrange(8)
    elif kind == "zero":
        result[at:] = bytes(len(result) - at)
    elif kind == "overwrite":
        result[at : at + 16] = chance.randbytes(16)
    else:
        result[at:at] = chance.randbytes(chance.randrange(1, 40))
    return bytes(result)


def inspected(file: ScanFile) -> int | str:
    """Return how many pages inspection finds, or why it finds none."""
    try:
        return inspect(file, SMALL).pages
    except ScanError as error:
        return error.reason


def read(file: ScanFile) -> list[Page | PageFailure] | str:
    """Return what reading yields, or why it yields nothing."""
    try:
        return list(read_pages(file, None, SMALL))
    except ScanError as error:
        return error.reason


@pytest.mark.parametrize("kind", [*ALL_FORMATS, "multipage"])
def test_damage_ends_in_a_reason(kind: str, tmp_path: Path) -> None:
    """Inspection and reading agree on how many pages there are, and on why there are none."""
    chance = random.Random(f"damage to {kind}")  # noqa: S311
    data = tiff_pages([drawn(), drawn(seed=2)]) if kind == "multipage" else as_format(drawn(), kind)
    for _ in range(ROUNDS):
        file = scan_file(tmp_path, damaged(data, chance))
        pages = read(file)
        assert inspected(file) == (pages if isinstance(pages, str) else len(pages))
        failures = (
            {pages} if isinstance(pages, str) else {page.reason for page in pages if isinstance(page, PageFailure)}
        )
        assert failures <= set(Reason)
        assert all(1 <= page.pixels.size <= SMALL.max_pixels for page in pages if isinstance(page, Page))

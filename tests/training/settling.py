"""A little of what people settled, as `digitizer retrain` writes it, for the tests of retraining."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ARRAYS = np.load(Path(__file__).parents[1] / "reading" / "data" / "mnist_digits.npz")
DIGITS, LABELS = ARRAYS["x"], ARRAYS["y"]
"""Fifty digits of MNIST."""


def settled_arrays(**changes: NDArray[Any] | None) -> dict[str, NDArray[Any]]:
    """Return fifty digits in 25 fields of two: 12 to learn from, 5 to calibrate with, 8 kept, the last drawn by lot.

    `changes` puts an array in the place of one, or takes one away where it is None.
    """
    field_part = np.repeat(np.array([0, 1, 2], np.uint8), [12, 5, 8])
    field = np.repeat(np.arange(25), 2).astype(np.int64)
    sampled = np.arange(25) == 24
    arrays = {
        "images": DIGITS,
        "labels": LABELS.astype(np.uint8),
        "said": np.ones(50, bool),
        "field": field,
        "part": field_part[field],
        "field_part": field_part,
        "field_rest": np.ones(25),
        "field_possible": np.ones(25, bool),
        "field_sampled": sampled,
        "field_share": np.where(sampled, 0.1, 1.0),
    }
    return {name: array for name, array in {**arrays, **changes}.items() if array is not None}


def settled_file(folder: Path, **changes: NDArray[Any] | None) -> Path:
    """Write such arrays."""
    path = folder / "settled.npz"
    arrays: dict[str, Any] = settled_arrays(**changes)
    np.savez(path, **arrays)
    return path

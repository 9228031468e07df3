"""Digits of MNIST that the bundled network never saw: of 55 writers, by which an old and a new network are compared."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HELD_OUT_FILE = Path(__file__).with_suffix(".npz")


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Which they are.

    Attributes
    ----------
    mask
        (60000,) bool over MNIST's training images: what `training.mnist.validation_mask` chooses from QMNIST's writers
        with the seed of the bundled network.
    writers
        (mask.sum(),) uint8, who wrote each of them, numbered from 0.
    """

    mask: NDArray[np.bool_]
    writers: NDArray[np.uint8]


def load_held_out() -> HeldOut:
    """Load what is shipped beside this module."""
    with HELD_OUT_FILE.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        return HeldOut(np.unpackbits(archive["mask"]).astype(bool), archive["writers"])


def save_held_out(path: Path, mask: NDArray[np.bool_], writers: NDArray[np.integer]) -> None:
    """Write such a file, some 5 kB.

    Parameters
    ----------
    mask, writers
        Both (N,), N a multiple of 8: who wrote each training image, whatever the numbers, at most 256 of the held-out.
    """
    _, numbers = np.unique(writers[mask], return_inverse=True)
    np.savez_compressed(path, mask=np.packbits(mask), writers=numbers.astype(np.uint8))

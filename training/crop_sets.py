"""Sets of crops to measure a network on: from `.npz` files of any image size and polarity."""

from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from digitizer.errors import UsageError
from digitizer.reading.mnist_format import Polarity, to_mnist_format_batch


@dataclass(frozen=True, slots=True, eq=False)
class CropSet:
    """Crops of one source.

    Attributes
    ----------
    crops
        (N, 28, 28) uint8, ink 255; in MNIST format, if nothing else is said.
    labels
        (N,) 0-9, what each says; empty if that is not known, or they are no digits.
    names
        (N,) str, the class of each, `group/class` if classes have groups; empty if there are none.
    """

    name: str
    crops: NDArray[np.uint8]
    labels: NDArray[np.integer] = field(default_factory=lambda: np.empty(0, np.uint8))
    names: NDArray[np.str_] = field(default_factory=lambda: np.empty(0, np.str_))


def load_crop_sets(folder: Path, *, labelled: bool) -> list[CropSet]:
    """Load every `.npz` file of a folder, in the order of their names; see `load_crop_set`.

    Raises
    ------
    UsageError
        If there is none, one is unfit, or, where `labelled`, one holds no labels.
    """
    paths = sorted(folder.glob("*.npz"))
    if not paths:
        raise UsageError(f"There are no .npz files in {folder}.")
    sets = [load_crop_set(path) for path in paths]
    for path, each in zip(paths, sets, strict=True):
        if labelled and not len(each.labels):
            raise UsageError(f"{path} has no labels: an array of whole numbers from 0 to 9, one for each image.")
    return sets


def load_crop_set(path: Path) -> CropSet:
    """Load one `.npz` file and bring its images to MNIST format.

    Its arrays are told by shape and type, not by name: images are the one (N, H, W) or (N, H, W, 1) array of uint8,
    ink bright or dark, told by the border; labels (N,) whole numbers from 0 to 9; names (N,) strings.
    """
    arrays = _arrays(path)
    stacks = [np.asarray(array.reshape(array.shape[:3]), np.uint8) for array in arrays if _is_stack(array)]
    if len(stacks) != 1:
        raise UsageError(f"{path} holds {len(stacks)} arrays of images, (N, H, W) uint8; it has to hold one.")
    images = stacks[0]
    lists = [array for array in arrays if array.shape == images.shape[:1]]
    labels = [array for array in lists if np.isin(array, range(10)).all()]
    names = [array for array in lists if array.dtype.kind == "U"]
    return CropSet(
        path.stem,
        to_mnist_format_batch(list(images), polarity_of(images)),
        np.asarray(labels[0] if labels else [], np.uint8),
        np.asarray(names[0] if names else [], np.str_),
    )


def polarity_of(images: NDArray[np.uint8]) -> Polarity:
    """Tell which end of the grey scale is ink: most of the border of (N, H, W) images is paper."""
    border = np.concatenate([images[:, [0, -1], :].ravel(), images[:, :, [0, -1]].ravel()])
    return Polarity.INK_DARK if np.median(border) > 127 else Polarity.INK_BRIGHT


def _is_stack(array: NDArray[np.generic]) -> bool:
    flat = array.ndim == 3 or (array.ndim == 4 and array.shape[3] == 1)
    return flat and array.dtype == np.uint8 and array.size > 0


def _arrays(path: Path) -> list[NDArray[np.generic]]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return [archive[name] for name in archive.files]
    except (OSError, ValueError, EOFError, BadZipFile, AttributeError) as error:
        raise UsageError(f"Cannot read {path}: is it an .npz file?") from error

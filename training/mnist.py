"""MNIST from Keras or from local files, checked by hash, and its split into training and validation."""

import gzip
import hashlib
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from digitizer.errors import UsageError

VALIDATION_SIZE = 6_000
ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")
MNIST_SHA256 = {
    "train_images": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "train_labels": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "test_images": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "test_labels": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
"""sha256 of the bytes of the four arrays."""
NPZ_NAMES = dict(zip(ARRAYS, ("x_train", "y_train", "x_test", "y_test"), strict=True))
IDX_NAMES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
IDX_TYPES: dict[int, np.dtype[np.integer]] = {0x08: np.dtype(np.uint8), 0x0C: np.dtype(">i4")}
QMNIST_WRITER = 2
"""The column of the writer in QMNIST's table of labels (Yadav and Bottou, "Cold case: the lost MNIST digits",
NeurIPS 2019)."""


@dataclass(frozen=True, slots=True)
class Mnist:
    """The four arrays.

    Attributes
    ----------
    train_images, test_images
        (60000, 28, 28) and (10000, 28, 28) uint8, ink 255.
    train_labels, test_labels
        (60000,) and (10000,) uint8, 0-9.
    """

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]

    def sha256(self) -> dict[str, str]:
        """Return the sha256 of the bytes of each array."""
        return {name: hashlib.sha256(np.ascontiguousarray(getattr(self, name)).data).hexdigest() for name in ARRAYS}


def load_mnist(path: Path | None = None, expected: Mapping[str, str] = MNIST_SHA256) -> Mnist:
    """Load MNIST.

    Parameters
    ----------
    path
        An `.npz` file as Keras has it, or a folder with the four IDX files, gzipped or not; without it,
        `keras.datasets.mnist.load_data()` downloads it or finds it in `~/.keras/datasets`.
    expected
        sha256 of the bytes of each array.

    Raises
    ------
    UsageError
        If it cannot be had, or is not MNIST.
    """
    if path is None:
        mnist = _from_keras()
    elif path.is_dir():
        mnist = Mnist(**{name: _from_idx(path, file) for name, file in IDX_NAMES.items()})
    else:
        mnist = _from_npz(path)
    wrong = [name for name, digest in mnist.sha256().items() if digest != expected[name]]
    if wrong:
        raise UsageError(f"{path or 'The data'} is not MNIST: {', '.join(wrong)} differ by their sha256.")
    return mnist


def validation_mask(labels: NDArray[np.uint8], writers: NDArray[np.integer] | None, seed: int) -> NDArray[np.bool_]:
    """Choose the validation images, (N,) bool: whole writers where these are known, else by lot."""
    wanted = min(VALIDATION_SIZE, len(labels) // 6)
    rng = np.random.default_rng(seed)
    if writers is None:
        return np.isin(np.arange(len(labels)), rng.choice(len(labels), wanted, replace=False))
    names, counts = np.unique(writers, return_counts=True)
    order = rng.permutation(len(names))
    needed = int(np.searchsorted(np.cumsum(counts[order]), wanted)) + 1
    return np.isin(writers, names[order[:needed]])


def load_writers(path: Path, count: int) -> NDArray[np.integer]:
    """Load who wrote each training image, (count,) int.

    Parameters
    ----------
    path
        QMNIST's `qmnist-train-labels-idx2-int`, gzipped or not, or an `.npz` with an array `train_writer`.
    """
    if path.suffix == ".npz":
        writers: NDArray[np.integer] = _npz_arrays(path, ["train_writer"])["train_writer"]
    else:
        writers = read_idx(_bytes_of(path), path.name)[:, QMNIST_WRITER]
    if writers.shape != (count,):
        raise UsageError(f"{path} names {len(writers)} writers; the training set has {count} images.")
    return writers


def read_idx(content: bytes, name: str) -> NDArray[np.integer]:
    """Read an array of uint8 or int32 in IDX format (LeCun's MNIST page); `name` is for the message."""
    try:
        data = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        zero, kind, dimensions = struct.unpack_from(">HBB", data)
        shape: tuple[int, ...] = struct.unpack_from(f">{dimensions}I", data, 4)
        if zero != 0:
            raise ValueError("wrong magic number")
        values: NDArray[np.integer] = np.frombuffer(data, IDX_TYPES[kind], offset=4 + 4 * dimensions)
        return values.reshape(shape)
    except (struct.error, ValueError, KeyError, OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{name} is not a complete file in IDX format.") from error


def _from_keras() -> Mnist:
    import keras

    try:
        (train_images, train_labels), (test_images, test_labels) = keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise UsageError("MNIST could not be downloaded. Give a local copy: --data mnist.npz") from error
    return Mnist(train_images, train_labels, test_images, test_labels)


def _from_npz(path: Path) -> Mnist:
    arrays = _npz_arrays(path, list(NPZ_NAMES.values()))
    return Mnist(**{name: arrays[key] for name, key in NPZ_NAMES.items()})


def _npz_arrays(path: Path, names: list[str]) -> dict[str, NDArray[np.uint8]]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in names}
    except FileNotFoundError as error:
        raise UsageError(f"There is no such file: {path}") from error
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, AttributeError) as error:
        raise UsageError(f"Cannot read {', '.join(names)} from {path}: is it an .npz file?") from error


def _from_idx(folder: Path, name: str) -> NDArray[np.uint8]:
    plain, zipped = folder / name, folder / f"{name}.gz"
    path = zipped if zipped.exists() else plain
    return np.asarray(read_idx(_bytes_of(path), path.name), np.uint8)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}.") from error

"""Loading MNIST: from npz and IDX files, refused when it is something else, and split by writer."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.errors import UsageError
from training.mnist import IDX_NAMES, NPZ_NAMES, Mnist, load_mnist, load_writers, read_idx, validation_mask

RNG = np.random.default_rng(0)
SMALL = Mnist(
    RNG.integers(0, 256, (6, 28, 28), np.uint8),
    np.arange(6, dtype=np.uint8),
    RNG.integers(0, 256, (3, 28, 28), np.uint8),
    np.arange(3, dtype=np.uint8),
)


def idx(array: NDArray[np.generic]) -> bytes:
    """Write an array of uint8 or int32 in IDX format."""
    kind = 8 if array.dtype == np.uint8 else 12
    big = array if array.dtype == np.uint8 else array.astype(">i4")
    return struct.pack(f">HBB{array.ndim}I", 0, kind, array.ndim, *array.shape) + big.tobytes()


def same(a: Mnist, b: Mnist) -> bool:
    """Tell whether two sets hold the same arrays."""
    return a.sha256() == b.sha256()


def test_npz_is_loaded(tmp_path: Path) -> None:
    """A local file as Keras has it gives its four arrays."""
    np.savez(tmp_path / "mnist.npz", **{key: getattr(SMALL, name) for name, key in NPZ_NAMES.items()})

    assert same(load_mnist(tmp_path / "mnist.npz", SMALL.sha256()), SMALL)


@pytest.mark.parametrize("zipped", [False, True])
def test_idx_folder_is_loaded(tmp_path: Path, zipped: bool) -> None:
    """A folder with the four IDX files, plain or gzipped, gives the same arrays."""
    for name, file in IDX_NAMES.items():
        content = idx(getattr(SMALL, name))
        (tmp_path / (file + ".gz" * zipped)).write_bytes(gzip.compress(content) if zipped else content)

    assert same(load_mnist(tmp_path, SMALL.sha256()), SMALL)


def test_other_data_is_refused(tmp_path: Path) -> None:
    """Arrays that are not MNIST's, by their hash, are refused and named."""
    np.savez(tmp_path / "mnist.npz", **{key: getattr(SMALL, name) for name, key in NPZ_NAMES.items()})

    with pytest.raises(UsageError, match="is not MNIST: train_images, train_labels, test_images, test_labels"):
        load_mnist(tmp_path / "mnist.npz")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04"])
def test_a_broken_npz_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file that is no npz is refused with its name."""
    (tmp_path / "mnist.npz").write_bytes(content)

    with pytest.raises(UsageError, match=r"mnist\.npz"):
        load_mnist(tmp_path / "mnist.npz")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A path that does not exist is refused with its name."""
    with pytest.raises(UsageError, match=r"no such file.*nowhere"):
        load_mnist(tmp_path / "nowhere.npz")


@pytest.mark.parametrize(
    "content", [b"", b"\x00", idx(np.zeros(5, np.uint8))[:-1], b"\x1f\x8bcut", b"\x00\x00\x99\x01\x00\x00\x00\x00"]
)
def test_broken_idx_is_refused(content: bytes) -> None:
    """IDX data that is cut short, or of another type, is refused with its name."""
    with pytest.raises(UsageError, match="labels is not a complete file"):
        read_idx(content, "labels")


def test_writers_are_loaded(tmp_path: Path) -> None:
    """The third column of QMNIST's table is the writer."""
    table = np.arange(48, dtype=np.int32).reshape(6, 8)
    (tmp_path / "qmnist-train-labels-idx2-int").write_bytes(idx(table))

    np.testing.assert_array_equal(load_writers(tmp_path / "qmnist-train-labels-idx2-int", 6), table[:, 2])


def test_writers_must_match(tmp_path: Path) -> None:
    """A table for another number of images is refused."""
    np.savez(tmp_path / "writers.npz", train_writer=np.arange(5))

    with pytest.raises(UsageError, match="6 images"):
        load_writers(tmp_path / "writers.npz", 6)


def test_split_keeps_writers_apart() -> None:
    """No writer has images both in training and in validation, and about a sixth is validation."""
    writers = np.random.default_rng(1).integers(0, 100, 6000)
    mask = validation_mask(np.zeros(6000, np.uint8), writers, seed=1)

    assert not set(writers[mask]) & set(writers[~mask])
    assert 1000 <= mask.sum() < 1200


def test_split_by_lot_is_fixed() -> None:
    """Without writers the same seed gives the same sixth."""
    labels = np.zeros(600, np.uint8)

    assert validation_mask(labels, None, 1).sum() == 100
    np.testing.assert_array_equal(validation_mask(labels, None, 1), validation_mask(labels, None, 1))
    assert (validation_mask(labels, None, 1) != validation_mask(labels, None, 2)).any()

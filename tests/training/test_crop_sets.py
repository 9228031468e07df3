"""Sets of crops: images, labels and names are told by shape and type, and brought to MNIST format."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from digitizer.errors import UsageError
from digitizer.reading.mnist_format import Polarity, to_mnist_format
from training.crop_sets import load_crop_set, load_crop_sets, polarity_of

BUNDLED = np.load(Path(__file__).parents[1] / "reading" / "data" / "mnist_digits.npz")
DIGITS, LABELS = BUNDLED["x"], BUNDLED["y"]


def saved(folder: Path, name: str = "some", **arrays: Any) -> Path:
    """Write arrays to a file."""
    np.savez(folder / f"{name}.npz", **arrays)
    return folder / f"{name}.npz"


def test_arrays_are_told_by_shape_and_type(tmp_path: Path) -> None:
    """Whatever the arrays are called, images, labels and names are found."""
    names = np.array([f"digit {label}" for label in LABELS])
    path = saved(tmp_path, a=np.arange(3), b=names, c=LABELS.astype(np.int64), d=DIGITS)

    loaded = load_crop_set(path)

    assert loaded.name == "some"
    np.testing.assert_array_equal(loaded.labels, LABELS)
    np.testing.assert_array_equal(loaded.names, names)
    np.testing.assert_array_equal(loaded.crops[7], to_mnist_format(DIGITS[7]))


def test_dark_ink_is_told_by_the_border(tmp_path: Path) -> None:
    """Dark ink on light paper gives the same crops as its negative."""
    dark, bright = load_crop_set(saved(tmp_path, "dark", x=255 - DIGITS)), load_crop_set(saved(tmp_path, x=DIGITS))

    np.testing.assert_array_equal(dark.crops, bright.crops)


def test_ink_over_the_border_is_still_ink() -> None:
    """Digits that reach their images' edges do not turn the polarity round."""
    cut = DIGITS[:, 4:24, 6:22]

    assert polarity_of(cut) == Polarity.INK_BRIGHT
    assert polarity_of(255 - cut) == Polarity.INK_DARK


def test_any_size_will_do(tmp_path: Path) -> None:
    """Larger images with an axis for one channel become 28 px crops."""
    large = np.stack([cv2.resize(digit, (105, 90)) for digit in DIGITS])[..., None]

    assert load_crop_set(saved(tmp_path, x=large)).crops.shape == (50, 28, 28)


def test_labels_and_names_may_be_missing(tmp_path: Path) -> None:
    """Images alone are a set, too; numbers over 9 are no labels."""
    loaded = load_crop_set(saved(tmp_path, x=DIGITS, other=np.arange(50)))

    assert len(loaded.labels) == len(loaded.names) == 0


@pytest.mark.parametrize("arrays", [{}, {"x": DIGITS, "y": DIGITS}, {"x": DIGITS[:0]}, {"x": DIGITS / 255}])
def test_one_array_of_images_is_needed(tmp_path: Path, arrays: dict[str, Any]) -> None:
    """A file with no images, or with two arrays of them, is refused by name."""
    with pytest.raises(UsageError, match=r"some\.npz holds \d arrays of images"):
        load_crop_set(saved(tmp_path, **arrays))


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04"])
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes) -> None:
    """What is no npz is refused by name."""
    (tmp_path / "broken.npz").write_bytes(content)

    with pytest.raises(UsageError, match=r"broken\.npz"):
        load_crop_set(tmp_path / "broken.npz")


def test_a_folder_is_loaded_in_order(tmp_path: Path) -> None:
    """Files come in the order of their names."""
    for name in ("b", "a"):
        saved(tmp_path, name, x=DIGITS, y=LABELS)

    assert [each.name for each in load_crop_sets(tmp_path, labelled=True)] == ["a", "b"]


def test_digits_need_labels(tmp_path: Path) -> None:
    """A set of digits without labels is refused by name, a set of other ink is not."""
    saved(tmp_path, x=DIGITS)

    assert len(load_crop_sets(tmp_path, labelled=False)) == 1
    with pytest.raises(UsageError, match=r"some\.npz has no labels"):
        load_crop_sets(tmp_path, labelled=True)


@pytest.mark.parametrize("folder", ["", "nowhere"])
def test_an_empty_folder_is_refused(tmp_path: Path, folder: str) -> None:
    """A folder without sets, or none at all, is named."""
    with pytest.raises(UsageError, match=r"no \.npz files in"):
        load_crop_sets(tmp_path / folder, labelled=False)

"""What people settled, read from its file: parts kept apart, and everything that cannot be said to be so."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer.errors import UsageError
from tests.training.settling import DIGITS, LABELS, settled_arrays, settled_file
from training.retrain_settled import CALIBRATE, KEEP, LEARN, load_settled

ZEROS, ONES = np.zeros(25, np.uint8), np.ones(25)
A_FIELD_TOO_MANY = np.r_[np.repeat(np.arange(24), 2), 24, 25].astype(np.int64)
APART = np.r_[1, 0, np.repeat(np.arange(25), 2)[:48]].astype(np.int64)


def test_parts_are_told_apart(tmp_path: Path) -> None:
    """Each part has its own crops and fields, the fields numbered from 0."""
    settled = load_settled(settled_file(tmp_path))

    learn, calibrate, kept = (settled.of(part) for part in (LEARN, CALIBRATE, KEEP))

    assert [len(part.labels) for part in (learn, calibrate, kept)] == [24, 10, 16]
    np.testing.assert_array_equal(calibrate.images, DIGITS[24:34])
    np.testing.assert_array_equal(kept.labels, LABELS[34:])
    assert kept.field.tolist() == np.repeat(np.arange(8), 2).tolist()
    assert kept.fields.sampled.tolist() == [False] * 7 + [True]
    assert kept.fields.share[-1] == 0.1


def test_the_file_is_known_by_its_hash(tmp_path: Path) -> None:
    """The same words have the same hash, other ones another."""
    first, again = (load_settled(settled_file(tmp_path)).sha256 for _ in range(2))
    other = load_settled(settled_file(tmp_path, said=np.zeros(50, bool))).sha256

    assert len(first) == 64
    assert [first == again, first == other] == [True, False]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"said": None}, "said is missing"),
        ({"more": ONES}, "more is not known"),
        ({"images": DIGITS[:49]}, "images is"),
        ({"labels": LABELS.astype(np.int64)}, "labels is"),
        ({"labels": np.full(50, 12, np.uint8)}, "labels go up to 11"),
        ({"part": np.zeros(50, np.uint8)}, "a crop is in the part of its field"),
        ({"field": A_FIELD_TOO_MANY}, "goes beyond the 25 fields"),
        ({"field": APART}, "follow each other"),
        ({"field_share": ONES * 0}, "shares are above 0"),
        ({"field_rest": ONES * np.nan}, "probabilities are between 0 and 1"),
        ({"field_sampled": ONES > 0}, "not to be learned from"),
        ({"field_part": ZEROS + 3, "part": np.full(50, 3, np.uint8)}, "parts are 0, 1 and 2"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, NDArray[Any] | None], says: str, tmp_path: Path) -> None:
    """An array that is missing, unknown, of another kind or against the rules is named."""
    with pytest.raises(UsageError, match=says):
        load_settled(settled_file(tmp_path, **changes))


@pytest.mark.parametrize(("part", "says"), [(LEARN, "no field to measure with"), (KEEP, "no digit to learn from")])
def test_too_little_is_said(part: int, says: str, tmp_path: Path) -> None:
    """Without crops to learn from, or fields to measure with, nothing is begun."""
    fields, crops = np.full(25, part, np.uint8), np.full(50, part, np.uint8)
    path = settled_file(tmp_path, field_part=fields, part=crops, field_sampled=np.zeros(25, bool))

    with pytest.raises(UsageError, match=says):
        load_settled(path)


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_what_is_no_file_of_arrays_is_refused(content: bytes | None, tmp_path: Path) -> None:
    """A file that is missing, empty or something else is named."""
    path = tmp_path / "settled.npz"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(UsageError, match=r"settled\.npz"):
        load_settled(path)


def test_pickled_objects_are_not_loaded(tmp_path: Path) -> None:
    """An array of objects, which could run code, is refused."""
    path = tmp_path / "settled.npz"
    arrays: dict[str, Any] = {**settled_arrays(), "said": np.array([{}] * 50)}
    np.savez(path, **arrays)

    with pytest.raises(UsageError, match=r"Cannot read"):
        load_settled(path)

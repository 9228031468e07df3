"""What people settled on forms of their own: the `.npz` that `digitizer retrain` writes, checked before it is used."""

import hashlib
from dataclasses import dataclass, fields
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from digitizer.errors import UsageError
from digitizer.reading.classifier import CROSSED_OUT
from digitizer.reading.mnist_format import SIZE_PX

LEARN, CALIBRATE, KEEP = 0, 1, 2
"""The parts: to learn from, to calibrate with, and kept for measuring."""
CROP_ARRAYS, FIELD_ARRAYS = (
    ("images", "labels", "said", "field", "part"),
    ("part", "rest", "possible", "sampled", "share"),
)


@dataclass(frozen=True, slots=True)
class Fields:
    """F fields.

    Attributes
    ----------
    part
        (F,) uint8: `LEARN`, `CALIBRATE` or `KEEP`. All that one hand wrote is in one part, but for fields drawn by lot.
    rest
        (F,) float64, 0-1: product of the confidences of the cells that no network reads, blank ones; 1 without any.
    possible
        (F,) bool: False where one of those is not blank, so that no network can read the field right.
    sampled
        (F,) bool: sure enough to go straight through, and drawn by lot.
    share
        (F,) float64, above 0: the share by which such were drawn; 1 for others.
    """

    part: NDArray[np.uint8]
    rest: NDArray[np.float64]
    possible: NDArray[np.bool_]
    sampled: NDArray[np.bool_]
    share: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Settled:
    """N crops of the F fields.

    Attributes
    ----------
    images
        (N, 28, 28) uint8 in MNIST format, ink 255.
    labels
        (N,) uint8: 0-9, 10 for ink that is no digit, 11 crossed out.
    said
        (N,) bool: a person said so of this very cell, not only of its field.
    field
        (N,) int64, 0..F-1, cells of a field behind each other.
    fields
        Of them.
    sha256
        Of the file, hexadecimal.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    said: NDArray[np.bool_]
    field: NDArray[np.int64]
    fields: Fields
    sha256: str = ""

    def of(self, part: int) -> "Settled":
        """Return the crops and fields of one part."""
        kept = self.fields.part == part
        mine = kept[self.field]
        number = np.cumsum(kept) - 1
        columns = {each.name: getattr(self.fields, each.name)[kept] for each in fields(Fields)}
        return Settled(
            *(self.images[mine], self.labels[mine], self.said[mine], number[self.field[mine]]),
            Fields(**columns),
            self.sha256,
        )


def load_settled(path: Path) -> Settled:
    """Load and check a file.

    Raises
    ------
    UsageError
        If it cannot be read, lacks an array or has one too many, holds what cannot be, or nothing to learn from, or no
        field to measure with.
    """
    arrays, digest = _arrays(path)
    wanted = {*CROP_ARRAYS, *(f"field_{name}" for name in FIELD_ARRAYS)}
    odd = [f"{name} is missing" for name in sorted(wanted - set(arrays))]
    odd += [f"{name} is not known" for name in sorted(set(arrays) - wanted)]
    if odd:
        raise UsageError(f"{path} is not what `digitizer retrain` writes: {', '.join(odd)}.")
    fault = _fault(arrays)
    if fault:
        raise UsageError(f"{path} is not what `digitizer retrain` writes: {fault}.")
    own = Fields(*(arrays[f"field_{name}"] for name in FIELD_ARRAYS))
    whole = Settled(arrays["images"], arrays["labels"], arrays["said"], arrays["field"], own, digest)
    if not len(whole.of(LEARN).labels):
        raise UsageError(f"{path} holds no digit to learn from. Review more fields, then try again.")
    if not len(whole.of(KEEP).fields.part):
        raise UsageError(f"{path} holds no field to measure with. Review more scans, then try again.")
    return whole


def _arrays(path: Path) -> tuple[dict[str, NDArray[Any]], str]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}.") from error
    try:
        with np.load(BytesIO(content), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}, hashlib.sha256(content).hexdigest()
    except (OSError, ValueError, EOFError, BadZipFile, AttributeError, KeyError) as error:
        raise UsageError(f"Cannot read {path}: is it an .npz file?") from error


def _fault(arrays: dict[str, NDArray[Any]]) -> str:
    """Say what cannot be; nothing if all can."""
    count, of_fields = len(np.atleast_1d(arrays["labels"])), len(np.atleast_1d(arrays["field_part"]))
    shapes = {"images": (count, SIZE_PX, SIZE_PX)} | dict.fromkeys(CROP_ARRAYS[1:], (count,))
    shapes |= {f"field_{name}": (of_fields,) for name in FIELD_ARRAYS}
    for name, shape in shapes.items():
        kind = _KINDS[name]
        if arrays[name].shape != shape or arrays[name].dtype != kind:
            return f"{name} is {arrays[name].shape} {arrays[name].dtype}, not {shape} {kind}"
    field, share, rest = arrays["field"], arrays["field_share"], arrays["field_rest"]
    if count and not (field.min() >= 0 and field.max() < of_fields):
        return f"field goes beyond the {of_fields} fields"
    rules = {
        "cells of a field follow each other": (np.diff(field) != 0).sum() + 1 <= max(len(np.unique(field)), 1),
        f"labels go up to {CROSSED_OUT}": (arrays["labels"] <= CROSSED_OUT).all(),
        "parts are 0, 1 and 2": (arrays["field_part"] <= KEEP).all(),
        "a crop is in the part of its field": (arrays["part"] == arrays["field_part"][field]).all(),
        "a field drawn by lot is not to be learned from": not (
            arrays["field_sampled"] & (arrays["field_part"] == LEARN)
        ).any(),
        "shares are above 0 and at most 1": ((share > 0) & (share <= 1)).all(),
        "probabilities are between 0 and 1": ((rest >= 0) & (rest <= 1)).all(),
    }
    return next((f"it breaks the rule that {rule}" for rule, holds in rules.items() if not holds), "")


_KINDS = {
    "images": np.dtype(np.uint8), "labels": np.dtype(np.uint8), "said": np.dtype(bool), "field": np.dtype(np.int64),
    "part": np.dtype(np.uint8), "field_part": np.dtype(np.uint8), "field_rest": np.dtype(np.float64),
    "field_possible": np.dtype(bool), "field_sampled": np.dtype(bool), "field_share": np.dtype(np.float64),
}  # fmt: skip

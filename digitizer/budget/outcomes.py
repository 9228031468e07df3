"""Fields as columns: how sure the machine was of each, and of those that people have settled whether it was right."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitizer.document import LOW_CONFIDENCE, QA_SAMPLE, FieldResult, FieldStatus

Place = tuple[str, str]
"""Id of the template and name of the field; the latter is empty for the whole template, both for all fields."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Fields that a person has settled, of those that only their confidence sent to review, or chance.

    Attributes
    ----------
    confidence
        (N,) float64, 0-1, what the machine had said.
    correct
        (N,) bool, whether the person left it so.
    sampled
        (N,) bool: it had been accepted, and was drawn by lot. All others had been less sure than the threshold.
    """

    confidence: NDArray[np.float64]
    correct: NDArray[np.bool_]
    sampled: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.confidence)

    def some(self, mine: NDArray[np.bool_] | NDArray[np.intp]) -> "Outcomes":
        """Return those of a mask, (N,) bool, or of places in their order."""
        return Outcomes(self.confidence[mine], self.correct[mine], self.sampled[mine])

    def latest(self, count: int) -> "Outcomes":
        """Return the last `count`, or all."""
        return self.some(np.arange(len(self)) >= len(self) - count)


@dataclass(frozen=True, slots=True)
class FieldTable:
    """Fields of any status, as columns of N, the oldest first where that is known.

    Attributes
    ----------
    places
        The different templates and fields.
    place
        (N,) index into `places`.
    confidence
        (N,) float64, 0-1.
    passes
        (N,) bool: it would go straight through if it were sure enough. Fields that a rule or an unreadable cell sends
        to review do not, and say nothing about thresholds.
    settled, correct, sampled
        (N,) bool, as of `Outcomes`; only for those that are `settled` do the others tell anything.
    """

    places: tuple[Place, ...]
    place: NDArray[np.intp]
    confidence: NDArray[np.float64]
    passes: NDArray[np.bool_]
    settled: NDArray[np.bool_]
    correct: NDArray[np.bool_]
    sampled: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.confidence)

    def outcomes(self, places: Iterable[int] | None = None) -> Outcomes:
        """Return what reviewers found, in some of the `places` or in all."""
        mine = self.settled & self.passes
        if places is not None:
            mine &= np.isin(self.place, list(places))
        return Outcomes(self.confidence, self.correct, self.sampled).some(mine)


class FieldColumns:
    """Collects fields as they come by, 17 bytes each.

    A field in which a person found what the machine had said is `confirmed`, whatever rules had made of it before.
    """

    def __init__(self) -> None:
        self._index: dict[Place, int] = {}
        self._place, self._confidence, self._flags = array("q"), array("d"), array("B")

    def add(self, field: FieldResult) -> None:
        """Put a field after those that came before."""
        self._place.append(self._index.setdefault((field.form, field.field), len(self._index)))
        self._confidence.append(field.confidence)
        self._flags.append(_flags(field))

    def table(self) -> FieldTable:
        """Return those that came so far."""
        bits = np.frombuffer(self._flags.tobytes(), np.uint8)[:, None] & np.array([1, 2, 4, 8], np.uint8) > 0
        place, confidence = np.array(self._place, np.intp), np.array(self._confidence, np.float64)
        return FieldTable(tuple(self._index), place, confidence, bits[:, 0], bits[:, 1], bits[:, 2], bits[:, 3])


def tabulate(fields: Iterable[FieldResult]) -> FieldTable:
    """Put fields into columns."""
    columns = FieldColumns()
    for field in fields:
        columns.add(field)
    return columns.table()


def _flags(field: FieldResult) -> int:
    passes = field.reason in ("", QA_SAMPLE, LOW_CONFIDENCE)
    settled = field.status in (FieldStatus.CONFIRMED, FieldStatus.CORRECTED)
    correct = field.status is FieldStatus.CONFIRMED
    return passes | settled << 1 | correct << 2 | (field.reason == QA_SAMPLE) << 3

"""What was seen of the fields of a page, before anyone decides what they say."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from digitizer.document import Field, FieldEvidence, Reading

_QUAD_DECIMALS = 1
"""Of px: what is kept of a corner."""


@dataclass(frozen=True, slots=True)
class SeenField:
    """What was seen of one field.

    Attributes
    ----------
    corners
        (N, 2) float64, (x, y) px on the page: points that its bounding box holds.
    """

    name: str
    evidence: FieldEvidence
    corners: NDArray[np.float64]

    def within(self, width: int, height: int) -> "SeenField":
        """Return the field with its corners on a page of that size, px."""
        return replace(self, corners=np.clip(self.corners, 0, [width, height]))


@dataclass(frozen=True, slots=True)
class SeenPage:
    """What was seen of a page.

    Attributes
    ----------
    form
        Id of its template, or of the one that comes nearest; empty where none does.
    side
        1-based page of that template; None without a template, and where it was not registered.
    turn
        Clockwise turns by 90 degrees after which the page stands upright; None where that was not told.
    residual_mm
        How well the page fits its template; None where that cannot be said.
    reason
        Why the page was rejected; empty where its fields were seen.
    """

    form: str
    side: int | None = None
    turn: int | None = None
    residual_mm: float | None = None
    reason: str = ""
    fields: tuple[SeenField, ...] = ()


def seen_field(
    field: Field,
    cells: tuple[Reading, ...] = (),
    numbers: tuple[tuple[str, float], ...] = (),
    number_confidences: tuple[float, ...] = (),
) -> SeenField:
    """Put together what was seen of a field: its cells, or the numbers that may stand in a box."""
    quads = tuple(tuple(np.round(cell.quad, _QUAD_DECIMALS).ravel().tolist()) for cell in field.cells)
    evidence = FieldEvidence(field.kind, cells, numbers, number_confidences, quads)
    return SeenField(field.name, evidence, np.concatenate([cell.quad for cell in field.cells]))

"""Doubts of many fields in little space: counted by their size, twenty steps to a factor of ten."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

_STEPS_PER_TENFOLD = 20
_SMALLEST = 1e-9
"""Doubts below it count as that much."""


def doubt_step(confidence: float) -> int:
    """Return the step that the doubt of a field, 1 - `confidence`, lies on: 0 for a field that is surely wrong."""
    doubt = min(max(1.0 - confidence, _SMALLEST), 1.0)
    return math.floor(_STEPS_PER_TENFOLD * math.log10(doubt) + 1e-6)


def confidences(counted: Mapping[int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return confidences (N,), 0-1, in the middle of the steps, and how many fields (N,) have them."""
    steps = np.array(sorted(counted), np.float64)
    numbers = np.array([counted[step] for step in sorted(counted)], np.float64)
    return 1 - np.minimum(10 ** ((steps + 0.5) / _STEPS_PER_TENFOLD), 1.0), numbers

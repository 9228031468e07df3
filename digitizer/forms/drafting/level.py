"""Printed lines of a page -> the map that takes out its tilt, and its perspective."""

import math

import numpy as np
from numpy.typing import NDArray

from digitizer.forms.registering.geometry import project

_STEPS = 6
_STRAIGHT = 4e-4
"""A page that is tilted by less (radians) is level: it moves nothing by more than a tenth of a millimetre."""
_GAIN = 0.7
"""Perspective is taken out where that leaves less than this of the lines' tilt; else a page is only turned."""


def levelling(
    across: NDArray[np.float64], down: NDArray[np.float64], size_mm: tuple[float, float]
) -> NDArray[np.float64]:
    """Find the homography that makes printed lines level and upright, and leaves the middle of the page in place.

    With p = (x, y) from the middle, p' = (x + a y, y + b x) / (1 + g . p): a line is level if y' is the same at both
    ends, upright if x' is. Solved by Gauss-Newton with weights against strays (Huber).

    Parameters
    ----------
    across, down
        (N, 2, 2) and (M, 2, 2) float64, ends (x, y) in mm of what is printed level, and of what is printed upright.

    Returns
    -------
    NDArray
        (3, 3) float64, mm <- mm. A turn by the tilt of the lines, and more only where that is not enough.
    """
    middle = np.array(size_mm) / 2
    unit = float(max(size_mm))
    lines = [(across - middle) / unit, (down - middle) / unit]
    if not len(across) + len(down):
        return np.eye(3)
    turn, turn_rms = _fit(lines, turn_only=True)
    if abs(turn[1, 0]) < _STRAIGHT:
        turn = np.eye(3)
    best = turn
    if len(across) >= 4 and len(down) >= 4:
        full, full_rms = _fit(lines, turn_only=False)
        best = full if full_rms < _GAIN * turn_rms else turn
    to_unit = np.array([[1 / unit, 0, -middle[0] / unit], [0, 1 / unit, -middle[1] / unit], [0, 0, 1]])
    whole = np.linalg.inv(to_unit) @ best @ to_unit
    return np.asarray(whole / whole[2, 2])


def _fit(lines: list[NDArray[np.float64]], *, turn_only: bool) -> tuple[NDArray[np.float64], float]:
    """Homography about the origin, and what is left of the lines' tilt: weighted rms of end against end."""
    matrix = np.eye(3)
    level, upright = lines
    residual = np.zeros(1)
    for _ in range(_STEPS):
        rows, targets = [], []
        for ends, axis in ((level, 1), (upright, 0)):
            moved = project(matrix, ends)
            rows.append(np.diff(_influence(moved, axis, turn_only), axis=1)[:, 0])
            targets.append(-np.diff(moved[..., axis], axis=1)[:, 0])
        design, residual = np.concatenate(rows), np.concatenate(targets)
        scale = max(1.5 * float(np.median(np.abs(residual))), 1e-5)
        weight = np.sqrt(np.minimum(1, scale / np.maximum(np.abs(residual), 1e-12)))
        step = np.asarray(np.linalg.lstsq(design * weight[:, None], residual * weight)[0], np.float64)
        matrix = _step_matrix(step) @ matrix
    return matrix, float(np.sqrt(np.mean(np.minimum(np.abs(residual), scale) ** 2)))


def _influence(points: NDArray[np.float64], axis: int, turn_only: bool) -> NDArray[np.float64]:
    """(N, 2, K) derivative of a point's coordinate by the K parameters: the turn, or a, b and g."""
    x, y = points[..., 0], points[..., 1]
    if turn_only:
        return np.stack([x if axis == 1 else -y], axis=-1)
    none = np.zeros_like(x)
    if axis == 1:
        return np.stack([none, x, -x * y, -y * y], axis=-1)
    return np.stack([y, none, -x * x, -x * y], axis=-1)


def _step_matrix(step: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(step) == 1:
        cosine, sine = math.cos(step[0]), math.sin(step[0])
        return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    a, b, gx, gy = step
    return np.array([[1, a, 0], [b, 1, 0], [gx, gy, 1]])

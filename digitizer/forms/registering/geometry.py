"""Plane maps between a template, in mm, and a page, in px: project points, and fit maps to pairs of points."""

import math

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""(..., 2), (x, y)."""
Matrix = NDArray[np.float64]
"""(3, 3) or (M, 3, 3), homogeneous (x, y, 1)."""

_NOISE_MM = 0.2
"""How exactly corners of boxes are seen."""
_STRETCH = 0.02
"""Usual stretch and shear (standard deviation): a camera tilted by 15 degrees shortens one side by 0.034, a feed
lengthens the page by less."""
_BEND_PER_MM = 3e-4
"""Usual perspective: growth of the scale per mm. 4.5e-4 for a camera tilted by 15 degrees 0.6 m away."""
_NO_PRIOR = 1e-9
"""On what is free; only so that nothing is divided by 0."""
_FAR = 1e-9
"""Smallest third coordinate, in size, by which a point is divided: what lies on the horizon goes very far away."""


def project(matrix: Matrix, points: Points) -> Points:
    """Map points.

    Parameters
    ----------
    matrix
        (3, 3), or (M, 3, 3) for M maps at once.
    points
        (..., 2).

    Returns
    -------
    (..., 2), or (M, ..., 2).
    """
    flat = points.reshape(-1, 2)
    mapped = flat @ np.swapaxes(matrix[..., :, :2], -1, -2) + matrix[..., None, :, 2]
    depth = mapped[..., 2:]
    depth = np.where(np.abs(depth) < _FAR, _FAR, depth)
    return np.asarray((mapped[..., :2] / depth).reshape(matrix.shape[:-2] + points.shape))


def fit_map(source: Points, target: Points, weights: NDArray[np.float64] | None = None) -> Matrix:
    """Fit a homography to pairs of points, page px <- mm, as likely as a camera or scanner makes it.

    The direct linear transform (Hartley and Zisserman, "Multiple View Geometry", section 4.1) with its last entry held
    at 1, by weighted least squares on normalised points, with a Gaussian prior on what is no similarity: stretch and
    shear, and perspective. So few points, or points along one line, still give a map that holds a little beyond them.

    Parameters
    ----------
    source, target
        (..., N, 2) mm and px, N >= 2; one fit for each of the leading axes.
    weights
        (..., N), 0 or more: 1 for a point that is seen to `_NOISE_MM`.

    Returns
    -------
    (..., 3, 3).
    """
    weight = np.ones(target.shape[:-1]) if weights is None else np.broadcast_to(weights, target.shape[:-1])
    source = np.broadcast_to(source, target.shape)
    middle, scale = _spread(source, weight)
    seen_middle, seen_scale = _spread(target, weight)
    rows, right = _equations(
        (source - middle[..., None, :]) * scale[..., None, None],
        (target - seen_middle[..., None, :]) * seen_scale[..., None, None],
    )
    weighted = np.swapaxes(rows * np.concatenate([weight, weight], axis=-1)[..., None], -1, -2)
    normal, right = weighted @ rows, weighted @ right[..., None]
    prior = np.full((*scale.shape, 8), _NO_PRIOR)
    prior[..., 2:4] = (_NOISE_MM * scale / _STRETCH)[..., None] ** 2
    prior[..., 6:] = (_NOISE_MM * scale**2 / _BEND_PER_MM)[..., None] ** 2
    normal += prior[..., None] * np.eye(8)
    a, b, c, d, x, y, g, h = np.moveaxis(np.linalg.solve(normal, right)[..., 0], -1, 0)
    matrix = np.stack([a + c, d - b, x, b + d, a - c, y, g, h, np.ones_like(a)], axis=-1).reshape(*a.shape, 3, 3)
    matrix = np.linalg.inv(_normaliser(seen_middle, seen_scale)) @ matrix @ _normaliser(middle, scale)
    return np.asarray(matrix / matrix[..., 2:, 2:])


def _equations(source: Points, target: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Equations, (..., 2 N, 8), for similarity, stretch and shear, shift and perspective; and their right side."""
    x, y = source[..., 0], source[..., 1]
    zero, one = np.zeros_like(x), np.ones_like(x)
    across, down = target[..., 0], target[..., 1]
    first = np.stack([x, -y, x, y, one, zero, -across * x, -across * y], axis=-1)
    second = np.stack([y, x, -y, x, zero, one, -down * x, -down * y], axis=-1)
    return np.concatenate([first, second], axis=-2), np.concatenate([across, down], axis=-1)


def _spread(points: Points, weights: NDArray[np.float64]) -> tuple[Points, NDArray[np.float64]]:
    """Middle of points (..., 2), and one over their root mean square distance from it (...)."""
    total = np.maximum(weights.sum(axis=-1), _FAR)
    middle = (points * weights[..., None]).sum(axis=-2) / total[..., None]
    square = ((points - middle[..., None, :]) ** 2).sum(axis=-1)
    return middle, 1 / np.sqrt(np.maximum((square * weights).sum(axis=-1) / total, _FAR))


def _normaliser(middle: Points, scale: NDArray[np.float64]) -> Matrix:
    """Map that brings `middle` to the origin and enlarges by `scale`, (..., 3, 3)."""
    matrix = np.zeros((*scale.shape, 3, 3))
    matrix[..., 0, 0] = matrix[..., 1, 1] = scale
    matrix[..., :2, 2] = -scale[..., None] * middle
    matrix[..., 2, 2] = 1
    return matrix


def inverse(matrix: Matrix) -> Matrix:
    """Give the map the other way round."""
    return np.asarray(np.linalg.inv(matrix), np.float64)


def px_per_mm(matrix: Matrix, at_mm: Points) -> float:
    """Local scale of a map at a point (2,): the root of how much it enlarges areas; 0 where it mirrors."""
    corners = project(matrix, at_mm + np.array([[0, 0], [1, 0], [0, 1]]))
    (ax, ay), (bx, by) = corners[1] - corners[0], corners[2] - corners[0]
    return math.sqrt(max(float(ax * by - ay * bx), 0.0))

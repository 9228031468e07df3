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
    middle, scale = _spread(source, weight)
    seen_middle, seen_scale = _spread(target, weight)
    columns, right = _equations(
        (source - middle[..., None, :]) * scale[..., None, None],
        (target - seen_middle[..., None, :]) * seen_scale[..., None, None],
    )
    weighted = columns * np.concatenate([weight, weight], axis=-1)[..., None, :]
    normal, right = weighted @ np.swapaxes(columns, -1, -2), weighted @ right[..., None]
    prior = np.full((*scale.shape, 8), _NO_PRIOR)
    prior[..., 2:4] = (_NOISE_MM * scale / _STRETCH)[..., None] ** 2
    prior[..., 6:] = (_NOISE_MM * scale**2 / _BEND_PER_MM)[..., None] ** 2
    normal[..., range(8), range(8)] += prior
    a, b, c, d, x, y, g, h = np.moveaxis(np.linalg.solve(normal, right)[..., 0], -1, 0)
    matrix = np.stack([a + c, d - b, x, b + d, a - c, y, g, h, np.ones_like(a)], axis=-1).reshape(*a.shape, 3, 3)
    back = _normaliser(-seen_scale[..., None] * seen_middle, 1 / seen_scale)
    matrix = back @ matrix @ _normaliser(middle, scale)
    return np.asarray(matrix / matrix[..., 2:, 2:])


def _equations(source: Points, target: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Columns (..., 8, 2 N) for similarity, stretch and shear, shift and perspective; and the right side (..., 2 N)."""
    count = target.shape[-2]
    x, y = source[..., 0], source[..., 1]
    right = np.concatenate([target[..., 0], target[..., 1]], axis=-1)
    columns = np.zeros((*target.shape[:-2], 8, 2 * count))
    first, second = columns[..., :count], columns[..., count:]
    first[..., 0, :] = first[..., 2, :] = second[..., 1, :] = second[..., 3, :] = x
    second[..., 0, :] = first[..., 3, :] = y
    first[..., 1, :] = second[..., 2, :] = -y
    first[..., 4, :] = second[..., 5, :] = 1
    columns[..., 6, :] = -right * np.concatenate([x, x], axis=-1)
    columns[..., 7, :] = -right * np.concatenate([y, y], axis=-1)
    return columns, right


def _spread(points: Points, weights: NDArray[np.float64]) -> tuple[Points, NDArray[np.float64]]:
    """Middle of points (..., 2), and one over their root mean square distance from it (...)."""
    total = np.maximum(weights.sum(axis=-1), _FAR)
    middle = (weights[..., None, :] @ points)[..., 0, :] / total[..., None]
    away = points - middle[..., None, :]
    square = np.einsum("...ij,...ij,...i->...", away, away, weights)
    return middle, 1 / np.sqrt(np.maximum(square / total, _FAR))


def _normaliser(middle: Points, scale: NDArray[np.float64]) -> Matrix:
    """Map that brings `middle` to the origin and enlarges by `scale`, (..., 3, 3)."""
    matrix = np.zeros((*scale.shape, 3, 3))
    matrix[..., 0, 0] = matrix[..., 1, 1] = scale
    matrix[..., :2, 2] = -scale[..., None] * middle
    matrix[..., 2, 2] = 1
    return matrix


def inverse(matrix: Matrix) -> Matrix:
    """Give the map (3, 3) the other way round, but for a factor, which no map depends on; never fails."""
    (a, b, c), (d, e, f), (g, h, i) = matrix.tolist()
    return np.array(
        [
            [e * i - f * h, c * h - b * i, b * f - c * e],
            [f * g - d * i, a * i - c * g, c * d - a * f],
            [d * h - e * g, b * g - a * h, a * e - b * d],
        ]
    )


def px_per_mm(matrix: Matrix, at_mm: Points) -> float:
    """Local scale of a map at a point (2,): the root of how much it enlarges areas; 0 where it mirrors."""
    corners = project(matrix, at_mm + np.array([[0, 0], [1, 0], [0, 1]]))
    (ax, ay), (bx, by) = corners[1] - corners[0], corners[2] - corners[0]
    return math.sqrt(max(float(ax * by - ay * bx), 0.0))

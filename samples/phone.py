"""A photo of a form, taken by hand with a telephone: perspective, a table, a shadow, a curl of the paper."""

import cv2
import numpy as np
from numpy.typing import NDArray

CURL = 0.004
"""Height of the paper's wave in the photo, as a part of its width."""


def photograph(
    image: NDArray[np.uint8], rng: np.random.Generator, size: tuple[int, int], curl: float = CURL
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Photograph a sheet lying on a table.

    Parameters
    ----------
    image
        (height, width, 3) uint8, red-green-blue, clean paper 255.
    size
        (width, height) of the photo in px; the sheet fills most of it.
    curl
        Height of the paper's wave, as a part of the photo's width; with 0 the paper lies flat.

    Returns
    -------
    pixels
        (height, width, 3) uint8, red-green-blue.
    matrix
        (3, 3) float64, pixels <- image; exact for flat paper, otherwise off by at most `curl`.
    """
    matrix = _viewpoint(image.shape, rng, size)
    photo_x, photo_y = np.meshgrid(np.arange(size[0], dtype=np.float64), np.arange(size[1], dtype=np.float64))
    wave = curl * size[0] * np.sin(2 * np.pi * (0.8 * photo_x / size[0] + rng.uniform(0, 1)))
    places = np.stack([photo_x, photo_y + wave], axis=-1).reshape(-1, 1, 2)
    source = cv2.perspectiveTransform(places, np.linalg.inv(matrix)).reshape(size[1], size[0], 2).astype(np.float32)
    sheet = 0.07 + 0.83 * image.astype(np.float32) / 255
    # One channel more, bright on the paper: it tells paper from table with a smooth edge.
    sheet = np.dstack([sheet, np.ones(image.shape[:2], np.float32)])
    seen = cv2.remap(
        sheet, source, np.empty(0), cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(0, 0, 0, 0)
    )
    paper, cover = seen[:, :, :3], seen[:, :, 3:].clip(0, 1)
    scene: NDArray[np.floating] = paper * np.array([1.0, 0.97, 0.91], np.float32) + (1 - cover) * _table(size, rng)
    scene = cv2.GaussianBlur(scene, (0, 0), 0.8) * _light(size, rng)[:, :, None]
    scene += 0.014 * rng.standard_normal(scene.shape, np.float32)
    return np.rint(255 * scene.clip(0, 1)).astype(np.uint8), matrix


def _viewpoint(shape: tuple[int, ...], rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.float64]:
    """Give the 3x3 matrix photo <- sheet of a camera held not quite straight over the sheet."""
    height, width = shape[:2]
    corners = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], np.float32)
    scale = 0.88 * min(size[0] / width, size[1] / height)
    middle = np.array([width - 1, height - 1], np.float32) / 2
    turn = np.radians(rng.uniform(-4, 4))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    seen = (corners - middle) * scale @ rotation.T + np.array(size) / 2
    # The far edge is shorter than the near one, and each corner is off a little.
    lean = 0.045 * scale * width * np.array([[1, 0.3], [-1, 0.5], [0, 0], [0, 0]])
    seen = seen + lean + rng.normal(0, 0.006 * size[0], (4, 2))
    return np.asarray(cv2.getPerspectiveTransform(corners, seen.astype(np.float32)), np.float64)


def _table(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Give (height, width, 3) of a wooden table."""
    fibres = rng.standard_normal((size[1], size[0])).astype(np.float32)
    grain = cv2.GaussianBlur(fibres, (0, 0), sigmaX=60, sigmaY=1.6)
    grain = 1 + 0.10 * grain / max(float(grain.std()), 1e-6)
    return np.asarray(grain[:, :, None] * np.array([0.45, 0.32, 0.22], np.float32), np.float32)


def _light(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Give (height, width) of a window's light with the soft shadow of a hand over one corner."""
    across, down = np.meshgrid(np.linspace(0, 1, size[0]), np.linspace(0, 1, size[1]))
    window = 1.05 - 0.25 * np.hypot(across - rng.uniform(0, 0.4), down - rng.uniform(0, 0.3))
    edge = across + 0.7 * down - rng.uniform(1.15, 1.35) + 0.06 * np.sin(9 * down)
    shadow = 0.30 / (1 + np.exp(-edge / 0.025))
    return np.asarray(window * (1 - shadow), np.float32)

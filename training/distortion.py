"""Crops changed anew in every epoch: distorted as other hands write, now and then damaged beyond mending."""

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.reading.mnist_format import SIZE_PX, to_mnist_format

Image = NDArray[np.uint8]

_TURN, _SHEAR, _SCALE, _SHIFT_PX = 0.13, 0.13, 0.09, 0.9
"""Standard deviations at full strength: radians, a share, a share, px."""
_WARPS = ((4, 0.8), (7, 0.5))
"""Elastic displacement: knots along a side, standard deviation in px."""
_PEN_SHARE = 0.4
"""Share of crops whose strokes are made thinner or thicker."""
_CROSS = np.asarray(cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)), np.uint8)


def distorted(images: Image, rng: np.random.Generator, strength: float = 1.0) -> Image:
    """Distort crops, each in its own way.

    Affine and elastic (Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to
    visual document analysis", ICDAR 2003) in one resampling, then dilated or eroded in part.

    Parameters
    ----------
    images
        (N, 28, 28) uint8, ink 255; not changed.
    strength
        0 leaves them as they are, 1 is what handwriting bears.

    Returns
    -------
    NDArray
        (N, 28, 28) uint8, ink 255.
    """
    places = _places(len(images), rng, strength)
    result = np.empty_like(images)
    thicker, blend = rng.random(len(images)) < 0.5, rng.random(len(images)) * strength
    blend[rng.random(len(images)) > _PEN_SHARE] = 0
    for number, image in enumerate(images):
        moved = cv2.remap(image, places[number, 0], places[number, 1], cv2.INTER_LINEAR)
        if blend[number] > 0:
            changed = cv2.dilate(moved, _CROSS) if thicker[number] else cv2.erode(moved, _CROSS)
            share = blend[number] * (1.0 if thicker[number] else 0.6)  # an eroded thin stroke would be gone
            moved = cv2.addWeighted(changed, share, moved, 1 - share, 0)
        result[number] = moved
    return result


def damaged(images: Image, rng: np.random.Generator, share: float) -> Image:
    """Damage a share of crops: specks, noise, grain, ruled lines, strokes cut off, blur, low contrast or resolution.

    Parameters
    ----------
    images
        (N, 28, 28) uint8, ink 255; not changed.

    Returns
    -------
    NDArray
        (N, 28, 28) uint8, ink 255, in MNIST format where damaged.
    """
    result = images.copy()
    for number in np.flatnonzero(rng.random(len(images)) < share):
        spoilt = images[number]
        for _ in range(rng.integers(1, 3)):
            spoilt = DAMAGES[rng.integers(len(DAMAGES))](spoilt, rng)
        result[number] = to_mnist_format(spoilt)
    return result


def _specks(image: Image, rng: np.random.Generator) -> Image:
    spoilt, place = image.copy(), rng.random(image.shape)
    share = rng.uniform(0, 0.12)
    spoilt[place < share] = 0
    spoilt[place > 1 - share * rng.random()] = 255
    return spoilt


def _noise(image: Image, rng: np.random.Generator) -> Image:
    spoilt = image + rng.normal(0, rng.uniform(5, 60), image.shape)
    return np.asarray(np.clip(spoilt, 0, 255), np.uint8)


def _grain(image: Image, rng: np.random.Generator) -> Image:
    """Let ink cover the paper unevenly, in grains of 1 to 3 px: multiplicative speckle of gamma distribution."""
    size = SIZE_PX if rng.random() < 0.5 else int(rng.integers(SIZE_PX // 3, SIZE_PX))
    looks = rng.uniform(0.5, 8)
    speckle = cv2.resize(rng.gamma(looks, 1 / looks, (size, size)), image.shape, interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(image * np.asarray(speckle), 0, 255), np.uint8)


def _ruled(image: Image, rng: np.random.Generator) -> Image:
    """Draw one to three lines across, or erase such lines, solid or broken."""
    lines = np.zeros_like(image)
    for _ in range(rng.integers(1, 4)):
        start, end = rng.integers(-4, SIZE_PX + 4, (2, 2)).tolist()
        cv2.line(lines, start, end, 255, int(rng.integers(1, 3)), cv2.LINE_AA)
    if rng.random() < 0.4:
        lines[rng.random(image.shape) < 0.5] = 0
    return np.asarray(np.maximum(image, lines) if rng.random() < 0.7 else np.minimum(image, 255 - lines), np.uint8)


def _cut_off(image: Image, rng: np.random.Generator) -> Image:
    """Erase up to 6 px of the ink on one side."""
    turns = int(rng.integers(4))
    spoilt = np.rot90(image, turns).copy()
    first = int(np.argmax(spoilt.any(axis=1)))
    spoilt[: first + int(rng.integers(1, 7))] = 0
    return np.ascontiguousarray(np.rot90(spoilt, -turns)) if spoilt.any() else image


def _blurred(image: Image, rng: np.random.Generator) -> Image:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.8)), np.uint8)


def _faint(image: Image, rng: np.random.Generator) -> Image:
    """Lower the contrast, unevenly, over a background of any level."""
    slope = np.linspace(rng.uniform(0.2, 1), rng.uniform(0.2, 1), SIZE_PX)
    light = slope if rng.random() < 0.5 else slope[:, None]
    return np.asarray(image * light * (1 - rng.random() * 0.6) + rng.uniform(0, 90) * light, np.uint8)


def _coarse(image: Image, rng: np.random.Generator) -> Image:
    size = int(rng.integers(9, 20))
    small = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (SIZE_PX, SIZE_PX), interpolation=cv2.INTER_NEAREST), np.uint8)


DAMAGES = (_specks, _noise, _grain, _ruled, _cut_off, _blurred, _faint, _coarse)


def _places(count: int, rng: np.random.Generator, strength: float) -> NDArray[np.float32]:
    """Where each px of the results comes from: (count, 2, 28, 28) float32, x and y."""
    turn, shear = rng.normal(0, _TURN * strength, count), rng.normal(0, _SHEAR * strength, count)
    scale = np.exp(rng.normal(0, _SCALE * strength, (2, count)))
    linear = np.array([[np.cos(turn), shear - np.sin(turn)], [np.sin(turn), np.cos(turn)]]) / scale[:, None]
    axis = np.arange(SIZE_PX) - (SIZE_PX - 1) / 2
    grid = np.stack(np.meshgrid(axis, axis))
    shift = rng.normal(0, _SHIFT_PX * strength, (count, 2, 1, 1)) + (SIZE_PX - 1) / 2
    places = np.einsum("rcn,cyx->nryx", linear, grid) + shift
    for knots, reach_px in _WARPS:
        spline = np.asarray(cv2.resize(np.eye(knots), (knots, SIZE_PX), interpolation=cv2.INTER_CUBIC))
        noise = rng.normal(0, reach_px * strength, (count, 2, knots, knots)) * rng.random((count, 1, 1, 1))
        places += spline @ noise @ spline.T
    return np.asarray(places, np.float32)

"""The fifteen corruptions of MNIST-C: digits as bad sensors, lenses, weather and other strokes would leave them.

Mu and Gilmer, "MNIST-C: A robustness benchmark for computer vision" (ICML 2019 workshop on uncertainty and robustness
in deep learning, arXiv 1906.02337), each at the severity which that benchmark fixes for it. Written anew with numpy
and OpenCV, with other random numbers: the images are not the same, but as hard to read. For measuring only: nothing
is trained or chosen on them.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.reading.mnist_format import SIZE_PX

Image = NDArray[np.uint8]
Layer = NDArray[np.float32]
"""(28, 28) float32, ink 1 on 0."""

CENTRE_PX = (SIZE_PX - 1) / 2
PHOTONS = 3
"""Mean number of photons that a fully inked pixel sends: the fewer, the more shot noise."""
IMPULSE_SHARE = 0.17
"""Share of pixels turned to full ink or to none."""
GLASS_BLUR_PX, GLASS_ROUNDS = 0.7, 2
MOTION_BLUR_PX, MOTION_LENGTH_PX, MOTION_MAX_TURN = 3.0, 10, np.pi / 4
SHEAR_RAD, TURN_RAD, SHRINK, SHIFT_PX = 0.4, 0.4, 0.7, 3
BRIGHTNESS = 0.5
STRIPE_PX = 7
"""Width of the stripe on each side whose polarity is turned round."""
FOG, FOG_MAP_PX, FOG_ROUGHNESS = 3.0, 256, 1.4**-2
"""Thickness of the fog against ink of 1, size of the map that it is cut from, reach of an octave to the last one's."""
SPLASH_MEAN, SPLASH_SPREAD, SPLASH_LEVEL, SPLASH_GREY = 0.65, 0.3, 0.65, 63 / 255
SPLASH_BLUR_PX, SPLASH_EDGE_PX, SPLASH_CORE = 1.0, 1.5, 0.8
LINE_REACH_PX = 2.3
"""Where the brightness of a line, 1 + log(1 - distance / reach), ends at the latest."""
DASH_PX = 2
ZIGZAG_STEP_PX, ZIGZAG_COLUMNS, ZIGZAG_MAX_RISE_PX = 2.0, (2, 25), 5
CANNY_BLUR_PX, CANNY_LOW, CANNY_HIGH = 1.0, 0.1, 0.2


def corrupted(images: Image, name: str, seed: int) -> Image:
    """Corrupt each of N images.

    Parameters
    ----------
    images
        (N, 28, 28) uint8, ink 255. Not changed.
    name
        One of `CORRUPTIONS`.
    seed
        The same seed gives the same bytes; every corruption draws numbers of its own from it.

    Returns
    -------
    NDArray
        (N, 28, 28) uint8, ink 255, not in MNIST format.
    """
    rng = np.random.default_rng([seed, list(CORRUPTIONS).index(name)])
    return np.array([CORRUPTIONS[name](image, rng) for image in images], np.uint8).reshape(images.shape)


def shot_noise(image: Image, rng: np.random.Generator) -> Image:
    """Count photons: Poisson noise that grows with the ink."""
    return _to_image(rng.poisson(_to_layer(image) * PHOTONS) / PHOTONS)


def impulse_noise(image: Image, rng: np.random.Generator) -> Image:
    """Turn a share of the pixels to salt or pepper, as likely as each other."""
    hit = rng.random(image.shape) < IMPULSE_SHARE
    salt = np.where(rng.random(image.shape) < 0.5, np.uint8(255), np.uint8(0))
    return np.where(hit, salt, image)


def glass_blur(image: Image, rng: np.random.Generator) -> Image:
    """Look through frosted glass: blur, swap pixels with neighbours at random, blur again."""
    pixels = _blurred(_to_layer(image), GLASS_BLUR_PX)
    for _ in range(GLASS_ROUNDS):
        pixels = _shuffled(pixels, rng)
    return _to_image(_blurred(pixels, GLASS_BLUR_PX))


def motion_blur(image: Image, rng: np.random.Generator) -> Image:
    """Move the digit while the shutter is open: a fading trail to one side, rising or falling by up to 45 degrees."""
    turn = rng.uniform(-MOTION_MAX_TURN, MOTION_MAX_TURN)
    along = np.arange(MOTION_LENGTH_PX + 1)
    weights = np.exp(-(along**2) / (2 * MOTION_BLUR_PX**2))
    steps = np.rint(np.outer(along, [np.sin(turn), np.cos(turn)])).astype(int) + MOTION_LENGTH_PX
    kernel = np.zeros([2 * MOTION_LENGTH_PX + 1] * 2, np.float32)
    np.add.at(kernel, (steps[:, 0], steps[:, 1]), weights / weights.sum())
    return _to_image(cv2.filter2D(_to_layer(image), -1, kernel, borderType=cv2.BORDER_REPLICATE))


def shear(image: Image, rng: np.random.Generator) -> Image:
    """Slant the digit to one side."""
    angle = _either_side(rng) * SHEAR_RAD
    return _warped(image, np.array([[1, -np.sin(angle)], [0, np.cos(angle)]]))


def scale(image: Image, _rng: np.random.Generator) -> Image:
    """Shrink the digit."""
    return _warped(image, np.eye(2) / SHRINK)


def rotate(image: Image, rng: np.random.Generator) -> Image:
    """Turn the digit to one side."""
    angle = _either_side(rng) * TURN_RAD
    return _warped(image, np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]))


def brightness(image: Image, _rng: np.random.Generator) -> Image:
    """Add a constant to ink and paper alike."""
    return _to_image(_to_layer(image) + BRIGHTNESS)


def translate(image: Image, rng: np.random.Generator) -> Image:
    """Move the digit towards a corner."""
    return _warped(image, np.eye(2), (_either_side(rng) * SHIFT_PX, _either_side(rng) * SHIFT_PX))


def stripe(image: Image, _rng: np.random.Generator) -> Image:
    """Turn the polarity of both sides round."""
    striped = image.copy()
    for side in (slice(None, STRIPE_PX), slice(-STRIPE_PX, None)):
        striped[:, side] = 255 - image[:, side]
    return striped


def fog(image: Image, rng: np.random.Generator) -> Image:
    """Lay fog over the digit, a corner of a fractal landscape, and dim both until they fit."""
    ink, cloud = _to_layer(image), _landscape(rng)[:SIZE_PX, :SIZE_PX]
    return _to_image((ink + FOG * cloud) * ink.max() / (ink.max() + FOG))


def spatter(image: Image, rng: np.random.Generator) -> Image:
    """Splash grey drops over the digit that hide what is below them."""
    liquid = rng.normal(SPLASH_MEAN, SPLASH_SPREAD, image.shape).astype(np.float32)
    drops = (_blurred(liquid, SPLASH_BLUR_PX) > SPLASH_LEVEL).astype(np.float32)
    cover = _blurred(drops, SPLASH_EDGE_PX)
    cover[cover < SPLASH_CORE] = 0
    return _to_image(_to_layer(image) * (1 - cover) + SPLASH_GREY * cover)


def dotted_line(image: Image, rng: np.random.Generator) -> Image:
    """Draw a dashed line across the whole image, at any height and slope."""
    first, last = rng.integers(0, SIZE_PX - 1, 2)
    line = _line(np.linspace(first, last, SIZE_PX))
    return _to_image(_to_layer(image) + line * (np.arange(SIZE_PX) // DASH_PX % 2))


def zigzag(image: Image, rng: np.random.Generator) -> Image:
    """Draw a zigzag across the image, at any height and nearly level."""
    begin, end = ZIGZAG_COLUMNS
    rise = rng.integers(-ZIGZAG_MAX_RISE_PX, ZIGZAG_MAX_RISE_PX)
    length = np.hypot(end - begin, rise)
    along = np.r_[0, np.arange(ZIGZAG_STEP_PX, length, 2 * ZIGZAG_STEP_PX), length]
    across = ZIGZAG_STEP_PX * np.r_[0, (-1.0) ** np.arange(len(along) - 2), 0]
    forward = np.array([end - begin, rise]) / length
    x, y = np.outer(forward, along) + np.outer([-forward[1], forward[0]], across)
    rows = np.interp(np.arange(SIZE_PX), x + begin, y, left=np.nan, right=np.nan)
    return _to_image(_to_layer(image) + _line(rows + rng.integers(0, SIZE_PX - 1)))


def canny_edges(image: Image, _rng: np.random.Generator) -> Image:
    """Leave only the edges (Canny, "A computational approach to edge detection", 1986)."""
    smooth = cv2.GaussianBlur(image, (0, 0), CANNY_BLUR_PX, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(cv2.Canny(smooth, CANNY_LOW * 255, CANNY_HIGH * 255, L2gradient=True), np.uint8)


CORRUPTIONS: dict[str, Callable[[Image, np.random.Generator], Image]] = {
    "shot noise": shot_noise,
    "impulse noise": impulse_noise,
    "glass blur": glass_blur,
    "motion blur": motion_blur,
    "shear": shear,
    "scale": scale,
    "rotate": rotate,
    "brightness": brightness,
    "translate": translate,
    "stripe": stripe,
    "fog": fog,
    "spatter": spatter,
    "dotted line": dotted_line,
    "zigzag": zigzag,
    "canny edges": canny_edges,
}
"""Name -> (28, 28) uint8 image, ink 255, and random generator -> the same kind of image, corrupted."""


def _to_layer(image: Image) -> Layer:
    return np.asarray(image / np.float32(255), np.float32)


def _to_image(layer: NDArray[np.number]) -> Image:
    return np.asarray(np.rint(np.clip(layer, 0, 1) * 255), np.uint8)


def _blurred(layer: Layer, sigma_px: float) -> Layer:
    return np.asarray(cv2.GaussianBlur(layer, (0, 0), sigma_px, borderType=cv2.BORDER_REPLICATE), np.float32)


def _shuffled(layer: Layer, rng: np.random.Generator) -> Layer:
    """Go through the pixels from the last on; swap every other one, by lot, with itself or one up or left of it."""
    pixels = layer.ravel().tolist()
    swaps = rng.random((SIZE_PX, SIZE_PX)) < 0.5
    others = np.arange(SIZE_PX**2) - (rng.integers(0, 2, (2, SIZE_PX**2)) * [[SIZE_PX], [1]]).sum(axis=0)
    swaps[:2] = swaps[:, :2] = False
    for i in np.flatnonzero(swaps)[::-1].tolist():
        j = int(others[i])
        pixels[i], pixels[j] = pixels[j], pixels[i]
    return np.array(pixels, np.float32).reshape(layer.shape)


def _landscape(rng: np.random.Generator) -> Layer:
    """Raise a fractal landscape (Fournier, Fussell and Carpenter, "Computer rendering of stochastic models", 1982).

    Each octave puts a new point into the middle of every four, first of those that make an upright square, then of
    those that make one on its tip: at their mean height, give or take a reach that shrinks. (256, 256) float32, 0-1.
    """
    land, reach = np.zeros((1, 1), np.float32), np.float32(1)
    while len(land) < FOG_MAP_PX:
        bumps = (2 * rng.random((3, *land.shape), np.float32) - 1) * reach
        beside, below = np.roll(land, -1, 1), np.roll(land, -1, 0)
        middles = (land + beside + below + np.roll(beside, -1, 0)) / 4 + bumps[0]
        finer = np.empty((2 * len(land), 2 * len(land)), np.float32)
        finer[::2, ::2], finer[1::2, 1::2] = land, middles
        finer[::2, 1::2] = (land + beside + middles + np.roll(middles, 1, 0)) / 4 + bumps[1]
        finer[1::2, ::2] = (land + below + middles + np.roll(middles, 1, 1)) / 4 + bumps[2]
        land, reach = finer, reach * np.float32(FOG_ROUGHNESS)
    return np.asarray((land - land.min()) / np.ptp(land), np.float32)


def _warped(image: Image, matrix: NDArray[np.floating], shift_px: tuple[float, float] = (0, 0)) -> Image:
    """Take each pixel from where `matrix`, about the middle, and the shift lead: an inverse map."""
    offset = CENTRE_PX - matrix @ [CENTRE_PX, CENTRE_PX] + shift_px
    inverse_map = np.column_stack([matrix, offset])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(image, inverse_map, (SIZE_PX, SIZE_PX), flags=flags), np.uint8)


def _either_side(rng: np.random.Generator) -> int:
    return 1 if rng.random() < 0.5 else -1


def _line(rows: NDArray[np.floating]) -> Layer:
    """Draw a soft line through row `rows[c]` of each column c, none where that is NaN: (28, 28) float32."""
    distance = np.abs(np.arange(SIZE_PX)[:, None] - rows)
    inside = np.clip(1 - distance / LINE_REACH_PX, 1e-9, 1)
    return np.asarray(np.nan_to_num(np.clip(1 + np.log(inside), 0, 1)), np.float32)

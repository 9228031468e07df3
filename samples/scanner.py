"""A believable scanner: what it does to a clean sheet of paper, and where each point of it ends up."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Scanner:
    """How a scanner treats paper; lengths are px, shades are parts of full white (0-1).

    Attributes
    ----------
    skew_deg
        The paper lies turned clockwise by this.
    shear, stretch
        Part by which the upright edge leans, and by which the feed lengthens the page.
    shift_px
        The paper lies this far to the right and down.
    blur_px
        Standard deviation of the optics' blur.
    noise
        Standard deviation of the sensor's noise.
    paper, ink
        How bright white paper and full black come out; above 1 paper is burnt out to white.
    shading
        Fall of the light from one side to the other.
    gutter
        Depth of the shadow along the left edge, where a book is bound.
    dust
        Specks a megapixel, dark or bright.
    streak
        Depth of one line along the feed, from dirt on the glass.
    lid
        Shade of what is seen beside the paper.
    """

    skew_deg: float = 0.0
    shear: float = 0.0
    stretch: float = 0.0
    shift_px: tuple[float, float] = (0.0, 0.0)
    blur_px: float = 0.6
    noise: float = 0.012
    paper: float = 0.97
    ink: float = 0.08
    shading: float = 0.04
    gutter: float = 0.0
    dust: float = 6.0
    streak: float = 0.0
    lid: float = 0.95


def some_scanner(rng: np.random.Generator, max_skew_deg: float = 2.5) -> Scanner:
    """Choose a scanner of everyday quality with a sheet laid onto it by hand."""
    return Scanner(
        skew_deg=float(rng.uniform(-max_skew_deg, max_skew_deg)),
        shear=float(rng.normal(0, 0.002)),
        stretch=float(rng.normal(0, 0.004)),
        shift_px=(float(rng.normal(0, 6)), float(rng.normal(0, 6))),
        blur_px=float(rng.uniform(0.4, 0.9)),
        noise=float(rng.uniform(0.006, 0.018)),
        paper=float(rng.uniform(0.93, 1.03)),
        ink=float(rng.uniform(0.04, 0.16)),
        shading=float(rng.uniform(0.0, 0.06)),
        dust=float(rng.uniform(2, 12)),
    )


def scan(
    image: NDArray[np.uint8], rng: np.random.Generator, scanner: Scanner = Scanner()
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Scan a sheet.

    Parameters
    ----------
    image
        (height, width, 3) or (height, width) uint8, clean paper 255.

    Returns
    -------
    pixels
        uint8 of the same shape; paper bright, with the scanner's faults.
    matrix
        (3, 3) float64, pixels <- image, (x, y, 1).
    """
    matrix = _feed(image.shape, scanner)
    size = (image.shape[1], image.shape[0])
    # Tones first: what lies beside the paper is no paper.
    tones = scanner.ink + (scanner.paper - scanner.ink) * image.astype(np.float32) / 255
    fed = cv2.warpAffine(
        tones, matrix[:2], size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(scanner.lid,) * 4
    )
    plane = _lamp(image.shape[:2], rng, scanner) + _dust(image.shape[:2], rng, scanner)
    seen = cv2.GaussianBlur(fed, (0, 0), scanner.blur_px) * (plane if fed.ndim == 2 else plane[:, :, None])
    light = seen + scanner.noise * rng.standard_normal(seen.shape, np.float32)
    return np.rint(255 * light.clip(0, 1)).astype(np.uint8), matrix


def to_grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give (height, width) uint8 grey of red-green-blue pixels."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def to_black_and_white(pixels: NDArray[np.uint8], threshold: int = 150) -> NDArray[np.uint8]:
    """Give (height, width) uint8, 0 or 255, as a scanner set to 1 bit delivers."""
    grey = pixels if pixels.ndim == 2 else to_grey(pixels)
    return np.where(grey > threshold, 255, 0).astype(np.uint8)


def _feed(shape: tuple[int, ...], scanner: Scanner) -> NDArray[np.float64]:
    """Give the 3x3 matrix by which the paper lies on the glass, about its middle."""
    middle = (np.array(shape[1::-1]) - 1) / 2
    turn = np.radians(scanner.skew_deg)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    linear = rotation @ [[1, scanner.shear], [0, 1 + scanner.stretch]]
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = middle - linear @ middle + scanner.shift_px
    return matrix


def _lamp(shape: tuple[int, int], rng: np.random.Generator, scanner: Scanner) -> NDArray[np.float32]:
    """Give the (height, width) brightness of the light: a slope, the gutter's shadow, a streak."""
    across, down = np.linspace(0, 1, shape[1]), np.linspace(0, 1, shape[0])[:, None]
    way = rng.uniform(0, 2 * np.pi)
    slope = (np.cos(way) * (across - 0.5) + np.sin(way) * (down - 0.5)) / 1.4 + 0.5
    lamp = 1 - scanner.shading * slope - scanner.gutter * np.exp(-across / 0.05)
    lamp[:, round(rng.uniform(0.1, 0.9) * (shape[1] - 2))] -= scanner.streak
    return np.asarray(lamp, np.float32)


def _dust(shape: tuple[int, int], rng: np.random.Generator, scanner: Scanner) -> NDArray[np.float32]:
    """Give what specks and hairs add to or take from each pixel's light, (height, width)."""
    dust = np.zeros(shape, np.float32)
    for _ in range(rng.poisson(scanner.dust * shape[0] * shape[1] / 1e6)):
        place = (int(rng.integers(shape[1])), int(rng.integers(shape[0])))
        depth = float(rng.choice([-0.75, -0.4, 0.3]))
        axes = (int(rng.integers(0, 3)), int(rng.integers(0, 2)))
        cv2.ellipse(dust, place, axes, float(rng.uniform(0, 180)), 0, 360, depth, -1, cv2.LINE_8)
    return dust

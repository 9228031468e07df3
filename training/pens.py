"""Shapes written anew with another pen and hand: turned, slanted, warped, thinner or thicker."""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

CANVAS_PX = 72
"""Side of the canvas that shapes are written on."""
BODY_PX = 52.0
"""Longer side of a shape on the canvas before it is warped; 20 px of MNIST format."""
PEN_SHARES = (0.05, 0.26)
"""Width of a stroke as a share of the shape's longer side: a fine pen to a marker."""
_EDGE_PX = 1.2
"""Width of a stroke's soft edge."""
_BACK_OFF = (1.0, 0.6, 0.3, 0.0)
"""Shares of a change of width that are tried until no stroke breaks and no loop fills."""
_CROSS = np.asarray(cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)), np.uint8)
_RIDGE_PX, _HAIR_PX = 0.4, 0.5
"""The middle of a stroke is where nothing beside it is deeper by more than this; it stays, so many px deep."""


def rewritten(shape: Image, rng: np.random.Generator, warp_px: float = 1.6) -> Image:
    """Write a shape as another hand and pen would.

    Turned, slanted and stretched, then warped elastically (Simard, Steinkraus and Platt, "Best practices for
    convolutional neural networks", ICDAR 2003), then given another width of stroke by moving its outline.

    Parameters
    ----------
    shape
        (H, W) uint8, ink 255, mostly strokes.
    warp_px
        Standard deviation of the elastic displacement.

    Returns
    -------
    NDArray
        (CANVAS_PX, CANVAS_PX) uint8, ink 255.
    """
    turn, slant = rng.normal(0, 0.09), rng.normal(0, 0.12)
    linear = np.array([[np.cos(turn), -np.sin(turn) + slant], [np.sin(turn), np.cos(turn)]])
    linear = linear * rng.uniform([[0.85], [0.9]], [[1.15], [1.05]]) * (BODY_PX / _body(shape))
    back = np.linalg.inv(linear).astype(np.float32)
    grid = np.stack(np.meshgrid(*[np.arange(CANVAS_PX, dtype=np.float32) - CANVAS_PX / 2] * 2), axis=-1)
    grid = grid + smooth_noise(CANVAS_PX, 4, rng) * np.float32(warp_px)
    places = (grid @ back.T + [(shape.shape[1] - 1) / 2, (shape.shape[0] - 1) / 2]).astype(np.float32)
    large = cv2.remap(shape, places[..., 0], places[..., 1], cv2.INTER_CUBIC)
    ink = (large > rng.uniform(80, 150)).astype(np.uint8)
    width_px = BODY_PX * float(np.exp(rng.uniform(*np.log(PEN_SHARES))))
    return with_pen(ink, width_px)


def with_pen(ink: Image, width_px: float) -> Image:
    """Give strokes about the width `width_px`, but break none and fill no loop.

    Parameters
    ----------
    ink
        (H, W) uint8, 1 on 0.

    Returns
    -------
    NDArray
        (H, W) uint8, ink 255, with soft edges.
    """
    if not ink.any():
        return ink
    inside = cv2.distanceTransform(ink, cv2.DIST_L2, 3)
    depth = inside - cv2.distanceTransform(1 - ink, cv2.DIST_L2, 3)
    found_px = 4 * float(inside[ink > 0].mean())  # the mean depth of a stroke is a quarter of its width
    wider = np.clip(width_px, 0.4 * found_px, 2.2 * found_px) - found_px
    middle = (ink > 0) & (inside >= cv2.dilate(inside, _CROSS) - _RIDGE_PX)
    parts = _topology(ink)
    for share in _BACK_OFF:
        moved = np.where(middle, np.maximum(depth + share * wider / 2, _HAIR_PX), depth + share * wider / 2)
        if share == 0 or _topology((moved > 0).astype(np.uint8)) == parts:
            break
    return np.asarray(np.clip(moved / _EDGE_PX + 0.5, 0, 1) * 255, np.uint8)


def smooth_noise(size_px: int, knots: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw a smooth random field, (size_px, size_px, 2) float32, about 1 at its knots, `knots` along each side."""
    coarse = rng.standard_normal((knots, knots, 2)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (size_px, size_px), interpolation=cv2.INTER_CUBIC), np.float32)


def trimmed(ink: Image) -> Image:
    """Cut an image to its ink; one without ink stays as it is."""
    left, top, width, height = cv2.boundingRect((ink > 64).astype(np.uint8))
    return ink[top : top + height, left : left + width] if width else ink


def _body(shape: Image) -> float:
    """Longer side of the ink, px."""
    _, _, width, height = cv2.boundingRect((shape > 64).astype(np.uint8))
    return float(max(width, height, 1))


def _topology(ink: Image) -> tuple[int, int]:
    """Count strokes and loops, those of a few px left out."""
    _, _, strokes, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    _, _, holes, _ = cv2.connectedComponentsWithStats(1 - ink, connectivity=4)
    return int((strokes[1:, cv2.CC_STAT_AREA] > 12).sum()), int((holes[1:, cv2.CC_STAT_AREA] > 12).sum())

"""Boxes on a page -> strips: each box unwarped to one height, its frame and what is not its own left behind."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.reading.frames import BAND_PX, MIN_DARKNESS, without_frame
from digitizer.reading.mnist_format import BOX_PX
from digitizer.reading.patches import MARGIN_PX, Patches, inner, make_even
from digitizer.reading.rulings import reduce

STRIP_PX = 48
"""Height of a box in its strip."""
_MIN_ASPECT, _MAX_ASPECT = 0.5, 40.0
"""Width over height of the narrowest and of the longest box; others are squeezed."""
_MAX_REDUCTION = 1.6
"""Page px per px of the strip above which the page is reduced first, so that no thin stroke is missed."""
_MIN_SIDE_PX = 6.0
"""Side of the smallest box on a page that can be read."""
_OFF_PAGE = 0.1
"""How far a box may reach beyond the page, in its shorter sides."""
_BLACK_SHARE, _DARK_PAPER, _AROUND_PX = 0.5, 60.0, 8
"""Share of the paper's grey level below which a box is black; the darkest paper; px around a box that show it."""
_GUIDE_SHARE = 0.3
"""Share of the pen's darkness below which marks are guides, show-through or shadows."""
_PEN_PX = 40
"""Area of the darkest ink of a box that the pen's darkness is taken from."""
_MIN_PIECE_PX, MIN_INK_PX = 8, 24
"""Area of the smallest piece that is no dust, and of ink below which a box is blank."""
_MIN_EXTENT = 0.2
"""Longer side of the ink, as a share of the box's height, below which it is blank."""
_MIN_INSIDE = 0.5
"""Share of a piece that lies in the box, if it is the box's own."""
_THIN_STROKE = 1.9
"""Width, in px of MNIST format, below which strokes are thickened."""
_SOFTNESS_PX = 0.7
"""Standard deviation of the blur that gives thickened strokes soft edges."""


@dataclass(frozen=True, slots=True)
class Strip:
    """What is written in one box.

    Attributes
    ----------
    ink
        (H, W) uint8, ink 255 on 0; the box is `MARGIN_PX` from the edges, and `STRIP_PX` high.
    pieces
        (H, W) int32, the connected pieces of its own ink numbered from 1, 0 elsewhere.
    count
        Pieces.
    area_px
        Ink, in px of the strip, before it was decided that the box is blank; a blank box has no pieces.
    blackened
        Whether no paper can be seen in the box; then it has no pieces either.
    """

    ink: NDArray[np.uint8]
    pieces: NDArray[np.int32]
    count: int
    area_px: int
    blackened: bool = False


def cut_strips(pixels: NDArray[np.uint8], quads: Sequence[NDArray[np.float64]]) -> list[Strip]:
    """Cut boxes out of a page.

    Parameters
    ----------
    pixels
        (height, width) uint8, grey, paper 255.
    quads
        (4, 2) float64 of each box, the middle of its frame in px: top left, top right, bottom right, bottom left.
    """
    levels = {1: pixels}
    raw = [_unwarp(np.asarray(quad), levels) for quad in quads]
    even = [make_even(*each) for each in raw]
    kept = [without_frame(patch)[0] for patch in even]
    pen = _pen_darkness(even, kept)
    strips = [_own_strokes(patch, mask, pen) for patch, mask in zip(even, kept, strict=True)]
    return [_blackened(strip) if _is_black(raws[0][1]) else strip for strip, (_, raws) in zip(strips, raw, strict=True)]


def _is_black(patch: NDArray[np.uint8]) -> bool:
    """Tell whether a box, (1, H, W) with its margin, is dark for its most part, and what is around it is not."""
    around = np.concatenate([patch[0, :_AROUND_PX].ravel(), patch[0, -_AROUND_PX:].ravel()])
    paper = max(float(np.quantile(around, 0.8)), _DARK_PAPER)
    return bool(np.median(inner(patch, BAND_PX)) < _BLACK_SHARE * paper)


def _blackened(strip: Strip) -> Strip:
    return Strip(np.zeros_like(strip.ink), np.zeros_like(strip.pieces), 0, strip.area_px, blackened=True)


def is_on_page(quad: NDArray[np.float64], pixels: NDArray[np.uint8]) -> bool:
    """Tell whether a box lies on the page, all of it or nearly so, and is large enough to hold something."""
    sides = np.linalg.norm(quad - np.roll(quad, 1, axis=0), axis=1)
    low, high = -_OFF_PAGE * sides.min(), np.array(pixels.shape[::-1]) - 1 + _OFF_PAGE * sides.min()
    return bool(sides.min() >= _MIN_SIDE_PX and (quad >= low).all() and (quad <= high).all())


def _unwarp(
    quad: NDArray[np.float64], levels: dict[int, NDArray[np.uint8]]
) -> tuple[tuple[int, int], list[tuple[int, NDArray[np.uint8]]]]:
    """Height and width of the box in its strip, and the strip: (0, (1, H, W) uint8), paper 255."""
    width = float(np.linalg.norm(quad[1] - quad[0]) + np.linalg.norm(quad[2] - quad[3])) / 2
    height = float(np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])) / 2
    core = STRIP_PX, round(STRIP_PX * float(np.clip(width / max(height, 1.0), _MIN_ASPECT, _MAX_ASPECT)))
    level = max(1, int(height / STRIP_PX / _MAX_REDUCTION) + 1) if height > _MAX_REDUCTION * STRIP_PX else 1
    if level not in levels:
        levels[level] = reduce(levels[1], level)
    low, right, bottom = MARGIN_PX - 0.5, MARGIN_PX + core[1] - 0.5, MARGIN_PX + core[0] - 0.5
    target = np.array([[low, low], [right, low], [right, bottom], [low, bottom]], np.float32)
    transform = cv2.getPerspectiveTransform(target, ((quad + 0.5) / level - 0.5).astype(np.float32))
    strip = cv2.warpPerspective(
        levels[level], transform, (core[1] + 2 * MARGIN_PX, core[0] + 2 * MARGIN_PX),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    return core, [(0, np.asarray(strip, np.uint8)[None])]


def _pen_darkness(patches: Sequence[Patches], kept: Sequence[NDArray[np.bool_]]) -> float:
    """Darkness of what the page is filled in with: of the darker half of its inked boxes, their median."""
    levels = []
    for patch, mask in zip(patches, kept, strict=True):
        strokes = np.sort(inner(np.where(mask, patch.darkness, 0), BAND_PX), axis=None)
        if len(strokes) >= _PEN_PX and strokes[-_PEN_PX] >= MIN_DARKNESS:
            levels.append(float(strokes[-_PEN_PX]))
    return sorted(levels)[(3 * len(levels)) // 4] if levels else 0.0


def _own_strokes(patch: Patches, kept: NDArray[np.bool_], pen: float) -> Strip:
    """Drop guides, dust, what is left of the frame and strokes of others; decide whether the box is blank."""
    darkness = patch.darkness[0]
    strong = (kept & (darkness >= max(_GUIDE_SHARE * pen, MIN_DARKNESS))).astype(np.uint8)
    count, labels, found, _ = cv2.connectedComponentsWithStats(strong, connectivity=8, ltype=cv2.CV_32S)
    stats = np.asarray(found, np.int32)
    edge = MARGIN_PX - 1
    inside = np.bincount(np.asarray(labels)[edge:-edge, edge:-edge].ravel(), minlength=count)
    area = stats[:, cv2.CC_STAT_AREA]
    own = (area >= _MIN_PIECE_PX) & (inside >= _MIN_INSIDE * area) & ~_is_residue(stats, patch.core)
    own[0] = False
    numbers = np.where(own, np.cumsum(own), 0).astype(np.int32)
    pieces = numbers[np.asarray(labels)]
    area_px = int(area[own].sum())
    extent = stats[own][:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(initial=0)
    if area_px < MIN_INK_PX or extent < _MIN_EXTENT * STRIP_PX:
        return Strip(np.zeros_like(darkness), np.zeros_like(pieces), 0, area_px)
    ink = np.where(cv2.dilate((pieces > 0).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0, darkness, 0)
    peak = max(float(np.quantile(darkness[pieces > 0], 0.9)), 1.0)
    bright = np.minimum(ink * np.float32(255 / peak), 255).astype(np.uint8)
    heights = stats[own][:, cv2.CC_STAT_HEIGHT]
    return Strip(_with_firm_strokes(bright, pieces > 0, float(np.median(heights))), pieces, int(own.sum()), area_px)


def _with_firm_strokes(ink: NDArray[np.uint8], mask: NDArray[np.bool_], height: float) -> NDArray[np.uint8]:
    """Thicken strokes that would be thinner than nearly all of MNIST's once digits of `height` px are brought to it."""
    solid = mask.astype(np.uint8)
    cross = np.asarray(cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)), np.uint8)
    outline = int(mask.sum()) - int(cv2.erode(solid, cross).sum())
    width = 2 * int(mask.sum()) / max(outline, 1) * BOX_PX / max(height, 1.0)
    if width >= _THIN_STROKE:
        return ink
    return np.asarray(cv2.GaussianBlur(cv2.dilate(ink, cross), (0, 0), _SOFTNESS_PX), np.uint8)


def _is_residue(stats: NDArray[np.int32], core: tuple[int, int]) -> NDArray[np.bool_]:
    """Which pieces lie wholly within the band beside the frame: what is left of it."""
    left, right = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_LEFT] + stats[:, cv2.CC_STAT_WIDTH]
    top, bottom = stats[:, cv2.CC_STAT_TOP], stats[:, cv2.CC_STAT_TOP] + stats[:, cv2.CC_STAT_HEIGHT]
    residue = (right <= MARGIN_PX + BAND_PX) | (left >= MARGIN_PX + core[1] - BAND_PX)
    return np.asarray(residue | (bottom <= MARGIN_PX + BAND_PX) | (top >= MARGIN_PX + core[0] - BAND_PX))

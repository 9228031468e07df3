"""Fields on a page -> the ink of each cell: frames, dust, guides and the neighbours' strokes are left behind.

1. Every cell is unwarped to a patch of fixed size, with a margin around the frame, and its paper is made even, so
   that ink is measured against the paper beside it (`patches.py`).
2. What is long, straight and near the frame is the frame; strokes that cross it are joined again (`frames.py`).
3. The pen's darkness is taken from all cells of the page; what is much lighter is a guide, or shows through.
4. Connected pieces that are dust, or stand mostly outside, go (`_own_strokes`).
5. What is left is the cell's ink; if it is next to nothing, the cell is blank, whatever a network would say.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.document import Field
from digitizer.reading.frames import BAND_PX, DOUBLE_PX, MIN_DARKNESS, without_frame
from digitizer.reading.mnist_format import BOX_PX
from digitizer.reading.patches import MARGIN_PX, Patches, inner, make_even, quantile, stacked, unwarp

_GUIDE_SHARE = 0.2
"""Share of the pen's darkness below which marks are guides, show-through or shadows."""
_GUIDE_SHARE_IF_PRINTED = 0.5
"""The same in fields of which it is known that something is printed in their cells."""
_WRITTEN, _WRITTEN_IF_PRINTED = 0.5, 0.1
"""Share of the cells with marks in them that are written in, at least; and where all others have guides."""
_MIN_PIECE_PX = 7
"""Area of the smallest piece that is no dust."""
_MIN_INK_PX = 14
"""Area of ink below which a cell is blank."""
_MIN_EXTENT = 0.2
"""Longer side of the ink, as a share of the cell's, below which a cell is blank."""
_THIN_STROKE = 1.9
"""Width in px of MNIST format below which a stroke is thickened; 95 % of MNIST's strokes are wider than 1.8."""
_SOFTNESS_PX = 0.7
"""Standard deviation of the blur that gives thickened strokes the soft edges of MNIST's."""
_MIN_INSIDE = 0.5
"""Share of a piece that lies in the cell, if it is the cell's own."""


@dataclass(frozen=True, slots=True)
class CellInk:
    """What is written in the cells of one field.

    Attributes
    ----------
    ink
        (N, H, W) uint8, ink 255 on 0, the darkest part of each cell's strokes 255; all 0 in blank cells.
    blank
        (N,) bool.
    area_px
        (N,) ink of each cell in patch px, before it was decided that a cell is blank.
    core
        Height and width of the cell within the patch, px; the margin around it is `MARGIN_PX`.
    """

    ink: NDArray[np.uint8]
    blank: NDArray[np.bool_]
    area_px: NDArray[np.intp]
    core: tuple[int, int]


def cut_cells(pixels: NDArray[np.uint8], fields: Sequence[Field]) -> list[CellInk]:
    """Cut the cells of all fields out of a page.

    Parameters
    ----------
    pixels
        (height, width) uint8, grey, paper 255.
    fields
        With cell quads in px of that page.
    """
    levels = {1: pixels}
    groups: dict[tuple[int, int], list[tuple[int, NDArray[np.uint8]]]] = defaultdict(list)
    for index, field in enumerate(fields):
        patches, core = unwarp(field, levels)
        groups[core].append((index, patches))
    alike = [make_even(core, members) for core, members in groups.items()]  # together: fewer and larger images
    cleaned = [without_frame(shape) for shape in alike]
    written = _WRITTEN_IF_PRINTED if any(field.guided for field in fields) else _WRITTEN
    pen = _pen_darkness(alike, cleaned, written)
    cuts: dict[int, CellInk] = {}
    for shape, kept in zip(alike, cleaned, strict=True):
        cuts |= _own_strokes(shape, kept, _least_darkness(shape, fields, pen))
    return [cuts[index] for index in range(len(fields))]


def _pen_darkness(patches: Sequence[Patches], cleaned: Sequence[NDArray[np.bool_]], written: float) -> float:
    """Darkness of what the page is filled in with: the median of the darkest `written` of its cells with marks."""
    levels = []
    for patch, kept in zip(patches, cleaned, strict=True):
        strokes = inner(np.where(kept, patch.darkness, 0), BAND_PX).reshape(len(kept), -1)
        strokes = np.sort(strokes, axis=1)[:, -_MIN_INK_PX:]
        levels.append(strokes[:, 0])
    level = np.sort(np.concatenate(levels)) if levels else np.zeros(0, np.uint8)
    level = level[level >= MIN_DARKNESS]
    return float(level[int((1 - written / 2) * len(level))]) if len(level) else 0.0


def _least_darkness(patches: Patches, fields: Sequence[Field], pen: float) -> NDArray[np.float64]:
    """(N,) darkness below which marks in each cell are guides."""
    least = np.empty(len(patches.darkness))
    for index, own in patches.fields:
        share = _GUIDE_SHARE_IF_PRINTED if fields[index].guided else _GUIDE_SHARE
        least[own] = max(share * pen, MIN_DARKNESS)
    return least


def _own_strokes(patches: Patches, kept: NDArray[np.bool_], least: NDArray[np.float64]) -> dict[int, CellInk]:
    """Drop guides, dust and the neighbours' strokes; decide which cells are blank; by index of the field."""
    darkness = patches.darkness
    count, height, _ = darkness.shape
    strong = kept & (darkness >= least[:, None, None])
    strong[:, 0] = strong[:, -1] = False  # pieces of neighbouring patches in the stack stay apart
    _, flat, counts, _ = cv2.connectedComponentsWithStats(
        stacked(strong.astype(np.uint8)), connectivity=8, ltype=cv2.CV_32S
    )
    labels, stats = flat.reshape(darkness.shape), np.asarray(counts, np.int32)
    pieces = len(stats)
    edge = MARGIN_PX - 1
    inside = np.bincount(labels[:, edge:-edge, edge:-edge].ravel(), minlength=pieces)
    area = stats[:, cv2.CC_STAT_AREA]
    own = (area >= _MIN_PIECE_PX) & (inside >= _MIN_INSIDE * area) & ~_is_residue(stats, patches.core, height)
    own[0] = False
    mask = own[labels]
    area_px = mask.reshape(count, -1).sum(axis=1)
    extent = np.maximum(_extent(mask.any(axis=2)), _extent(mask.any(axis=1)))
    blank = (area_px < _MIN_INK_PX) | (extent < _MIN_EXTENT * min(patches.core))
    near = cv2.dilate(stacked(mask.astype(np.uint8)), np.ones((3, 3), np.uint8)).reshape(mask.shape)
    ink = np.where(near > 0, darkness, 0)
    ink[blank] = 0
    peak = np.maximum(quantile(ink.reshape(count, -1), 0.995), 1)
    ink = np.minimum(ink * (255 / peak).astype(np.float32)[:, None, None], 255).astype(np.uint8)
    ink = _with_firm_strokes(ink, mask, extent)
    return {index: CellInk(ink[own], blank[own], area_px[own], patches.core) for index, own in patches.fields}


def _with_firm_strokes(ink: NDArray[np.uint8], mask: NDArray[np.bool_], extent: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Thicken on all sides the strokes that would be thinner than nearly all of MNIST's once brought to its size.

    Measured on pages scanned in 1 bit at 200 dpi, it takes a third of the seed network's errors away.
    The width of a stroke is twice its area over the length of its outline, which holds for thin figures.
    """
    solid = stacked(mask.astype(np.uint8))
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    core = cv2.erode(solid, cross).reshape(mask.shape)
    area = mask.reshape(len(mask), -1).sum(axis=1)
    outline = np.maximum(area - core.reshape(len(mask), -1).sum(axis=1), 1)
    width = 2 * area / outline * BOX_PX / np.maximum(extent, 1)
    thicker = cv2.GaussianBlur(cv2.dilate(stacked(ink), cross), (0, 0), _SOFTNESS_PX)
    return np.where((width < _THIN_STROKE)[:, None, None], thicker.reshape(ink.shape), ink)


def _is_residue(stats: NDArray[np.int32], core: tuple[int, int], height: int) -> NDArray[np.bool_]:
    """Which pieces are what is left of a frame: within the band beside it, or a double line along a whole side."""
    left, right = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_LEFT] + stats[:, cv2.CC_STAT_WIDTH]
    top = stats[:, cv2.CC_STAT_TOP] % height
    bottom = top + stats[:, cv2.CC_STAT_HEIGHT]
    residue = np.zeros(len(stats), bool)
    for first, last, along, size, length in (
        (left, right, bottom - top, core[1], core[0]),
        (top, bottom, right - left, core[0], core[1]),
    ):
        low, high = MARGIN_PX, MARGIN_PX + size
        residue |= (last <= low + BAND_PX) | (first >= high - BAND_PX)
        beside = (first <= low + 1) & (last <= low + DOUBLE_PX) | (last >= high - 1) & (first >= high - DOUBLE_PX)
        residue |= beside & (along >= 0.9 * length)
    return residue


def _extent(occupied: NDArray[np.bool_]) -> NDArray[np.intp]:
    """From the first to the last occupied place of each row, 0 where there is none."""
    first = occupied.argmax(axis=1)
    last = occupied.shape[1] - occupied[:, ::-1].argmax(axis=1)
    return np.where(occupied.any(axis=1), last - first, 0)

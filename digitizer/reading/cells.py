"""Fields on a page -> the ink of each cell: frames, dust, guides and the neighbours' strokes are left behind.

1. Every cell is unwarped to a patch of fixed size, with a margin around the frame (`unwarp_cells`).
2. Its paper is made even, so that ink is measured against the paper beside it (`_darkness`).
3. The pen's darkness is taken from all cells of the page; what is much lighter is a guide, or shows through.
4. What is long, straight and near the frame is the frame; strokes that cross it are joined again (`_without_frame`).
5. Connected pieces that are dust, or stand mostly outside, go (`_own_strokes`).
6. What is left is the cell's ink; if it is next to nothing, the cell is blank, whatever a network would say.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.document import Field
from digitizer.reading.mnist_format import BOX_PX
from digitizer.reading.rulings import reduce

CELL_PX = 44
"""Side of a square cell in its patch; other cells have the same area."""
_ASPECT_STEPS = 8
"""Shapes of patches per doubling of a cell's width over height: cells of nearly the same shape are cut together."""
MARGIN_PX = 12
"""Patch around the frame: what a stroke may reach out of its cell."""
_MAX_REDUCTION = 1.6
"""Page px per patch px above which the page is reduced first, so that no thin stroke is missed."""
_PAPER_PX = 21
"""Strokes are narrower than this in a patch."""
_BAND_PX = 6
"""The frame lies within so many px of where it was found."""
_FRAME_SHARE = 0.5
"""Straight pieces of this share of the cell's side within the band are frame."""
_MIN_FRAME, _FRAME_EDGE = 0.35, 0.6
"""Share of a cell's side that is dark along the frame where it is darkest, and on its other rows or columns."""
_MAX_FRAME_PX = 8
"""Thickness of the thickest frame."""
_DOTS_PX = 5
"""Gaps of a worn or dotted frame are shorter than this."""
_DOUBLE_PX = 13
"""The second line of a double frame lies no farther from the first."""
_MANY_CELLS = 4
"""Cells of a field from which it can be told what lines they have in common."""
_MIN_DARKNESS = 18.0
"""Grey levels below which nothing counts as ink, whatever the page."""
_GUIDE_SHARE = 0.2
"""Share of the pen's darkness below which marks are guides, show-through or shadows."""
_STROKE_SHARE = 0.4
"""Share of its own darkest part above which a px belongs to a stroke."""
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


@dataclass(frozen=True, slots=True)
class _Patches:
    """Cells of one shape.

    Attributes
    ----------
    darkness
        (N, H, W) uint8, 0 paper.
    core
        Height and width of the cell within the patch, px.
    fields
        For each field among them its index and where its cells lie in `darkness`.
    """

    darkness: NDArray[np.uint8]
    core: tuple[int, int]
    fields: tuple[tuple[int, slice], ...]


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
        patches, core = _unwarp(field, levels)
        groups[core].append((index, patches))
    alike = [_darkness(core, members) for core, members in groups.items()]  # together: fewer and larger images
    cleaned = [_without_frame(shape) for shape in alike]
    pen = _pen_darkness(alike, cleaned)
    cuts: dict[int, CellInk] = {}
    for shape, kept in zip(alike, cleaned, strict=True):
        cuts |= _own_strokes(shape, kept, pen)
    return [cuts[index] for index in range(len(fields))]


def _unwarp(field: Field, levels: dict[int, NDArray[np.uint8]]) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Patches of a field's cells, (N, H, W) uint8, paper 255, and the core's height and width.

    `levels` holds the page as it is (1) and what was made of it so far: reduced by 2, 3 ...
    """
    quads = np.array([cell.quad for cell in field.cells])
    width = float(np.median(np.linalg.norm(quads[:, 1] - quads[:, 0] + quads[:, 2] - quads[:, 3], axis=1))) / 2
    height = float(np.median(np.linalg.norm(quads[:, 3] - quads[:, 0] + quads[:, 2] - quads[:, 1], axis=1))) / 2
    scale = CELL_PX / (width * height) ** 0.5
    stretch = 2 ** (round(_ASPECT_STEPS * np.log2(width / height)) / _ASPECT_STEPS / 2)
    core = round(CELL_PX / stretch), round(CELL_PX * stretch)
    level = max(1, int(1 / (scale * _MAX_REDUCTION)) + 1) if 1 / scale > _MAX_REDUCTION else 1
    if level not in levels:
        levels[level] = reduce(levels[1], level)
    page = levels[level]
    size = core[1] + 2 * MARGIN_PX, core[0] + 2 * MARGIN_PX
    low, right, bottom = MARGIN_PX - 0.5, MARGIN_PX + core[1] - 0.5, MARGIN_PX + core[0] - 0.5
    target = np.array([[low, low], [right, low], [right, bottom], [low, bottom]], np.float32)
    patches = np.empty((len(quads), size[1], size[0]), np.uint8)
    for patch, quad in zip(patches, (quads + 0.5) / level - 0.5, strict=True):
        transform = cv2.getPerspectiveTransform(target, quad.astype(np.float32))
        patch[:] = cv2.warpPerspective(
            page, transform, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )
    return patches, core


def _stacked(patches: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """All patches below each other, as one image: (N * H, W)."""
    return patches.reshape(-1, patches.shape[2])


def _darkness(core: tuple[int, int], members: Sequence[tuple[int, NDArray[np.uint8]]]) -> _Patches:
    """How much darker each px is than the paper around it; `members` are fields with their patches."""
    patches = np.concatenate([patches for _, patches in members])
    ends = np.cumsum([len(patches) for _, patches in members]).tolist()
    fields = tuple((index, slice(end - len(own), end)) for (index, own), end in zip(members, ends, strict=True))
    image = _stacked(patches)
    paper = cv2.morphologyEx(cv2.blur(image, (3, 3)), cv2.MORPH_CLOSE, np.ones((_PAPER_PX, _PAPER_PX), np.uint8))
    darkness = cv2.subtract(cv2.blur(paper, (9, 9)), image)
    return _Patches(np.asarray(darkness, np.uint8).reshape(patches.shape), core, fields)


def _quantile(values: NDArray[np.uint8], share: float) -> NDArray[np.float64]:
    """Value that a share of each row does not exceed: (N, M) -> (N,)."""
    place = int(share * (values.shape[1] - 1))
    return np.asarray(np.partition(values, place, axis=1)[:, place], np.float64)


def _inner(patches: NDArray[np.uint8], border_px: int) -> NDArray[np.uint8]:
    """Crop the margin and a border inside the frame off the cells."""
    edge = MARGIN_PX + border_px
    return patches[:, edge:-edge, edge:-edge]


def _without_frame(patches: _Patches) -> NDArray[np.bool_]:
    """Which px may be stroke: dark, and not frame unless a stroke crosses it there; (N, H, W)."""
    darkness = patches.darkness
    inner = _inner(darkness, _BAND_PX).reshape(len(darkness), -1)
    peak = _quantile(inner, 0.99)
    frame_peak = _quantile(darkness.reshape(len(darkness), -1), 0.97)
    threshold = np.maximum(_STROKE_SHARE * np.minimum(peak, frame_peak), _MIN_DARKNESS)
    dark = (darkness >= threshold[:, None, None]).astype(np.uint8)
    frame = np.zeros_like(dark)
    for axis in (0, 1):
        frame |= _frame_lines(dark, patches, axis)
    rest = dark & ~frame
    return np.asarray(rest | _crossings(rest, frame & dark)).astype(bool)


def _frame_lines(dark: NDArray[np.uint8], patches: _Patches, axis: int) -> NDArray[np.uint8]:
    """Straight pieces along the frame: axis 0 its upper and lower side, axis 1 its left and right side."""
    length = max(int(_FRAME_SHARE * patches.core[1 - axis]), 3)
    near_frame = dark & _frame_bands(dark, patches, axis)
    near_frame[:, 0] = 0  # pieces of neighbouring patches in the stack stay apart
    along, across = ((1, length), (3, 1)) if axis == 0 else ((length, 1), (1, 3))
    dots = (1, _DOTS_PX) if axis == 0 else (_DOTS_PX, 1)
    image = cv2.morphologyEx(_stacked(near_frame), cv2.MORPH_CLOSE, np.ones(dots, np.uint8))
    joined = cv2.dilate(image, np.ones(across, np.uint8))
    lines = cv2.dilate(cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones(along, np.uint8)), np.ones(across, np.uint8))
    return np.asarray(lines, np.uint8).reshape(dark.shape)


def _frame_bands(dark: NDArray[np.uint8], patches: _Patches, axis: int) -> NDArray[np.uint8]:
    """Where the two sides of the frame along an axis run, patch by patch: (N, H, W), 1 there.

    Around the supposed place of a side, the row (or column) of the patch that is darkest over the length of the
    cell is the frame, and so are those beside it as long as they are dark too: a round stroke beside the frame is
    dark for a part of its length only.
    """
    core = patches.core
    inside = slice(MARGIN_PX + 2, MARGIN_PX + core[1 - axis] - 2)
    profile = (dark[:, :, inside] if axis == 0 else dark[:, inside]).mean(axis=2 - axis)
    chosen = np.zeros(profile.shape, bool)
    rows = np.arange(len(dark))
    for side in (MARGIN_PX, MARGIN_PX + core[axis]):
        first = side - _BAND_PX
        near = profile[:, first : side + _BAND_PX]
        line = np.zeros(near.shape, bool)
        line[rows, near.argmax(axis=1)] = near.max(axis=1) >= _MIN_FRAME
        for _ in range(_MAX_FRAME_PX):
            wider = line.copy()
            wider[:, 1:] |= line[:, :-1]
            wider[:, :-1] |= line[:, 1:]
            line |= wider & (near >= _FRAME_EDGE)
        chosen[:, first : side + _BAND_PX] |= line
    for _, own in patches.fields:
        if own.stop - own.start >= _MANY_CELLS:
            chosen[own] |= _common_lines(profile[own], core[axis])
    chosen[:, 1:-1] |= chosen[:, :-2] | chosen[:, 2:]
    bands = chosen[:, :, None] if axis == 0 else chosen[:, None, :]
    return np.broadcast_to(bands, dark.shape).astype(np.uint8)


def _common_lines(profile: NDArray[np.float64], size: int) -> NDArray[np.bool_]:
    """Second lines of a double frame: rows (or columns) near the sides that are dark in most cells of the field."""
    common = np.median(profile, axis=0)
    common = np.maximum(common, np.maximum(np.roll(common, 1), np.roll(common, -1)))
    place = np.arange(len(common))
    near = np.minimum(np.abs(place - MARGIN_PX), np.abs(place - MARGIN_PX - size)) <= _DOUBLE_PX
    return (profile >= _FRAME_EDGE) & (near & (common >= _FRAME_EDGE))


def _crossings(rest: NDArray[np.uint8], frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Find the px of the frame that lie between two pieces of stroke."""
    image = _stacked(rest)
    reach = _MAX_FRAME_PX + 3
    joined = cv2.morphologyEx(
        cv2.dilate(image, np.ones((1, 3), np.uint8)), cv2.MORPH_CLOSE, np.ones((reach, 1), np.uint8)
    )
    beside = cv2.morphologyEx(
        cv2.dilate(image, np.ones((3, 1), np.uint8)), cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8)
    )
    return np.asarray(cv2.bitwise_or(joined, beside), np.uint8).reshape(rest.shape) & frame


def _pen_darkness(patches: Sequence[_Patches], cleaned: Sequence[NDArray[np.bool_]]) -> float:
    """Darkness of what the page is filled in with: of the upper half of its inked cells, their median."""
    levels = []
    for patch, kept in zip(patches, cleaned, strict=True):
        strokes = _inner(np.where(kept, patch.darkness, 0), _BAND_PX).reshape(len(kept), -1)
        strokes = np.sort(strokes, axis=1)[:, -_MIN_INK_PX:]
        levels.append(strokes[:, 0])
    level = np.sort(np.concatenate(levels)) if levels else np.zeros(0, np.uint8)
    level = level[level >= _MIN_DARKNESS]
    return float(level[(3 * len(level)) // 4]) if len(level) else 0.0


def _own_strokes(patches: _Patches, kept: NDArray[np.bool_], pen: float) -> dict[int, CellInk]:
    """Drop guides, dust and the neighbours' strokes; decide which cells are blank; by index of the field."""
    darkness = patches.darkness
    count, height, _ = darkness.shape
    strong = kept & (darkness >= max(_GUIDE_SHARE * pen, _MIN_DARKNESS))
    strong[:, 0] = strong[:, -1] = False  # pieces of neighbouring patches in the stack stay apart
    _, flat, counts, _ = cv2.connectedComponentsWithStats(
        _stacked(strong.astype(np.uint8)), connectivity=8, ltype=cv2.CV_32S
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
    near = cv2.dilate(_stacked(mask.astype(np.uint8)), np.ones((3, 3), np.uint8)).reshape(mask.shape)
    ink = np.where(near > 0, darkness, 0)
    ink[blank] = 0
    peak = np.maximum(_quantile(ink.reshape(count, -1), 0.995), 1)
    ink = np.minimum(ink * (255 / peak).astype(np.float32)[:, None, None], 255).astype(np.uint8)
    ink = _with_firm_strokes(ink, mask, extent)
    return {index: CellInk(ink[own], blank[own], area_px[own], patches.core) for index, own in patches.fields}


def _with_firm_strokes(ink: NDArray[np.uint8], mask: NDArray[np.bool_], extent: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Thicken on all sides the strokes that would be thinner than nearly all of MNIST's once brought to its size.

    Measured on pages scanned in 1 bit at 200 dpi, it takes a third of the seed network's errors away.
    The width of a stroke is twice its area over the length of its outline, which holds for thin figures.
    """
    solid = _stacked(mask.astype(np.uint8))
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    core = cv2.erode(solid, cross).reshape(mask.shape)
    area = mask.reshape(len(mask), -1).sum(axis=1)
    outline = np.maximum(area - core.reshape(len(mask), -1).sum(axis=1), 1)
    width = 2 * area / outline * BOX_PX / np.maximum(extent, 1)
    thicker = cv2.GaussianBlur(cv2.dilate(_stacked(ink), cross), (0, 0), _SOFTNESS_PX)
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
        residue |= (last <= low + _BAND_PX) | (first >= high - _BAND_PX)
        beside = (first <= low + 1) & (last <= low + _DOUBLE_PX) | (last >= high - 1) & (first >= high - _DOUBLE_PX)
        residue |= beside & (along >= 0.9 * length)
    return residue


def _extent(occupied: NDArray[np.bool_]) -> NDArray[np.intp]:
    """From the first to the last occupied place of each row, 0 where there is none."""
    first = occupied.argmax(axis=1)
    last = occupied.shape[1] - occupied[:, ::-1].argmax(axis=1)
    return np.where(occupied.any(axis=1), last - first, 0)

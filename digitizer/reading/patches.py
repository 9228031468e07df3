"""Fields on a page -> patches: every cell unwarped to a fixed size, its paper made even."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.document import Field
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


@dataclass(frozen=True, slots=True)
class Patches:
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


def unwarp(field: Field, levels: dict[int, NDArray[np.uint8]]) -> tuple[NDArray[np.uint8], tuple[int, int]]:
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


def stacked(patches: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """All patches below each other, as one image: (N * H, W)."""
    return patches.reshape(-1, patches.shape[2])


def make_even(core: tuple[int, int], members: Sequence[tuple[int, NDArray[np.uint8]]]) -> Patches:
    """How much darker each px is than the paper around it; `members` are fields with their patches."""
    patches = np.concatenate([patches for _, patches in members])
    ends = np.cumsum([len(patches) for _, patches in members]).tolist()
    fields = tuple((index, slice(end - len(own), end)) for (index, own), end in zip(members, ends, strict=True))
    image = stacked(patches)
    paper = cv2.morphologyEx(cv2.blur(image, (3, 3)), cv2.MORPH_CLOSE, np.ones((_PAPER_PX, _PAPER_PX), np.uint8))
    darkness = cv2.subtract(cv2.blur(paper, (9, 9)), image)
    return Patches(np.asarray(darkness, np.uint8).reshape(patches.shape), core, fields)


def quantile(values: NDArray[np.uint8], share: float) -> NDArray[np.float64]:
    """Value that a share of each row does not exceed: (N, M) -> (N,)."""
    place = int(share * (values.shape[1] - 1))
    return np.asarray(np.partition(values, place, axis=1)[:, place], np.float64)


def inner(patches: NDArray[np.uint8], border_px: int) -> NDArray[np.uint8]:
    """Crop the margin and a border inside the frame off the cells."""
    edge = MARGIN_PX + border_px
    return patches[:, edge:-edge, edge:-edge]

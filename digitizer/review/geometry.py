"""Where the cells of a field stand on its strip: which was cut out of the page, reduced, and turned upright."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
_GAP_SHARE = 0.35
"""What is shown above and below a row of a grid, in heights of its cells."""


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell on the strip: its `points` are the four corners, (x, y) in px of the strip."""

    position: int
    points: tuple[tuple[float, float], ...]

    @property
    def centre(self) -> float:
        """Its middle from the left, px."""
        return sum(x for x, _ in self.points) / len(self.points)

    @property
    def width(self) -> float:
        """From its leftmost to its rightmost corner, px."""
        return max(x for x, _ in self.points) - min(x for x, _ in self.points)


@dataclass(frozen=True, slots=True)
class StripRow:
    """Cells that stand beside each other, and the part of the strip that shows them: x, y, width, height in px."""

    box: Box
    cells: tuple[PlacedCell, ...]


def on_strip(
    quads: Sequence[Sequence[float]], strip_box: Box, rotation: int, size_px: tuple[int, int]
) -> list[PlacedCell]:
    """Return where cells stand on a strip.

    Parameters
    ----------
    quads
        x and y of four corners for each, px on the page as its file shows it.
    strip_box
        x, y, width, height of what was cut out, px on that page.
    rotation
        Degrees by which it was then turned clockwise.
    size_px
        Width and height of the strip as it is.
    """
    left, top, width, height = strip_box
    corners = np.array(quads, np.float64).reshape(-1, 4, 2) - (left, top)
    upright = _turned(corners, width, height, rotation)
    full = (height, width) if rotation % 180 else (width, height)
    scaled = upright * (np.array(size_px) / np.maximum(full, 1))
    return [
        PlacedCell(position, tuple((round(x, 1), round(y, 1)) for x, y in quad.tolist()))
        for position, quad in enumerate(scaled)
    ]


def _turned(points: NDArray[np.float64], width: float, height: float, rotation: int) -> NDArray[np.float64]:
    x, y = points[..., 0], points[..., 1]
    turned = {0: (x, y), 90: (height - y, x), 180: (width - x, height - y), 270: (y, width - x)}
    return np.stack(turned[rotation % 360], axis=-1)


def rows_of(cells: Sequence[PlacedCell], size_px: tuple[int, int]) -> list[StripRow]:
    """Gather cells, which are in reading order, by rows; a field of a single row shows all of its strip."""
    groups: list[list[PlacedCell]] = []
    for cell in cells:
        if not groups or cell.centre <= groups[-1][-1].centre:
            groups.append([])
        groups[-1].append(cell)
    width, height = size_px
    if len(groups) < 2:
        return [StripRow((0, 0, width, height), tuple(group)) for group in groups]
    return [StripRow(_band(group, size_px), tuple(group)) for group in groups]


def frame_of(cells: Sequence[PlacedCell]) -> Box:
    """Return the box around cells, with some room: x, y, width, height in px."""
    xs, ys = ([point[axis] for cell in cells for point in cell.points] for axis in (0, 1))
    margin = 0.3 * (cells[0].width if cells else 0)
    left, top = min(xs) - margin, min(ys) - margin
    return (round(left, 1), round(top, 1), round(max(xs) + margin - left, 1), round(max(ys) + margin - top, 1))


def _band(group: Sequence[PlacedCell], size_px: tuple[int, int]) -> Box:
    ys = [y for cell in group for _, y in cell.points]
    margin = _GAP_SHARE * (max(ys) - min(ys))
    top, bottom = max(0.0, min(ys) - margin), min(float(size_px[1]), max(ys) + margin)
    return (0, round(top, 1), size_px[0], round(bottom - top, 1))

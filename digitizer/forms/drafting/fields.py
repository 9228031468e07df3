"""What was found on a blank page -> its drafted fields: regular, in reading order, tick boxes told from combs."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.document import Field, FieldKind
from digitizer.forms.drafting.boxes import boxes_and_marks
from digitizer.forms.drafting.field import DraftField, fit_lattice
from digitizer.forms.drafting.frames import find_frames, is_dark
from digitizer.forms.drafting.lattices import find_lattices
from digitizer.forms.drafting.merge import best, merged
from digitizer.forms.drafting.snap import snap
from digitizer.forms.template import Fiducial

_TICK_MM = 5.2
"""Boxes up to this size that stand well apart are to be ticked, ..."""
_TICK_GAP = 0.45
"""... as a share of their width."""
_INK_INSET_MM = 0.5
"""Around a cell's inside, so that the frame does not count."""
_DARK = 0.6
"""Brightness of pen and print, as a share of paper."""
_STROKE = 0.02
"""Share of a cell that ink takes in which something is written."""


@dataclass(frozen=True, slots=True)
class DraftPage:
    """A page as drafted.

    Attributes
    ----------
    pixels
        (height, width) uint8, the upright page, grey, paper 255; spans exactly the page.
    filled
        Whether something is written in its fields.
    notes
        What the user should look at.
    """

    number: int
    width_mm: float
    height_mm: float
    pixels: NDArray[np.uint8]
    fields: tuple[DraftField, ...]
    fiducials: tuple[Fiducial, ...] = ()
    code: str | None = None
    filled: bool = False
    notes: tuple[str, ...] = ()


def draft_fields(
    fields: Sequence[Field], masks: Sequence[NDArray[np.uint8]], pixels: NDArray[np.uint8], px_per_mm: float
) -> list[DraftField]:
    """Make regular fields of what was found on an upright page, and find its boxes and tick boxes.

    Parameters
    ----------
    fields
        Combs and grids, in px of `pixels`.
    masks
        (H, W) uint8 each, 255 on ruled lines, on the page enlarged or reduced: one mask or several, of lines that were
        looked for in several ways.
    pixels
        (height, width) uint8, grey, paper 255.
    px_per_mm
        Of `pixels`.
    """
    frames, strict = [], []
    for mask in masks:
        work = np.asarray(cv2.resize(pixels, mask.shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)
        work_px_per_mm = px_per_mm * work.shape[1] / pixels.shape[1]
        frames.append(find_frames(mask, work, work_px_per_mm))
        strict.append(find_lattices(frames[-1], work, work_px_per_mm))
    found = [fit_lattice(field.kind, _cells_mm(field, px_per_mm)) for field in fields]
    lattices = merged(best(strict), found, is_dark(work), work_px_per_mm)
    drafts = [part for lattice in lattices for part in _ticks(lattice)]
    for some in frames:
        drafts += boxes_and_marks(some, drafts)
    return in_reading_order([snap(draft, pixels, px_per_mm).rounded() for draft in drafts])


def _cells_mm(field: Field, px_per_mm: float) -> NDArray[np.float64]:
    quads = np.array([cell.quad for cell in field.cells]).reshape(field.rows, field.columns, 4, 2)
    return (quads + 0.5) / px_per_mm


def _ticks(field: DraftField) -> list[DraftField]:
    """Take small boxes that stand well apart for tick boxes, one field each."""
    small = max(field.cell_width_mm, field.cell_height_mm) <= _TICK_MM
    square = 0.8 <= field.cell_width_mm / field.cell_height_mm <= 1.25
    if field.rows > 1 or not small or not square or field.gap_mm < _TICK_GAP * field.cell_width_mm:
        return [field]
    step = field.cell_width_mm + field.gap_mm
    return [
        DraftField(
            FieldKind.MARK, field.left_mm + column * step, field.top_mm, field.cell_width_mm, field.cell_height_mm
        )
        for column in range(field.columns)
    ]


def in_reading_order(fields: Sequence[DraftField]) -> list[DraftField]:
    """Lines of fields from the top, each from the left; on one line stand those whose middles are near."""
    order: list[DraftField] = []
    rest = sorted(fields, key=_middle_mm)
    while rest:
        first = rest[0]
        reach = max(first.cell_height_mm / 2, 1.5)
        line = [field for field in rest if _middle_mm(field) - _middle_mm(first) < reach]
        order += sorted(line, key=lambda field: field.left_mm)
        rest = [field for field in rest if field not in line]
    return order


def _middle_mm(field: DraftField) -> float:
    return field.top_mm + field.height_mm / 2


def is_filled(fields: Sequence[DraftField], pixels: NDArray[np.uint8], px_per_mm: float) -> bool:
    """Tell whether something is written in the fields: ink in some that is not in all alike."""
    paper = float(np.quantile(pixels[::8, ::8], 0.9)) if pixels.size else 255.0
    for field in fields:
        ink = np.array([_ink(cell, pixels, paper, px_per_mm) for cell in field.quads_mm()])
        if ink.max() - (ink.min() if len(ink) > 1 else 0.0) > _STROKE:
            return True
    return False


def _ink(cell_mm: NDArray[np.float64], pixels: NDArray[np.uint8], paper: float, px_per_mm: float) -> float:
    inside = _inside(cell_mm, pixels, px_per_mm)
    return float((inside < _DARK * paper).mean()) if inside.size else 0.0


def _inside(cell_mm: NDArray[np.float64], pixels: NDArray[np.uint8], px_per_mm: float) -> NDArray[np.uint8]:
    """View of what a cell's frame encloses."""
    inset = _INK_INSET_MM + 0.08 * (cell_mm[2] - cell_mm[0]).min()
    left, top = np.rint((cell_mm[0] + inset) * px_per_mm - 0.5).clip(0).astype(int).tolist()
    right, bottom = np.rint((cell_mm[2] - inset) * px_per_mm - 0.5).clip(0).astype(int).tolist()
    return pixels[top : bottom + 1, left : right + 1]


def whitened(fields: Sequence[DraftField], pixels: NDArray[np.uint8], px_per_mm: float) -> NDArray[np.uint8]:
    """Return the page with what stands in its fields painted over."""
    clean = pixels.copy()
    paper = round(float(np.quantile(pixels[::8, ::8], 0.9))) if pixels.size else 255
    for field in fields:
        for cell in field.quads_mm():
            _inside(cell, clean, px_per_mm)[:] = paper
    return clean

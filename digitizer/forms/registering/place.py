"""A registered page -> its fields, each moved onto the frame that is printed there, for paper is never quite flat."""

import numpy as np
from numpy.typing import NDArray

from digitizer.document import Cell, Field
from digitizer.forms.registering.frames import REACH_MM, STEP_MM, frame_profiles
from digitizer.forms.registering.geometry import Points, project
from digitizer.forms.registering.registration import Registration
from digitizer.forms.template import FormField

_BEND_MM = 0.6
"""How much farther off one end of a field may be than its middle."""
_BENDS = 7
"""Steps in which that is searched."""
_TIE = 0.15
"""Share of its darkness by which a frame at the reach's end must be darker than one in place."""
_LEAST_DARKNESS = 0.03
"""Part of the paper's brightness by which a frame is darker than what is beside it, at least."""
_LEAST_RATIO = 4.0
"""The same in mean variations of what is beside it."""
_NEIGHBOUR_MM = 50.0
"""Distance over which neighbouring fields share how far they are off (standard deviation)."""
_STAY = 0.3
"""Weight of staying where the map puts a field, beside a neighbour at no distance."""
_OUTLIER_MM = 0.9
"""A field that differs from its neighbours by more has found something else than its frame."""


def place_fields(registration: Registration, pixels: NDArray[np.uint8]) -> tuple[Field, ...]:
    """Place every field of the template on the page.

    The map puts each field where it would be on flat paper. The frame lines are then searched for nearby, and the field
    moved and bent onto them; where they are faint, or written over, it moves as its neighbours do.

    Parameters
    ----------
    pixels
        (H, W) uint8, grey, paper 255: the page that was registered.
    """
    fields = registration.page.fields
    if not fields:
        return ()
    quads = np.concatenate([field.quads_mm for field in fields])
    ends = np.cumsum([len(field.quads_mm) for field in fields])[:-1]
    profiles = np.split(frame_profiles(pixels, registration.matrix, quads), ends)
    found = [_shifts(field, own) for field, own in zip(fields, profiles, strict=True)]
    middles = np.array([field.quads_mm.mean(axis=(0, 1)) for field in fields])
    weights = np.array([weight for _, weight in found])
    shifts = _smoothed([shift for shift, _ in found], weights, middles)
    return tuple(
        _on_page(field, project(registration.matrix, field.quads_mm + shift[:, None]))
        for field, shift in zip(fields, shifts, strict=True)
    )


def _on_page(field: FormField, quads: Points) -> Field:
    cells = tuple(Cell(*divmod(index, field.columns), quad) for index, quad in enumerate(quads))
    return Field(field.name, field.kind, field.rows, field.columns, cells)


def _shifts(field: FormField, profiles: NDArray[np.float64]) -> tuple[Points, NDArray[np.float64]]:
    """How far each cell of a field is off, (N, 2) mm, and how surely that is told across and down, (2,) 0 or 1."""
    across, down = field.quads_mm[0, 1] - field.quads_mm[0, 0], field.quads_mm[0, 3] - field.quads_mm[0, 0]
    units = np.stack([across / np.linalg.norm(across), down / np.linalg.norm(down)])
    found = [_bent(profiles[:, axis], field.rows, field.columns) for axis in (0, 1)]
    along = np.stack([shift for shift, _ in found], axis=1)
    return along @ units, np.array([float(sure) for _, sure in found])


def _bent(profiles: NDArray[np.float64], rows: int, columns: int) -> tuple[NDArray[np.float64], bool]:
    """Find the shift, (N,) mm, that is linear in row and column and lies on the darkest lines; and whether it is sure.

    Parameters
    ----------
    profiles
        (N, S) darkness of each cell's two sides at every shift, parts of the paper's brightness.
    """
    down, across = np.meshgrid(_centred(rows), _centred(columns), indexing="ij")
    bends = np.linspace(-_BEND_MM, _BEND_MM, _BENDS)
    none = np.zeros(1)
    slopes = np.stack(np.meshgrid(bends if columns > 1 else none, bends if rows > 1 else none), axis=-1).reshape(-1, 2)
    bent_mm = slopes @ np.stack([across.ravel(), down.ravel()])
    middles_mm = np.arange(-REACH_MM, REACH_MM + STEP_MM / 2, STEP_MM)
    place = (middles_mm[None, :, None] + bent_mm[:, None] + REACH_MM) / STEP_MM
    inside = np.rint(place).clip(0, profiles.shape[1] - 1).astype(np.intp)
    darkness = profiles[np.arange(len(profiles)), inside].mean(axis=2)
    preferred = darkness * (1 - _TIE * (np.abs(middles_mm) / REACH_MM)) - 1e-3 * np.abs(slopes).sum(axis=1)[:, None]
    slope, middle = np.unravel_index(int(preferred.argmax()), preferred.shape)
    row = darkness[slope]
    beside = np.abs(middles_mm - middles_mm[middle]) > 3 * STEP_MM
    variation = float(np.abs(row[beside] - np.median(row[beside])).mean())
    contrast = float(row[middle] - np.median(row[beside]))
    sure = contrast >= max(_LEAST_DARKNESS, _LEAST_RATIO * variation) and 0 < middle < len(middles_mm) - 1
    fine = _peak(row[middle - 1 : middle + 2]) * STEP_MM if sure else 0.0
    return middles_mm[middle] + fine + bent_mm[slope], bool(sure)


def _centred(count: int) -> NDArray[np.float64]:
    """Places of `count` things from -1 to 1; 0 for a single one."""
    return np.linspace(-1, 1, count) if count > 1 else np.zeros(1)


def _peak(values: NDArray[np.float64]) -> float:
    """Place of the top of a parabola through three values, beside the middle one, -0.5 to 0.5."""
    bend = values[0] - 2 * values[1] + values[2]
    return float(np.clip(0.5 * (values[0] - values[2]) / bend, -0.5, 0.5)) if bend < 0 else 0.0


def _smoothed(shifts: list[Points], weights: NDArray[np.float64], middles: Points) -> list[Points]:
    """Move fields that are not sure, or unlike their neighbours, as their neighbours move.

    Parameters
    ----------
    shifts
        For each of F fields (N, 2) mm, how far its cells are off.
    weights
        (F, 2), 1 where that is sure, across and down.
    middles
        (F, 2) mm.
    """
    means = np.array([shift.mean(axis=0) for shift in shifts])
    apart = np.linalg.norm(middles[:, None] - middles, axis=2)
    near = np.exp(-0.5 * (apart / _NEIGHBOUR_MM) ** 2)
    np.fill_diagonal(near, 0.0)
    usual = (near @ (weights * means)) / (near @ weights + _STAY)
    lonely = near @ weights < 1.0
    kept = (weights > 0) & (lonely | (np.abs(means - usual) <= _OUTLIER_MM))
    usual = (near @ (kept * means)) / (near @ kept.astype(np.float64) + _STAY)
    return [np.where(keep, shift, instead) for shift, keep, instead in zip(shifts, kept, usual, strict=True)]

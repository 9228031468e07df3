"""Draws a drafted field onto its printed frame: each line of the frame to the middle of its ink."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from digitizer.forms.drafting.field import DraftField, fit_edges

_REACH_MM = 0.7
"""How far a line is looked for ..."""
_REACH = 0.2
"""... and at most this share of a cell."""
_INSET = 0.12
"""Share of a cell at both ends of its side that is left out: there the other lines are."""
_MIN_DARKNESS = 4.0
"""Grey levels that a line is darker than what lies beside it, on average along a side."""
_NEARER = 0.5
"""How much less a line at the end of the reach counts than one in its middle."""
_STRAY_MM = 0.3
"""A line farther than this from where the others put it is another line."""


def snap(field: DraftField, pixels: NDArray[np.uint8], px_per_mm: float) -> DraftField:
    """Move and stretch a field until its lattice lies on the lines that are printed.

    Parameters
    ----------
    pixels
        (height, width) uint8, the upright page, grey, paper 255.
    """
    darkness = np.asarray(255.0 - pixels, np.float64)
    x = _axis(field.left_mm, field.cell_width_mm, field.gap_mm, field.columns)
    y = _axis(field.top_mm, field.cell_height_mm, field.row_gap_mm, field.rows)
    left, width, gap = _snapped(darkness, x, y, px_per_mm)
    top, height, row_gap = _snapped(np.ascontiguousarray(darkness.T), y, x, px_per_mm)
    if bool(gap) != bool(field.gap_mm) or bool(row_gap) != bool(field.row_gap_mm):
        return field
    return replace(
        field,
        left_mm=left,
        cell_width_mm=width,
        gap_mm=gap,
        top_mm=top,
        cell_height_mm=height,
        row_gap_mm=row_gap,
    )


def _axis(first: float, size: float, gap: float, count: int) -> NDArray[np.float64]:
    """(count, 2) start and end of each cell along one axis."""
    starts = first + np.arange(count) * (size + gap)
    return np.stack([starts, starts + size], axis=1)


def _snapped(
    darkness: NDArray[np.float64], across: NDArray[np.float64], along: NDArray[np.float64], px_per_mm: float
) -> tuple[float, float, float]:
    """Fit the cells' edges `across` anew; `along` are the cells' extents along the lines that are looked for."""
    inset = _INSET * (along[:, 1] - along[:, 0])
    spans = np.stack([along[:, 0] + inset, along[:, 1] - inset], axis=1)
    rows = np.concatenate([np.arange(*_px(span, px_per_mm, len(darkness))) for span in spans])
    strip = darkness[rows].mean(axis=0) if len(rows) else np.zeros(darkness.shape[1])
    reach_mm = min(_REACH_MM, _REACH * float(across[0, 1] - across[0, 0]))
    found = np.array([[_line(strip, edge, reach_mm, px_per_mm) for edge in cell] for cell in across])
    missing = ~np.isfinite(found)
    found[missing] = across[missing]
    first, size, gap = fit_edges(found[:, 0], found[:, 1])
    fitted = _axis(first, size, gap, len(across))
    stray = np.abs(found - fitted) > _STRAY_MM
    if stray.any() and (~stray).sum() > 2:
        found[stray] = np.nan
        return fit_edges(found[:, 0], found[:, 1])
    return first, size, gap


def _px(span_mm: NDArray[np.float64], px_per_mm: float, limit: int) -> tuple[int, int]:
    start, end = np.clip(np.rint(span_mm * px_per_mm - 0.5), 0, limit).astype(int).tolist()
    return start, max(end, start + 1)


def _line(strip: NDArray[np.float64], at_mm: float, reach_mm: float, px_per_mm: float) -> float:
    """Return where the line near `at_mm` lies, centre of mass of its darkness; NaN where there is none."""
    at, reach = at_mm * px_per_mm - 0.5, max(reach_mm * px_per_mm, 2.0)
    first, last = max(round(at - reach), 0), min(round(at + reach) + 1, len(strip))
    if last - first < 3:
        return float("nan")
    profile = strip[first:last] - np.quantile(strip[first:last], 0.3)
    places = np.arange(first, last)
    peak = int((profile * (1 - _NEARER * np.abs(places - at) / reach)).argmax())
    if profile[peak] < _MIN_DARKNESS:
        return float("nan")
    start = end = peak
    while start > 0 and profile[start - 1] > 0.3 * profile[peak]:
        start -= 1
    while end < len(profile) - 1 and profile[end + 1] > 0.3 * profile[peak]:
        end += 1
    weights = profile[start : end + 1].clip(0)
    return float(((places[start : end + 1] * weights).sum() / weights.sum() + 0.5) / px_per_mm)

"""Which fields of a form have something printed inside their cells: guides to write along, a faint example."""

from functools import lru_cache

import cv2
import numpy as np

from digitizer.forms.template import FormField, FormPage

_INSET = 0.15
"""Part of a cell's sides that is left out all around: the frame, and where it may lie."""
_FAINT = 20
"""Grey levels by which print is darker than the paper around it."""
_MIN_PRINT = 0.03
"""Share of the inside of a field's cells that is print, on average, where there are guides."""
_CELL_PX = 32


@lru_cache(maxsize=256)
def guided_fields(page: FormPage) -> frozenset[str]:
    """Name the fields whose cells are not empty on the blank form; none where the template has no blank form."""
    if page.reference is None:
        return frozenset()
    return frozenset(field.name for field in page.fields if _printed_share(page, field) >= _MIN_PRINT)


def _printed_share(page: FormPage, field: FormField) -> float:
    """Share of print inside the cells of a field."""
    assert page.reference is not None  # noqa: S101 - for the type checker
    scale = np.array([page.reference.shape[1] / page.width_mm, page.reference.shape[0] / page.height_mm])
    low, high = _INSET * _CELL_PX, (1 - _INSET) * _CELL_PX
    target = np.array([[low, low], [high, low], [high, high], [low, high]], np.float32) / (1 - 2 * _INSET)
    target -= target[0]
    shares = []
    for quad in field.quads_mm:
        middle = quad.mean(axis=0)
        inside = middle + (quad - middle) * (1 - 2 * _INSET)
        transform = cv2.getPerspectiveTransform(target, (inside * scale - 0.5).astype(np.float32))
        patch = cv2.warpPerspective(
            page.reference, transform, (_CELL_PX, _CELL_PX), flags=cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
        )
        shares.append(float((np.median(patch) - patch.astype(np.float32) >= _FAINT).mean()))
    return float(np.mean(shares))

"""Filled sheets of the sample forms as scans and photos show them, and how far off they are found."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.warps import Seen, Warp, blank_sheet, filled_sheet, form_page, see
from digitizer.document import Field
from digitizer.form_pages import boxes_on
from digitizer.forms.registering.identify import identify
from digitizer.forms.registering.registration import Registration, Unregistered
from digitizer.forms.template import FormPage
from samples.digits import bundled_pool

__all__ = ["Warp", "blank_sheet", "boxes_on", "form_page", "found", "off_mm", "seen_sheet", "template"]

DPI = 150.0
PLAIN = Warp()


@cache
def template(form: str, *, reference: bool = False, squares: bool = False) -> FormPage:
    """Describe a sample form."""
    return form_page(blank_sheet(form, squares=squares), form, reference=reference, squares=squares)


def seen_sheet(form: str, warp: Warp = PLAIN, seed: int = 0, *, squares: bool = False) -> Seen:
    """Fill a sample form in and look at it."""
    rng = np.random.default_rng([seed, 11])
    return see(filled_sheet(form, rng, squares=squares), warp, DPI, bundled_pool(rng), rng)


def found(pixels: NDArray[np.uint8], *pages: FormPage) -> Registration | Unregistered:
    """Find one of the templates on a page."""
    return identify(pixels, boxes_on(pixels), pages)


def off_mm(placed: tuple[Field, ...], seen: Seen) -> NDArray[np.float64]:
    """Return how far the centre of each cell is from where it truly is."""
    middles = np.array([cell.quad.mean(axis=0) for field in placed for cell in field.cells])
    return np.asarray(np.linalg.norm(middles - np.concatenate(seen.quads).mean(axis=1), axis=1) / seen.px_per_mm)

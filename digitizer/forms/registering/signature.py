"""Which templates a page may be, at a glance: all are laid at once on a few of the page's runs of boxes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from digitizer.forms.registering.constellation import PageBoxes, template_quads, template_runs
from digitizer.forms.registering.growth import AREA_RATIO, OFF_SHARE, OFF_SIZE
from digitizer.forms.registering.nearest import Nearest, areas
from digitizer.forms.registering.runs import Runs, alike, laid, outline
from digitizer.forms.template import FormPage

_RUNS, _OF_A_LENGTH = 4, 2
"""Runs of the page that templates are laid on, the longest; and how many of one length: long ones may be no field's."""
_JUDGES = 20
"""Boxes of each template that are looked for then."""
_NEAR_SHARE = 0.75
"""Templates that fit as well as this share of the best are tried together with it."""

Complex = NDArray[np.complex128]


def likeliest(pages: Sequence[FormPage], boxes: PageBoxes, most: int) -> tuple[list[FormPage], list[FormPage]]:
    """Choose at most so many templates that a page may be: those that fit nearly as well as the best, and others.

    Both are sorted, likeliest first.
    """
    if len(pages) == 1 or boxes.nearest is None:
        return list(pages[:most]), []
    fits = _fits(_sketches(tuple(pages)), boxes, boxes.nearest)
    order = np.argsort(-fits, kind="stable")[:most]
    near = int(np.count_nonzero(fits[order] >= _NEAR_SHARE * fits[order[0]]))
    chosen = [pages[index] for index in order]
    return chosen[:near], chosen[near:]


@dataclass(frozen=True, slots=True)
class _Sketches:
    """Some templates in short.

    Attributes
    ----------
    runs
        Of all templates; boxes of one after those of the other.
    template
        (B,) which template each box is of.
    judges, sides_mm
        (T, J) complex middles, and sides, of boxes of each template, mm.
    sizes
        (T,) boxes of each template.
    """

    runs: Runs
    template: NDArray[np.intp]
    judges: Complex
    sides_mm: NDArray[np.float64]
    sizes: NDArray[np.intp]


@lru_cache(maxsize=8)
def _sketches(pages: tuple[FormPage, ...]) -> _Sketches:
    runs, quads = [template_runs(page) for page in pages], [template_quads(page) for page in pages]
    sizes = np.array([len(own) for own in quads], np.intp)
    offset = np.cumsum(sizes) - sizes
    together = Runs(
        quads=np.concatenate(quads),
        order=np.concatenate([own.order + shift for own, shift in zip(runs, offset, strict=True)]),
        start=np.concatenate([own.start + shift for own, shift in zip(runs, offset, strict=True)]),
        count=np.concatenate([own.count for own in runs]),
        aspect=np.concatenate([own.aspect for own in runs]),
        pitch=np.concatenate([own.pitch for own in runs]),
    )
    template = np.repeat(np.arange(len(pages)), sizes)
    # a template without boxes is judged by another's, and never laid
    chosen = offset[:, None] + (np.linspace(0, 1, _JUDGES) * np.maximum(sizes - 1, 0)[:, None]).astype(np.intp)
    chosen = chosen.clip(0, max(len(template) - 1, 0))
    return _Sketches(
        together, template, _middles(together.quads)[chosen], np.sqrt(areas(together.quads))[chosen], sizes
    )


def _fits(sketches: _Sketches, boxes: PageBoxes, nearest: Nearest) -> NDArray[np.float64]:
    """How well each template fits, (T,): by the share of its boxes that are met, and how many these are."""
    best = np.zeros(len(sketches.sizes))
    for page in boxes.turns:
        chosen = _telling(page)
        own, seen = np.nonzero(alike(sketches.runs, page)[:, chosen])
        first, last, seen_first, seen_last = laid(sketches.runs, page, own, chosen[seen])
        source = _ends(sketches.runs.quads, first, last)
        target = _ends(page.quads, seen_first, seen_last)
        template = sketches.template[first]
        np.maximum.at(best, template, _met_share(source, target, template, sketches, nearest))
    return best * np.sqrt(best * sketches.sizes)


def _telling(page: Runs) -> NDArray[np.intp]:
    """Choose a few long runs of a page, of different lengths."""
    order = np.argsort(-page.count, kind="stable")
    count = page.count[order]
    again = np.arange(len(count)) - np.searchsorted(-count, -count)
    return order[np.lexsort((-count, again // _OF_A_LENGTH))][:_RUNS]


def _met_share(
    source: Complex, target: Complex, template: NDArray[np.intp], sketches: _Sketches, nearest: Nearest
) -> NDArray[np.float64]:
    """Share of the judges that are met if runs (M, 2) mm of templates lie on others (M, 2) px; (M,)."""
    turn = (target[:, 1] - target[:, 0]) / (source[:, 1] - source[:, 0])
    judges, sides_mm = sketches.judges[template], sketches.sides_mm[template]
    away_mm = judges - source.mean(axis=1)[:, None]
    there = target.mean(axis=1)[:, None] + turn[:, None] * away_mm
    index, off_px = nearest.look_up(np.stack([there.real, there.imag], axis=-1))
    scale = np.abs(turn)[:, None]
    distance_mm = np.abs(away_mm)
    ratio = nearest.areas[index] / (sides_mm * scale) ** 2
    met = off_px < np.minimum(OFF_SIZE * sides_mm + OFF_SHARE * distance_mm, 0.5 * sides_mm) * scale
    met &= (ratio < AREA_RATIO) & (ratio > 1 / AREA_RATIO)
    return np.asarray(met.mean(axis=1))


def _ends(quads: NDArray[np.float64], first: NDArray[np.intp], last: NDArray[np.intp]) -> Complex:
    """Middles of the left and right side of each row of boxes, (M, 2) complex."""
    corners = outline(quads, first, last) @ np.array([1, 1j])
    ends = np.stack([corners[:, 0] + corners[:, 3], corners[:, 1] + corners[:, 2]], axis=1) / 2
    return np.asarray(ends, np.complex128)


def _middles(quads: NDArray[np.float64]) -> Complex:
    middles = quads.mean(axis=1)
    return np.asarray(middles[:, 0] + 1j * middles[:, 1], np.complex128)

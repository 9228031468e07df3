"""Which templates a page may be, at a glance: how many runs of which length and shape it has."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from digitizer.forms.registering.constellation import PageBoxes, template_runs
from digitizer.forms.registering.runs import Runs
from digitizer.forms.template import FormPage

_COUNTS = 12
"""Runs of this many boxes and longer are one sort."""
_ASPECTS = np.log([0.5, 0.63, 0.8, 1.0, 1.26, 1.6])
"""Middles of the sorts of proportions, width over height; each run counts for the two nearest."""


def ranked(pages: Sequence[FormPage], boxes: PageBoxes) -> list[FormPage]:
    """Sort templates by how many of their boxes stand in runs such as the page has, likeliest first."""
    seen = np.stack([_histogram(runs) for runs in boxes.turns[:2]])
    forms = np.stack([_template_histogram(page) for page in pages])
    common = np.minimum(forms[:, None], seen).sum(axis=2).max(axis=1)
    share = common / np.maximum(forms.sum(axis=1), 1e-9)
    order = np.argsort(-share * np.sqrt(common), kind="stable")
    return [pages[index] for index in order]


@lru_cache(maxsize=1024)
def _template_histogram(page: FormPage) -> NDArray[np.float64]:
    return _histogram(template_runs(page))


def _histogram(runs: Runs) -> NDArray[np.float64]:
    """Boxes by the length and proportions of their run, flat; lengths are blurred, for runs break."""
    histogram = np.zeros((_COUNTS + 1, len(_ASPECTS)))
    place = np.interp(np.log(np.maximum(runs.aspect, 1e-9)), _ASPECTS, np.arange(len(_ASPECTS)))
    low = np.minimum(place.astype(np.intp), len(_ASPECTS) - 2)
    count = np.minimum(runs.count, _COUNTS)
    for offset, weight in ((0, low + 1 - place), (1, place - low)):
        np.add.at(histogram, (count, low + offset), weight * runs.count)
    shorter = np.vstack([histogram[1:], np.zeros((1, len(_ASPECTS)))])
    return np.asarray((histogram + 0.5 * shorter)[1:].ravel())

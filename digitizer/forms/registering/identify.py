"""A page -> which form it is and where that lies, or why this cannot be told."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from digitizer.forms.registering.codes import named
from digitizer.forms.registering.constellation import page_boxes, same, template_quads
from digitizer.forms.registering.evidence import Evidence
from digitizer.forms.registering.frames import framed_on_blank, framed_share
from digitizer.forms.registering.laying import Draft, drafts, feature_drafts, finished
from digitizer.forms.registering.registration import (
    MIN_INK,
    NO_TEMPLATE,
    NOT_REGISTERED,
    Candidate,
    Registration,
    Unregistered,
    is_framed,
    is_sound,
)
from digitizer.forms.registering.signature import likeliest
from digitizer.forms.template import FormPage

_TRIED, _MOST_TRIED = 4, 12
"""Templates that are laid on a page, the likeliest by their boxes, where the first do not hold, and in the end."""
_CONVINCING = 0.7
"""Share of its boxes that the best of the first templates must meet; otherwise others are laid on the page as well."""
_MARGIN, _MARGIN_SHARE = 2.0, 0.1
"""By how many cells, and by which share of them, a candidate must be better than the next to be taken for that."""
_INK_MARGIN = 0.12
"""By how much its print must agree better, where the boxes do not tell."""
_FRAMED_MARGIN = 0.05
"""By which share more of its cells' sides must be printed where they ought to be, where that does not tell."""
_INSIDE_MARGIN = 0.1
"""By how much more of its paper must lie on the page, where none of these tells."""
_LIKELY = 0.4
"""Share of a template's cells that are met from which a page that is rejected is called by its name."""


def identify(
    pixels: NDArray[np.uint8], quads: NDArray[np.float64], pages: Sequence[FormPage]
) -> Registration | Unregistered:
    """Find out which form a page is, and where it lies.

    Parameters
    ----------
    pixels
        (H, W) uint8, grey, paper 255.
    quads
        (N, 4, 2) float64, all boxes found on the page, px: top left, top right, bottom right, bottom left corner as the
        page lies.
    pages
        The sides of all templates.
    """
    if not pages:
        return Unregistered(NO_TEMPLATE)
    evidence = Evidence(pixels, page_boxes(quads))
    by_code = named(pages, evidence.codes) if any(page.code is not None for page in pages) else []
    near, others = (by_code, []) if by_code else likeliest(pages, evidence.boxes, _MOST_TRIED)
    few = max(_TRIED - len(near), 0)
    sound: list[Candidate] = []
    unsound: list[Candidate] = []
    for by_features, tried, share in (
        (False, near, _CONVINCING),
        (False, others[:few], 0.0),
        (True, [*near, *others][:_TRIED], 0.0),
        (False, others[few:], 0.0),
    ):
        for page in tried:
            rival = max((one.fit.quality for one in sound if _meets(one, _CONVINCING)), default=0.0)
            laid = feature_drafts(page, evidence) if by_features else drafts(page, evidence, rival)
            _finish(laid, evidence, sound, unsound)
        if any(_meets(candidate, share) for candidate in sound):
            return _chosen(sound)
    return _rejected(unsound, by_code)


def _meets(candidate: Candidate, share: float) -> bool:
    return candidate.fit.quality >= share * candidate.fit.expected


def _finish(laid: list[Draft], evidence: Evidence, sound: list[Candidate], unsound: list[Candidate]) -> None:
    """Finish drafts as long as they may rival the best, and add them to what can be trusted by itself or cannot."""
    for draft in sorted(laid, key=lambda draft: -draft.bound):
        if sound and draft.bound <= _least(sound):
            break
        if sound and draft.closer_bound(evidence) <= _least(sound):
            continue
        candidate = finished(draft, evidence)
        if any(_are_same(candidate, other) for other in sound):
            continue
        framed = _framed(candidate, evidence.pixels) if is_sound(candidate) else None
        if framed is not None:
            sound.append(framed)
        else:
            unsound.append(candidate)


def _framed(candidate: Candidate, pixels: NDArray[np.uint8]) -> Candidate | None:
    """Say how well a candidate is framed; None where that is too little. It is the dearest look."""
    share = framed_share(pixels, candidate.fit.matrix, template_quads(candidate.page))
    candidate = replace(candidate, framed=share)
    return candidate if is_framed(candidate, framed_on_blank(candidate.page)) else None


def _are_same(one: Candidate, other: Candidate) -> bool:
    return one.page is other.page and same(one.fit.matrix, other.fit.matrix, template_quads(one.page))


def _least(sound: list[Candidate]) -> float:
    """Score up to which others are no rivals of the best."""
    best = max(candidate.score for candidate in sound)
    return best - max(_MARGIN, _MARGIN_SHARE * best)


def _chosen(sound: list[Candidate]) -> Registration | Unregistered:
    """Take the best candidate if it beats all others: by boxes, by print, by frames or by where its paper ends."""
    best = max(sound, key=lambda candidate: candidate.score)
    rivals = [candidate for candidate in sound if candidate.score > _least(sound)]
    if len(rivals) == 1:
        return best.registration
    for measures, margin in (
        ([rival.ink for rival in rivals], _INK_MARGIN),
        ([rival.framed for rival in rivals], _FRAMED_MARGIN),
        ([rival.inside for rival in rivals], _INSIDE_MARGIN),
    ):
        ahead = _ahead(measures, margin)
        if ahead is not None:
            return rivals[ahead].registration
    candidates = tuple(candidate.registration for candidate in rivals)
    return Unregistered(NOT_REGISTERED, best.page.form, best.fit.residual_mm, candidates)


def _ahead(measures: Sequence[float | None], margin: float) -> int | None:
    """Index of the measure that is larger than all others by a margin; None without one, or where one is missing."""
    if any(measure is None for measure in measures):
        return None
    values = np.array(measures, np.float64)
    first, second = np.sort(values)[[-1, -2]]
    return int(values.argmax()) if first >= second + margin else None


def _rejected(candidates: list[Candidate], by_code: Sequence[FormPage]) -> Unregistered:
    """Say why no candidate is sound; a code on the page says which form it is all the same."""
    likely = [one for one in candidates if _is_likely(one)]
    if not likely:
        return Unregistered(NOT_REGISTERED, by_code[0].form) if by_code else Unregistered(NO_TEMPLATE)
    best = max(likely, key=lambda candidate: candidate.score)
    return Unregistered(NOT_REGISTERED, best.page.form, best.fit.residual_mm)


def _is_likely(candidate: Candidate) -> bool:
    """Tell whether a page that was not registered is this form all the same: boxes or marks fit, and print."""
    fits = candidate.fit.met >= max(2, _LIKELY * candidate.fit.expected) or candidate.fit.marks > 0
    return fits and (candidate.ink is None or candidate.ink >= MIN_INK)

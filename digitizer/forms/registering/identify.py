"""A page -> which form it is and where that lies, or why this cannot be told."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from digitizer.forms.registering.anchors import hold_by_print, printed_pieces
from digitizer.forms.registering.codes import named
from digitizer.forms.registering.constellation import (
    constellation_guesses,
    page_boxes,
    same,
    template_quads,
    template_runs,
)
from digitizer.forms.registering.evidence import Evidence, mark_guesses, marks_under
from digitizer.forms.registering.features import feature_guesses
from digitizer.forms.registering.frames import framed_on_blank, framed_share
from digitizer.forms.registering.geometry import Matrix
from digitizer.forms.registering.ink import agreement, printed_ink
from digitizer.forms.registering.refine import refine, turn_of
from digitizer.forms.registering.registration import (
    MIN_INK,
    NO_TEMPLATE,
    NOT_REGISTERED,
    Candidate,
    Registration,
    Unregistered,
    is_framed,
    is_sound,
    paper_shares,
)
from digitizer.forms.registering.signature import ranked
from digitizer.forms.template import FormPage

_TRIED, _TRIED_MORE = 4, 8
"""Templates that are laid on a page, the likeliest by their boxes; and how many more where none of them holds."""
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
    pixels: NDArray[np.uint8], quads: NDArray[np.float64], dpi: float | None, pages: Sequence[FormPage]
) -> Registration | Unregistered:
    """Find out which form a page is, and where it lies.

    Parameters
    ----------
    pixels
        (H, W) uint8, grey, paper 255.
    quads
        (N, 4, 2) float64, all boxes found on the page, px: top left, top right, bottom right, bottom left corner as the
        page lies.
    dpi
        Resolution that the page's file states.
    pages
        The sides of all templates.
    """
    if not pages:
        return Unregistered(NO_TEMPLATE)
    evidence = Evidence(pixels, page_boxes(quads), dpi)
    likely = _likely(pages, evidence)
    candidates: list[Candidate] = []
    for lay, tried in ((_laid, likely[:_TRIED]), (_laid_by_features, likely[:_TRIED]), (_laid, likely[_TRIED:])):
        laid = [candidate for page in tried for candidate in lay(page, evidence)]
        sound = _sound(laid, pixels)
        if sound:
            return _chosen(sound)
        candidates += laid
    return _rejected(candidates)


def _sound(candidates: list[Candidate], pixels: NDArray[np.uint8]) -> list[Candidate]:
    """Keep what can be trusted by itself; the dearest look, that at the frames, comes last."""
    sound = []
    for candidate in candidates:
        if is_sound(candidate):
            framed = framed_share(pixels, candidate.fit.matrix, template_quads(candidate.page))
            if is_framed(candidate, framed, framed_on_blank(candidate.page)):
                sound.append(replace(candidate, framed=framed))
    return sound


def _likely(pages: Sequence[FormPage], evidence: Evidence) -> list[FormPage]:
    """Choose the templates to be laid on a page: those that its code names, or the likeliest by their boxes."""
    if any(page.code is not None for page in pages):
        by_code = named(pages, evidence.codes)
        if by_code:
            return by_code
    return ranked(pages, evidence.boxes)[: _TRIED + _TRIED_MORE]


def _laid(page: FormPage, evidence: Evidence) -> list[Candidate]:
    """Lay a template on the page in every way for which its marks or boxes speak."""
    guesses = mark_guesses(page, evidence)
    guesses += [("boxes", guess.matrix) for guess in constellation_guesses(template_runs(page), evidence.boxes)]
    laid: list[Candidate] = []
    for kind, matrix in guesses:
        candidate = _candidate(page, kind, matrix, evidence)
        if not any(same(candidate.fit.matrix, other.fit.matrix, template_quads(page)) for other in laid):
            laid.append(candidate)
    return laid


def _laid_by_features(page: FormPage, evidence: Evidence) -> list[Candidate]:
    """Lay a template on the page as its blank form's features do: the dearest evidence, where no other holds."""
    if page.reference is None:
        return []
    return [_candidate(page, "features", matrix, evidence) for matrix in feature_guesses(page, evidence.features)]


def _candidate(page: FormPage, kind: str, matrix: Matrix, evidence: Evidence) -> Candidate:
    """Make the best of a guess."""
    cells, shape = template_quads(page), evidence.pixels.shape
    marks = marks_under(page, matrix, evidence)
    fit = refine(matrix, cells, evidence.boxes, marks, shape)
    pieces, printed = printed_pieces(page), printed_ink(page)
    if pieces is not None:
        turned = evidence.boxes.turns[turn_of(fit.matrix)].quads
        source, target = cells[fit.own].reshape(-1, 2), turned[fit.seen].reshape(-1, 2)
        matrix, pieces_mm, pieces_px = hold_by_print(pieces, *evidence.small, fit.matrix, source, target)
        fit = refine(matrix, cells, evidence.boxes, marks.joined(pieces_mm, pieces_px), shape)
    ink = None if printed is None else agreement(printed, evidence.ink, fit.matrix)
    return Candidate(page, fit, kind, ink, *paper_shares(page, fit.matrix, shape))


def _chosen(sound: list[Candidate]) -> Registration | Unregistered:
    """Take the best candidate if it beats all others: by boxes, by print, by frames or by where its paper ends."""
    sound = sorted(sound, key=lambda candidate: -candidate.score)
    best = sound[0]
    least = best.score - max(_MARGIN, _MARGIN_SHARE * best.score)
    rivals = [candidate for candidate in sound if candidate.score > least]
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


def _rejected(candidates: list[Candidate]) -> Unregistered:
    """Say why no candidate is sound."""
    likely = [one for one in candidates if _is_likely(one)]
    if not likely:
        return Unregistered(NO_TEMPLATE)
    best = max(likely, key=lambda candidate: candidate.score)
    return Unregistered(NOT_REGISTERED, best.page.form, best.fit.residual_mm)


def _is_likely(candidate: Candidate) -> bool:
    """Tell whether a page that was not registered is this form all the same: boxes or marks fit, and print."""
    fits = candidate.fit.met >= max(2, _LIKELY * candidate.fit.expected) or candidate.fit.marks > 0
    return fits and (candidate.ink is None or candidate.ink >= MIN_INK)

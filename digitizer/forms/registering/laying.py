"""A template laid on a page: quickly by boxes and marks in every way that these allow, then held by its print."""

from dataclasses import dataclass

from digitizer.forms.registering.anchors import hold_by_print, printed_pieces
from digitizer.forms.registering.constellation import constellation_guesses, same, template_quads, template_runs
from digitizer.forms.registering.evidence import Evidence, mark_guesses, marks_under
from digitizer.forms.registering.features import feature_guesses
from digitizer.forms.registering.geometry import Matrix
from digitizer.forms.registering.ink import agreement, printed_ink
from digitizer.forms.registering.refine import Fit, Pairs, refine, turn_of
from digitizer.forms.registering.registration import Candidate, paper_shares, score
from digitizer.forms.template import FormPage

_MET_WITH_MARKS = 0.85
"""Share of the cells that a map by all marks must meet; then no other is looked for by boxes."""
_LIFT_SHARE, _LIFT = 0.03, 1.0
"""How many more cells may be met, as a share of all and beside, once the print holds the map."""

_INK_LIFT = 0.35
"""How much better the print may agree then."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A template laid on a page by boxes and marks only."""

    page: FormPage
    evidence: str
    fit: Fit
    marks: Pairs

    @property
    def bound(self) -> float:
        """Score that it may come to."""
        return self._held(1.0)

    def closer_bound(self, evidence: Evidence) -> float:
        """Score that it may come to, judged by the print where it lies now, which need not be where it comes to lie."""
        printed = printed_ink(self.page)
        ink = None if printed is None else agreement(printed, evidence.ink, self.fit.matrix)
        return self._held(1.0 if ink is None else min(1.0, ink + _INK_LIFT))

    def _held(self, ink: float) -> float:
        """Score once the print holds it and agrees by `ink`."""
        if self.page.reference is None:
            return score(self.fit, self.fit.quality, None)
        return score(self.fit, self.fit.quality + _LIFT + _LIFT_SHARE * self.fit.expected, ink)


def drafts(page: FormPage, evidence: Evidence, rival: float = 0.0) -> list[Draft]:
    """Lay a template on the page in every way for which its marks or boxes speak, where another meets `rival` boxes."""
    laid = [_draft(page, kind, matrix, evidence) for kind, matrix in mark_guesses(page, evidence)]
    if not any(_is_complete(draft) for draft in laid):
        guesses = constellation_guesses(template_runs(page), evidence.boxes, rival)
        laid += [_draft(page, "boxes", guess.matrix, evidence) for guess in guesses]
    different: list[Draft] = []
    for draft in laid:
        if not any(same(draft.fit.matrix, other.fit.matrix, template_quads(page)) for other in different):
            different.append(draft)
    return different


def feature_drafts(page: FormPage, evidence: Evidence) -> list[Draft]:
    """Lay a template on the page as its blank form's features do: the dearest evidence, where no other holds."""
    if page.reference is None:
        return []
    return [_draft(page, "features", matrix, evidence) for matrix in feature_guesses(page, evidence.features)]


def finished(draft: Draft, evidence: Evidence) -> Candidate:
    """Hold a draft by the blank form's print, and see what speaks for it."""
    page, fit = draft.page, draft.fit
    pieces, printed = printed_pieces(page), printed_ink(page)
    if pieces is not None:
        turned = evidence.boxes.turns[turn_of(fit.matrix)].quads
        source, target = template_quads(page)[fit.own].reshape(-1, 2), turned[fit.seen].reshape(-1, 2)
        matrix, pieces_mm, pieces_px = hold_by_print(pieces, *evidence.small, fit.matrix, source, target)
        if len(pieces_mm):
            fit = _refined(page, matrix, draft.marks.joined(pieces_mm, pieces_px), evidence)
    fits = [fit] if fit.quality >= draft.fit.quality else [fit, draft.fit]  # rows look alike, and print may mislead
    candidates = [
        Candidate(
            page,
            fit,
            draft.evidence,
            None if printed is None else agreement(printed, evidence.ink, fit.matrix),
            *paper_shares(page, fit.matrix, evidence.pixels.shape),
        )
        for fit in fits
    ]
    return max(candidates, key=lambda candidate: candidate.score)


def _draft(page: FormPage, kind: str, matrix: Matrix, evidence: Evidence) -> Draft:
    marks = marks_under(page, matrix, evidence)
    return Draft(page, kind, _refined(page, matrix, marks, evidence), marks)


def _refined(page: FormPage, matrix: Matrix, marks: Pairs, evidence: Evidence) -> Fit:
    return refine(matrix, template_quads(page), evidence.boxes, marks, evidence.pixels.shape)


def _is_complete(draft: Draft) -> bool:
    """Tell whether all marks are seen, and nearly all boxes where they say."""
    fit = draft.fit
    return fit.marks > 0 and not fit.marks_missed and fit.met >= max(1, _MET_WITH_MARKS * fit.expected)

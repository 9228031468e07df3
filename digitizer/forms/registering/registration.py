"""What registration says of a page, and the limits above which it says nothing rather than guess."""

from dataclasses import dataclass

import cv2
import numpy as np

from digitizer.forms.registering.geometry import Matrix, Points, project, px_per_mm
from digitizer.forms.registering.refine import Fit
from digitizer.forms.template import FormPage

NO_TEMPLATE = "no_template"
"""The page is none of the forms."""
NOT_REGISTERED = "registration"
"""It may be one of the forms, but where the form lies cannot be told."""

MAX_RESIDUAL_MM = 1.0
"""Root mean square of how far corners may be off: curled paper comes to 0.6; beyond 1, the tail is farther off than the
1.5 mm within which fields are looked for."""
MIN_MET = 0.4
"""Share of the cells to be found, where nothing but boxes tells; of filled sheets 0.45 to 1 are found."""
MIN_MARKS = 16
"""Corners of printed marks, four of each, that tell without any box."""
MIN_ON_PAGE = 0.75
"""Share of the form's cells that must lie on the page."""
MIN_MET_WITH_MARKS = 0.3
"""The same share where marks tell, but not all that should be there are seen: four corners look alike upside down."""
MIN_MET_AGAINST_MARKS = 0.85
"""The same share where most of the marks that should be there are not seen."""
MIN_INSIDE = 0.72
"""Share of the form's paper that must lie on the page: a corner may be cropped, and skew pushes corners out."""
MIN_COVER = 0.25
"""Share of the page that the form's paper must cover: a photo may show a table around it."""
MIN_INSIDE_ONE_RUN, MIN_COVER_ONE_RUN = 0.85, 0.55
"""The same where all matched cells stand in one line: any comb looks like any other, then the paper must tell."""
MAX_SCALE_RATIO = 1.6
"""How much larger one corner of the form may be seen than another: 1.3 for a camera tilted by 15 degrees."""
MIN_INK = 0.45
"""Agreement with the blank form's print: 0.7 to 1 where it lies right, below 0.35 where it does not."""
MIN_FRAMED, MIN_FRAMED_BY_MARKS = 0.97, 0.5
"""Share of the cells' sides that must be printed where the map puts them, of those that are on the blank form: 1 where
it lies right, up to 0.85 where a few boxes of another form happen to stand alike, up to 0.96 where a long comb is taken
for its neighbours; and where marks tell."""
MIN_INK_ALONE = 0.8
"""Agreement from which the print tells without boxes."""
INK_CELLS = 10.0
"""Cells that full agreement with the print counts as, where candidates are compared."""


@dataclass(frozen=True, slots=True)
class Registration:
    """Where a form lies on a page.

    Attributes
    ----------
    matrix
        (3, 3) float64, page px <- template mm.
    residual_mm
        Root mean square of how far matched corners are off.
    evidence
        What it was found by: `tags`, `fiducials`, `boxes` or `features`.
    """

    page: FormPage
    matrix: Matrix
    residual_mm: float
    evidence: str


@dataclass(frozen=True, slots=True)
class Unregistered:
    """Why a page is not read.

    Attributes
    ----------
    reason
        `no_template` or `registration`.
    form
        The likeliest form, empty where there is none.
    residual_mm
        Of its best fit; None without one.
    candidates
        Where the form may lie, if several places are as good and nothing on the page tells them apart.
    """

    reason: str
    form: str = ""
    residual_mm: float | None = None
    candidates: tuple[Registration, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A template laid on a page, and what speaks for it.

    Attributes
    ----------
    ink
        Agreement with the blank form's print, None where there is none to compare.
    inside, cover
        Shares of the form's paper that lies on the page, and of the page that it covers.
    framed
        Share of its cells' sides that are printed where they ought to be; 0 before that was looked at.
    """

    page: FormPage
    fit: Fit
    evidence: str
    ink: float | None
    inside: float
    cover: float
    framed: float = 0.0

    @property
    def score(self) -> float:
        """What candidates are compared by."""
        return score(self.fit, self.fit.quality, self.ink)

    @property
    def registration(self) -> Registration:
        """As the caller is told."""
        return Registration(self.page, self.fit.matrix, self.fit.residual_mm, self.evidence)


def score(fit: Fit, quality: float, ink: float | None) -> float:
    """Cells and marks found less those missed, where `quality` cells are met and the print agrees by `ink`."""
    printed = 0.0 if ink is None else INK_CELLS * ink
    return 2 * quality - fit.expected + (fit.marks - fit.marks_missed) / 2 + printed


def paper_shares(page: FormPage, matrix: Matrix, shape: tuple[int, ...]) -> tuple[float, float]:
    """Shares of the form's paper that lies on a page of `shape` px, and of the page that it covers."""
    paper = project(matrix, _corners_mm(page)).astype(np.float32)
    height, width = shape[:2]
    image = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    if not cv2.isContourConvex(paper):
        return 0.0, 0.0
    common, _ = cv2.intersectConvexConvex(paper, image)
    return common / max(cv2.contourArea(paper), 1e-9), common / (width * height)


def is_sound(candidate: Candidate) -> bool:
    """Tell whether a candidate can be trusted, by itself."""
    fit = candidate.fit
    if (
        fit.on_page < MIN_ON_PAGE
        or not fit.residual_mm <= MAX_RESIDUAL_MM
        or not _is_seen_plainly(candidate.page, fit.matrix)
    ):
        return False
    if candidate.ink is not None and candidate.ink < MIN_INK:
        return False
    if fit.marks_missed > fit.marks and fit.met < MIN_MET_AGAINST_MARKS * fit.expected:
        return False
    by_print = _by_marks(fit) or (candidate.ink is not None and candidate.ink >= MIN_INK_ALONE)
    if not by_print and (fit.met < MIN_MET * fit.expected or not fit.met):
        return False
    if not by_print and candidate.ink is None and _is_one_line(candidate):
        return candidate.inside >= MIN_INSIDE_ONE_RUN and candidate.cover >= MIN_COVER_ONE_RUN
    return candidate.inside >= MIN_INSIDE and candidate.cover >= MIN_COVER


def is_framed(candidate: Candidate, framed_on_blank: float) -> bool:
    """Tell whether enough of a candidate's cells are framed on the page.

    Parameters
    ----------
    framed_on_blank
        Share of the cells' sides that are printed where they ought to be on the blank form.
    """
    least = MIN_FRAMED_BY_MARKS if _by_marks(candidate.fit) else MIN_FRAMED
    return candidate.framed >= least * framed_on_blank


def _by_marks(fit: Fit) -> bool:
    return fit.marks >= MIN_MARKS and (not fit.marks_missed or fit.met >= MIN_MET_WITH_MARKS * fit.expected)


def _is_seen_plainly(page: FormPage, matrix: Matrix) -> bool:
    """Tell whether a map is that of a camera or scanner: not mirrored, and nearly as large everywhere."""
    scales = [px_per_mm(matrix, corner) for corner in _corners_mm(page)]
    return min(scales) > 0 and max(scales) <= MAX_SCALE_RATIO * min(scales)


def _is_one_line(candidate: Candidate) -> bool:
    quads = np.concatenate([field.quads_mm for field in candidate.page.fields])[candidate.fit.own]
    middles = quads.mean(axis=1)
    extent = np.linalg.svd(middles - middles.mean(axis=0), compute_uv=False)
    side = float(np.linalg.norm(quads[0, 2] - quads[0, 0]))
    return bool(extent[-1] < 0.3 * side * np.sqrt(len(middles)))


def _corners_mm(page: FormPage) -> Points:
    width, height = page.width_mm, page.height_mm
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)

"""Sample forms as templates, and filled sheets of them as careless scans or photos show them, with the exact truth."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.document import BLANK
from digitizer.forms.registering.geometry import inverse, project
from digitizer.forms.template import Fiducial, FiducialKind, FormField, FormPage
from samples.digits import DigitPool
from samples.forms.cheque import cheque
from samples.forms.exam import cover_sheet
from samples.forms.postal import foreign_card, letter_card, redirection_list
from samples.forms.survey import DAYS, HOURS, QUESTIONS, survey_sheet
from samples.handwriting import Hand
from samples.ink import BALLPOINT_BLACK, BALLPOINT_BLUE, FELT_BLUE, GEL_BLACK
from samples.page import write_form
from samples.scanner import to_grey
from samples.sheet import BLACK, Sheet

REFERENCE_DPI = 100.0
"""Of the blank form in a template."""
SQUARE_MM = 3.5
"""Side of the squares printed in the corners of a sheet with fiducials."""
PENS = (BALLPOINT_BLUE, BALLPOINT_BLACK, GEL_BLACK, FELT_BLUE)
MM_PER_INCH = 25.4
_DISTANCE = 1.6
"""Of the camera, in diagonals of the sheet."""
_MARGIN = 0.02
"""Table or lid around the sheet before it is cropped, as a part of the picture."""

Writer = Callable[[int], str]
"""What is written in so many boxes."""


def _card(write: Writer, names: Callable[[int], str]) -> Sheet:
    return letter_card(names(12), names(15), names(8), write(5), BLACK)


def _abroad(write: Writer, names: Callable[[int], str]) -> Sheet:
    return foreign_card((names(12), names(9)), write(5), (names(11), names(12)), write(4))


def _redirections(write: Writer, names: Callable[[int], str]) -> Sheet:
    return redirection_list([(names(12), names(14))] * 10, [(write(5), write(5)) for _ in range(10)], "1")


def _cheque(write: Writer, names: Callable[[int], str]) -> Sheet:
    return cheque(write(10), write(6), write(2), names(12), names(13))


def _survey(write: Writer, _: Callable[[int], str]) -> Sheet:
    counts, tally = [write(3) for _ in QUESTIONS], [write(len(DAYS)) for _ in HOURS]
    return survey_sheet(counts, write(4), tally, np.random.default_rng(0))


def _exam(write: Writer, _: Callable[[int], str]) -> Sheet:
    return cover_sheet(write(7), [write(2) for _ in range(12)], write(3))


FORMS = {
    "card": _card,
    "abroad": _abroad,
    "redirections": _redirections,
    "cheque": _cheque,
    "survey": _survey,
    "exam": _exam,
}
"""The forms of the samples."""


def blank_sheet(form: str, *, squares: bool = False) -> Sheet:
    """Print a form with nothing in it, not even names."""
    sheet = FORMS[form](lambda count: count * BLANK, lambda _: "")
    return _with_squares(sheet) if squares else sheet


def filled_sheet(form: str, rng: np.random.Generator, *, squares: bool = False) -> Sheet:
    """Print a form for some digits, one box in ten left empty, with letters for the names."""

    def write(count: int) -> str:
        return "".join(rng.choice(list("0123456789_"), size=count))

    def names(count: int) -> str:
        return "".join(rng.choice(list("abcdefghijklmnoprstuvz "), size=count)).title()

    sheet = FORMS[form](write, names)
    return _with_squares(sheet) if squares else sheet


def form_page(sheet: Sheet, form: str, *, reference: bool = True, squares: bool = False) -> FormPage:
    """Describe a printed sheet as a template does, from what the sheet knows of its own fields."""
    fields = tuple(
        FormField(field.name, field.kind, field.rows, field.columns, field.quads_mm, len(field.quads_mm))
        for field in sheet.fields
    )
    return FormPage(
        form=form,
        number=1,
        width_mm=sheet.width_mm,
        height_mm=sheet.height_mm,
        fields=fields,
        fiducials=_squares(sheet) if squares else (),
        reference=to_grey(sheet.render(REFERENCE_DPI)) if reference else None,
    )


def _squares(sheet: Sheet) -> tuple[Fiducial, ...]:
    """Places for squares: the corners, 4 mm in, and one more, that tells which way up the sheet is."""
    in_mm = 4.0
    right_mm, bottom_mm = sheet.width_mm - in_mm, sheet.height_mm - in_mm
    centres = ((in_mm, in_mm), (right_mm, in_mm), (right_mm, bottom_mm), (in_mm, bottom_mm), (in_mm, in_mm + 9))
    return tuple(Fiducial(FiducialKind.SQUARE, centre_mm, SQUARE_MM) for centre_mm in centres)


def _with_squares(sheet: Sheet) -> Sheet:
    for square in _squares(sheet):
        x_mm, y_mm = square.centre_mm
        sheet.fill(x_mm - SQUARE_MM / 2, y_mm - SQUARE_MM / 2, SQUARE_MM, SQUARE_MM)
    return sheet


@dataclass(frozen=True, slots=True)
class Warp:
    """How a sheet is seen.

    Attributes
    ----------
    skew_deg, scale, quarters
        Turned clockwise, enlarged, and fed turned by quarters of a turn.
    tilt_deg, tilt_way_deg
        Of the camera against the upright, and to which side of the sheet.
    curl
        Height of the paper's wave, as a part of the picture's width.
    crop
        Parts of the picture lost: left, top, right, bottom.
    """

    skew_deg: float = 0.0
    scale: float = 1.0
    quarters: int = 0
    tilt_deg: float = 0.0
    tilt_way_deg: float = 0.0
    curl: float = 0.0
    crop: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


def some_warp(rng: np.random.Generator) -> Warp:
    """Choose a warp: up to 10 degrees and 10 %, half of them upside down, half tilted, half curled, half cropped."""
    half = rng.random(4) < 0.5
    crop = rng.uniform(0, 0.05, 4) * half[3]
    return Warp(
        skew_deg=float(rng.uniform(-10, 10)),
        scale=float(rng.uniform(0.9, 1.1)),
        quarters=int(2 * half[0]) + int(rng.random() < 0.1),
        tilt_deg=float(rng.uniform(0, 15) * half[1]),
        tilt_way_deg=float(rng.uniform(0, 360)),
        curl=float(rng.uniform(0, 0.004) * half[2]),
        crop=(float(crop[0]), float(crop[1]), float(crop[2]), float(crop[3])),
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """A sheet as seen.

    Attributes
    ----------
    pixels
        (H, W) uint8, grey.
    quads
        For each field in reading order, (N, 4, 2) float64: where its cells truly are, px.
    px_per_mm
        About, in the middle.
    """

    pixels: NDArray[np.uint8]
    quads: tuple[NDArray[np.float64], ...]
    px_per_mm: float


def see(sheet: Sheet, warp: Warp, dpi: float, pool: DigitPool, rng: np.random.Generator) -> Seen:
    """Fill a sheet in and look at it through a warp, under uneven light."""
    page = write_form(sheet, dpi, Hand(PENS[int(rng.integers(len(PENS)))]), pool, rng)
    grey = to_grey(page.pixels)
    matrix, size = _view(grey.shape, warp)
    wave = Wave(warp.curl * size[0], 2 * np.pi * 0.8 / size[0], 2 * np.pi * float(rng.uniform(0, 1)))
    pixels = _picture(grey, matrix, size, wave, rng)
    quads = tuple(wave.places(project(matrix, field.quads)) for field in page.fields)
    return Seen(pixels, quads, warp.scale * dpi / MM_PER_INCH)


@dataclass(frozen=True, slots=True)
class Wave:
    """What lies at (x, y) of the flat picture is seen where y + height * sin(frequency * x + phase) is its y."""

    height_px: float
    frequency: float
    phase: float

    def places(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Flat -> seen, (..., 2)."""
        lift = self.height_px * np.sin(self.frequency * points[..., 0] + self.phase)
        return np.stack([points[..., 0], points[..., 1] - lift], axis=-1)


def _view(shape: tuple[int, ...], warp: Warp) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Give the (3, 3) matrix picture <- sheet, and the picture's (width, height)."""
    height, width = shape[:2]
    diagonal = _DISTANCE * float(np.hypot(width, height))
    turn, way, tilt = np.radians([warp.skew_deg + 90 * warp.quarters, warp.tilt_way_deg, warp.tilt_deg])
    tilted = np.asarray(cv2.Rodrigues(tilt * np.array([np.cos(way), np.sin(way), 0.0]))[0], np.float64)
    about = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    plane = warp.scale * (tilted @ about)[:, :2]
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    matrix = np.diag([1, 1, 1 / diagonal]) @ np.column_stack([plane, -plane @ middle + [0, 0, diagonal]])
    corners = project(matrix, np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], float))
    low, high = corners.min(axis=0), corners.max(axis=0)
    room = (high - low) * (1 + 2 * _MARGIN)
    left, top, right, bottom = warp.crop
    start = low - _MARGIN * (high - low) + room * (left, top)
    size = room * (1 - left - right, 1 - top - bottom)
    moved = np.array([[1, 0, -start[0]], [0, 1, -start[1]], [0, 0, 1]]) @ matrix
    return moved, (round(size[0]), round(size[1]))


def _picture(
    grey: NDArray[np.uint8], matrix: NDArray[np.float64], size: tuple[int, int], wave: Wave, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Look at clean paper: resampled, on a table or under a lid, blurred, unevenly lit, with grain."""
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float64), np.arange(size[1], dtype=np.float64))
    flat = np.stack([x, y + wave.height_px * np.sin(wave.frequency * x + wave.phase)], axis=-1)
    source_x, source_y = cv2.split(project(inverse(matrix), flat).astype(np.float32))
    table = float(rng.choice([0.4, 0.93]) * 255)
    seen = cv2.remap(
        grey.astype(np.float32),
        source_x,
        source_y,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(table,) * 4,
    )
    seen = cv2.GaussianBlur(seen, (0, 0), float(rng.uniform(0.4, 0.8)))
    light = 1 - 0.25 * rng.random() * (x / size[0] * rng.choice([-1, 1]) % 1.0).astype(np.float32)
    seen = (0.08 + 0.86 * seen / 255) * light + np.float32(0.012) * rng.standard_normal(seen.shape, np.float32)
    return np.asarray(np.rint(255 * seen.clip(0, 1)), np.uint8)

"""Registration: forms are found on scans and photos whichever way they lie, and nothing is guessed."""

import numpy as np
import pytest

from digitizer.forms.registering.geometry import fit_map, project
from digitizer.forms.registering.place import place_fields
from digitizer.forms.registering.registration import Registration, Unregistered
from tests.forms.drawing import Warp, found, off_mm, seen_sheet, template

SKEWED = Warp(skew_deg=8, scale=0.93, quarters=2)
TILTED = Warp(skew_deg=-3, tilt_deg=14, tilt_way_deg=70, curl=0.003)
CROPPED = Warp(skew_deg=3, scale=1.05, crop=(0.05, 0.04, 0.0, 0.0))


@pytest.mark.parametrize("form", ["exam", "survey", "redirections"])
@pytest.mark.parametrize("warp", [SKEWED, TILTED, CROPPED, Warp(quarters=1), Warp(quarters=3)])
def test_every_cell_is_placed_within_half_a_millimetre(form: str, warp: Warp) -> None:
    """From the boxes alone, whichever way round, tilted, curled or cropped."""
    seen = seen_sheet(form, warp)

    registration = found(seen.pixels, template(form))

    assert isinstance(registration, Registration)
    assert registration.evidence == "boxes"
    assert registration.residual_mm < 1
    assert off_mm(place_fields(registration, seen.pixels), seen).max() < 0.5


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_squares_tell_which_way_up_a_form_lies(quarters: int) -> None:
    """Also where no box is found."""
    seen = seen_sheet("redirections", Warp(skew_deg=4, quarters=quarters), squares=True)
    page = template("redirections", squares=True)

    registration = found(seen.pixels, page)

    assert isinstance(registration, Registration)
    assert off_mm(place_fields(registration, seen.pixels), seen).max() < 0.5


@pytest.mark.parametrize("form", ["card", "abroad", "cheque"])
def test_few_boxes_are_found_by_the_print_around_them(form: str) -> None:
    """One comb looks the same upside down; the blank form's print does not."""
    seen = seen_sheet(form, Warp(skew_deg=-5, quarters=2))

    registration = found(seen.pixels, template(form, reference=True))

    assert isinstance(registration, Registration)
    assert off_mm(place_fields(registration, seen.pixels), seen).max() < 0.5


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_page_with_nothing_on_it_is_no_template(shade: int) -> None:
    """Blank and black pages are no form."""
    rejected = found(np.full((1754, 1240), shade, np.uint8), template("exam", reference=True), template("card"))

    assert rejected == Unregistered("no_template")


def test_noise_is_no_template() -> None:
    """Neither is noise."""
    noise = np.random.default_rng(1).integers(0, 256, (1000, 700)).astype(np.uint8)

    assert found(noise, template("exam"), template("survey", reference=True)) == Unregistered("no_template")


@pytest.mark.parametrize("reference", [False, True])
@pytest.mark.parametrize("form", ["card", "abroad", "cheque", "survey"])
def test_another_form_is_not_taken_for_one_that_is_known(form: str, reference: bool) -> None:
    """Also where it has the same letterhead, or combs as long."""
    others = [template(name, reference=reference) for name in ("card", "abroad", "cheque", "exam") if name != form]

    assert isinstance(found(seen_sheet(form).pixels, *others), Unregistered)


def test_a_map_is_recovered_from_its_points() -> None:
    """A skewed, tilted map is fitted back to within a hundredth of a px."""
    true = np.array([[7.8, -0.9, 40], [1.0, 7.9, -15], [1e-5, 2e-5, 1]])
    points = np.random.default_rng(2).uniform(0, 250, (60, 2))

    matrix = fit_map(points, project(true, points))

    np.testing.assert_allclose(project(matrix, points), project(true, points), atol=0.5)


def test_few_points_along_a_line_make_up_no_perspective() -> None:
    """A comb of 40 mm that is seen with noise still tells to 3 % what lies 100 mm away."""
    comb = np.array([[x, y] for x in (0.0, 10, 20, 30, 40) for y in (0.0, 8)])
    noise = np.random.default_rng(3).normal(0, 0.8, comb.shape)

    matrix = fit_map(comb, 6 * comb + noise)

    np.testing.assert_allclose(project(matrix, np.array([[20.0, 100.0]])), [[120, 600]], atol=18)

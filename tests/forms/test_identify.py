"""Which form a page is: told by its code, its boxes and its print, or not told at all."""

from dataclasses import replace

import cv2
import numpy as np
import segno
from numpy.typing import NDArray

from benchmarks.registration import many_templates
from benchmarks.warps import Seen
from digitizer.forms.registering.codes import named, read_codes
from digitizer.forms.registering.constellation import page_boxes, template_quads
from digitizer.forms.registering.evidence import Evidence
from digitizer.forms.registering.features import feature_guesses, find_features
from digitizer.forms.registering.geometry import Matrix, project
from digitizer.forms.registering.ink import reduced
from digitizer.forms.registering.registration import Registration, Unregistered
from digitizer.forms.registering.signature import likeliest
from digitizer.forms.registering.tags import find_tags, tag_guesses
from digitizer.forms.template import Fiducial, FiducialKind, FormPage
from tests.forms.drawing import Warp, boxes_on, found, seen_sheet, template

FORMS = ("card", "abroad", "redirections", "cheque", "survey", "exam")


def test_each_page_is_told_from_all_templates() -> None:
    """A mixed batch is sorted out."""
    pages = [template(form, reference=True) for form in FORMS]

    for form in FORMS:
        registration = found(seen_sheet(form, Warp(skew_deg=2)).pixels, *pages)
        assert isinstance(registration, Registration)
        assert registration.page.form == form


def test_two_templates_alike_are_not_guessed_between() -> None:
    """The page is rejected, and both places are named."""
    page = template("exam")
    twin = replace(page, form="twin")

    rejected = found(seen_sheet("exam").pixels, page, twin)

    assert isinstance(rejected, Unregistered)
    assert rejected.reason == "registration"
    assert {candidate.page.form for candidate in rejected.candidates} == {"exam", "twin"}


def test_the_likeliest_template_comes_first() -> None:
    """No other fits nearly as well, and all are kept for the case that it does not hold."""
    seen = seen_sheet("exam", Warp(skew_deg=-7, quarters=2))

    near, others = likeliest([template(form) for form in FORMS], page_boxes(boxes_on(seen.pixels)), 6)

    assert [page.form for page in near] == ["exam"]
    assert {page.form for page in others} == set(FORMS) - {"exam"}


def test_a_template_is_told_from_others_of_the_same_combs() -> None:
    """By how these lie to each other, although all are alike."""
    pages = [page for page in many_templates(30, seed=2) if page.form == "redirections" or page.form[:5] == "form_"]

    near, _ = likeliest(pages, page_boxes(boxes_on(seen_sheet("redirections", Warp(skew_deg=4)).pixels)), 12)

    assert [page.form for page in near] == ["redirections"]


def test_a_template_that_meets_few_boxes_does_not_keep_others_from_being_tried() -> None:
    """One field of the page is another template by itself; the page is the one that explains all of it."""
    page = template("cheque", reference=True)
    part = replace(page, form="part", fields=page.fields[:1], reference=None)

    registration = found(seen_sheet("cheque").pixels, part, page)

    assert isinstance(registration, Registration)
    assert registration.page.form == "cheque"


def test_without_templates_there_is_none() -> None:
    """An empty folder matches nothing."""
    assert found(np.full((300, 200), 255, np.uint8)) == Unregistered("no_template")


def _page_with(image: NDArray[np.uint8], left: int, top: int) -> NDArray[np.uint8]:
    page = np.full((1754, 1240), 255, np.uint8)
    page[top : top + image.shape[0], left : left + image.shape[1]] = image
    return page


def test_a_code_names_its_template() -> None:
    """A QR code on the page is read, also upside down; a star in a template's code stands for anything."""
    modules = np.array([[1 - module for module in row] for row in segno.make("form-7/2").matrix_iter(border=4)])
    page = _page_with(np.kron(modules * 255, np.ones((5, 5))).astype(np.uint8), 900, 60)
    pages = [replace(template("exam"), code=code) for code in ("form-7/1", "form-7/*", None)]

    codes = read_codes(np.ascontiguousarray(page[::-1, ::-1]))

    assert codes == ("form-7/2",)
    assert named(pages, codes) == [pages[1]]


def test_a_page_whose_code_is_read_is_that_form_even_if_it_is_not_found() -> None:
    """It is not said to match no template, whose name would then be missing."""
    modules = np.array([[1 - module for module in row] for row in segno.make("exam").matrix_iter(border=4)])
    page = _page_with(np.kron(modules * 255, np.ones((5, 5))).astype(np.uint8), 500, 700)

    assert found(page, template("card"), replace(template("exam"), code="exam")) == Unregistered("registration", "exam")


def test_a_tag_tells_where_a_form_lies() -> None:
    """Its four corners are those of the printed square."""
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    image = np.asarray(cv2.aruco.generateImageMarker(dictionary, 5, 80), np.uint8)
    page = replace(template("exam"), fiducials=(Fiducial(FiducialKind.APRILTAG, (30.0, 40.0), 13.5, 5),))

    (matrix,) = tag_guesses(page, find_tags(_page_with(image, 300, 500), 1.0))

    corners = project(matrix, np.array([[23.25, 33.25], [36.75, 46.75]]))
    np.testing.assert_allclose(corners, [[299.5, 499.5], [379.5, 579.5]], atol=1.5)


def test_features_of_the_blank_form_find_it_without_boxes() -> None:
    """The map is right to 2 mm before anything refines it."""
    seen = seen_sheet("exam", Warp(skew_deg=5, quarters=2))
    page = template("exam", reference=True)

    (matrix,) = feature_guesses(page, find_features(*reduced(seen.pixels)))

    assert _worst_mm(matrix, page, seen) < 2


def _worst_mm(matrix: Matrix, page: FormPage, seen: Seen) -> float:
    middles = project(matrix, template_quads(page)).mean(axis=1)
    truth = np.concatenate(seen.quads).mean(axis=1)
    return float(np.linalg.norm(middles - truth, axis=1).max() / seen.px_per_mm)


def test_evidence_is_looked_for_once() -> None:
    """What several templates ask for is kept."""
    evidence = Evidence(seen_sheet("card").pixels, page_boxes(np.empty((0, 4, 2))))

    assert evidence.ink is evidence.ink
    assert evidence.squares is evidence.squares

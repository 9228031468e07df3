"""What is seen on a page that can tell where a form lies; each kind is looked for when it is first asked for."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from digitizer.forms.registering.codes import read_codes
from digitizer.forms.registering.constellation import PageBoxes
from digitizer.forms.registering.features import Features, find_features
from digitizer.forms.registering.fiducials import Squares, find_squares, square_guesses, squares_under
from digitizer.forms.registering.geometry import Matrix, project, px_per_mm
from digitizer.forms.registering.ink import PageInk, page_ink, reduced
from digitizer.forms.registering.refine import NO_PAIRS, Pairs
from digitizer.forms.registering.tags import Tags, find_tags, tag_corners, tag_guesses
from digitizer.forms.template import FiducialKind, FormPage

_TAG_NEAR_MM = 8.0
"""A tag that is seen farther from where a map puts it is another."""
_CORNERS = 4
"""A square counts as much as a tag's corners."""


@dataclass(frozen=True)
class Evidence:
    """A page and what was found on it.

    Attributes
    ----------
    pixels
        (H, W) uint8, grey, paper 255.
    """

    pixels: NDArray[np.uint8]
    boxes: PageBoxes

    @cached_property
    def small(self) -> tuple[NDArray[np.uint8], float]:
        """The page reduced, and page px per px of it."""
        return reduced(self.pixels)

    @cached_property
    def ink(self) -> PageInk:
        """Everything narrow and dark."""
        return page_ink(*self.small)

    @cached_property
    def tags(self) -> Tags:
        """All AprilTags."""
        return find_tags(*self.small)

    @cached_property
    def squares(self) -> Squares:
        """All full black squares."""
        return find_squares(*self.small)

    @cached_property
    def features(self) -> Features:
        """Corners and what is around them."""
        return find_features(*self.small)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """What QR codes and Code 128 say."""
        return read_codes(self.pixels)


def mark_guesses(page: FormPage, evidence: Evidence) -> list[tuple[str, Matrix]]:
    """Where a template may lie by its tags, or by its squares, with the name of that evidence."""
    guesses: list[tuple[str, Matrix]] = []
    if _has(page, FiducialKind.APRILTAG):
        guesses += [("tags", matrix) for matrix in tag_guesses(page, evidence.tags)]
    if _has(page, FiducialKind.SQUARE):
        guesses += [("fiducials", matrix) for matrix in square_guesses(page, evidence.squares)]
    return guesses


def marks_under(page: FormPage, matrix: Matrix, evidence: Evidence) -> Pairs:
    """Give the tags and squares of a template that are seen about where a map puts them."""
    if not page.fiducials:
        return NO_PAIRS
    scale = px_per_mm(matrix, np.array([page.width_mm, page.height_mm]) / 2)
    source, target = tag_corners(page, evidence.tags) if _has(page, FiducialKind.APRILTAG) else NO_PAIRS.points
    near = np.linalg.norm(project(matrix, source) - target, axis=1) < _TAG_NEAR_MM * scale
    squares, seen = NO_PAIRS.points
    if _has(page, FiducialKind.SQUARE):
        squares, seen = squares_under(page, matrix, evidence.squares)
    source = np.concatenate([source[near], np.repeat(squares, _CORNERS, axis=0)])
    target = np.concatenate([target[near], np.repeat(seen, _CORNERS, axis=0)])
    places = project(matrix, np.array([mark.centre_mm for mark in page.fiducials]))
    margin_px = scale * max(mark.size_mm for mark in page.fiducials)
    low, high = margin_px, np.array(evidence.pixels.shape[::-1]) - margin_px
    expected = int(((places > low) & (places < high)).all(axis=1).sum())
    return Pairs(source, target, len(source), max(_CORNERS * expected - len(source), 0))


def _has(page: FormPage, kind: FiducialKind) -> bool:
    return any(mark.kind is kind for mark in page.fiducials)

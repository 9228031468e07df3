"""The blank form's image found again on a page by local features: where neither boxes nor marks are."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.forms.registering.geometry import Matrix, Points
from digitizer.forms.registering.ink import reduced
from digitizer.forms.template import FormPage

_FEATURES = 1500
"""Corners that are described, on a form and on a page."""
_DISTINCT = 0.85
"""A feature is matched only if the second best is so much farther (Lowe, IJCV 2004, section 7.1)."""
_REPROJECTION_PX = 4.0
_LEAST = 12
"""Features that must agree on one map: chance brings 6 or 7 together."""


@dataclass(frozen=True, slots=True)
class Features:
    """Corners (N, 2) px of an image, and their descriptors (N, 32) uint8."""

    places: Points
    descriptors: NDArray[np.uint8]


def find_features(small: NDArray[np.uint8], factor: float) -> Features:
    """Describe the corners of a page that was reduced by `factor` (ORB; Rublee et al., ICCV 2011)."""
    detector = cv2.ORB_create(nfeatures=_FEATURES, scaleFactor=1.3, nlevels=5)  # type: ignore[attr-defined]
    corners, descriptors = detector.detectAndCompute(cv2.GaussianBlur(small, (0, 0), 1.0), None)
    if descriptors is None:
        return Features(np.empty((0, 2)), np.empty((0, 32), np.uint8))
    places = np.array([corner.pt for corner in corners], np.float64)
    return Features((places + 0.5) * factor - 0.5, np.asarray(descriptors, np.uint8))


@lru_cache(maxsize=256)
def reference_features(page: FormPage) -> Features | None:
    """Features of a template's blank form, places in mm; None without one."""
    if page.reference is None:
        return None
    found = find_features(*reduced(page.reference))
    return Features((found.places + 0.5) * page.width_mm / page.reference.shape[1], found.descriptors)


def feature_guesses(page: FormPage, seen: Features) -> list[Matrix]:
    """Where a template lies by the features of its blank form: at most one map, page px <- mm."""
    own = reference_features(page)
    if own is None or min(len(own.places), len(seen.places)) < _LEAST:
        return []
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(own.descriptors, seen.descriptors, k=2)
    good = [best for best, second in pairs if best.distance < _DISTINCT * second.distance]
    if len(good) < _LEAST:
        return []
    source = own.places[[match.queryIdx for match in good]]
    target = seen.places[[match.trainIdx for match in good]]
    matrix, inliers = cv2.findHomography(source, target, cv2.USAC_MAGSAC, _REPROJECTION_PX)
    if matrix is None or int(np.count_nonzero(inliers)) < _LEAST:
        return []
    return [np.asarray(matrix, np.float64)]

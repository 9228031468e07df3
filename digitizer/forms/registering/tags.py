"""AprilTags of the family 36h11 on a page: each says which it is, and its four corners where it lies."""

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.forms.registering.geometry import Matrix, Points, fit_map
from digitizer.forms.registering.nearest import areas
from digitizer.forms.template import FiducialKind, FormPage

Tags = dict[int, Points]
"""By id, (4, 2) px: top left, top right, bottom right, bottom left corner as the tag is printed."""


def find_tags(small: NDArray[np.uint8], factor: float) -> Tags:
    """Find all tags of a page that was reduced by `factor`; of two with one id, the larger.

    OpenCV's detector of square markers (Garrido-Jurado et al., Pattern Recognition 47, 2014), corners refined as for
    AprilTags (Olson, "AprilTag", ICRA 2011).
    """
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    corners, ids, _ = cv2.aruco.ArucoDetector(dictionary, parameters).detectMarkers(small)
    tags: Tags = {}
    if ids is None:
        return tags
    quads = np.asarray(corners, np.float64).reshape(-1, 4, 2)
    for place in np.argsort(areas(quads)):
        tags[int(np.ravel(ids)[place])] = (quads[place] + 0.5) * factor - 0.5
    return tags


def tag_corners(page: FormPage, tags: Tags) -> tuple[Points, Points]:
    """Corners of the tags of a template that are seen: (4 K, 2) mm and px."""
    source, target = [np.empty((0, 2))], [np.empty((0, 2))]
    for mark in page.fiducials:
        if mark.kind is FiducialKind.APRILTAG and mark.tag_id in tags:
            corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * mark.size_mm / 2
            source.append(np.array(mark.centre_mm) + corners)
            target.append(tags[mark.tag_id])
    return np.concatenate(source), np.concatenate(target)


def tag_guesses(page: FormPage, tags: Tags) -> list[Matrix]:
    """Where a template lies by its tags: at most one map, page px <- mm."""
    source, target = tag_corners(page, tags)
    return [fit_map(source, target)] if len(source) else []

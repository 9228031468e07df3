"""All crops of a sheet as one picture."""

import cv2
import numpy as np

from digitizer.review.sprites import COLUMNS, CROP_PX, MARGIN_PX, PITCH_PX, sprite_of

CROP = bytes(range(256)) * 3 + bytes(16)


def test_every_crop_has_its_place() -> None:
    """Crop i stands in row i // columns; ink is dark on paper."""
    sprite = sprite_of([b""] * (COLUMNS + 2) + [CROP])
    image = np.asarray(cv2.imdecode(np.frombuffer(sprite.png, np.uint8), cv2.IMREAD_UNCHANGED))

    top, left = PITCH_PX + MARGIN_PX, 2 * PITCH_PX + MARGIN_PX
    assert bytes(255 - image[top : top + CROP_PX, left : left + CROP_PX]) == CROP
    assert image[:PITCH_PX, :].min() == 255
    assert (sprite.columns, sprite.rows) == (COLUMNS, 2)


def test_no_crops_make_a_picture_of_paper() -> None:
    """An empty sheet is no special case for the page."""
    assert sprite_of([]).rows == 1

"""Pictures inside the report: dark ink on paper, small, the same bytes each time."""

import base64

import cv2
import numpy as np

from digitizer.report.pictures import CROP_PX, crop_picture, small_jpeg, strip_picture


def decoded(address: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return the pixels of a picture that an address holds."""
    data = base64.b64decode(address.partition(",")[2])
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    return np.asarray(image, np.uint8)


def test_ink_of_a_crop_is_dark() -> None:
    """The network sees it bright; a person is used to paper."""
    crop = np.zeros((CROP_PX, CROP_PX), np.uint8)
    crop[3, 4] = 200

    image = decoded(crop_picture(crop.tobytes()))

    np.testing.assert_array_equal(image, 255 - crop)
    assert crop_picture(crop.tobytes()) == crop_picture(crop.tobytes())


def test_large_pictures_become_small() -> None:
    """In proportion; small ones stay as they are."""
    page = np.full((2000, 1000), 255, np.uint8)

    assert decoded("," + base64.b64encode(small_jpeg(page, 500)).decode()).shape == (500, 250)
    assert decoded("," + base64.b64encode(small_jpeg(page[:40, :60], 500)).decode()).shape == (40, 60)


def test_a_strip_that_is_no_picture_is_left_out() -> None:
    """As one that was purged is."""
    assert strip_picture(b"") == ""
    assert strip_picture(b"no JPEG at all") == ""
    assert decoded(strip_picture(small_jpeg(np.full((50, 2000), 255, np.uint8), 2000))).shape == (18, 720)

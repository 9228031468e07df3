"""Pictures as the report holds them: inside of it, as data, small, the same bytes each time."""

import base64

import cv2
import numpy as np
from numpy.typing import NDArray

CROP_PX = 28
_MAX_STRIP_PX = 720
_JPEG_QUALITY = 70


def crop_picture(crop: bytes) -> str:
    """Return what the network saw of a cell as the address of a picture: ink dark on paper.

    Parameters
    ----------
    crop
        28 * 28 bytes, row by row, ink 255.
    """
    ink = np.frombuffer(crop, np.uint8).reshape(CROP_PX, CROP_PX)
    return data_address(_encoded(".png", 255 - ink), "image/png")


def strip_picture(strip: bytes) -> str:
    """Return the strip of a field, a JPEG, as the address of a picture no wider than a page; empty if it is none."""
    image = cv2.imdecode(np.frombuffer(strip, np.uint8), cv2.IMREAD_GRAYSCALE) if strip else None
    return "" if image is None else data_address(small_jpeg(np.asarray(image, np.uint8), _MAX_STRIP_PX), "image/jpeg")


def small_jpeg(image: NDArray[np.uint8], longest_px: int) -> bytes:
    """Encode an image, (height, width) or (height, width, 3) uint8, no side longer than `longest_px`."""
    longest = max(image.shape[:2])
    if longest > longest_px:
        height, width = (max(1, round(side * longest_px / longest)) for side in image.shape[:2])
        image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return _encoded(".jpg", image, cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY)


def png(image: NDArray[np.uint8]) -> bytes:
    """Encode an image, (height, width) or (height, width, 3) uint8, without loss."""
    return _encoded(".png", image)


def data_address(picture: bytes, kind: str) -> str:
    """Return a picture as an address that holds all of it."""
    return f"data:{kind};base64,{base64.b64encode(picture).decode()}"


def _encoded(ending: str, image: NDArray[np.uint8], *options: int) -> bytes:
    done, encoded = cv2.imencode(ending, image, options)
    if not done:
        raise ValueError(f"An image of shape {image.shape} cannot be encoded")
    return encoded.tobytes()

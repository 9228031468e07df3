"""Which stated resolutions are believed, and pages whose pixels are not square."""

import math

from PIL import Image

from digitizer.scans.limits import Limits

MIN_DPI = 50.0
"""Below it a digit box of 5 mm has less than 10 px; what states less (1 x 1 often) means something else."""
MAX_DPI = 2400.0
"""Flatbed scanners end here."""
SCREEN_DPI = frozenset({72.0, 96.0})
"""What cameras and programs write when they know no resolution."""
MAX_SCREEN_SIDE_IN = 17.0
"""A screen resolution is believed up to A3 (16.5 in): a photo of 4000 px would be 55 in long."""
MAX_SIDE_IN = 50.0
"""No paper form is longer (A0: 47 in)."""
SQUARE_TOLERANCE = 1.1
"""Up to this ratio pixels count as square; a fine fax (204 x 196) does, a standard fax (204 x 98) does not."""


def believed_dpi(stated: object, size_px: tuple[int, int]) -> tuple[float, float] | None:
    """Return the (horizontal, vertical) resolution that a file states, None if it cannot be that of a scan.

    Parameters
    ----------
    stated
        Pillow's `info["dpi"]`: from the file, hence anything.
    size_px
        (width, height).
    """
    try:
        x_dpi, y_dpi = (float(value) for value in stated)  # type: ignore[attr-defined]
    except (TypeError, ValueError, ArithmeticError):
        return None
    if not all(MIN_DPI <= dpi <= MAX_DPI for dpi in (x_dpi, y_dpi)):
        return None
    longest_in = max(size_px[0] / x_dpi, size_px[1] / y_dpi)
    on_screen = x_dpi == y_dpi and round(x_dpi) in SCREEN_DPI
    return (x_dpi, y_dpi) if longest_in <= (MAX_SCREEN_SIDE_IN if on_screen else MAX_SIDE_IN) else None


def square_pixels(
    image: Image.Image, dpi: tuple[float, float] | None, limits: Limits
) -> tuple[Image.Image, float | None]:
    """Enlarge the coarser axis of an image whose resolutions differ, so that digits keep their proportions.

    Parameters
    ----------
    image
        Mode L.
    dpi
        (horizontal, vertical) of `image`.

    Returns
    -------
    image, dpi
        The same image, or an enlarged one (bicubic); its resolution, rounded to a tenth: PNG stores px/m, and 300 dpi
        come back as 299.9994.

    Raises
    ------
    ScanError
        `too_large`, if the enlarged image is.
    """
    if dpi is None:
        return image, None
    x_dpi, y_dpi = dpi
    if max(dpi) <= SQUARE_TOLERANCE * min(dpi):
        return image, round(math.sqrt(x_dpi * y_dpi), 1)
    finest = max(dpi)
    size = round(image.width * finest / x_dpi), round(image.height * finest / y_dpi)
    limits.check_pixels(*size)
    return image.resize(size, Image.Resampling.BICUBIC), round(finest, 1)

"""Grey: a page is converted in bands, and no seam shows."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitizer.scans import grey
from digitizer.scans.grey import to_grey
from digitizer.scans.limits import Limits
from digitizer.scans.raster import WEBP_SHARE
from tests.scans.drawing import as_format, drawn, read, reasons


def page(mode: str) -> Image.Image:
    """Return a drawn page in a mode of Pillow, with something transparent if it can be."""
    pixels = drawn()
    if mode == "I;16":
        return Image.fromarray(pixels.astype(np.uint16) << 8)
    image = Image.fromarray(pixels).convert("RGB").convert("RGBA" if "A" in mode else mode)
    if "A" in mode:
        image.putalpha(Image.fromarray(pixels.T.copy()).resize(image.size))
        image = image.convert(mode)
    if mode == "P":
        image.info["transparency"] = 3
    return image


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16"])
def test_bands_make_the_same_page_as_one_piece(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of any height, and the last one is shorter."""
    whole = np.asarray(to_grey(page(mode)))
    monkeypatch.setattr(grey, "BAND_PX", 7 * 120)
    np.testing.assert_array_equal(np.asarray(to_grey(page(mode))), whole)
    monkeypatch.setattr(grey, "BAND_PX", 1)
    np.testing.assert_array_equal(np.asarray(to_grey(page(mode))), whole)


def test_a_webp_is_bounded_more_tightly(tmp_path: Path) -> None:
    """Its decoder takes more memory for each pixel."""
    data = as_format(drawn(100, 100), "webp")
    enough = 100 * 100 * WEBP_SHARE
    assert reasons(read(tmp_path, data, Limits(max_pixels=enough))) == [""]
    assert reasons(read(tmp_path, data, Limits(max_pixels=enough - 1))) == ["too_large"]

"""The boundary to the decoders: whatever they raise on a bad file becomes a `ScanError`."""

import contextlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitizer.errors import ScanError
from digitizer.scans.reasons import Reason


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page without its origin: `pixels` (height, width) uint8, paper 255; `dpi` None if not stated believably."""

    pixels: NDArray[np.uint8]
    dpi: float | None


@contextlib.contextmanager
def decoding() -> Iterator[None]:
    """Run a decoder; Pillow's own bounds and warnings are off, for `Limits` are checked before pixels are decoded.

    Pillow's bounds belong to the process: not for use in several threads at a time.

    Raises
    ------
    ScanError
        `truncated` or `damaged`, for any error of the decoder. `MemoryError` passes: it is no fault of the file.
    """
    bound = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (ScanError, MemoryError):
        raise
    except Exception as error:  # decoders raise all kinds on hostile bytes: struct.error, KeyError, zlib.error ...
        reason = Reason.TRUNCATED if "truncated" in str(error).lower() else Reason.DAMAGED
        raise ScanError(reason, f"Its decoder gave up ({type(error).__name__}).") from error
    finally:
        Image.MAX_IMAGE_PIXELS = bound

"""A page with what was read drawn onto it: each field's box, its cells and its confidence."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.document import FieldResult, FieldStatus

GREEN, ORANGE = (61, 140, 30), (0, 110, 235)
"""Blue, green, red: the order that OpenCV writes."""
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_TEXT_SHARE = 0.4
"""Height of a digit of the labels, as a share of the median height of the boxes."""
_MIN_TEXT_PX, _MAX_TEXT_PX = 9.0, 60.0
_FONT_PX = 21.0
"""Height of a digit at scale 1."""
_SHRINK = (1.0, 0.8, 0.6)
"""Sizes that are tried where there is little room, as shares of the usual one."""
_MAX_CELLS = 12
"""Longer readings, of grids, are cut."""
_PLATE_OPACITY = 0.85
"""The paper behind a label: what is printed there shows through a little."""


class _Box(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int

    def meets(self, other: "_Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def draw_overlay(pixels: NDArray[np.uint8], fields: Sequence[FieldResult]) -> NDArray[np.uint8]:
    """Draw what was read onto a page.

    Fields that go straight through are green, those that wait for a person orange. Beside each stand its cells
    (`_` blank, `x` void, `?` unreadable) and its confidence, rounded down to a thousandth.

    Parameters
    ----------
    pixels
        (height, width) uint8, grey, paper 255; not changed.
    fields
        Of that page.

    Returns
    -------
    NDArray
        (height, width, 3) uint8, blue, green, red.
    """
    image = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR), np.uint8)
    boxes = [_Box(field.x, field.y, field.x + field.width, field.y + field.height) for field in fields]
    scale = _text_scale(fields)
    thickness = max(1, round(2 * scale))
    taken = list(boxes)
    for field, box in zip(fields, boxes, strict=True):
        colour = ORANGE if field.status is FieldStatus.REVIEW else GREEN
        grown = _grown(box, 2 * thickness)
        cv2.rectangle(image, grown[:2], grown[2:], colour, thickness, cv2.LINE_AA)
        taken.append(_write(image, label(field), grown, taken, scale, colour))
    return image


def label(field: FieldResult) -> str:
    """Return what stands beside a field: its cells, and its confidence rounded down."""
    cells = field.cells if len(field.cells) <= _MAX_CELLS else field.cells[: _MAX_CELLS - 3] + "..."
    return f"{cells} {math.floor(1000 * field.confidence) / 1000:.3f}"


def _text_scale(fields: Sequence[FieldResult]) -> float:
    """Scale of the font; of a small side, so that neither a grid nor a comb on its side makes it large."""
    sides = [min(field.width, field.height) for field in fields]
    height = _TEXT_SHARE * float(np.median(sides)) if sides else _MIN_TEXT_PX
    return min(max(height, _MIN_TEXT_PX), _MAX_TEXT_PX) / _FONT_PX


def _write(
    image: NDArray[np.uint8], text: str, box: _Box, taken: Sequence[_Box], scale: float, colour: tuple[int, int, int]
) -> _Box:
    """Write a label where it hides no field and no other label, smaller if it must be; return its place."""
    for share in _SHRINK:
        for place in _places(box, *_plate_size(text, share * scale)):
            place = _within(place, image.shape)
            if not any(place.meets(other) for other in taken):
                _letter(image, text, place, share * scale, colour)
                return place
    place = _within(next(_places(box, *_plate_size(text, scale))), image.shape)
    _letter(image, text, place, scale, colour)
    return place


def _letter(image: NDArray[np.uint8], text: str, place: _Box, scale: float, colour: tuple[int, int, int]) -> None:
    """Write on a plate of paper."""
    plate = image[place.top : place.bottom, place.left : place.right]
    paper = np.full_like(plate, round(float(np.median(plate))))
    plate[:] = cv2.addWeighted(plate, 1 - _PLATE_OPACITY, paper, _PLATE_OPACITY, 0)
    (_, height), below = cv2.getTextSize(text, _FONT, scale, _thickness(scale))
    pad = (place.bottom - place.top - height - below) // 2
    cv2.putText(
        image,
        text,
        (place.left + 2 * pad, place.bottom - below - pad),
        _FONT,
        scale,
        colour,
        _thickness(scale),
        cv2.LINE_AA,
    )


def _plate_size(text: str, scale: float) -> tuple[int, int, int]:
    """Width and height of the plate, and its distance from the box, px."""
    (width, height), below = cv2.getTextSize(text, _FONT, scale, _thickness(scale))
    pad = max(1, height // 8)
    return width + 4 * pad, height + below + 2 * pad, 2 * pad


def _thickness(scale: float) -> int:
    return max(1, round(1.6 * scale))


def _places(box: _Box, width: int, height: int, gap: int) -> Iterator[_Box]:
    """Right of a box, above, below, left: (left, top, right, bottom) each."""
    middle = (box.top + box.bottom - height) // 2
    for left, top in (
        (box.right + gap, middle),
        (box.left, box.top - height - gap),
        (box.left, box.bottom + gap),
        (box.left - width - gap, middle),
    ):
        yield _Box(left, top, left + width, top + height)


def _within(place: _Box, shape: tuple[int, ...]) -> _Box:
    """Move a place onto the page."""
    width, height = place.right - place.left, place.bottom - place.top
    left = max(min(place.left, shape[1] - width), 0)
    top = max(min(place.top, shape[0] - height), 0)
    return _Box(left, top, left + width, top + height)


def _grown(box: _Box, by_px: int) -> _Box:
    return _Box(box.left - by_px, box.top - by_px, box.right + by_px, box.bottom + by_px)

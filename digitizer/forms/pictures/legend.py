"""The legend of a form's picture: number, name and kind of each field, in its colour."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitizer.document import FieldKind

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

COLOURS = {
    FieldKind.COMB: (0, 96, 200),
    FieldKind.GRID: (150, 40, 170),
    FieldKind.BOX: (0, 130, 60),
    FieldKind.MARK: (205, 85, 0),
}
"""Red, green, blue."""
_LEGEND_SHARE = 0.42
"""Width of a legend's column, as a share of the page's height (an upright A4 page's width is 0.7 of it)."""
_TEXT_PX = (12, 21)
"""Smallest and largest letters of the legend."""
_ROW = 1.5
"""Rows of the legend are so many heights of its letters apart."""
_GREY = (110, 110, 110)


@dataclass(frozen=True, slots=True)
class Shape:
    """A field on the picture: `quads` (N, 4, 2) px."""

    number: int
    name: str
    text: str
    kind: FieldKind
    quads: NDArray[np.float64]


def draw_legend(shapes: Sequence[Shape], height: int, heading: Sequence[str]) -> NDArray[np.uint8]:
    """Write number, name and kind of all fields, in as many columns as they need."""
    from PIL import Image, ImageDraw

    head = len(heading) + 2
    size = int(min(max(height / (_ROW * (len(shapes) + head)), _TEXT_PX[0]), _TEXT_PX[1]))
    step = _ROW * size
    in_column = max(int((height - step) / step) - head, 1)
    columns = max(math.ceil(len(shapes) / in_column), 1)
    width = round(_LEGEND_SHARE * 1400 * max(size / _TEXT_PX[1], 0.75))
    picture = Image.new("RGB", (columns * width, height), (255, 255, 255))
    draw = ImageDraw.Draw(picture)
    font = legend_font(size)
    for row, line in enumerate(heading):
        text = _cut(draw, line, font, columns * width - 2 * size)
        draw.text((size, (row + 0.5) * step), text, fill=(0, 0, 0), font=font)
    for index, shape in enumerate(shapes):
        column, row = divmod(index, in_column)
        _legend_row(draw, shape, (column * width + size, (row + head) * step), width - 2 * size, font)
    return np.asarray(picture)


def _legend_row(
    draw: "ImageDraw", shape: Shape, at: tuple[float, float], width: float, font: "FreeTypeFont | ImageFont"
) -> None:
    """Write a row: number in the field's colour, name, and what it is."""
    x, y = at
    indent = draw.textlength("0000", font=font)
    what = draw.textlength(shape.text + "  ", font=font)
    draw.text((x, y), str(shape.number), fill=COLOURS[shape.kind], font=font)
    name = _cut(draw, shape.name, font, max(width - indent - what, 0.35 * width))
    draw.text((x + indent, y), name, fill=(0, 0, 0), font=font)
    after = x + indent + draw.textlength(name + "  ", font=font)
    draw.text((after, y), _cut(draw, shape.text, font, x + width - after), fill=_GREY, font=font)


def _cut(draw: "ImageDraw", text: str, font: "FreeTypeFont | ImageFont", width: float) -> str:
    """Shorten a text until it fits."""
    if draw.textlength(text, font=font) <= width:
        return text
    while text and draw.textlength(text + "...", font=font) > width:
        text = text[:-1]
    return text + "..."


def legend_font(size: int) -> "FreeTypeFont | ImageFont":
    """Return the font of the picture: the one that comes with Pillow."""
    from PIL import ImageFont

    return ImageFont.load_default(size)

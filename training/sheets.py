"""Sheets of boxes, written, scanned and cut as pages are, so that training sees exactly what reading produces.

1. A sheet of combs is drawn: solid, dashed or dotted frames, with sides missing, light or dark, thin or thick.
2. Each box gets its content: larger or smaller, off the middle, over the lines and into the next box.
3. The sheet is scanned: skewed, shaded, blurred, noisy, dusty, in low contrast, as JPEG or in 1 bit.
4. The boxes are cut out and brought to MNIST format by what reads real pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.document import Cell, Field, FieldKind
from digitizer.reading.cells import cut_cells
from digitizer.reading.mnist_format import SIZE_PX, to_mnist_format_batch
from training.pens import trimmed

Image = NDArray[np.uint8]

COLUMNS, ROWS = 8, 6
CELLS = COLUMNS * ROWS
"""Boxes of a sheet."""
_LEGIBLE = 0.66
"""Likeness of a crop to what was written below which neither person nor network could read it."""
_BLUR_PX = 1.0


@dataclass(frozen=True, slots=True)
class Content:
    """What is written into one box.

    Attributes
    ----------
    ink
        (H, W) uint8, ink 255.
    size
        Of its longer side as a share of the box's height, at most about so much of its width.
    stretch
        Width by which it is drawn out beyond its own aspect ratio.
    """

    ink: Image
    size: float
    stretch: float = 1.0


@dataclass(frozen=True, slots=True)
class Conditions:
    """What all boxes of a sheet have in common; shares are of a box's height.

    Attributes
    ----------
    height_px, width_px, gap_px
        Of a box as scanned, and between two boxes of a comb.
    careless
        Share of contents that are too large or far off the middle.
    damage
        0-1, how bad the scan is.
    """

    height_px: float
    width_px: float
    gap_px: float
    careless: float
    damage: float


def some_conditions(rng: np.random.Generator, damage: float) -> Conditions:
    """Choose boxes of 4 to 9 mm scanned at 100 to 300 dpi; `damage` 0-1 is the worst that the scan may be."""
    height_px = float(np.exp(rng.uniform(np.log(22), np.log(76))))
    gap_px = 0.0 if rng.random() < 0.6 else height_px * rng.uniform(0.05, 0.4)
    return Conditions(height_px, height_px * rng.uniform(0.7, 1.1), gap_px, 0.15 * damage, damage * rng.random() ** 2)


def scanned(
    contents: Sequence[Content], conditions: Conditions, rng: np.random.Generator
) -> tuple[Image, NDArray[np.bool_]]:
    """Write contents into boxes, scan the sheet and cut it.

    Parameters
    ----------
    contents
        At most `CELLS`.

    Returns
    -------
    crops
        (N, 28, 28) uint8 in MNIST format, ink 255.
    legible
        (N,) bool: a person could still see what was written; the crop of a box found blank is all 0.
    """
    corners = _corners(conditions, len(contents))
    size = np.ceil(corners.max(axis=(0, 1)) + conditions.height_px).astype(int)
    frames = np.zeros((size[1], size[0]), np.uint8)
    _draw_frames(frames, corners, conditions, rng)
    ink = np.zeros_like(frames)
    for content, quad in zip(contents, corners, strict=True):
        _write(ink, content, quad, conditions, rng)
    pixels, matrix = _scan(_paper(frames, ink, conditions, rng), conditions, rng)
    found = np.concatenate([corners, np.ones((len(corners), 4, 1))], axis=2) @ matrix.T
    found += rng.normal(0, 0.012 * conditions.height_px, found.shape)  # boxes are found to about a pixel
    crops, blank = _cut(pixels, found)
    return crops, ~blank & (likeness(crops, contents) > _LEGIBLE)


def as_drawn(contents: Sequence[Content]) -> tuple[Image, NDArray[np.bool_]]:
    """Bring contents to MNIST format without box and scan; result as of `scanned`."""
    crops = to_mnist_format_batch([_drawn_out(content) for content in contents])
    return crops, np.asarray(crops.any(axis=(1, 2)))


def likeness(crops: Image, contents: Sequence[Content]) -> NDArray[np.float64]:
    """Compare crops with what was written, both in MNIST format and blurred: (N,) cosines, 0-1."""
    written, _ = as_drawn(contents)
    pairs = []
    for images in (crops, written):
        blurred = np.stack([cv2.GaussianBlur(image, (0, 0), _BLUR_PX) for image in images]).reshape(len(images), -1)
        pairs.append(blurred / np.maximum(np.linalg.norm(blurred, axis=1, keepdims=True), 1))
    return np.asarray((pairs[0] * pairs[1]).sum(axis=1))


def _drawn_out(content: Content) -> Image:
    """Cut the ink of a content out and stretch it in width."""
    shape = trimmed(content.ink)
    size = max(2, round(shape.shape[1] * content.stretch)), max(2, shape.shape[0])
    return np.asarray(cv2.resize(shape, size, interpolation=cv2.INTER_AREA), np.uint8)


def _corners(conditions: Conditions, count: int) -> NDArray[np.float64]:
    """Corners of the boxes on the sheet, (count, 4, 2) px as (x, y)."""
    height, width = conditions.height_px, conditions.width_px
    row, column = np.divmod(np.arange(count), COLUMNS)
    origin = np.stack([height + column * (width + conditions.gap_px), height * (1 + 1.5 * row)], axis=1)
    return np.asarray(origin[:, None] + np.array([[0, 0], [width, 0], [width, height], [0, height]]))


def _draw_frames(frames: Image, corners: NDArray[np.float64], conditions: Conditions, rng: np.random.Generator) -> None:
    """Draw the boxes' lines into `frames`, in place, 255 where there is a line."""
    thick = max(1, round(conditions.height_px * rng.uniform(0.01, 0.09)))
    missing = rng.random(4) < 0.08
    gaps = rng.random() < 0.25
    for quad in np.rint(corners * 16).astype(np.int32):
        for side in range(4):
            if not missing[side]:
                start, end = tuple(quad[side].tolist()), tuple(quad[(side + 1) % 4].tolist())
                cv2.line(frames, start, end, 255, thick, cv2.LINE_AA, 4)
    if gaps:
        period, share = rng.uniform(3, 12), rng.uniform(0.4, 0.8)
        y, x = np.indices(frames.shape, np.float32)
        frames[(x % period > share * period) & (y % period > share * period)] = 0


def _write(
    ink: Image, content: Content, quad: NDArray[np.float64], conditions: Conditions, rng: np.random.Generator
) -> None:
    """Write one content about the middle of its box, in place."""
    shape = trimmed(content.ink)
    careless = rng.random() < conditions.careless
    longer = content.size * conditions.height_px * (rng.uniform(1.0, 1.3) if careless else 1.0)
    scale = longer / max(shape.shape)
    width = min(shape.shape[1] * scale * content.stretch, 1.15 * conditions.width_px)
    size = max(2, round(width)), max(2, round(shape.shape[0] * scale))
    spread = rng.normal(0, 0.11 if careless else 0.05, 2) * conditions.height_px
    left, top = np.rint(quad.mean(axis=0) + spread - np.array(size) / 2).astype(int).tolist()
    small = cv2.resize(shape, size, interpolation=cv2.INTER_AREA)
    left, top = max(left, 0), max(top, 0)
    place = ink[top : top + size[1], left : left + size[0]]
    np.maximum(place, small[: place.shape[0], : place.shape[1]], out=place)


def _paper(frames: Image, ink: Image, conditions: Conditions, rng: np.random.Generator) -> NDArray[np.float32]:
    """Lay lines and ink onto paper: (H, W) float32, paper about 1; ink over a line darkens both."""
    line = rng.uniform(0.15, 1.0)
    pen = 1 - rng.uniform(0.0, 0.25) - 0.45 * conditions.damage * rng.random()
    grain = np.ones(ink.shape, np.float32)
    if rng.random() < 0.4:
        coarse = rng.standard_normal((ink.shape[0] // 2 + 1, ink.shape[1] // 2 + 1)).astype(np.float32)
        spots = cv2.resize(coarse, (ink.shape[1], ink.shape[0]), interpolation=cv2.INTER_LINEAR)
        grain = np.clip(1 - 0.4 * conditions.damage * np.abs(spots), 0, 1).astype(np.float32)
    passed_line = 1 - np.float32(line / 255) * frames
    passed_ink = 1 - np.float32(pen / 255) * ink * grain
    return np.asarray(passed_line * passed_ink, np.float32)


def _scan(
    paper: NDArray[np.float32], conditions: Conditions, rng: np.random.Generator
) -> tuple[Image, NDArray[np.float64]]:
    """Scan a sheet: (H, W) uint8, paper about 255, and the 2x3 matrix scan <- sheet."""
    damage, height_px = conditions.damage, conditions.height_px
    height, width = paper.shape
    angle = float(np.clip(rng.normal(0, 1.0), -3, 3))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    turned = cv2.warpAffine(paper, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(1.0,))
    blur = rng.uniform(0.25, 0.6) + damage * rng.random() ** 2 * 0.035 * height_px
    image = np.asarray(cv2.GaussianBlur(turned, (0, 0), blur), np.float32)
    if rng.random() < 0.5 * damage:
        _add_dust(image, height_px, rng)
    light = rng.uniform(0.75, 1.0) * image + rng.normal(0, 0.05 * damage) * np.linspace(-1, 1, width)
    image = (light + rng.uniform(0, 0.06) * damage * rng.standard_normal(image.shape)).astype(np.float32)
    if rng.random() < 0.3:
        level = rng.uniform(0.45, 0.75) * float(np.median(image))
        image = np.where(image < level, np.float32(0), np.float32(1))
    if rng.random() < 0.2 * damage:
        salted = rng.random(image.shape)
        share = rng.uniform(0, 0.015)
        image[salted < share] = 0
        image[salted > 1 - share] = 1
    pixels = np.asarray(np.clip(image * 255, 0, 255), np.uint8)
    if rng.random() < 0.4:
        quality = int(rng.integers(95 - round(65 * damage), 96))
        _, stream = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
        pixels = np.asarray(cv2.imdecode(stream, cv2.IMREAD_GRAYSCALE), np.uint8)
    return pixels, np.asarray(matrix, np.float64)


def _add_dust(image: NDArray[np.float32], height_px: float, rng: np.random.Generator) -> None:
    """Lay specks and hairs onto a scan, in place."""
    height, width = image.shape
    for _ in range(int(rng.integers(5, 60))):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        shade = float(rng.uniform(0.0, 0.6)) if rng.random() < 0.8 else 1.0
        if rng.random() < 0.8:
            reach = max(1, round(height_px * rng.uniform(0.0, 0.05)))
            cv2.circle(image, (x, y), reach, (shade,), -1)
        else:
            end = (rng.normal(0, 0.3, 2) * height_px + [x, y]).astype(int).tolist()
            cv2.line(image, (x, y), (end[0], end[1]), (shade,), 1)


def _cut(pixels: Image, quads: NDArray[np.float64]) -> tuple[Image, NDArray[np.bool_]]:
    """Cut the boxes as reading does: crops in MNIST format, and which are blank."""
    fields = []
    for number, start in enumerate(range(0, len(quads), COLUMNS)):
        row = quads[start : start + COLUMNS]
        cells = tuple(Cell(0, column, quad) for column, quad in enumerate(row))
        fields.append(Field(str(number), FieldKind.COMB, 1, len(row), cells))
    cuts = cut_cells(pixels, fields)
    blank = np.concatenate([cut.blank for cut in cuts])
    crops = np.zeros((len(quads), SIZE_PX, SIZE_PX), np.uint8)
    inked = [ink for cut in cuts for ink, empty in zip(cut.ink, cut.blank, strict=True) if not empty]
    crops[~blank] = to_mnist_format_batch(inked)
    return crops, blank

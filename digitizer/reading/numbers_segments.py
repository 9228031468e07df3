"""A strip -> fragments of its ink from left to right, cut finer than digits are, and the segments made of them.

Over-segmentation: what one digit is, the classifier decides later, among all runs of neighbouring fragments
(Fujisawa, Nakano and Kurino, "Segmentation methods for character recognition", Proc. IEEE 80(7), 1992; Casey and
Lecolinet, "A survey of methods and strategies in character segmentation", IEEE PAMI 18(7), 1996). Pieces of ink wider
than a narrow digit are cut along the paths from top to bottom that cross the least ink (Wang and Jean, "Segmentation
of merged characters by neural networks and shortest path", Pattern Recognition 27(5), 1994).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.reading.mnist_format import to_mnist_format_batch
from digitizer.reading.numbers_strips import STRIP_PX, Strip

_CUT_WIDTH = 0.5
"""Pieces wider than this, in heights of a digit, may hold more than one digit."""
_REACH, _SPACING = 0.25, 0.12
"""How far a cut may wander to either side, and the least distance of two cuts, in heights of a digit."""
_MAX_CROSSED = 0.6
"""Longest way of a cut through ink, in heights of a digit: two strokes, and more where they lie along the cut."""
_PAPER_COST, _ASIDE_COST = 0.01, 0.15
"""Cost of a px of paper on a cut, and of a step aside, where that of a px of ink is 1."""
_MIN_FRAGMENT_PX = 6
"""Smallest part of a piece that is a fragment of its own."""
_MAX_FRAGMENTS, _MAX_WIDTH = 5, 1.7
"""Fragments of a digit, and its width in heights."""
_CUTS_PER_HEIGHT = 4.0
"""Most cuts per height of a digit along a piece."""


@dataclass(frozen=True, slots=True)
class Segments:
    """Runs of neighbouring fragments of a strip that may each be a digit.

    Attributes
    ----------
    fragments
        How many there are.
    start, stop
        (S,) first fragment of each segment, and the one after its last.
    crops
        (S, 28, 28) uint8 in MNIST format.
    shape
        (S, 3) float64, in heights of a digit: width; height; ink that the cut at its end crosses.
    """

    fragments: int
    start: NDArray[np.intp]
    stop: NDArray[np.intp]
    crops: NDArray[np.uint8]
    shape: NDArray[np.float64]


def find_segments(strip: Strip) -> Segments:
    """Cut a strip that is not blank into fragments, and list all segments."""
    height = _digit_height(strip)
    labels, crossed = _fragments(strip, height)
    count = len(crossed)
    boxes = _boxes(labels, count)
    pairs, shapes, crops = [], [], []
    for start in range(count):
        for stop in range(start + 1, min(start + _MAX_FRAGMENTS, count) + 1):
            left, top = boxes[start:stop, :2].min(axis=0)
            right, bottom = boxes[start:stop, 2:].max(axis=0)
            if stop > start + 1 and right - left > _MAX_WIDTH * height:
                continue
            pairs.append((start, stop))
            shapes.append((right - left, bottom - top, crossed[stop - 1]))
            crops.append(_crop(strip.ink, labels, (start, stop), (left, top, right, bottom)))
    first, last = np.array(pairs, np.intp).T
    return Segments(count, first, last, to_mnist_format_batch(crops), np.array(shapes, np.float64) / height)


def _digit_height(strip: Strip) -> float:
    """Return the usual height of a digit, in px: the median of what stands apart from all else, but for specks."""
    ink = strip.pieces > 0
    ends = np.flatnonzero(np.diff(ink.any(axis=0), prepend=False, append=False))
    apart = [np.flatnonzero(ink[:, first:last].any(axis=1)) for first, last in zip(ends[::2], ends[1::2], strict=True)]
    heights = np.array([np.ptp(rows) + 1 for rows in apart], np.float64)
    return float(max(np.median(heights[heights >= 0.5 * heights.max()]), 0.2 * STRIP_PX))


def _boxes(labels: NDArray[np.int32], count: int) -> NDArray[np.intp]:
    """(count, 4) left, top, right, bottom of the px labelled 1..count, the ends exclusive."""
    rows, columns = np.nonzero(labels)
    own = labels[rows, columns] - 1
    boxes = np.empty((count, 4), np.intp)
    boxes[:, :2], boxes[:, 2:] = labels.size, 0
    np.minimum.at(boxes[:, 0], own, columns)
    np.minimum.at(boxes[:, 1], own, rows)
    np.maximum.at(boxes[:, 2], own, columns + 1)
    np.maximum.at(boxes[:, 3], own, rows + 1)
    return boxes


def _crop(
    ink: NDArray[np.uint8], labels: NDArray[np.int32], span: tuple[int, int], box: tuple[int, int, int, int]
) -> NDArray[np.uint8]:
    """Ink of the fragments of a segment, with the soft edges around them but nothing of other fragments."""
    window = np.s_[max(box[1] - 2, 0) : box[3] + 2, max(box[0] - 2, 0) : box[2] + 2]
    near = labels[window]
    own = ((near > span[0]) & (near <= span[1])).astype(np.uint8)
    reach = cv2.dilate(own, np.ones((3, 3), np.uint8)) > 0
    return np.where((own > 0) | reach & (near == 0), ink[window], 0).astype(np.uint8)


def _fragments(strip: Strip, height: float) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Label fragments 1.. from left to right, (H, W) int32; and the px of ink crossed by the cut after each."""
    parts = np.zeros_like(strip.pieces)
    cuts: list[tuple[int, int, float]] = []  # the part on either side, and the ink between
    total = 0
    for piece, box in enumerate(_boxes(strip.pieces, strip.count), start=1):
        window = np.s_[box[1] : box[3], box[0] : box[2]]
        mask = strip.pieces[window] == piece
        own, costs = _cut_piece(mask, height)
        parts[window][mask] = own[mask] + total + 1
        cuts += [(total + place, total + place + 1, cost) for place, cost in enumerate(costs)]
        total += len(costs) + 1
    boxes = _boxes(parts, total)
    order = np.argsort(boxes[:, 0] + boxes[:, 2], kind="stable")
    rank = np.empty(total, np.intp)
    rank[order] = np.arange(total)
    crossed = np.zeros(total)
    for left, right, cost in cuts:
        first, last = sorted((rank[left], rank[right]))
        crossed[first:last] += cost / (last - first)
    return np.concatenate([[0], rank + 1]).astype(np.int32)[parts], crossed


def _cut_piece(mask: NDArray[np.bool_], height: float) -> tuple[NDArray[np.intp], list[float]]:
    """Cut a piece: at each of its px the number of its part, from 0; and the ink that each cut between them crosses."""
    parts = np.zeros(mask.shape, np.intp)
    if mask.shape[1] <= _CUT_WIDTH * height:
        return parts, []
    seams, crossed = _seams(mask, height)
    costs: list[float] = []
    columns = np.arange(mask.shape[1])
    for seam, cost in zip(seams, crossed, strict=True):
        beyond = mask & (columns >= seam[:, None])
        before = mask & (parts == len(costs)) & ~beyond
        if before.sum() >= _MIN_FRAGMENT_PX and beyond.sum() >= _MIN_FRAGMENT_PX:
            costs.append(cost)
            parts[beyond] = len(costs)
    return parts, costs


def _seams(mask: NDArray[np.bool_], height: float) -> tuple[list[NDArray[np.intp]], list[float]]:
    """Cuts through a piece from left to right, for each row its column; and the px of ink that each crosses."""
    paths, crossed = _shortest_paths(mask, max(round(_REACH * height), 1))
    order = np.argsort(crossed, kind="stable")
    chosen: list[int] = []
    most = int(_CUTS_PER_HEIGHT * mask.shape[1] / height)
    for anchor in order[crossed[order] <= _MAX_CROSSED * height].tolist():
        if len(chosen) < most and (np.abs(paths[chosen] - paths[anchor]).mean(axis=1) >= _SPACING * height).all():
            chosen.append(anchor)
    chosen.sort(key=lambda anchor: float(paths[anchor].mean()))
    return [paths[anchor] for anchor in chosen], [float(crossed[anchor]) for anchor in chosen]


def _shortest_paths(mask: NDArray[np.bool_], reach: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """For each column the path from top to bottom that crosses the least ink within `reach` of it.

    Returns
    -------
    tuple
        (columns, rows) where each path runs, and (columns,) px of ink that it crosses.
    """
    rows, columns = mask.shape
    window = 2 * reach + 1
    padded = np.pad(mask, ((0, 0), (reach, reach))).astype(np.float64)
    near = np.lib.stride_tricks.sliding_window_view(padded, window, axis=1)  # (rows, columns, window)
    aside = 1e-3 * np.abs(np.arange(window) - reach)
    best = np.empty((rows, columns, window))
    steps = np.zeros((rows, columns, window), np.int8)
    best[0] = near[0] + _PAPER_COST + aside
    for row in range(1, rows):
        least, step = best[row - 1].copy(), steps[row]
        for way in (-1, 1):  # the place in the row above that is one to the left, or to the right
            to, came = (np.s_[:, 1:], np.s_[:, :-1]) if way < 0 else (np.s_[:, :-1], np.s_[:, 1:])
            other = best[row - 1][came] + _ASIDE_COST
            step[to] = np.where(other < least[to], way, step[to])
            least[to] = np.minimum(other, least[to])
        best[row] = least + near[row] + (_PAPER_COST + aside)
    paths = np.empty((columns, rows), np.intp)
    place = best[-1].argmin(axis=1)
    every = np.arange(columns)
    crossed = np.zeros(columns)
    for row in range(rows - 1, -1, -1):
        paths[:, row] = every + place - reach
        crossed += near[row, every, place]
        place = place + steps[row, every, place]
    return paths, crossed

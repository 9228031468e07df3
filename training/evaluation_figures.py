"""The pictures of an evaluation: networks side by side, and the crops that they are measured on."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from digitizer.reading.calibration import BINS, reliability_table
from digitizer.reading.mnist_format import SIZE_PX
from training.corruptions import CORRUPTIONS, corrupted
from training.crop_sets import CropSet
from training.metrics import DIGITS, calibration_error, digit_confidence, error_over_coverage
from training.pictures import save_picture
from training.readings import SEED, Material, Readings, errors

TILES = 10
"""Crops in a row."""
SUREST = 20
SMALLEST_ERROR = 1e-4
"""Where the axis of errors begins: one in ten thousand."""

Images = NDArray[np.uint8]
Labels = NDArray[np.integer]
ByNetwork = dict[str, NDArray[np.float32]]
"""A network's title -> (N, C) probabilities of the same N crops."""


def draw_evaluation(folder: Path, material: Material, networks: Sequence[Readings]) -> list[tuple[str, Path]]:
    """Draw all pictures of an evaluation as PNG, into a folder that exists.

    Returns
    -------
    list
        Caption and path of those that show nothing but what this project draws and MNIST. Beside them are drawn
        the most confident crops of the other sets, which may not be free to publish.
    """
    mnist, labels = material.mnist, material.mnist.labels
    read = _by_network(networks, mnist)
    wrong = {each.title: errors(each, material.corruptions) for each in networks}
    with mpl.rc_context({"font.size": 9}):
        pictures = {
            "Confidence and accuracy": ("reliability", reliability(read, labels)),
            "Error over coverage": ("coverage", coverage_curves(read, labels)),
            "Errors under each corruption": ("corruption_errors", corruption_bars(wrong)),
            "The corruptions": ("corruptions", corruption_sheet(mnist.crops, labels, SEED)),
        }
        for each in material.drawn:
            sheet = surest_crops(_by_network(networks, each), each.crops)
            pictures[f"Surest of a digit: {each.name}"] = (f"surest_{each.name.replace(' ', '_')}", sheet)
        for name, figure in pictures.values():
            save_picture(figure, folder / f"{name}.png")
        for each in material.not_digits:
            save_picture(surest_crops(_by_network(networks, each), each.crops), folder / f"surest_{each.name}.png")
    return [(caption, folder / f"{name}.png") for caption, (name, _) in pictures.items()]


def reliability(read: ByNetwork, labels: Labels) -> Figure:
    """Draw accuracy over confidence of each network, on MNIST's test set; dots grow with the number of readings."""
    figure = Figure(figsize=(3.4 * len(read), 3.4), layout="constrained")
    for axes, (title, probabilities) in zip(figure.subplots(1, len(read), squeeze=False)[0], read.items(), strict=True):
        rows = reliability_table(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)
        filled = [row for row in rows if row.count]
        x, y = [row.confidence for row in filled], [row.accuracy for row in filled]
        axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
        axes.plot(x, y, linewidth=1)
        axes.scatter(x, y, [8 + 60 * row.count / len(labels) for row in filled], zorder=3)
        axes.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1.02), ylim=(0, 1.02))
        axes.set_title(
            f"{title}: calibration error {calibration_error(probabilities, labels):.2%} in {BINS} bins", size=8
        )
        axes.grid(alpha=0.3)
    return figure


def corruption_bars(wrong: dict[str, list[float]]) -> Figure:
    """Draw the share of wrong readings, 0-1, of each network, by its title, under each corruption."""
    figure = Figure(figsize=(7, 1.2 + 0.26 * len(CORRUPTIONS) * len(wrong)), layout="constrained")
    axes = figure.subplots()
    places, height = np.arange(len(CORRUPTIONS)), 0.8 / len(wrong)
    for i, (title, shares) in enumerate(wrong.items()):
        bars = axes.barh(places + (i - (len(wrong) - 1) / 2) * height, [100 * share for share in shares], height)
        axes.bar_label(bars, fmt="%.1f", padding=2, fontsize=7)
        bars.set_label(f"{title}, mean {np.mean(shares):.2%}")
    axes.set(
        yticks=places,
        yticklabels=list(CORRUPTIONS),
        xlabel="wrong readings of MNIST's test set, brought to MNIST format, %",
    )
    axes.invert_yaxis()
    axes.grid(axis="x", alpha=0.3)
    axes.legend()
    return figure


def coverage_curves(read: ByNetwork, labels: Labels) -> Figure:
    """Draw the share of wrong digits among the crops that each network is surest of, on MNIST's test set."""
    figure = Figure(figsize=(6, 3.6), layout="constrained")
    axes = figure.subplots()
    coverage = np.arange(1, len(labels) + 1) / len(labels)
    for title, probabilities in read.items():
        axes.plot(coverage, error_over_coverage(probabilities, labels), label=title)
    axes.set_yscale("symlog", linthresh=SMALLEST_ERROR)
    axes.set(xlabel="share of crops accepted", ylabel="wrong digits among them", xlim=(0.5, 1.0), ylim=(0, None))
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def surest_crops(read: ByNetwork, crops: Images) -> Figure:
    """Draw the crops that each network is surest are digits, each with the digit and its probability."""
    rows = -(-min(SUREST, len(crops)) // TILES)
    figure = Figure(figsize=(9, (0.3 + 0.92 * rows) * len(read)), layout="constrained")
    for axes, (title, probabilities) in zip(
        figure.subplots(len(read), 1, squeeze=False)[:, 0], read.items(), strict=True
    ):
        confidence = digit_confidence(probabilities)
        chosen = np.argsort(-confidence, kind="stable")[:SUREST]
        _show_tiles(axes, crops[chosen])
        axes.set_title(f"{title}: surest of a digit", loc="left", size=9)
        for place, i in enumerate(chosen):
            row, column = divmod(place, TILES)
            text = f"{probabilities[i, :DIGITS].argmax()}  {confidence[i]:.3f}"
            axes.text(column * SIZE_PX + 1, row * SIZE_PX + 3, text, size=6, color="tab:blue")
    return figure


def corruption_sheet(images: Images, labels: Labels, seed: int) -> Figure:
    """Draw each corruption of the first image of each digit, before it is brought to MNIST format.

    Parameters
    ----------
    images, labels
        (N, 28, 28) uint8, ink 255, and (N,), each digit among them.
    """
    digits = images[[int(np.flatnonzero(labels == digit)[0]) for digit in np.unique(labels)]]
    sheets = {"as they are": digits, **{name: corrupted(digits, name, seed) for name in CORRUPTIONS}}
    figure = Figure(figsize=(6, 0.45 * len(sheets)), layout="constrained")
    axes = figure.subplots()
    _show_tiles(axes, np.concatenate(list(sheets.values())), len(digits))
    axes.set(yticks=(np.arange(len(sheets)) + 0.5) * SIZE_PX, yticklabels=list(sheets), xticks=[])
    axes.axis("on")
    return figure


def _by_network(networks: Sequence[Readings], of: CropSet) -> ByNetwork:
    return {network.title: network.probabilities[of] for network in networks}


def _show_tiles(axes: Axes, images: Images, columns: int = TILES) -> None:
    """Show N images, ink black, in rows; image i has its corner at multiples of 28."""
    rows = -(-len(images) // columns)
    tiles = np.zeros((rows * columns, SIZE_PX, SIZE_PX), np.uint8)
    tiles[: len(images)] = images
    sheet = tiles.reshape(rows, columns, SIZE_PX, SIZE_PX).swapaxes(1, 2).reshape(rows * SIZE_PX, columns * SIZE_PX)
    axes.imshow(255 - sheet, cmap="gray", vmin=0, vmax=255, extent=(0, sheet.shape[1], sheet.shape[0], 0))
    axes.axis("off")

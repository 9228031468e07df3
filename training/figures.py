"""The pictures of a training run: learning curves, confusions, right and wrong readings, reliability."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from digitizer.reading.calibration import expected_calibration_error, reliability_table
from digitizer.reading.mnist_format import SIZE_PX
from training.dataset import Crops, Source
from training.pictures import save_picture
from training.recipe import HISTORY_FILE

EXAMPLES = 60
"""Crops of each source that are shown."""
NAMES = [*"0123456789", "none", "void"]
RIGHT, WRONG = "#1b6e3c", "#b3261e"

Images = NDArray[np.uint8]
Labels = NDArray[np.uint8]
Probabilities = NDArray[np.float64]


def draw_figures(
    model: Path,
    images: Images,
    labels: Labels,
    raw: Probabilities,
    probabilities: Probabilities,
    crops: Crops,
) -> None:
    """Draw all pictures of a run as PNG.

    Parameters
    ----------
    model
        The folder trained into, with its learning curves; the pictures go to `figures` in it.
    images, labels, probabilities
        Held-out digits, (N, 28, 28) uint8 and (N,) uint8, and its (N, classes) readings.
    raw
        These before calibration.
    crops
        Some that were drawn, as examples.
    """
    folder = model / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    mpl.rcParams.update({"svg.hashsalt": "digitizer", "font.size": 9})
    save_picture(learning_curves(model / HISTORY_FILE), folder / "learning_curves.png")
    save_picture(confusions(labels, probabilities), folder / "confusion_matrix.png")
    save_picture(gallery(images, labels, probabilities), folder / "predictions.png")
    save_picture(confident_mistakes(images, labels, probabilities), folder / "confident_mistakes.png")
    save_picture(examples(crops), folder / "crops.png")
    save_picture(reliability(labels, raw, probabilities), folder / "reliability.png")


def learning_curves(file: Path) -> Figure:
    """Draw accuracy and loss over the epochs, training beside validation, from a CSV file."""
    history = np.genfromtxt(file, delimiter=",", names=True, ndmin=1)
    figure = Figure(figsize=(8, 3), layout="constrained")
    epochs = np.arange(1, len(history["loss"]) + 1)
    for axes, name in zip(figure.subplots(1, 2), ("accuracy", "loss"), strict=True):
        axes.plot(epochs, history[name], label="training (distorted, with dropout)")
        axes.plot(epochs, history[f"val_{name}"], label="validation (as written)")
        axes.set(xlabel="epoch", ylabel=name)
        axes.grid(alpha=0.3)
        axes.legend()
    return figure


def confusions(labels: Labels, probabilities: Probabilities) -> Figure:
    """Draw how often each digit was read as what, in numbers and, but for the right ones, in colour."""
    classes = probabilities.shape[1]
    counts = confusion_matrix(labels, probabilities.argmax(axis=1), labels=range(classes))[:10]
    errors = counts * (1 - np.eye(10, classes, dtype=int))
    figure = Figure(figsize=(6.2, 5.2), layout="constrained")
    axes = figure.subplots()
    sns.heatmap(
        errors, annot=counts, fmt="d", cmap="Reds", cbar=False, linewidths=0.5, ax=axes, annot_kws={"size": 8},
        xticklabels=NAMES[:classes], yticklabels=NAMES[:10],
    )  # fmt: skip
    accuracy = (probabilities.argmax(axis=1) == labels).mean()
    axes.set(xlabel="read as", ylabel="written", title=f"Held-out writers, {accuracy:.2%} right; errors in colour")
    return figure


def examples(crops: Crops) -> Figure:
    """Draw what a network is shown besides MNIST: two rows of crops of each source."""
    figure = Figure(figsize=(9, 0.62 * len(Source)), layout="constrained")
    for axes, source in zip(figure.subplots(len(Source), 1), Source, strict=True):
        mine = crops.of(source).images[:EXAMPLES]
        row = np.zeros((2 * SIZE_PX, EXAMPLES // 2 * SIZE_PX), np.uint8)
        for place, image in enumerate(mine):
            top, left = place // (EXAMPLES // 2) * SIZE_PX, place % (EXAMPLES // 2) * SIZE_PX
            row[top : top + SIZE_PX, left : left + SIZE_PX] = image
        axes.imshow(255 - row, cmap="gray", vmin=0, vmax=255)
        axes.set_ylabel(source.name.lower().replace("_", " "), fontsize=6)
        axes.set(xticks=[], yticks=[])
    return figure


def gallery(images: Images, labels: Labels, probabilities: Probabilities) -> Figure:
    """Draw readings with their confidence: first right ones as they come, then the first wrong ones."""
    correct = probabilities.argmax(axis=1) == labels
    chosen = np.concatenate([np.flatnonzero(correct)[:20], np.flatnonzero(~correct)[:20]])
    return _tiles(images, labels, probabilities, chosen, "Right (above) and wrong readings of held-out writers")


def confident_mistakes(images: Images, labels: Labels, probabilities: Probabilities) -> Figure:
    """Draw the mistakes that the model was surest of."""
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    chosen = wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")][:30]
    return _tiles(images, labels, probabilities, chosen, "The most confident mistakes on held-out writers")


def reliability(labels: Labels, raw: Probabilities, probabilities: Probabilities) -> Figure:
    """Draw accuracy over confidence before and after calibration, and how many readings are how sure."""
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot([0, 1], [0, 1], color="grey", linewidth=1)
    for name, given, offset in (("before", raw, -1), ("after", probabilities, 1)):
        confidence, correct = given.max(axis=1), given.argmax(axis=1) == labels
        table = reliability_table(confidence, correct)
        filled = [row for row in table if row.count]
        error = expected_calibration_error(confidence, correct)
        label = f"{name} calibration, error {error:.2%}"
        left.plot([row.confidence for row in filled], [row.accuracy for row in filled], "o-", label=label)
        middles = [(row.low + row.high) / 2 + offset / 100 for row in filled]
        right.bar(middles, [row.count for row in filled], width=1 / 50, label=name)
    left.set(xlabel="confidence", ylabel="accuracy")
    right.set(xlabel="confidence", ylabel="readings", yscale="log", xlim=(0, 1))
    left.legend()
    right.legend()
    return figure


def _tiles(
    images: Images, labels: Labels, probabilities: Probabilities, chosen: NDArray[np.intp], title: str
) -> Figure:
    """Draw chosen images, ten a row, each with what it was read as, how surely, and what was written."""
    rows = max(1, -(-len(chosen) // 10))
    figure = Figure(figsize=(9, 0.35 + 1.12 * rows), layout="constrained")
    figure.suptitle(title)
    tiles = figure.subplots(rows, 10, squeeze=False).ravel()
    for axes in tiles:
        axes.axis("off")
    for axes, i in zip(tiles, chosen, strict=False):
        read = int(probabilities[i].argmax())
        axes.imshow(255 - images[i], cmap="gray", vmin=0, vmax=255)
        said = f"{NAMES[read]} {probabilities[i].max():.3f}"
        right = read == labels[i]
        axes.set_title(said if right else f"{said}\nis {labels[i]}", color=RIGHT if right else WRONG, fontsize=8, pad=2)
    return figure

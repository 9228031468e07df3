"""Train a model: `python -m training.train [--data PATH] [--writers PATH] [--out DIR] [--network default|seed] ...`.

1. MNIST, a tenth of its training writers held out (`mnist.py`).
2. Sheets of boxes, filled with these digits and with what is none, scanned and cut (`dataset.py`, `sheets.py`).
3. The network, on digits and crops distorted anew in every epoch (`networks.py`, `fit.py`).
4. The network in 8-bit integers (`quantize.py`), calibrated on the held-out writers (`calibrate.py`).
5. The model folder with its card (`export.py`), and pictures (`figures.py`).

The test set is left to `python -m training.evaluate`.
"""

import argparse
import importlib.util
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digitizer.errors import DigitizerError, UsageError
from digitizer.reading.calibration import softmax
from digitizer.reading.model_card import INT8_FILE, ONNX_FILE
from training.mnist import Mnist, load_mnist, load_writers, validation_mask
from training.recipe import HISTORY_FILE, RECIPES, Recipe

if TYPE_CHECKING:
    import keras

    from digitizer.reading.model_card import ModelCard
    from training.dataset import Crops

EXTRA = ("tensorflow", "keras", "tf2onnx", "sklearn", "matplotlib", "seaborn", "pymupdf_fonts")
DRAWN = (
    "Letters, signs, doodles, scribbles and crossings-out are drawn by the project itself; printed digits and foreign "
    "letters are of the fonts DejaVu, STIX and Computer Modern (from matplotlib) and FiraGO, Fira Mono, Noto Sans, "
    "Ubuntu, Cascadia Mono and Space Mono (from pymupdf-fonts)."
)
"""Everything besides MNIST that a network with twelve classes is shown."""
SCALE_DIGITS, SCALE_SHEETS = 256, 40
"""Plain digits among the crops by which the scales of integers are chosen, and sheets that hold the others."""
VALIDATION_SHARE = 0.1
"""Sheets for validation and for fields, each as a share of those for training."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    options = _parse(arguments)
    try:
        require_extra()
        mnist = load_mnist(options.data)
        writers = load_writers(options.writers, len(mnist.train_labels)) if options.writers else None
        recipe = RECIPES[options.network]
        recipe = replace(recipe, epochs=options.epochs or recipe.epochs, sheets=options.sheets or recipe.sheets)
        card = train(mnist, writers, replace(recipe, seed=options.seed), options.out, arguments, options.trained)
    except DigitizerError as error:
        print(f"training: {error}", file=sys.stderr)
        return int(error.exit_code)
    print(f"{options.out}: {card.metrics['validation']['accuracy']:.2%} of the digits of held-out writers")
    return 0


@dataclass(frozen=True, slots=True)
class Split:
    """MNIST's training set, split.

    Attributes
    ----------
    digits, labels
        Of the writers to train with.
    unseen, truth
        Digits of held-out writers, and what they say.
    writers
        Who wrote `unseen`; None if that is not known.
    """

    digits: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    unseen: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    writers: NDArray[np.integer] | None


def train(
    mnist: Mnist,
    writers: NDArray[np.integer] | None,
    recipe: Recipe,
    out: Path,
    argv: Sequence[str] = (),
    trained: Path | None = None,
) -> "ModelCard":
    """Train, calibrate and export one model; its pictures go to `out/figures`.

    Parameters
    ----------
    writers
        (60000,) who wrote each training image; None if that is not known.
    trained
        A network that was trained before with this recipe, `checkpoint.keras` of another run, to go on from there.
    """
    import keras
    import tensorflow as tf

    from training.dataset import draw_crops
    from training.fit import fit_network

    keras.utils.clear_session()  # layer names are counted through a process, and stand in the files
    keras.utils.set_random_seed(recipe.seed)
    tf.config.experimental.enable_op_determinism()
    held_out = validation_mask(mnist.train_labels, writers, recipe.seed)
    split = Split(
        *(mnist.train_images[~held_out], mnist.train_labels[~held_out]),
        *(mnist.train_images[held_out], mnist.train_labels[held_out]),
        None if writers is None else writers[held_out],
    )
    out.mkdir(parents=True, exist_ok=True)
    sheets = None
    if recipe.sheets:
        count = recipe.sheets if trained is None else min(recipe.sheets, SCALE_SHEETS)
        sheets = draw_crops(split.digits, split.labels, count, recipe.seed_of("sheets"), cores())
        say(f"{len(sheets.labels)} crops from sheets")
    if trained is None:
        network = fit_network(recipe, split.digits, split.labels, sheets, (split.unseen, split.truth), out)
    else:
        network = keras.models.load_model(trained, compile=False)
        (out / HISTORY_FILE).write_bytes((trained.parent / HISTORY_FILE).read_bytes())
    how = _how(mnist, split, recipe, argv)
    return _finish(network, split, sheets, recipe, out, how)


def _finish(
    network: "keras.Model", split: Split, sheets: "Crops | None", recipe: Recipe, out: Path, how: dict[str, Any]
) -> "ModelCard":
    """Quantise, calibrate and export a trained network, and draw the pictures."""
    from training.calibrate import Held, calibrate, calibrated, compare_methods, joined
    from training.dataset import Source, draw_crops, draw_fields
    from training.export import export_model, to_onnx
    from training.figures import draw_figures
    from training.metrics import digit_metrics, sheet_metrics
    from training.quantize import onnx_logits, to_int8

    networks = {ONNX_FILE: to_onnx(network)}
    if recipe.integers:
        seen = split.digits if sheets is None else np.concatenate([split.digits[:SCALE_DIGITS], sheets.images])
        networks[INT8_FILE] = to_int8(networks[ONNX_FILE], seen)
    read = partial(onnx_logits, list(networks.values())[-1])

    check_sheets = max(1, round(VALIDATION_SHARE * (recipe.sheets or RECIPES["default"].sheets)))
    boxed = draw_crops(split.unseen, split.truth, check_sheets, recipe.seed_of("validation"), cores())
    if sheets is None:
        boxed = boxed.of(Source.HANDWRITTEN)
    fields = draw_fields(split.unseen, split.truth, split.writers, check_sheets, recipe.seed_of("fields"))
    plain = Held(read(split.unseen), split.truth, np.ones(len(split.truth), bool))
    drawn = Held(read(boxed.images), boxed.labels, np.zeros(len(boxed.labels), bool))
    known = plain if sheets is None else joined(plain, drawn)
    calibration = calibrate(read, known, fields)
    say("calibrated")

    after = calibrated(plain.logits, calibration)
    metrics = {
        "parameters": network.count_params(),
        "validation": digit_metrics(after, split.truth),
        "validation_sheets": sheet_metrics(calibrated(drawn.logits, calibration), boxed),
        "validation_methods": compare_methods(known, np.random.default_rng(recipe.seed)),
    }
    card = export_model(out, network, calibration, networks, training=how, metrics=metrics)
    draw_figures(out, split.unseen, split.truth, softmax(plain.logits), after, boxed)
    return card


def _how(mnist: Mnist, split: Split, recipe: Recipe, argv: Sequence[str]) -> dict[str, Any]:
    """Say all that a model has to be made again from."""
    from training.export import provenance

    validation = {"images": len(split.truth), "split": "by lot" if split.writers is None else "by writer"}
    data = {"name": "MNIST", "sha256": mnist.sha256()}
    return {"data": data, "drawn": DRAWN, "validation": validation, "recipe": asdict(recipe), **provenance(argv)}


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.train", description="Train a model from MNIST.")
    parser.add_argument("--data", type=Path, help="mnist.npz, or a folder of IDX files; without it Keras fetches MNIST")
    parser.add_argument("--writers", type=Path, help="QMNIST's labels of the training set: split validation by writer")
    parser.add_argument("--out", type=Path, default=Path("out/model"), help="the model folder (default: %(default)s)")
    parser.add_argument("--network", choices=sorted(RECIPES), default="default")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--sheets", type=int, help="sheets of boxes to draw, instead of the recipe's")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trained", type=Path, help="go on from the checkpoint.keras of a run with these options")
    return parser.parse_args(arguments)


def require_extra() -> None:
    """Refuse to start without the packages that only training needs."""
    missing = [name for name in EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(f"Training needs {', '.join(missing)}. Install the extra: uv sync --extra train")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def say(what: str) -> None:
    """Tell how far it has come, on stderr."""
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""Train a model: `python -m training.train [--data PATH] [--writers PATH] [--out DIR] [--network default|seed] ...`.

1. MNIST, a sixth of its training writers held out (`mnist.py`).
2. Sheets of boxes, filled with these digits and with what is none, scanned and cut (`dataset.py`, `sheets.py`).
3. The network, on digits and crops distorted anew in every epoch (`networks.py`, `fit.py`).
4. Calibration on the held-out writers (`calibrate.py`).
5. The model folder with its card (`export.py`), and pictures of the held-out digits (`figures.py`).

The test set is left to `python -m training.evaluate`.
"""

import argparse
import importlib.util
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digitizer.errors import DigitizerError, UsageError
from digitizer.reading.calibration import softmax
from training.mnist import Mnist, load_mnist, load_writers, validation_mask
from training.recipe import RECIPES, Recipe

if TYPE_CHECKING:
    from digitizer.reading.model_card import ModelCard

EXTRA = ("tensorflow", "keras", "tf2onnx", "sklearn", "matplotlib", "seaborn", "pymupdf_fonts")
DRAWN = (
    "Letters, signs, doodles, scribbles and crossings-out are drawn by the project itself; printed digits and foreign "
    "letters are of the fonts DejaVu, STIX and Computer Modern (from matplotlib) and FiraGO, Fira Mono, Noto Sans, "
    "Ubuntu, Cascadia Mono and Space Mono (from pymupdf-fonts)."
)
"""Everything besides MNIST that a network with twelve classes is shown."""
VALIDATION_SHARE = 0.1
"""Sheets for validation and for fields, each as a share of those for training."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    options = _parse(arguments)
    try:
        _require_extra()
        mnist = load_mnist(options.data)
        writers = load_writers(options.writers, len(mnist.train_labels)) if options.writers else None
        recipe = RECIPES[options.network]
        recipe = replace(recipe, epochs=options.epochs or recipe.epochs, sheets=options.sheets or recipe.sheets)
        card = train(mnist, writers, replace(recipe, seed=options.seed), options.out, arguments)
    except DigitizerError as error:
        print(f"training: {error}", file=sys.stderr)
        return int(error.exit_code)
    print(f"{options.out}: {card.metrics['validation']['accuracy']:.2%} of the digits of held-out writers")
    return 0


def train(
    mnist: Mnist, writers: NDArray[np.integer] | None, recipe: Recipe, out: Path, argv: Sequence[str] = ()
) -> "ModelCard":
    """Train, calibrate and export one model; its pictures go to `out/figures`.

    Parameters
    ----------
    writers
        (60000,) who wrote each training image; None if that is not known.
    """
    import keras
    import tensorflow as tf

    from training.calibrate import calibrate, calibrated, compare_methods, held
    from training.dataset import Crops, Source, draw_crops, draw_fields
    from training.export import export_model
    from training.figures import draw_figures
    from training.fit import fit_network, logits_of
    from training.metrics import digit_metrics, sheet_metrics

    keras.utils.clear_session()  # layer names are counted through a process, and stand in the files
    keras.utils.set_random_seed(recipe.seed)
    tf.config.experimental.enable_op_determinism()
    rng = np.random.default_rng(recipe.seed)
    held_out = validation_mask(mnist.train_labels, writers, recipe.seed)
    digits, labels = mnist.train_images[~held_out], mnist.train_labels[~held_out]
    unseen, truth = mnist.train_images[held_out], mnist.train_labels[held_out]

    check_sheets = max(1, round(VALIDATION_SHARE * (recipe.sheets or RECIPES["default"].sheets)))
    seeds = [int(seed) for seed in rng.integers(2**31, size=3)]
    sheets = draw_crops(digits, labels, recipe.sheets, seeds[0], _cores()) if recipe.sheets else None
    _say(f"{0 if sheets is None else len(sheets.labels)} crops from sheets to train with")
    out.mkdir(parents=True, exist_ok=True)
    checkpoint = out / "checkpoint.keras"
    network, history = fit_network(recipe, digits, labels, sheets, (unseen, truth), checkpoint)
    network.save(checkpoint)

    clean = Crops(unseen, truth, np.zeros(len(truth), np.uint8))
    boxed = draw_crops(unseen, truth, check_sheets, seeds[1], _cores())
    if sheets is None:
        boxed = boxed.of(Source.HANDWRITTEN)
    fields = draw_fields(unseen, truth, None if writers is None else writers[held_out], check_sheets, seeds[2])
    known = held(network, clean, boxed) if sheets is not None else held(network, clean)
    calibration = calibrate(network, known, fields)
    _say("calibrated")

    before, after = softmax(logits_of(network, unseen)), calibrated(network, calibration, unseen)
    card = export_model(
        out,
        network,
        calibration,
        training=_how(mnist, writers, held_out, recipe, argv),
        metrics={
            "parameters": network.count_params(),
            "validation": digit_metrics(after, truth),
            "validation_sheets": sheet_metrics(calibrated(network, calibration, boxed.images), boxed),
            "validation_methods": compare_methods(known, rng),
        },
    )
    checkpoint.unlink()
    draw_figures(out / "figures", history, unseen, truth, before, after)
    return card


def _how(
    mnist: Mnist,
    writers: NDArray[np.integer] | None,
    held_out: NDArray[np.bool_],
    recipe: Recipe,
    argv: Sequence[str],
) -> dict[str, Any]:
    """Say all that a model has to be made again from."""
    from training.export import provenance

    validation = {"images": int(held_out.sum()), "split": "by lot" if writers is None else "by writer"}
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
    return parser.parse_args(arguments)


def _require_extra() -> None:
    """Refuse to start without the packages that only training needs."""
    missing = [name for name in EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(f"Training needs {', '.join(missing)}. Install the extra: uv sync --extra train")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

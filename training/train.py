"""Train a model: `python -m training.train [--data PATH] [--out DIR] [--network seed] [--epochs N] [--seed N]`.

Data, network, rejection head, calibration, one look at the test set, model folder, pictures.
"""

import argparse
import importlib.util
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitizer.errors import DigitizerError, UsageError
from training.mnist import Mnist, load_mnist, load_writers, validation_mask

if TYPE_CHECKING:
    import keras

    from digitizer.reading.model_card import ModelCard

EXTRA = ("tensorflow", "keras", "tf2onnx", "sklearn", "matplotlib", "seaborn")
BATCH = 128


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a training run can be asked for.

    Attributes
    ----------
    epochs
        Passes of the network over the training images.
    head_digits, head_epochs
        Training digits that the rejection head is shown, and its passes over them and their negatives.
    """

    network: str = "seed"
    epochs: int = 5
    seed: int = 1
    head_digits: int = 30_000
    head_epochs: int = 12


DEFAULTS = Recipe()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    options = _parse(arguments)
    try:
        _require_extra()
        mnist = load_mnist(options.data)
        writers = load_writers(options.writers, len(mnist.train_labels)) if options.writers else None
        recipe = Recipe(options.network, options.epochs, options.seed)
        card = train(mnist, writers, recipe, options.out, arguments)
    except DigitizerError as error:
        print(f"training: {error}", file=sys.stderr)
        return int(error.exit_code)
    test = card.metrics["test"]
    print(f"{options.out}: {test['accuracy']:.2%} of the test set, calibration error {test['calibration_error']:.2%}")
    return 0


def train(
    mnist: Mnist, writers: NDArray[np.integer] | None, recipe: Recipe, out: Path, argv: Sequence[str] = ()
) -> "ModelCard":
    """Train, calibrate, evaluate and export one model; its pictures go to `out/figures`.

    Parameters
    ----------
    writers
        (60000,) who wrote each training image; None if that is not known.
    """
    import keras
    import tensorflow as tf

    from training.evaluate import calibrate, digit_metrics, rejection_metrics, run_networks
    from training.export import export_model, provenance
    from training.figures import draw_figures
    from training.rejection import draw_samples, train_head

    keras.utils.clear_session()  # layer names are counted through a process, and stand in the files
    keras.utils.set_random_seed(recipe.seed)
    tf.config.experimental.enable_op_determinism()
    rng = np.random.default_rng(recipe.seed)
    held_out = validation_mask(mnist.train_labels, writers, recipe.seed)
    images, labels = mnist.train_images[~held_out], mnist.train_labels[~held_out]
    validation, validation_labels = mnist.train_images[held_out], mnist.train_labels[held_out]

    network, history = _fit_network(recipe, images, labels, validation, validation_labels)
    head = train_head(network, draw_samples(images, labels, recipe.head_digits, rng), recipe.head_epochs)

    samples = draw_samples(validation, validation_labels, len(validation), rng)
    digits, varied, negatives = (
        run_networks(network, head, of) for of in (samples.digits, samples.varied, samples.negatives)
    )
    calibration = calibrate(digits, varied, negatives, samples.labels)
    test = calibration.probabilities(run_networks(network, head, mnist.test_images))

    card = export_model(
        out,
        network,
        head,
        description=f"The {recipe.network} network with a head that rejects what is no digit.",
        temperature=calibration.temperature,
        not_a_digit=calibration.not_a_digit,
        training={
            "data": {"name": "MNIST", "sha256": mnist.sha256()},
            "validation": {
                "images": int(held_out.sum()),
                "split": "by lot" if writers is None else "by writer",
            },
            "seed": recipe.seed,
            "epochs": recipe.epochs,
            "parameters": {"network": network.count_params(), "head": head.count_params()},
            **provenance(argv),
        },
        metrics={
            "validation": digit_metrics(calibration.probabilities(digits), samples.labels),
            "validation_rewritten": digit_metrics(calibration.probabilities(varied), samples.labels),
            "validation_negatives": rejection_metrics(calibration, digits, negatives),
            "test": digit_metrics(test, mnist.test_labels),
        },
    )
    draw_figures(out / "figures", history, mnist.test_images, mnist.test_labels, test)
    return card


def _fit_network(
    recipe: Recipe,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    validation: NDArray[np.uint8],
    validation_labels: NDArray[np.uint8],
) -> tuple["keras.Model", dict[str, list[float]]]:
    """Train the network; return it and its learning curves."""
    from training.networks import NETWORKS
    from training.rejection import as_input

    network = NETWORKS[recipe.network]()
    network.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    fit = network.fit(
        as_input(images),
        labels,
        batch_size=BATCH,
        epochs=recipe.epochs,
        validation_data=(as_input(validation), validation_labels),
        verbose=2,
    )
    return network, fit.history


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.train", description=(__doc__ or "").split("\n")[2])
    parser.add_argument("--data", type=Path, help="mnist.npz, or a folder of IDX files; without it Keras fetches MNIST")
    parser.add_argument("--writers", type=Path, help="QMNIST's labels of the training set: split validation by writer")
    parser.add_argument("--out", type=Path, default=Path("out/model"), help="the model folder (default: %(default)s)")
    parser.add_argument("--network", choices=["seed"], default=DEFAULTS.network)
    parser.add_argument("--epochs", type=int, default=DEFAULTS.epochs)
    parser.add_argument("--seed", type=int, default=DEFAULTS.seed)
    return parser.parse_args(arguments)


def _require_extra() -> None:
    """Refuse to start without the packages that only training needs."""
    missing = [name for name in EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(f"Training needs {', '.join(missing)}. Install the extra: uv sync --extra train")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


if __name__ == "__main__":
    sys.exit(main())

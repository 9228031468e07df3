"""Learn from what people settled: `python -m training.retrain SETTLED.npz --model FOLDER --out FOLDER ...`.

1. What was settled, in three parts (`retrain_settled.py`): to learn from, to calibrate with, kept for measuring.
2. The model's network learns on: from these crops, MNIST and drawn sheets (`retrain_mix.py`, `retrain_fit.py`).
3. The network in 8-bit integers (`quantize.py`), calibrated as in training, then on fields (`retrain_calibrate.py`).
4. Both networks read the fields kept for measuring, and the digits of MNIST that neither learned from (`held_out.py`).
5. The model folder with its card (`export.py`), and `measured.npz`, by which to judge whether it is better.

`digitizer retrain` collects what was settled, starts this, and installs the model only if it is better.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digitizer.errors import DigitizerError, UsageError
from digitizer.reading.classifier import COLUMNS
from digitizer.reading.model_card import (
    INT8_FILE,
    KERAS_FILE,
    ONNX_FILE,
    CalibrationCard,
    ModelCard,
    load_model_files,
)
from training.held_out import HeldOut, load_held_out
from training.mnist import Mnist, load_mnist
from training.recipe import Course
from training.retrain_settled import CALIBRATE, KEEP, LEARN, Settled, load_settled
from training.train import SCALE_DIGITS, Split, cores, require_extra, say

if TYPE_CHECKING:
    import keras

    from training.dataset import Crops

MEASURED_FILE = "measured.npz"
"""How both networks read what was kept, beside the card; no part of the model."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    options = _parse(arguments)
    try:
        settled = load_settled(options.settled)
        old = load_old(options.model)
        require_extra()
        course = replace(Course(), epochs=options.epochs, seed=options.seed)
        mnist = load_mnist(options.data)
        _make_folder(options.out)
        name = options.name or f"{old.card.name}-retrained"
        card = retrain(settled, mnist, load_held_out(), old, options.out, course, name)
    except DigitizerError as error:
        print(f"retraining: {error}", file=sys.stderr)
        return int(error.exit_code)
    kept = card.metrics["kept"]
    shares = [f"{kept[when]['cell_accuracy']:.2%}" for when in ("before", "after")]
    print(f"{options.out}: of the digits kept for measuring {shares[0]} read right before, {shares[1]} after")
    return 0


@dataclass(frozen=True, slots=True)
class OldModel:
    """The model to start from.

    Attributes
    ----------
    folder
        Where its Keras network lies.
    sha256
        Of its card, hexadecimal.
    network
        What it reads with, as ONNX.
    """

    folder: Path
    card: ModelCard
    sha256: str
    network: bytes


def load_old(folder: Path) -> OldModel:
    """Load the model to start from, and check that it can learn.

    Raises
    ------
    ModelError
        If it is missing or altered.
    UsageError
        If it has no Keras network, or one that knows digits only.
    """
    card, sha256, contents = load_model_files(folder)
    if KERAS_FILE not in contents:
        raise UsageError(f"{folder} holds no {KERAS_FILE}: without its Keras network a model cannot learn further.")
    if card.classes != COLUMNS:
        fault = f"The model {card.name} tells {card.classes} classes apart, people settle {COLUMNS}"
        raise UsageError(f"{fault}: retrain one that does too, such as the bundled default.")
    return OldModel(folder, card, sha256, contents[card.reads_with])


def retrain(
    settled: Settled, mnist: Mnist, held_out: HeldOut, old: OldModel, out: Path, course: Course, name: str
) -> ModelCard:
    """Fine-tune, calibrate, measure and export one model called `name`.

    The same arguments give the same bytes in `out`: the files of the model, and `MEASURED_FILE`.

    Parameters
    ----------
    held_out
        MNIST's training digits that are not learned from, but calibrated and compared with.
    """
    import keras
    import tensorflow as tf

    from training.dataset import draw_crops
    from training.export import export_model, to_onnx
    from training.quantize import to_int8
    from training.retrain_measure import Reader, compare, save

    keras.utils.clear_session()  # layer names are counted through a process, and stand in the files
    keras.utils.set_random_seed(course.seed)
    tf.config.experimental.enable_op_determinism()
    split = _split(mnist, held_out)
    learn = settled.of(LEARN)
    sheets = draw_crops(split.digits, split.labels, course.sheets, course.seed_of("sheets"), cores())
    say(f"{len(learn.labels)} settled crops to learn from, beside MNIST and {len(sheets.labels)} crops from sheets")
    network = _learned(old, learn, split, sheets, course)
    networks = {ONNX_FILE: to_onnx(network)}
    networks[INT8_FILE] = to_int8(networks[ONNX_FILE], np.concatenate([split.digits[:SCALE_DIGITS], sheets.images]))
    new = Reader(networks[INT8_FILE], _calibrate(networks[INT8_FILE], settled.of(CALIBRATE), split, course))
    say("calibrated")
    metrics, measured = compare(Reader(old.network, old.card.calibration), new, settled.of(KEEP), split)
    card = export_model(
        *(out, network, new.calibration, networks),
        training=_how(settled, mnist, old, course),
        metrics={"parameters": network.count_params(), **metrics},
        name=name,
        description=f"{old.card.name}, taught further with {len(learn.labels)} digits that people settled.",
    )
    save(out / MEASURED_FILE, measured)
    return card


def _split(mnist: Mnist, held_out: HeldOut) -> Split:
    unseen = held_out.mask
    return Split(
        *(mnist.train_images[~unseen], mnist.train_labels[~unseen]),
        *(mnist.train_images[unseen], mnist.train_labels[unseen], held_out.writers),
    )


def _learned(old: OldModel, learn: Settled, split: Split, sheets: "Crops", course: Course) -> "keras.Model":
    """Let the old model's network go on learning."""
    import keras

    from training.retrain_fit import fine_tune
    from training.retrain_mix import Mix, Source

    plain = 1 - course.settled - course.drawn
    sources = (
        Source(learn.images, learn.labels, course.settled, course.settled_distortion),
        Source(sheets.images, sheets.labels, course.drawn, course.distortion),
        Source(split.digits, split.labels, plain, course.distortion),
    )
    network = keras.models.load_model(old.folder / KERAS_FILE, compile=False)
    return fine_tune(network, Mix(sources, course.steps, course.batch, course.seed), course)


def _calibrate(network: bytes, settled: Settled, split: Split, course: Course) -> CalibrationCard:
    """Calibrate as training does, on held-out writers and on sheets of their digits; then hear what was settled."""
    from training.calibrate import Held, calibrate, joined
    from training.dataset import draw_crops, draw_fields
    from training.quantize import onnx_logits
    from training.retrain_calibrate import careful

    read = partial(onnx_logits, network)
    count = max(1, course.sheets // 2)
    boxed = draw_crops(split.unseen, split.truth, count, course.seed_of("validation"), cores())
    fields = draw_fields(split.unseen, split.truth, split.writers, count, course.seed_of("fields"))
    plain = Held(read(split.unseen), split.truth, np.ones(len(split.truth), bool))
    drawn = Held(read(boxed.images), boxed.labels, np.zeros(len(boxed.labels), bool))
    return careful(calibrate(read, joined(plain, drawn), fields), read(settled.images), settled)


def _how(settled: Settled, mnist: Mnist, old: OldModel, course: Course) -> dict[str, Any]:
    """Say all that the model has to be made again from, after what the old one was made from."""
    from training.export import provenance

    learn = settled.of(LEARN)
    retrained = {
        "from": {"name": old.card.name, "sha256": old.sha256},
        "crops": len(learn.labels),
        "fields": len(learn.fields.part),
        "said": int(learn.said.sum()),
        "settled_sha256": settled.sha256,
        "mnist_sha256": mnist.sha256(),
        "course": asdict(course),
        **provenance([], "training.retrain"),
        "before": old.card.training.get("retrained"),
    }
    return {**old.card.training, "retrained": retrained}


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.retrain", description="Learn from what people settled.")
    parser.add_argument("settled", type=Path, help="the .npz of what people settled")
    parser.add_argument("--model", type=Path, required=True, help="the folder of the model to start from")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the new model")
    parser.add_argument("--data", type=Path, help="mnist.npz, or a folder of IDX files; without it Keras fetches MNIST")
    parser.add_argument("--name", help="of the new model (default: that of the old one, and -retrained)")
    parser.add_argument("--epochs", type=_count, default=Course().epochs, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


def _make_folder(out: Path) -> None:
    """Make the folder of the new model before minutes of work, and never over another model."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        taken = any(out.iterdir())
    except OSError as error:
        raise UsageError(f"Cannot write to {out}: {error.strerror}.") from error
    if taken:
        raise UsageError(f"{out} is not empty. Give a folder that is, or a new one: --out FOLDER")


def _count(text: str) -> int:
    """Read a whole number of at least 1."""
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return count


if __name__ == "__main__":
    sys.exit(main())

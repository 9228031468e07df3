"""From trained Keras models to a model folder: `.keras`, ONNX, and the card that seals them."""

import hashlib
import importlib.metadata
import json
import platform
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import onnx
import tensorflow as tf
import tf2onnx

from digitizer.reading.mnist_format import SIZE_PX
from digitizer.reading.model_card import CARD_FILE, KERAS_FILE, CalibrationCard, ModelCard
from training.networks import fused

OPSET = 17
PACKAGES = ("tensorflow", "keras", "numpy", "opencv-python-headless", "tf2onnx", "onnx")
DESCRIPTIONS = {
    "default": "Five convolutions that know digits, ink that is no digit, and boxes crossed out.",
    "seed": "A plain network to compare others with: two convolutions, trained on MNIST alone; all is a digit to it.",
}
LICENCE = (
    "Trained on MNIST by Yann LeCun and Corinna Cortes (CC BY-SA 3.0), derived from NIST Special Databases 1 and 3."
)


def export_model(
    folder: Path,
    network: keras.Model,
    calibration: CalibrationCard,
    networks: Mapping[str, bytes],
    *,
    training: Mapping[str, Any],
    metrics: Mapping[str, Any],
    name: str = "",
    description: str = "",
) -> ModelCard:
    """Write a model folder; the same network and figures give the same bytes.

    Parameters
    ----------
    networks
        The network as ONNX by file name; the last one is what reads, and what the calibration is of.
    name, description
        Of the model, if not those of the kind of network.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contents = {**networks, KERAS_FILE: to_keras_file(network)}
    card = ModelCard(
        format=2,
        name=name or network.name,
        description=description or DESCRIPTIONS[network.name],
        classes=network.output_shape[1],
        calibration=calibration,
        reads_with=list(networks)[-1],
        files={name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
        training=dict(training),
        metrics=dict(metrics),
        licence=LICENCE,
    )
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / CARD_FILE).write_text(json.dumps(card.model_dump(), indent=2) + "\n", encoding="utf-8")
    return card


def to_onnx(network: keras.Model) -> bytes:
    """Return a network as ONNX, batch normalisation folded: `images` (N, 28, 28, 1) -> `logits` (N, classes)."""
    images = keras.Input((SIZE_PX, SIZE_PX, 1), name="images")
    named = keras.Model(images, keras.layers.Identity(name="logits")(fused(network)(images)))
    signature = [tf.TensorSpec((None, SIZE_PX, SIZE_PX, 1), tf.float32, name="images")]
    model, _ = tf2onnx.convert.from_keras(named, signature, opset=OPSET)
    _number_names(model.graph)
    return bytes(model.SerializeToString(deterministic=True))


def to_keras_file(model: keras.Model) -> bytes:
    """Return a model as a `.keras` file, without its optimizer and without dates."""
    bare = type(model).from_config(model.get_config())
    bare.set_weights(model.get_weights())
    with tempfile.TemporaryDirectory() as folder:
        dated, dateless = Path(folder) / "dated.keras", Path(folder) / "dateless.keras"
        bare.save(dated)
        with zipfile.ZipFile(dated) as source, zipfile.ZipFile(dateless, "w", zipfile.ZIP_DEFLATED) as target:
            for name in sorted(source.namelist()):
                target.writestr(zipfile.ZipInfo(name), _without_date(name, source.read(name)))
        return dateless.read_bytes()


def provenance(argv: Sequence[str], module: str = "training.train") -> dict[str, Any]:
    """Return what a training run has to be told apart by: command, commit, versions."""
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {
        "command": " ".join([f"python -m {module}", *(Path(a).name if "/" in a else a for a in argv)]),
        "commit": _commit(),
        "versions": {"python": platform.python_version(), **versions},
        "machine": f"{platform.system()} {platform.machine()}",
    }


def _number_names(graph: onnx.GraphProto) -> None:
    """Name nodes and inner tensors by their order: tf2onnx counts them through a process."""
    names = {value.name: value.name for value in [*graph.input, *graph.output]}
    graph.name = "reader"
    for number, node in enumerate(graph.node):
        node.name = f"{node.op_type}_{number}"
        for tensors in (node.input, node.output):
            tensors[:] = [names.setdefault(name, f"tensor_{len(names)}") if name else name for name in tensors]
    for weights in graph.initializer:
        weights.name = names[weights.name]
    graph.initializer.sort(key=lambda weights: weights.name)
    for value in [*graph.input, *graph.output]:
        value.type.tensor_type.shape.dim[0].dim_param = "crops"
    del graph.value_info[:]


def _without_date(name: str, content: bytes) -> bytes:
    if name != "metadata.json":
        return content
    return json.dumps({key: value for key, value in json.loads(content).items() if key != "date_saved"}).encode()


def _commit() -> str:
    """Return the commit of the code that trains, marked if its files differ from it; empty outside a clone."""
    git = ["git", "-C", str(Path(__file__).parent)]
    try:
        commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)  # noqa: S603
        changed = subprocess.run(  # noqa: S603
            [*git, "status", "--porcelain", "--", "."], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return commit.stdout.strip() + ("+changes" if changed.stdout else "")

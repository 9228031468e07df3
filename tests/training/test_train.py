"""The training run, end to end on fifty digits: a folder that `digitizer` loads, a card, pictures."""

from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from digitizer.reading.calibration import softmax
from digitizer.reading.classifier import load_classifier
from digitizer.reading.model_card import ModelCard, load_model_files
from training.mnist import Mnist
from training.recipe import RECIPES, Recipe

pytest.importorskip("tensorflow")
pytest.importorskip("tf2onnx")
pytest.importorskip("pymupdf_fonts")

import keras

from training.dataset import as_input
from training.networks import default_network, fused, seed_network
from training.quantize import onnx_logits
from training.train import train

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras")
"""Keras 3 asks TensorFlow for an array in a way that NumPy 2 warns about."""
DIGITS = np.load(Path(__file__).parents[1] / "reading" / "data" / "mnist_digits.npz")
TINY = Recipe(epochs=2, batch=16, sheets=6)


@pytest.fixture(scope="module")
def few() -> Mnist:
    """Fifty digits, as training and as test set."""
    return Mnist(DIGITS["x"], DIGITS["y"], DIGITS["x"], DIGITS["y"])


@pytest.fixture(scope="module")
def model(few: Mnist, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a model trained for a moment."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    train(few, np.arange(50) % 10, TINY, folder, ["--epochs", "2", "--data", "/somewhere/else/mnist.npz"])
    return folder


def card_of(folder: Path) -> ModelCard:
    """Return the checked card of a folder."""
    return load_model_files(folder)[0]


def with_some_statistics(network: keras.Model) -> keras.Model:
    """Give every normalisation layer other statistics than those it starts with."""
    rng = np.random.default_rng(1)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            beta, mean, variance = (values.shape for values in layer.get_weights())
            layer.set_weights([rng.normal(0, 0.3, beta), rng.normal(0, 0.3, mean), rng.uniform(0.5, 2, variance)])
    return network


def test_the_seed_network_is_the_plain_one() -> None:
    """The seed network is the one that the accuracy figures speak of."""
    assert [type(layer).__name__ for layer in seed_network().layers] == [
        "Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dense", "Dropout", "Dense",
    ]  # fmt: skip
    assert seed_network().count_params() == 225_034


def test_the_default_network_is_small() -> None:
    """The default network has 100 to 500 thousand parameters and a logit for each class."""
    assert 100_000 < default_network().count_params() < 500_000
    assert default_network().output_shape == (None, 12)


def test_folding_changes_nothing() -> None:
    """A network without its normalisation layers gives the same, to rounding."""
    network = with_some_statistics(default_network())
    images = as_input(DIGITS["x"])

    folded = fused(network)

    assert not any(isinstance(layer, keras.layers.BatchNormalization) for layer in folded.layers)
    np.testing.assert_allclose(folded.predict(images, verbose=0), network.predict(images, verbose=0), atol=1e-4)


def test_a_trained_folder_is_loaded(model: Path) -> None:
    """What training writes is what reading loads, and its rows sum to 1."""
    probabilities = load_classifier(model).classify(DIGITS["x"])

    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


def test_onnx_equals_keras(model: Path) -> None:
    """The network in float32 gives the probabilities of the Keras network, to 1e-5."""
    network = keras.models.load_model(model / "model.keras")

    logits = onnx_logits((model / "model.onnx").read_bytes(), DIGITS["x"])

    np.testing.assert_allclose(softmax(logits), softmax(network.predict(as_input(DIGITS["x"]), verbose=0)), atol=1e-5)


def test_integers_read_as_floats_do(model: Path) -> None:
    """What reads is the network in integers, calibrated; it gives nearly what the one in float32 gives."""
    card = card_of(model)
    logits = onnx_logits((model / "model.onnx").read_bytes(), DIGITS["x"])
    expected = softmax(logits, card.calibration.temperature, np.array(card.calibration.offsets))

    assert card.reads_with == "model.int8.onnx"
    np.testing.assert_allclose(load_classifier(model).classify(DIGITS["x"]), expected, atol=0.1)
    assert (model / "model.int8.onnx").stat().st_size < 0.5 * (model / "model.onnx").stat().st_size


def test_the_card_says_how_it_was_made(model: Path, few: Mnist) -> None:
    """The card records data, recipe, split, fonts, command and metrics, and no path of the machine."""
    card = card_of(model)

    assert card.training["data"]["sha256"] == few.sha256()
    assert card.training["recipe"]["seed"] == 1
    assert card.training["validation"]["split"] == "by writer"
    assert "DejaVu" in card.training["drawn"]
    assert card.training["command"] == "python -m training.train --epochs 2 --data mnist.npz"
    assert "test" not in card.metrics
    assert "somewhere" not in card.model_dump_json()


def test_pictures_are_drawn(model: Path) -> None:
    """Every run draws its six pictures, as PNG."""
    pictures = sorted((model / "figures").iterdir())

    assert [picture.stem for picture in pictures] == [
        "confident_mistakes", "confusion_matrix", "crops", "learning_curves", "predictions", "reliability",
    ]  # fmt: skip
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)


def test_training_is_reproducible(model: Path, few: Mnist, tmp_path: Path) -> None:
    """The same data and seed give the same files, byte for byte."""
    train(few, np.arange(50) % 10, TINY, tmp_path / "tiny")

    assert card_of(tmp_path / "tiny").files == card_of(model).files


def test_the_baseline_knows_digits_only(few: Mnist, tmp_path: Path) -> None:
    """The plain network is trained without sheets, and gives ink that is no digit no share at all."""
    train(few, None, replace(RECIPES["seed"], epochs=1, batch=16), tmp_path / "seed")

    probabilities = load_classifier(tmp_path / "seed").classify(DIGITS["x"])

    assert card_of(tmp_path / "seed").classes == 10
    assert (probabilities[:, 10:] == 0).all()


@pytest.mark.parametrize("name", ["default", "seed"])
def test_what_is_bundled_equals_keras(name: str) -> None:
    """The bundled networks in float32 give the probabilities of the bundled Keras networks, to 1e-5."""
    folder = Path(str(resources.files("digitizer"))) / "models" / name
    logits = keras.models.load_model(folder / "model.keras", compile=False).predict(as_input(DIGITS["x"]), verbose=0)
    floats = onnx_logits((folder / "model.onnx").read_bytes(), DIGITS["x"])

    np.testing.assert_allclose(softmax(floats), softmax(logits), atol=1e-5)

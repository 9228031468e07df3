"""The training run, end to end on fifty digits: a folder that `digitizer` loads, a card, pictures."""

from pathlib import Path

import numpy as np
import pytest

from digitizer.reading.classifier import load_classifier
from digitizer.reading.model_card import ModelCard, load_model_files
from training.mnist import Mnist

pytest.importorskip("tensorflow")
pytest.importorskip("tf2onnx")

import keras

from training.networks import feature_network, seed_network
from training.rejection import as_input
from training.train import Recipe, train

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras")
"""Keras 3 asks TensorFlow for an array in a way that NumPy 2 warns about."""
DIGITS = np.load(Path(__file__).parents[1] / "reading" / "data" / "mnist_digits.npz")
TINY = Recipe(epochs=2, head_digits=20, head_epochs=1)


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


def test_the_network_is_the_seed() -> None:
    """The seed network is the one that the accuracy figures speak of."""
    assert [type(layer).__name__ for layer in seed_network().layers] == [
        "Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dense", "Dropout", "Dense",
    ]  # fmt: skip
    assert seed_network().count_params() == 225_034


def test_a_trained_folder_is_loaded(model: Path) -> None:
    """What training writes is what reading loads, and its rows sum to 1."""
    probabilities = load_classifier(model).classify(DIGITS["x"])

    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


def test_onnx_equals_keras(model: Path) -> None:
    """The ONNX network gives what the two Keras files give, to 1e-5."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(model / "model.onnx"), providers=["CPUExecutionProvider"])
    images = as_input(DIGITS["x"])
    network = keras.models.load_model(model / "model.keras")
    head = keras.models.load_model(model / "not_a_digit.keras")

    probabilities, score = session.run(["probabilities", "not_a_digit"], {"images": images})

    np.testing.assert_allclose(probabilities, network.predict(images, verbose=0), atol=1e-5)
    expected = head.predict(feature_network(network).predict(images, verbose=0), verbose=0)
    np.testing.assert_allclose(score, expected, atol=1e-5)


def test_the_card_says_how_it_was_made(model: Path, few: Mnist) -> None:
    """The card records data, seed, split, command and metrics, and no path of the machine."""
    card = card_of(model)

    assert card.training["data"]["sha256"] == few.sha256()
    assert card.training["seed"] == 1
    assert card.training["validation"]["split"] == "by writer"
    assert card.training["command"] == "python -m training.train --epochs 2 --data mnist.npz"
    assert card.metrics["test"]["images"] == 50
    assert "somewhere" not in card.model_dump_json()


def test_pictures_are_drawn(model: Path) -> None:
    """Every run draws its five pictures, as PNG."""
    pictures = sorted((model / "figures").iterdir())

    assert [picture.stem for picture in pictures] == [
        "confident_mistakes", "confusion_matrix", "learning_curves", "predictions", "reliability",
    ]  # fmt: skip
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)


def test_training_is_reproducible(model: Path, few: Mnist, tmp_path: Path) -> None:
    """The same data and seed give the same files, byte for byte."""
    train(few, np.arange(50) % 10, TINY, tmp_path / "tiny")

    assert card_of(tmp_path / "tiny").files == card_of(model).files

"""Retraining, end to end on fifty digits: a folder that `digitizer` loads, measured beside the model it came from."""

from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitizer.reading.classifier import load_classifier
from digitizer.reading.model_card import ModelCard, load_model_files
from tests.training.settling import DIGITS, LABELS, settled_file
from training.held_out import HeldOut
from training.mnist import Mnist
from training.recipe import Course

pytest.importorskip("tensorflow")
pytest.importorskip("tf2onnx")
pytest.importorskip("pymupdf_fonts")

import keras

from training.retrain import MEASURED_FILE, load_old, retrain
from training.retrain_fit import fine_tune
from training.retrain_mix import Mix, Source
from training.retrain_settled import load_settled

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras")
"""Keras 3 asks TensorFlow for an array in a way that NumPy 2 warns about."""
DEFAULT = Path(str(resources.files("digitizer"))) / "models" / "default"
TINY = Course(epochs=2, steps=3, batch=16, sheets=6)
FEW = Mnist(DIGITS, LABELS, DIGITS, LABELS)
UNSEEN = HeldOut(np.arange(50) >= 40, np.zeros(10, np.uint8))


def retrained(out: Path, model: Path = DEFAULT) -> ModelCard:
    """Retrain for a moment."""
    settled = load_settled(settled_file(out.parent))
    return retrain(settled, FEW, UNSEEN, load_old(model), out, TINY, "tiny")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a model retrained for a moment."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    retrained(folder)
    return folder


def test_a_retrained_folder_is_loaded(model: Path) -> None:
    """It is a model like any other, with a name of its own, and reads in integers."""
    classifier = load_classifier(model)

    assert [classifier.name, classifier.card.reads_with] == ["tiny", "model.int8.onnx"]
    assert (classifier.classify(DIGITS).argmax(axis=1) == LABELS).mean() > 0.9


def test_the_card_says_what_it_came_from(model: Path) -> None:
    """The model before it, what people settled and how it learned; beside all that was said of its first training."""
    training = load_classifier(model).card.training
    _, sha256, _ = load_model_files(DEFAULT)

    made = training["retrained"]
    assert made["from"] == {"name": "default", "sha256": sha256}
    assert [made["crops"], made["fields"], made["said"]] == [24, 12, 24]
    assert made["settled_sha256"] == load_settled(settled_file(model.parent)).sha256
    assert made["course"]["steps"] == 3
    assert training["data"]["name"] == "MNIST"


def test_both_networks_are_measured(model: Path) -> None:
    """Beside the card lies what became of each kept field, cell and held-out digit, before and after."""
    with np.load(model / MEASURED_FILE) as archive:
        measured = dict(archive)

    assert {name: len(array) for name, array in measured.items()} == {
        "share": 8, "sampled": 8, "before_confidence": 8, "after_confidence": 8, "before_right": 8, "after_right": 8,
        "before_cells_right": 16, "after_cells_right": 16, "mnist_before_right": 10, "mnist_after_right": 10,
    }  # fmt: skip
    before = load_classifier(DEFAULT).classify(DIGITS[34:36]).max(axis=1).astype(float).prod()
    exponent = load_classifier(DEFAULT).field_exponent
    assert measured["before_confidence"][0] == pytest.approx(before**exponent, rel=1e-6)
    assert measured["mnist_before_right"].tolist() == [True] * 10


def card_without_commit(folder: Path) -> dict[str, Any]:
    """Return a checked card without the commit, which may be another in between."""
    card = load_model_files(folder)[0].model_dump()
    del card["training"]["retrained"]["commit"]
    return card


def test_retraining_is_reproducible(model: Path, tmp_path: Path) -> None:
    """The same words and seed give the same files, byte for byte, and the same card."""
    retrained(tmp_path / "tiny")

    again = tmp_path / "tiny"
    names = [MEASURED_FILE, *card_without_commit(model)["files"]]
    assert [name for name in names if (model / name).read_bytes() != (again / name).read_bytes()] == []
    assert card_without_commit(again) == card_without_commit(model)


def test_a_retrained_model_can_learn_further(model: Path, tmp_path: Path) -> None:
    """Its card then tells both lessons."""
    card = retrained(tmp_path / "second", model)

    assert card.training["retrained"]["from"]["name"] == "tiny"
    assert card.training["retrained"]["before"]["from"]["name"] == "default"


def learned(course: Course) -> keras.Model:
    """Teach the bundled network that everything is a 3."""
    keras.utils.set_random_seed(1)
    network = keras.models.load_model(DEFAULT / "model.keras", compile=False)
    threes = Source(DIGITS, np.full(50, 3, np.uint8), 1.0, 0.0)
    return fine_tune(network, Mix([threes], course.steps, course.batch, 1), course)


def test_the_network_learns_what_it_is_shown() -> None:
    """Shown threes only, it soon calls most digits a three."""
    course = replace(TINY, epochs=1, steps=12, peak_rate=3e-3, averaging=0.5, blend=1.0)

    network = learned(course)

    threes = network.predict(DIGITS[..., None] / np.float32(255), verbose=0).argmax(axis=1) == 3
    assert threes.mean() > 0.5


def test_weights_lie_between_old_and_new() -> None:
    """Blended by half they are the mean of those of before and those learned."""
    old = keras.models.load_model(DEFAULT / "model.keras", compile=False).get_weights()
    half, whole = (learned(replace(TINY, blend=blend)).get_weights() for blend in (0.5, 1.0))

    assert not np.array_equal(whole[0], old[0])
    for before, middle, after in zip(old, half, whole, strict=True):
        np.testing.assert_allclose(middle, (before + after) / 2, atol=1e-5)

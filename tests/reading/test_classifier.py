"""The classifier: what it gives does not depend on company, and only a model whose hashes hold is loaded."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from digitizer.errors import ExitCode, ModelError
from digitizer.reading.calibration import logistic, softmax
from digitizer.reading.classifier import NOT_A_DIGIT, DigitClassifier, bundled_models, load_classifier
from digitizer.reading.mnist_format import to_mnist_format

DATA = Path(__file__).parent / "data"
DIGITS = np.load(DATA / "mnist_digits.npz")
SEED_FOLDER = Path(sys.modules["digitizer.reading.classifier"].__file__ or "").parents[1] / "models" / "seed"


@pytest.fixture(scope="module")
def seed() -> DigitClassifier:
    """Return the bundled seed model."""
    return load_classifier()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the bundled seed model that may be damaged."""
    return Path(shutil.copytree(SEED_FOLDER, tmp_path / "seed"))


def test_mnist_is_read(seed: DigitClassifier) -> None:
    """MNIST's first digits are read right, but for at most one."""
    read = seed.classify(DIGITS["x"]).argmax(axis=1)

    assert (read == DIGITS["y"]).sum() >= 49


def test_it_equals_keras(seed: DigitClassifier) -> None:
    """The shipped ONNX network gives what Keras gave for these digits, to 1e-5."""
    keras = np.load(DATA / "seed_keras_outputs.npz")
    fit = seed.card.not_a_digit
    negative = logistic(fit.scale * keras["not_a_digit"] + fit.offset)
    digits = softmax(np.log(np.maximum(keras["probabilities"], 1e-38)), seed.card.temperature)

    probabilities = seed.classify(DIGITS["x"])

    np.testing.assert_allclose(probabilities[:, NOT_A_DIGIT:], negative, atol=1e-5)
    np.testing.assert_allclose(probabilities[:, :NOT_A_DIGIT], (1 - negative) * digits, atol=1e-5)


def test_rows_are_probabilities(seed: DigitClassifier) -> None:
    """Rows are float32, between 0 and 1, and sum to 1, whatever the crop."""
    noise = np.random.default_rng(0).integers(0, 256, (40, 28, 28), np.uint8)
    noise[0] = 0
    noise[1] = 255

    probabilities = seed.classify(noise)

    assert probabilities.shape == (40, 11)
    assert probabilities.dtype == np.float32
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("count", [1, 2, 31, 32, 33, 50])
def test_company_does_not_matter(seed: DigitClassifier, count: int) -> None:
    """A crop's row has the same bits alone, in any batch, and at any place in it."""
    alone = np.concatenate([seed.classify(DIGITS["x"][i : i + 1]) for i in range(50)])
    order = np.random.default_rng(count).permutation(50)[:count]

    np.testing.assert_array_equal(seed.classify(DIGITS["x"][order]), alone[order])


def test_nothing_gives_nothing(seed: DigitClassifier) -> None:
    """No crops give no rows, of eleven columns."""
    assert seed.classify(np.empty((0, 28, 28), np.uint8)).shape == (0, 11)


@pytest.mark.parametrize("crops", [np.zeros((2, 20, 20), np.uint8), np.zeros((2, 28, 28), np.float32)])
def test_other_crops_are_refused(seed: DigitClassifier, crops: np.ndarray) -> None:
    """Crops of another size or type are a mistake of the caller, not something to read."""
    with pytest.raises(ValueError, match="28"):
        seed.classify(crops)


def test_the_crops_are_not_changed(seed: DigitClassifier) -> None:
    """Classifying leaves its input alone."""
    crops = DIGITS["x"].copy()

    seed.classify(crops)

    np.testing.assert_array_equal(crops, DIGITS["x"])


def test_a_cross_is_no_digit(seed: DigitClassifier) -> None:
    """An X over the whole box is no digit, more likely than not."""
    crop = np.zeros((60, 60), np.uint8)
    for i in range(4, 54):
        crop[i, i : i + 5] = crop[i, 59 - i - 4 : 60 - i] = 255

    assert seed.classify(to_mnist_format(crop)[None])[0, NOT_A_DIGIT] > 0.5


def test_the_bundled_model_is_the_default(seed: DigitClassifier, copy: Path) -> None:
    """The default is the bundled seed; a copy of its folder is the same model, by name and hash."""
    other = load_classifier(copy)

    assert "seed" in bundled_models()
    assert (seed.name, seed.sha256) == (other.name, other.sha256)
    assert len(seed.sha256) == 64


def remove(name: str) -> Callable[[Path], None]:
    """Damage a folder by taking a file away."""
    return lambda folder: (folder / name).unlink()


def alter(name: str) -> Callable[[Path], None]:
    """Damage a folder by changing the last byte of a file."""

    def damage(folder: Path) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    return damage


def in_card(key: str, value: object) -> Callable[[Path], None]:
    """Damage a folder by giving its card another value."""

    def damage(folder: Path) -> None:
        card = json.loads((folder / "card.json").read_text())
        (folder / "card.json").write_text(json.dumps(card | {key: value}))

    return damage


def foreign(folder: Path) -> None:
    """Leave nothing but a Keras 2 file."""
    for path in folder.iterdir():
        path.unlink()
    (folder / "mnist.h5").write_bytes(b"\x89HDF\r\n\x1a\n")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (remove("card.json"), "card.json is missing"),
        (remove("model.onnx"), "model.onnx is missing"),
        (remove("model.keras"), "model.keras is missing"),
        (alter("model.onnx"), "model.onnx is not the file that its card describes"),
        (alter("model.keras"), "model.keras is not the file that its card describes"),
        (foreign, r"card.json is missing. The folder holds mnist.h5"),
        (lambda folder: (folder / "card.json").write_text("[1, 2"), "it is no JSON"),
        (lambda folder: (folder / "card.json").write_bytes(b"\xff\xfe\x00"), "it is no JSON"),
        (lambda folder: (folder / "card.json").write_text("set()"), "card.json is not the card"),
        (in_card("temperature", 0), "temperature: "),
        (in_card("temperature", "1.0"), "temperature: "),
        (in_card("format", 2), "format: "),
        (in_card("colour", "blue"), "colour: "),
        (in_card("files", {}), "names no model.onnx"),
        (in_card("files", {"../model.onnx": "0" * 64}), "files"),
    ],
)
def test_a_damaged_model_is_refused(copy: Path, damage: Callable[[Path], None], says: str) -> None:
    """A missing, altered or foreign model ends in an error that says which file, and what to do."""
    damage(copy)

    with pytest.raises(ModelError, match=says) as caught:
        load_classifier(copy)

    assert "python -m training.train" in str(caught.value)
    assert caught.value.exit_code == ExitCode.USAGE


def test_content_that_is_no_network_is_refused(copy: Path) -> None:
    """An ONNX file whose hash holds but which is no network is refused as well."""
    import hashlib

    (copy / "model.onnx").write_bytes(b"no network")
    in_card("files", {"model.onnx": hashlib.sha256(b"no network").hexdigest()})(copy)

    with pytest.raises(ModelError, match="no network that ONNX Runtime can run"):
        load_classifier(copy)


@pytest.mark.parametrize("name", ["other", "../seed", ""])
def test_an_unknown_name_is_refused(name: str) -> None:
    """A bundled model that does not exist is an error that names those that do."""
    with pytest.raises(ModelError, match=r"there are: .*seed"):
        load_classifier(name=name)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """A folder that does not exist is an error, not a traceback."""
    with pytest.raises(ModelError, match="No model in"):
        load_classifier(tmp_path / "nowhere")


def test_importing_is_light() -> None:
    """Importing the classifier loads neither ONNX Runtime nor TensorFlow."""
    code = "import sys, digitizer.reading.classifier; print({'onnxruntime', 'tensorflow', 'cv2'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"

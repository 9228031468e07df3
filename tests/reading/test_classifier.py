"""The classifier: what it gives does not depend on company, and only a model whose hashes hold is loaded."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from digitizer import cli
from digitizer.errors import ExitCode, ModelError
from digitizer.reading import classifier
from digitizer.reading.calibration import softmax
from digitizer.reading.classifier import CROSSED_OUT, NOT_A_DIGIT, DigitClassifier, bundled_models, load_classifier
from digitizer.reading.mnist_format import to_mnist_format_batch

DATA = Path(__file__).parent / "data"
DIGITS = np.load(DATA / "mnist_digits.npz")
SEED_FOLDER = Path(classifier.__file__).parents[1] / "models" / "seed"

SEED_NETWORK = (SEED_FOLDER / "model.onnx").read_bytes()
OTHER_NETWORK = SEED_NETWORK.replace(b"logits", b"scores")
H5 = b"\x89HDF\r\n\x1a\n" + bytes(100)
"""How a file of Keras 2 begins."""


@pytest.fixture(scope="module")
def seed() -> DigitClassifier:
    """Return the bundled seed model."""
    return load_classifier(name="seed")


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
    logits = np.load(DATA / "seed_keras_outputs.npz")["logits"]
    calibration = seed.card.calibration

    probabilities = seed.classify(DIGITS["x"])

    expected = softmax(logits, calibration.temperature, np.array(calibration.offsets))
    np.testing.assert_allclose(probabilities[:, :10], expected, atol=1e-5)


def test_rows_are_probabilities(seed: DigitClassifier) -> None:
    """Rows are float32, between 0 and 1, and sum to 1, whatever the crop."""
    noise = np.random.default_rng(0).integers(0, 256, (40, 28, 28), np.uint8)
    noise[0] = 0
    noise[1] = 255

    probabilities = seed.classify(noise)

    assert probabilities.shape == (40, 12)
    assert probabilities.dtype == np.float32
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("count", [1, 2, 31, 32, 33, 50])
def test_company_does_not_matter(seed: DigitClassifier, count: int) -> None:
    """A crop's row has the same bits alone, in any batch, and at any place in it."""
    alone = np.concatenate([seed.classify(DIGITS["x"][i : i + 1]) for i in range(50)])
    order = np.random.default_rng(count).permutation(50)[:count]

    np.testing.assert_array_equal(seed.classify(DIGITS["x"][order]), alone[order])


@pytest.mark.parametrize("size", [1, 7, 31, 32, 33, 64, 100])
def test_batching_does_not_matter(seed: DigitClassifier, size: int) -> None:
    """Two hundred crops, most of them noise, give the same bits however they are dealt out."""
    noise = np.random.default_rng(3).integers(0, 256, (150, 28, 28), np.uint8)
    crops = np.concatenate([noise, DIGITS["x"]])

    dealt = [seed.classify(crops[start : start + size]) for start in range(0, len(crops), size)]

    np.testing.assert_array_equal(np.concatenate(dealt), seed.classify(crops))


def test_nothing_gives_nothing(seed: DigitClassifier) -> None:
    """No crops give no rows, of twelve columns."""
    assert seed.classify(np.empty((0, 28, 28), np.uint8)).shape == (0, 12)


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


class FirstPixels:
    """Stands for a network of twelve classes: the logits of an image are its first pixels, times ten."""

    def run(self, _outputs: list[str], feed: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """Give logits (32, 12) for images (32, 28, 28, 1)."""
        assert feed["images"].shape == (32, 28, 28, 1)
        return [10 * feed["images"].reshape(32, -1)[:, :12]]


def twelve_classes(seed: DigitClassifier, offsets: NDArray[np.float64]) -> DigitClassifier:
    """Return a classifier of twelve classes with a temperature of 2."""
    calibration = seed.card.calibration.model_copy(update={"temperature": 2.0, "offsets": tuple(offsets)})
    card = seed.card.model_copy(update={"classes": 12, "calibration": calibration})
    return DigitClassifier(card, "", FirstPixels())


def test_twelve_classes_are_calibrated_together(seed: DigitClassifier) -> None:
    """Rows are softmax(logits / temperature + offsets), also those of a batch that is not full."""
    crops = np.random.default_rng(0).integers(0, 256, (40, 28, 28), np.uint8)
    offsets = np.linspace(-1, 1, 12)

    probabilities = twelve_classes(seed, offsets).classify(crops)

    expected = softmax(crops.reshape(40, -1)[:, :12] / 25.5, 2.0, offsets)
    np.testing.assert_allclose(probabilities, expected, atol=1e-6)


def test_the_last_columns_are_no_digit_and_crossed_out(seed: DigitClassifier) -> None:
    """In the order of the network's logits."""
    crops = np.zeros((2, 28, 28), np.uint8)
    crops[0, 0, 10] = crops[1, 0, 11] = 255

    read = twelve_classes(seed, np.zeros(12)).classify(crops).argmax(axis=1)

    assert read.tolist() == [NOT_A_DIGIT, CROSSED_OUT]


def test_ten_classes_know_digits_only(seed: DigitClassifier) -> None:
    """A network of ten classes leaves the last two columns 0, whatever it is shown."""
    noise = np.random.default_rng(1).integers(0, 256, (40, 28, 28), np.uint8)

    assert not seed.classify(noise)[:, NOT_A_DIGIT:].any()


def test_a_copy_is_the_same_model(seed: DigitClassifier, copy: Path) -> None:
    """A copy of a model's folder is the same model, by name and hash."""
    other = load_classifier(copy)

    assert (seed.name, seed.sha256) == (other.name, other.sha256)
    assert len(seed.sha256) == 64


def test_the_default_knows_more_than_digits() -> None:
    """What is read with unless asked otherwise is bundled, and tells an M and most crosses from digits."""
    network, rng = load_classifier(), np.random.default_rng(1)
    letter = np.zeros((40, 40), np.uint8)
    cv2.polylines(letter, [np.array([[5, 35], [5, 5], [20, 20], [35, 5], [35, 35]])], False, 255, 4)
    crosses = [drawn_cross(rng) for _ in range(40)]

    probabilities = network.classify(to_mnist_format_batch([letter, *crosses]))

    assert bundled_models() == ["default", "seed"]
    assert network.name == "default"
    kinds = probabilities.argmax(axis=1)
    assert kinds[0] == NOT_A_DIGIT
    assert (kinds[1:] == CROSSED_OUT).mean() >= 0.8
    assert (probabilities[:, :NOT_A_DIGIT].max(axis=1) < 0.9).mean() >= 0.95


def drawn_cross(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Cross a box out as a hand does: two strokes, slightly bent, from somewhere near its corners."""
    image = np.zeros((60, 60), np.uint8)
    for left, right in ((10, 50), (50, 10)):
        ends = np.array([[left, 8], [right, 52]]) + rng.normal(0, 4, (2, 2))
        middle = ends.mean(axis=0) + rng.normal(0, 2, 2)
        cv2.polylines(image, [np.rint([ends[0], middle, ends[1]]).astype(np.int32)], False, 255, 4, cv2.LINE_AA)
    return image


def remove(name: str) -> Callable[[Path], None]:
    """Damage a folder by taking a file away."""
    return lambda folder: (folder / name).unlink()


def alter(name: str) -> Callable[[Path], None]:
    """Damage a folder by changing the last byte of a file."""

    def damage(folder: Path) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    return damage


def swap(folder: Path) -> None:
    """Put the network of another model under the same name."""
    (folder / "model.onnx").write_bytes(OTHER_NETWORK)


def in_card(key: str, value: object) -> Callable[[Path], None]:
    """Damage a folder by giving its card another value; a dot leads into the calibration."""

    def damage(folder: Path) -> None:
        card = json.loads((folder / "card.json").read_text())
        if "." in key:
            card["calibration"][key.split(".")[1]] = value
        else:
            card[key] = value
        (folder / "card.json").write_text(json.dumps(card))

    return damage


def names_h5(folder: Path) -> None:
    """Let the card name a sound Keras 2 file beside the others."""
    (folder / "model.h5").write_bytes(H5)
    files = json.loads((folder / "card.json").read_text())["files"]
    in_card("files", files | {"model.h5": hashlib.sha256(H5).hexdigest()})(folder)


def foreign(folder: Path) -> None:
    """Leave nothing but a Keras 2 file."""
    for path in folder.iterdir():
        path.unlink()
    (folder / "mnist.h5").write_bytes(H5)


DAMAGES: list[tuple[Callable[[Path], object], str]] = [
    (remove("card.json"), "card.json is missing"),
    (remove("model.onnx"), "model.onnx is missing"),
    (remove("model.keras"), "model.keras is missing"),
    (alter("model.onnx"), "model.onnx is not the file that its card describes"),
    (alter("model.keras"), "model.keras is not the file that its card describes"),
    (swap, "model.onnx is not the file that its card describes"),
    (foreign, r"card.json is missing. The folder holds mnist.h5"),
    (names_h5, r"files.model.h5"),
    (lambda folder: (folder / "card.json").write_text("[1, 2"), "it is no JSON"),
    (lambda folder: (folder / "card.json").write_text(50_000 * "["), "it is no JSON"),
    (lambda folder: (folder / "card.json").write_bytes(b"\xff\xfe\x00"), "it is no JSON"),
    (lambda folder: (folder / "card.json").write_text("set()"), "card.json is not the card"),
    (in_card("format", 1), "format: "),
    (in_card("classes", 11), "classes: "),
    (in_card("classes", 12), "10 calibration.offsets for 12 classes"),
    (in_card("colour", "blue"), "colour: "),
    (in_card(".temperature", 0), "calibration.temperature: "),
    (in_card(".temperature", "1.0"), "calibration.temperature: "),
    (in_card(".offsets", [float("nan")] * 10), "calibration.offsets.0: "),
    (in_card(".offsets", [0.0] * 9), "9 calibration.offsets for 10 classes"),
    (in_card(".field_exponent", -1.0), "calibration.field_exponent: "),
    (in_card("files", {}), "names no ONNX file"),
    (in_card("reads_with", "model.keras"), "names no ONNX file"),
    (in_card("files", {"../model.onnx": "0" * 64}), "files"),
]


@pytest.mark.parametrize(("damage", "says"), DAMAGES)
def test_a_damaged_model_is_refused(
    copy: Path, damage: Callable[[Path], object], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing, altered or foreign model is not loaded, and the error says which file is wrong, and what to do."""
    monkeypatch.setattr(classifier, "start_session", lambda *_: pytest.fail("it was loaded"))
    damage(copy)

    with pytest.raises(ModelError, match=says) as caught:
        load_classifier(copy)

    assert "python -m training.train" in str(caught.value)
    assert caught.value.exit_code == ExitCode.USAGE


@pytest.mark.parametrize("damage", [alter("model.onnx"), swap, foreign, names_h5, remove("card.json")])
def test_a_damaged_model_ends_a_run_with_2(
    copy: Path,
    damage: Callable[[Path], object],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`digitizer run --model FOLDER` says what is wrong with it in one line, and writes no results."""
    damage(copy)
    (tmp_path / "scan.png").write_bytes(b"\x89PNG")
    options = ["--model", str(copy), "--out", str(tmp_path / "out"), "--workers", "1"]
    monkeypatch.setattr(sys, "argv", ["digitizer", "run", str(tmp_path / "scan.png"), *options])

    with pytest.raises(SystemExit) as end:
        cli.main()

    assert end.value.code == ExitCode.USAGE
    assert capfd.readouterr().err.splitlines()[-1].startswith("digitizer: ")
    assert not list(tmp_path.glob("out/*.csv"))


CALLED_OTHERWISE = {
    "output": (b"logits", b"scores", "images -> scores, not images -> logits"),
    "input": (b"images", b"pixels", "pixels -> logits, not images -> logits"),
}


@pytest.mark.parametrize("end", CALLED_OTHERWISE)
def test_another_kind_of_network_is_refused(copy: Path, end: str) -> None:
    """A network whose hash holds but whose input or output is called otherwise is refused."""
    name, other, says = CALLED_OTHERWISE[end]
    seal(copy, SEED_NETWORK.replace(name, other))

    with pytest.raises(ModelError, match=says):
        load_classifier(copy)


def test_another_number_of_classes_is_refused(copy: Path) -> None:
    """Ten logits where the card speaks of twelve classes would be read as digits that they are not."""
    in_card("classes", 12)(copy)
    in_card(".offsets", [0.0] * 12)(copy)

    with pytest.raises(ModelError, match=r"gives logits \(32, 10\) for 32 crops, its card speaks of 12 classes"):
        load_classifier(copy)


@pytest.mark.parametrize("content", [b"no network", b"", SEED_NETWORK[:5000], H5], ids=["text", "empty", "cut", "h5"])
def test_content_that_is_no_network_is_refused(copy: Path, content: bytes) -> None:
    """An ONNX file whose hash holds but which is no network is refused as well."""
    seal(copy, content)

    with pytest.raises(ModelError, match="no network that ONNX Runtime can run"):
        load_classifier(copy)


def seal(folder: Path, network: bytes) -> None:
    """Give a folder another network, and its card the hash of it."""
    (folder / "model.onnx").write_bytes(network)
    in_card("files", {"model.onnx": hashlib.sha256(network).hexdigest()})(folder)


@pytest.mark.parametrize("name", ["other", "../seed", ""])
def test_an_unknown_name_is_refused(name: str) -> None:
    """A bundled model that does not exist is an error that names those that do."""
    with pytest.raises(ModelError, match=r"there are: .*seed"):
        load_classifier(name=name)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """A folder that does not exist is an error, not a traceback."""
    with pytest.raises(ModelError, match="No model in"):
        load_classifier(tmp_path / "nowhere")


def test_a_file_is_no_model_folder(tmp_path: Path) -> None:
    """A Keras 2 file given as the model is refused unread."""
    (tmp_path / "mnist.h5").write_bytes(H5)

    with pytest.raises(ModelError, match=r"Cannot read .*mnist.h5"):
        load_classifier(tmp_path / "mnist.h5")


def test_importing_is_light() -> None:
    """Importing the classifier loads neither ONNX Runtime nor TensorFlow."""
    code = "import sys, digitizer.reading.classifier; print({'onnxruntime', 'tensorflow', 'cv2'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"

"""The comparison of engines: what its table says is measured, on digits that are there to choose by."""

from dataclasses import astuple
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from benchmarks import engines, networks
from benchmarks.engines import choose_digits, main, median_times, read, same_bits
from benchmarks.networks import Floats
from digitizer.reading.model_card import CalibrationCard
from training.dataset import as_input
from training.mnist import Mnist

DIGITS = np.load(Path(__file__).parents[1] / "reading" / "data" / "mnist_digits.npz")
SEED_NETWORK = Path(str(resources.files("digitizer"))) / "models" / "seed" / "model.onnx"
IMAGES = np.random.default_rng(1).random((40, 28, 28, 1), np.float32)
TEMPERATURE_OF_ONE = CalibrationCard(method="none", temperature=1.0, offsets=(0.0, 0.0), field_exponent=1.0)


def alone(images: Floats) -> Floats:
    """Stand for a network that looks at each image by itself: logits (N, 10)."""
    return np.asarray(images.reshape(len(images), -1)[:, :10])


def in_company(images: Floats) -> Floats:
    """Stand for one that scales an image by what else is in its batch."""
    return np.asarray(alone(images) / images.max())


def sure_of_0(images: Floats) -> Floats:
    """Stand for one that gives 0 three quarters, of two classes."""
    return np.tile(np.log(np.array([3, 1], np.float32)), (len(images), 1))


def sure_of_1(images: Floats) -> Floats:
    """Stand for one that gives 1 three quarters."""
    return sure_of_0(images)[:, ::-1]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command find fifty digits only, and take each measurement once."""
    mnist = Mnist(DIGITS["x"], DIGITS["y"], DIGITS["x"], DIGITS["y"])
    monkeypatch.setattr(engines, "load_mnist", lambda _: mnist)
    monkeypatch.setattr(engines, "TIMED_CROPS", 50)
    monkeypatch.setattr(engines, "BATCHES", (1, 32))
    monkeypatch.setattr(engines, "ROUNDS", 1)


@pytest.mark.usefixtures("few")
def test_every_engine_has_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    """The shipped network differs from itself in nothing; 8 bits take less than a third, and read the digits alike."""
    pytest.importorskip("onnx")

    main(["seed"])

    printed = capsys.readouterr().out
    titles, _, shipped, *others = [line.split(" | ") for line in printed.splitlines() if line.startswith("|")]
    assert {len(row) for row in (shipped, *others)} == {len(titles)}
    assert shipped[1] == f"{SEED_NETWORK.stat().st_size / 1000:.0f} kB"
    assert [shipped[5:7], shipped[-1]] == [["0", "0"], "yes |"]
    assert all(float(row[1].removesuffix(" kB")) < 300 for row in others if "int8" in row[0])
    assert [row[6] for row in others] == ["0"] * len(others)
    assert "dynamic int8" in printed


@pytest.mark.usefixtures("few")
def test_an_engine_that_is_not_there_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without what LiteRT needs the table has no row of it, and a line says why."""
    pytest.importorskip("onnx")
    monkeypatch.setattr(networks, "LITERT_NEEDS", ("onnx", "no_such_package"))

    main(["seed"])

    printed = capsys.readouterr().out
    assert "| LiteRT" not in printed
    assert printed.splitlines()[-1] == "LiteRT is left out: no_such_package not installed"


def test_readings_are_compared_with_the_first_engine() -> None:
    """Difference, changed readings, accuracy and calibration error of two networks that disagree are as reckoned."""
    labels = np.array([0, 0, 0, 1], np.uint8)

    first, second = read([sure_of_0, sure_of_1], IMAGES[:4], labels, TEMPERATURE_OF_ONE)

    assert astuple(first) == pytest.approx((0, 0, 0.75, 0, True), abs=1e-6)
    assert astuple(second) == pytest.approx((0.5, 4, 0.25, 0.5, True), abs=1e-6)


def test_company_is_noticed() -> None:
    """A network whose results depend on the batch is told from one whose do not."""
    assert same_bits(alone, IMAGES)
    assert not same_bits(in_company, IMAGES)


def test_digits_are_chosen_from_the_training_images() -> None:
    """What is read and what is calibrated by are different training images, and labels are those of the former."""
    images = np.zeros((60, 28, 28), np.uint8)
    images[:, 0, 0] = np.arange(60)
    labels = np.arange(60, dtype=np.uint8) % 10

    crops, labels_of_crops, others = choose_digits(Mnist(images, labels, images + 100, labels))

    assert sorted([*crops[:, 0, 0], *others[:, 0, 0]]) == list(range(60))
    np.testing.assert_array_equal(labels_of_crops, crops[:, 0, 0] % 10)


def test_times_are_taken_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Works follow one another in each round; the first round, in which all is cold, does not count."""
    monkeypatch.setattr(engines, "ROUNDS", 3)
    took = iter([100, 1, 200, 2, 5, 3, 6, 4])
    clock, order = [0.0], []

    def work(name: str) -> None:
        order.append(name)
        clock[0] += next(took)

    medians = median_times([lambda: work("a"), lambda: work("b")], lambda: clock[0])

    assert order == ["a", "b"] * 4
    assert medians == [6, 3]


def test_images_are_ink_1() -> None:
    """Crops become float32 from 0 to 1, with an axis for the channel."""
    images = as_input(np.array([[[0, 255]]], np.uint8))

    assert images.dtype == np.float32
    assert images.tolist() == [[[[0.0], [1.0]]]]

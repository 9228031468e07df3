"""The retraining command: what it cannot begin with is one line and an exit code, with or without TensorFlow."""

import importlib.util
import json
import shutil
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from digitizer.errors import ExitCode
from digitizer.reading.model_card import CARD_FILE, KERAS_FILE
from tests.training.settling import settled_file
from training import retrain

MODELS = Path(str(resources.files("digitizer"))) / "models"


def run(folder: Path, settled: Path, model: Path, *more: str) -> int:
    """Run the command into a folder."""
    return retrain.main([str(settled), "--model", str(model), "--out", str(folder / "out"), *more])


def test_what_was_settled_is_looked_at_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not there ends the command before anything is made."""
    assert run(tmp_path, tmp_path / "nothing.npz", MODELS / "default") == ExitCode.USAGE
    assert "nothing.npz" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_nothing_to_measure_with_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without fields kept apart nobody could tell whether a new network is better."""
    none = {"field_part": np.zeros(25, np.uint8), "part": np.zeros(50, np.uint8), "field_sampled": np.zeros(25, bool)}

    assert run(tmp_path, settled_file(tmp_path, **none), MODELS / "default") == ExitCode.USAGE
    assert "no field to measure with" in capsys.readouterr().err


def test_a_model_without_its_keras_network_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is left when the Keras file was taken out, with its line in the card, reads but cannot learn."""
    model = tmp_path / "model"
    shutil.copytree(MODELS / "default", model)
    card = json.loads((model / CARD_FILE).read_text(encoding="utf-8"))
    del card["files"][KERAS_FILE]
    (model / CARD_FILE).write_text(json.dumps(card), encoding="utf-8")

    assert run(tmp_path, settled_file(tmp_path), model) == ExitCode.USAGE
    assert f"holds no {KERAS_FILE}" in capsys.readouterr().err


def test_a_network_for_digits_only_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It has no place for ink that is no digit, and another model is named."""
    assert run(tmp_path, settled_file(tmp_path), MODELS / "seed") == ExitCode.USAGE
    assert "10 classes" in capsys.readouterr().err


def test_a_model_that_is_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As anywhere else a folder without a model is an error of its own."""
    assert run(tmp_path, settled_file(tmp_path), tmp_path / "nowhere") == ExitCode.USAGE
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize("out", ["file", "full"])
def test_a_folder_that_holds_something_is_left_alone(
    out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither another model nor a file is written over, which is said before anything is trained."""
    monkeypatch.setattr(retrain, "require_extra", lambda: None)
    monkeypatch.setattr(retrain, "load_mnist", lambda path: path)
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    shutil.copytree(MODELS / "seed", tmp_path / "full")
    order = [str(settled_file(tmp_path)), "--model", str(MODELS / "default"), "--out", str(tmp_path / out)]

    assert retrain.main(order) == ExitCode.USAGE
    assert str(tmp_path / out) in capsys.readouterr().err


@pytest.mark.parametrize("epochs", ["0", "-1", "two"])
def test_epochs_are_a_number_of_at_least_one(epochs: str, tmp_path: Path) -> None:
    """Anything else is wrong usage."""
    with pytest.raises(SystemExit, match="2"):
        run(tmp_path, settled_file(tmp_path), MODELS / "default", "--epochs", epochs)


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Without TensorFlow the command ends with the one line that helps."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)  # noqa: ARG005

    assert run(tmp_path, settled_file(tmp_path), MODELS / "default") == ExitCode.USAGE
    assert "uv sync --extra train" in capsys.readouterr().err

"""What a network costs is measured on its file and on this machine."""

from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from digitizer.reading.classifier import load_classifier
from training import cost
from training.cost import count_parameters, measure_cost

SEED = Path(str(resources.files("digitizer"))) / "models" / "seed"
SEED_PARAMETERS = 225_034


def test_parameters_are_those_of_the_seed() -> None:
    """The weights in the ONNX file are as many as Keras counts, without shapes and axes."""
    pytest.importorskip("onnx")

    assert count_parameters((SEED / "model.onnx").read_bytes()) == SEED_PARAMETERS


def test_every_cost_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Size is that of the file; both times are above zero, and that of the first reading holds the start of Python."""
    pytest.importorskip("onnx")
    monkeypatch.setattr(cost, "REPEATS", 1)
    monkeypatch.setattr(cost, "BATCH", 64)

    measured = measure_cost(load_classifier(SEED), SEED, np.zeros((50, 28, 28), np.uint8))

    assert measured.size_bytes == (SEED / "model.onnx").stat().st_size
    assert 0 < measured.crop_us / 1e6 < measured.first_reading_s

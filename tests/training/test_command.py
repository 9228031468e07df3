"""The training command: its errors are one line and an exit code, with or without TensorFlow installed."""

import importlib.util
from pathlib import Path

import pytest

from digitizer.errors import ExitCode
from training import train


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without TensorFlow the command ends with the one line that helps."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)  # noqa: ARG005

    assert train.main([]) == ExitCode.USAGE
    assert "uv sync --extra train" in capsys.readouterr().err


def test_data_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Data that does not exist ends the command before anything is trained."""
    monkeypatch.setattr(train, "require_extra", lambda: None)

    assert train.main(["--data", str(tmp_path / "nowhere.npz"), "--out", str(tmp_path / "out")]) == ExitCode.USAGE
    assert "nowhere.npz" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()

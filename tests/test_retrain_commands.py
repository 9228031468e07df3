"""`digitizer retrain` and `digitizer model`: what they print, and what they refuse."""

import importlib.util
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest

from digitizer import retraining
from digitizer.budget.comparison import Read, compare, objections
from digitizer.errors import ModelError, UsageError
from digitizer.model_commands import list_, use
from digitizer.policy import DEFAULT_MAX_ERRORS
from digitizer.reading.classifier import model_folder
from digitizer.reading.installed import MODELS_VARIABLE, install
from digitizer.retrain_commands import outcome_lines, retrain
from digitizer.retraining import Outcome, Request


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provide an empty store of models."""
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """Provide what the command asks for; nothing is trained."""
    found: list[Request] = []

    def note(request: Request, *, say: Callable[[str], object]) -> Outcome:
        say("240 settled fields")
        found.append(request)
        return an_outcome()

    monkeypatch.setattr(retraining, "retrain", note)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    have(monkeypatch, True)
    return found


def have(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    """Have TensorFlow installed, or not."""
    spec = ModuleSpec("any", None) if there else None
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: spec)


def an_outcome(installed: Path | None = None, mnist_wrong: int = 0) -> Outcome:
    """Return what became of a network that makes no mistake any more but on MNIST."""
    places, digits = np.arange(200), np.arange(10_000)
    before = Read(np.where(places < 40, 0.9, 0.9999), places >= 40, places >= 40, digits >= 7)
    after = Read(np.full(200, 0.9999), places >= 0, places >= 0, digits >= mnist_wrong)
    found = compare(before, after, np.ones(200), places < 0, DEFAULT_MAX_ERRORS)
    return Outcome("office", found, objections(found), installed)


def test_both_networks_are_shown_beside_each_other() -> None:
    """Then what became of the new one, with the way back."""
    lines = list(outcome_lines(an_outcome(Path("/models/office")), None))

    assert lines[0].split() == ["of", "before", "after"]
    assert lines[1].split() == ["kept", "fields", "wrong", "200", "40", "0"]
    assert len({len(line) for line in lines[:7]}) == 1
    assert lines[3].split()[-3:] == ["10000", "7", "0"]
    assert lines[-1].startswith("installed as office, which reads from now on.")
    assert "digitizer model use default" in lines[-1]


def test_it_is_said_why_a_network_is_not_installed() -> None:
    """And where it lies, if it was to be kept."""
    *_, why, where = outcome_lines(an_outcome(mnist_wrong=8), Path("candidate"))

    assert why == "not installed: 8 of MNIST's 10000 held-out digits are wrong, 7 before"
    assert where == "The new model lies in candidate."


def test_a_dry_run_says_that_it_is_one() -> None:
    """Where nothing else speaks against the network."""
    assert "--dry-run" in list(outcome_lines(an_outcome(), None))[-1]


def test_without_tensorflow_the_way_to_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before any folder is looked into."""
    have(monkeypatch, False)

    with pytest.raises(UsageError, match="uv run --extra train digitizer retrain"):
        retrain([tmp_path / "nowhere"])


def test_the_chosen_model_learns_on(
    asked: list[Request], store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unless another is named, by its name or its folder; progress goes to stderr."""
    install(model_folder("default"), "office")
    retrain([tmp_path])
    use("office")
    retrain([tmp_path, tmp_path], max_errors="1/300")
    retrain([tmp_path], model="default")
    retrain([tmp_path], model=str(store / "office"))

    assert [each.model for each in asked] == ["default", store / "office", "default", store / "office"]
    assert (asked[1].results, str(asked[1].max_errors)) == ([tmp_path, tmp_path], "1/300")
    assert "240 settled fields" in capsys.readouterr().err


def test_models_are_listed(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A star marks the one that reads; one that cannot is named as such."""
    install(model_folder("seed"), "office")
    install(model_folder("seed"), "spoilt")
    (store / "spoilt/model.onnx").write_bytes(b"")
    use("office")
    capsys.readouterr()

    list_()

    head, *rows = (line.split() for line in capsys.readouterr().out.splitlines())
    assert head == ["name", "where", "sha256", "digits", "right", "made", "from"]
    assert [row[:3] for row in rows[:2]] == [["default", "bundled", rows[0][2]], ["seed", "bundled", rows[1][2]]]
    assert rows[0][3:] == ["99.30%", "MNIST"]
    assert rows[2][:4] == ["*", "office", "installed", rows[1][2]]
    assert " ".join(rows[3]).startswith("spoilt installed - - cannot be used")


def test_a_chosen_model_that_is_gone_is_named_in_the_list(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For no star tells of it."""
    install(model_folder("seed"), "office")
    use("office")
    shutil.rmtree(store / "office")
    capsys.readouterr()

    list_()

    printed = capsys.readouterr()
    assert "*" not in printed.out
    assert "The chosen model 'office' is missing: nothing reads until `digitizer model use default`." in printed.err


def test_no_model_is_used_that_is_not_there() -> None:
    """Those that are there are named."""
    with pytest.raises(ModelError, match="default, seed"):
        use("office")


def test_help_comes_without_what_takes_long_to_import() -> None:
    """Both commands are registered before anything heavy is."""
    code = (
        "import sys, digitizer.model_commands, digitizer.retrain_commands\n"
        "sys.exit(any(each in sys.modules for each in ('numpy', 'sqlalchemy', 'cv2', 'onnxruntime', 'pydantic')))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

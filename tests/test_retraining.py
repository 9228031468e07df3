"""Retraining as a whole, with a stand-in for the trainer: what is asked of it, and what becomes of its model."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitizer import retraining
from digitizer.errors import DigitizerError, ModelError, UsageError
from digitizer.ledger.ledger import open_ledger
from digitizer.ledger.records import Entry
from digitizer.ledger.review import decide, next_sheet
from digitizer.reading.classifier import model_folder
from digitizer.reading.installed import MODELS_VARIABLE, chosen_model, install
from digitizer.reading.model_card import load_model_files
from digitizer.retraining import Outcome, Request, gather, retrain
from tests import stand_in_trainer
from tests.ledger.readings import LONG_S, PROVENANCE, a_field, a_scan, of_cell
from tests.stand_in_trainer import PLAN_VARIABLE
from training.retrain_settled import load_settled

TRAINER = (sys.executable, stand_in_trainer.__file__)
SCANS = 240
"""Of which each has one field with a digit in doubt: some 60 are kept for measuring."""


@pytest.fixture(scope="session")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide a folder of results in which people have settled everything."""
    return settle(tmp_path_factory.mktemp("reviewed"), SCANS)


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provide an empty store of models."""
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path / "models"))
    return tmp_path / "models"


def settle(out: Path, scans: int) -> Path:
    """Make a folder of results: every tenth digit that was in doubt is another one."""
    with open_ledger(out) as ledger:
        records = [a_scan(f"{number}.png", a_field("one", "1234", {0: 0.9})) for number in range(scans)]
        ledger.put_entries([Entry(each.source, "1:2:3", each.sha256) for each in records])
        ledger.put_scans(records, PROVENANCE)
        while shown := next_sheet(ledger, "ann", None, 360, LONG_S).cells:
            decide(ledger, [of_cell(cell, "7" if at % 10 == 0 else "") for at, cell in enumerate(shown)])
    return out


def go(*results: Path, **changes: Any) -> Outcome:
    """Retrain from the bundled model."""
    return retrain(replace(Request(results=results, model="default", trainer=TRAINER), **changes), say=lambda _: None)


def plan(monkeypatch: pytest.MonkeyPatch, **told: Any) -> None:
    """Tell the stand-in what to do."""
    monkeypatch.setenv(PLAN_VARIABLE, json.dumps(told))


def test_a_better_model_is_installed_and_reads(reviewed: Path, store: Path) -> None:
    """Its card tells what was measured, and nothing else was changed in it."""
    outcome = go(reviewed, name="office")

    assert (outcome.objections, outcome.installed, chosen_model()) == ((), store / "office", store / "office")
    card, _, _ = load_model_files(store / "office")
    figures = card.metrics["settled"]
    assert (figures["before"]["mnist_wrong"], figures["objections"], figures["max_errors"]) == (7, [], "1/1000")
    assert figures["fields"] == outcome.comparison.fields > 50


@pytest.mark.parametrize(("told", "said"), [({"mnist_wrong": 8}, "MNIST"), ({"mended": 3}, "chance")])
def test_no_other_model_is_installed(
    told: dict[str, int], said: str, reviewed: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said why, and the one before goes on reading."""
    plan(monkeypatch, **told)

    outcome = go(reviewed)

    assert any(said in each for each in outcome.objections)
    assert (outcome.installed, chosen_model(), store.exists()) == (None, "default", False)


def test_a_dry_run_installs_nothing(reviewed: Path, store: Path) -> None:
    """However good the new model is."""
    outcome = go(reviewed, dry_run=True)

    assert (outcome.objections, outcome.installed, chosen_model(), store.exists()) == ((), None, "default", False)


def test_a_model_can_be_kept(reviewed: Path, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the figures that speak against it, and with what was measured."""
    plan(monkeypatch, mnist_wrong=8)

    go(reviewed, keep=tmp_path / "kept")

    card, _, _ = load_model_files(tmp_path / "kept")
    assert "MNIST" in card.metrics["settled"]["objections"][0]
    assert (tmp_path / "kept/measured.npz").is_file()
    assert not store.exists()


def test_the_trainer_is_told_all_it_needs(reviewed: Path, store: Path, tmp_path: Path) -> None:
    """The network to go on from, its data, and the name."""
    outcome = go(reviewed, keep=tmp_path / "kept", data=tmp_path / "mnist.npz")

    told = json.loads((tmp_path / "kept/told.json").read_text())
    assert told == {
        "--model": str(model_folder("default")),
        "--out": str(tmp_path / "kept"),
        "--name": "retrained-1",
        "--data": str(tmp_path / "mnist.npz"),
    }
    assert (outcome.name, chosen_model()) == ("retrained-1", store / "retrained-1")


def test_the_real_trainer_understands_what_it_is_told(reviewed: Path, tmp_path: Path) -> None:
    """All that was settled, column by column, and each option."""
    known = gather([reviewed])
    np.savez(tmp_path / "settled.npz", **known.arrays())  # type: ignore[arg-type]  # no array is one of the flags

    loaded = load_settled(tmp_path / "settled.npz")
    shown = subprocess.run([*retraining.TRAINER, "--help"], capture_output=True, text=True, check=True).stdout

    for name in ("images", "labels", "said", "field"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(known, name))
    for name in ("part", "rest", "possible", "sampled", "share"):
        np.testing.assert_array_equal(getattr(loaded.fields, name), getattr(known, f"field_{name}"))
    assert all(option in shown for option in ("settled", "--model", "--out", "--name", "--data"))


def test_an_installed_model_can_learn_on(reviewed: Path, store: Path) -> None:
    """The next one has another name, and both stay."""
    first = go(reviewed)
    assert first.installed is not None

    second = go(reviewed, model=first.installed)

    assert second.installed == store / "retrained-2" == chosen_model()
    assert (store / "retrained-1").is_dir()


def test_a_scan_in_two_folders_counts_once(reviewed: Path, tmp_path: Path) -> None:
    """And scans that are in one of them only count as well."""
    (tmp_path / "more").mkdir()
    more = settle(tmp_path / "more", SCANS + 3)

    alone, pooled, twice = gather([reviewed]), gather([reviewed, more]), gather([reviewed, reviewed])

    assert [len(each.field_part) for each in (alone, pooled, twice)] == [SCANS, SCANS + 3, SCANS]


@pytest.mark.parametrize(
    ("scans", "said"),
    [(0, "settled here: 0. To learn from, 200"), (150, "here: 150"), (201, "Needed are 50")],
)
def test_what_cannot_lead_anywhere_is_not_begun(scans: int, said: str, tmp_path: Path) -> None:
    """It is said how much there is, and how much is needed."""
    (tmp_path / "out").mkdir()

    with pytest.raises(UsageError, match=said):
        go(settle(tmp_path / "out", scans), keep=tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


def test_names_and_folders_are_refused_before_anything_is_done(
    reviewed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Minutes of training would be lost otherwise."""
    plan(monkeypatch, started=str(tmp_path / "started"))
    install(model_folder("seed"), "taken")
    (tmp_path / "there").mkdir()

    for changes in ({"name": "taken"}, {"name": "../up"}, {"keep": tmp_path / "there"}, {"results": [tmp_path / "no"]}):
        with pytest.raises(UsageError):
            go(reviewed, **changes)
    with pytest.raises(ModelError, match="cannot learn"):
        go(reviewed, model="seed")
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize(
    ("told", "kind", "said"),
    [
        ({"code": 2}, UsageError, "could not begin"),
        ({"code": 1}, DigitizerError, "code 1"),
        ({"leave_out": "measured.npz"}, DigitizerError, "measured.npz"),
        ({"leave_out": "model.int8.onnx"}, ModelError, "model.int8.onnx is missing"),
    ],
)
def test_training_that_fails_leaves_nothing(
    told: dict[str, Any],
    kind: type[DigitizerError],
    said: str,
    reviewed: Path,
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The model before goes on reading."""
    plan(monkeypatch, **told)

    with pytest.raises(kind, match=said):
        go(reviewed)
    assert (chosen_model(), store.exists()) == ("default", False)


def test_ctrl_c_ends_the_trainer_too(reviewed: Path, tmp_path: Path) -> None:
    """Though the trainer is asleep, and hears nothing of the terminal; no crop of anybody stays behind."""
    started, scratch = tmp_path / "started", tmp_path / "scratch"
    scratch.mkdir()
    code = (
        "import sys; from pathlib import Path; from digitizer.retraining import Request, retrain\n"
        f"request = Request(results=[Path({str(reviewed)!r})], model='default', trainer={TRAINER!r})\n"
        "try:\n    retrain(request, say=print)\nexcept KeyboardInterrupt:\n    sys.exit(130)\n"
    )
    told = json.dumps({"wait_s": 600, "started": str(started)})
    environment = {**os.environ, PLAN_VARIABLE: told, "TMPDIR": str(scratch)}
    with subprocess.Popen([sys.executable, "-c", code], env=environment) as parent:
        until = time.monotonic() + 60
        while not (started.is_file() and started.read_text()) and time.monotonic() < until:
            time.sleep(0.05)
        parent.send_signal(signal.SIGINT)
        assert parent.wait(60) == 130

    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)
    assert not list(scratch.iterdir())

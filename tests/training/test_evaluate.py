"""The comparison of networks, end to end on fifty digits: tables, pictures, and errors in one line."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

from digitizer.errors import ExitCode, ModelError
from digitizer.reading.classifier import load_classifier
from training import evaluate, readings
from training.cost import Cost
from training.mnist import Mnist

BUNDLED = np.load(Path(__file__).parents[1] / "reading" / "data" / "mnist_digits.npz")
DIGITS, LABELS = BUNDLED["x"], BUNDLED["y"]
FEW = Mnist(DIGITS, LABELS, DIGITS, LABELS)
NAMES = np.array(["ring", "stroke", "hook/left", "hook/right", "knot"] * 10)


def run(out: Path, folders: Path) -> int:
    """Compare the seed with itself on fifty digits, with costs that are the same everywhere."""
    with pytest.MonkeyPatch.context() as patch:
        seed = evaluate.named_models(["seed"])["seed"]
        patch.setattr(evaluate, "named_models", lambda models: {"seed": seed, "copy": seed})  # noqa: ARG005
        patch.setattr(evaluate, "load_mnist", lambda path: FEW)  # noqa: ARG005
        patch.setattr(readings, "measure_cost", lambda *of: Cost(225_034, 902_000, 58.0, 0.3))  # noqa: ARG005
        sets = ["--digits", str(folders / "digits"), "--not-digits", str(folders / "marks")]
        return evaluate.main(["--data", "mnist.npz", "--out", str(out), *sets])


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a set of digits and one of other marks, which are the same digits."""
    folder = tmp_path_factory.mktemp("sets")
    for kind, lists in {"digits": {"y": LABELS}, "marks": {"name": NAMES}}.items():
        (folder / kind).mkdir()
        np.savez(folder / kind / f"other_{kind}.npz", x=255 - DIGITS, **lists)
    return folder


@pytest.fixture(scope="module")
def out(folders: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a comparison."""
    for package in evaluate.EXTRA:
        pytest.importorskip(package)
    folder = tmp_path_factory.mktemp("out")
    assert run(folder, folders) == ExitCode.OK
    return folder


@pytest.fixture(scope="module")
def report(out: Path) -> str:
    """Return the report of a comparison."""
    return (out / "evaluation.md").read_text(encoding="utf-8")


def test_every_measure_has_its_row(report: str) -> None:
    """The report has a row for each measure, corruption, set and group of a set."""
    rows = {line.split(" | ")[0].removeprefix("| ") for line in report.splitlines() if line.startswith("| ")}

    assert {"MNIST test: accuracy", "MNIST test: error at 95% coverage", "MNIST test: read as no digit"} <= rows
    assert {"MNIST-C normalised: mean error", "fog", "canny edges", "**mean**"} <= rows
    assert {"other_digits: accuracy", "other_digits: calibration error", "parameters", "a crop"} <= rows
    assert {"drawn", "crossed out", "other_marks", "other_marks: ring", "other_marks: hook"} <= rows


def test_networks_stand_side_by_side(report: str) -> None:
    """Each network has a column of its own; the same network has the same figures."""
    right = (load_classifier(name="seed").classify(DIGITS).argmax(axis=1) == LABELS).mean()

    assert "|  | seed | copy |" in report
    assert f"| MNIST test: accuracy | {right:.2%} | {right:.2%} |" in report
    assert f"| other_digits: accuracy | {right:.2%} | {right:.2%} |" in report
    assert "| parameters | 225 034 | 225 034 |" in report


def test_digits_cannot_be_told_from_themselves(report: str) -> None:
    """Marks which are digits are told from digits by chance alone, and named as what they pass for."""
    row = next(line for line in report.splitlines() if line.startswith("| other_marks |")).split(" | ")

    assert row[1] == "50"
    assert float(row[2]) == pytest.approx(0.5, abs=0.02)
    assert float(row[3].rstrip("%")) > 90
    assert re.search(r"^- other_marks, seed: .*hook/left (9|10)/10 \(\d\)", report, re.MULTILINE)


def test_pictures_are_drawn_and_linked(out: Path, report: str) -> None:
    """Each picture is a PNG; all are linked but those that show the images of others."""
    drawn = {path.name: path.read_bytes() for path in (out / "evaluation").iterdir()}
    linked = re.findall(r"\]\(evaluation/(.*)\)", report)

    assert all(content.startswith(b"\x89PNG") for content in drawn.values())
    assert set(drawn) - set(linked) == {"surest_other_marks.png"}
    assert {"reliability.png", "coverage.png", "corruption_errors.png", "corruptions.png"} <= set(linked)


def test_each_run_gives_the_same_bytes(
    out: Path, folders: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Report and pictures depend on nothing but models and data; progress is told, and where the report is."""
    run(tmp_path, folders)

    output = capsys.readouterr()
    assert "corrupting: fog\n" in output.err
    assert output.out == f"{tmp_path / 'evaluation.md'}\n"
    for path in ["evaluation.md", *(f"evaluation/{path.name}" for path in (out / "evaluation").iterdir())]:
        assert (tmp_path / path).read_bytes() == (out / path).read_bytes()


def test_models_are_named_or_lie_in_folders(tmp_path: Path) -> None:
    """A model is a bundled one or a folder, called by its last part."""
    (tmp_path / "mine").mkdir()

    models = evaluate.named_models(["seed", str(tmp_path / "mine")])

    assert list(models) == ["seed", "mine"]
    assert (models["seed"] / "card.json").exists()
    assert models["mine"] == tmp_path / "mine"


@pytest.mark.parametrize(("models", "complaint"), [(["nosuch"], "nosuch"), (["seed", "seed"], "Two models")])
def test_models_that_cannot_be_told_are_refused(models: list[str], complaint: str) -> None:
    """A model that does not exist, and one that is given twice, are refused by name."""
    with pytest.raises(ModelError, match=complaint):
        evaluate.named_models(models)


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without its packages the command ends with the one line that helps."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)  # noqa: ARG005

    assert evaluate.main([]) == ExitCode.USAGE
    assert "uv sync --extra train" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--data", "--digits", "--not-digits"])
def test_what_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, option: str
) -> None:
    """Data that does not exist ends the command before anything is done."""
    monkeypatch.setattr(evaluate, "_require_extra", lambda data: None)  # noqa: ARG005
    if option != "--data":
        monkeypatch.setattr(evaluate, "load_mnist", lambda path: FEW)  # noqa: ARG005

    assert evaluate.main(["seed", option, str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")]) == 2
    assert "nowhere" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_output_that_is_no_folder_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Where nothing can be written the command says so, before anything is done."""
    for package in evaluate.EXTRA:
        pytest.importorskip(package)
    monkeypatch.setattr(evaluate, "load_mnist", lambda path: FEW)  # noqa: ARG005
    (tmp_path / "file").write_text("", encoding="utf-8")

    assert evaluate.main(["seed", "--data", "mnist.npz", "--out", str(tmp_path / "file")]) == ExitCode.USAGE
    assert capsys.readouterr().err.startswith("evaluation: Cannot write to")

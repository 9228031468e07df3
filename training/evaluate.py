"""Compare networks: `python -m training.evaluate [MODEL ...] [--digits DIR] [--not-digits DIR] [--out DIR]`.

Test set, its corruptions, other people's digits, ink that is no digit, size and speed: a report and pictures.
"""

import argparse
import importlib.util
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from digitizer.errors import DigitizerError, ModelError, UsageError
from digitizer.reading.classifier import bundled_models, load_classifier
from training.crop_sets import CropSet, load_crop_sets
from training.mnist import Mnist, load_mnist
from training.readings import Say, gather, read

EXTRA = ("onnx", "matplotlib", "pymupdf_fonts")
REPORT = "evaluation.md"
PICTURES = "evaluation"
"""Folder of the pictures, beside the report."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _parse(list(sys.argv[1:] if argv is None else argv))
    try:
        _require_extra(options.data)
        models = named_models(options.models or bundled_models())
        mnist = load_mnist(options.data)
        digits = load_crop_sets(options.digits, labelled=True) if options.digits else []
        not_digits = load_crop_sets(options.not_digits, labelled=False) if options.not_digits else []
        evaluate(models, mnist, digits, not_digits, options.out, _say)
    except DigitizerError as error:
        print(f"evaluation: {error}", file=sys.stderr)
        return int(error.exit_code)
    print(options.out / REPORT)
    return 0


def evaluate(
    models: dict[str, Path],
    mnist: Mnist,
    digits: Sequence[CropSet],
    not_digits: Sequence[CropSet],
    out: Path,
    say: Say,
) -> None:
    """Measure networks and write `evaluation.md` and its pictures; but for timings, always the same bytes.

    Parameters
    ----------
    models
        Title -> model folder.
    digits, not_digits
        Other people's digits, labelled, and ink that is no digit.
    say
        Called with a line at each step.

    Raises
    ------
    UsageError
        If a model cannot be read, or nothing can be written to `out`.
    """
    from training.evaluation_figures import draw_evaluation
    from training.evaluation_report import report

    classifiers = {title: load_classifier(folder) for title, folder in models.items()}
    _make_folder(out / PICTURES)
    material = gather(mnist, digits, not_digits, say)
    networks = [read(title, models[title], each, material, say) for title, each in classifiers.items()]
    say("drawing")
    pictures = draw_evaluation(out / PICTURES, material, networks)
    linked = [(caption, path.relative_to(out).as_posix()) for caption, path in pictures]
    (out / REPORT).write_text(report(material, networks, linked), encoding="utf-8")


def named_models(models: Sequence[str]) -> dict[str, Path]:
    """Find the folders of models that are given as folders or by the names of bundled ones: title -> folder.

    Raises
    ------
    ModelError
        If there is no such model, or two would have the same title.
    """
    folders: dict[str, Path] = {}
    for model in models:
        bundled = Path(str(resources.files("digitizer"))) / "models" / model
        folder = bundled if model in bundled_models() else Path(model)
        if not folder.is_dir():
            raise ModelError(f"{model} is no folder, and no bundled model; those are {', '.join(bundled_models())}.")
        title = folder.resolve().name
        if title in folders:
            raise ModelError(f"Two models are called {title}, and could not be told apart. Rename a folder.")
        folders[title] = folder
    return folders


def _make_folder(folder: Path) -> None:
    """Make a folder before the work rather than after it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"Cannot write to {folder}: {error.strerror}.") from error


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=(__doc__ or "").split("\n")[2])
    parser.add_argument("models", nargs="*", metavar="MODEL", help="a bundled model or a folder (default: all bundled)")
    parser.add_argument("--data", type=Path, help="mnist.npz, or a folder of IDX files; without it Keras fetches MNIST")
    parser.add_argument(
        "--digits", type=Path, metavar="DIR", help="other people's digits: .npz files of images, labels"
    )
    parser.add_argument(
        "--not-digits", type=Path, metavar="DIR", help="no digits: .npz files of images, names if known"
    )
    parser.add_argument("--out", type=Path, default=Path("docs/training"), help="(default: %(default)s)")
    return parser.parse_args(arguments)


def _require_extra(data: Path | None) -> None:
    """Refuse to start without the packages that only this needs; Keras only where it has to fetch MNIST."""
    needed = EXTRA if data else (*EXTRA, "keras", "tensorflow")
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(f"Evaluation needs {', '.join(missing)}. Install the extra: uv sync --extra train")


if __name__ == "__main__":
    sys.exit(main())

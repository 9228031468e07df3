"""What the README promises is so: its commands exist, its example is what comes out, its links lead somewhere."""

import csv
import importlib.util
import io
import re
import shlex
import tomllib
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from digitizer.cli import app
from digitizer.document import PageResult, ScanFile
from digitizer.errors import ExitCode
from digitizer.ledger.tables import FIELD_COLUMNS, fields_csv
from digitizer.pipeline import digitize_page
from digitizer.policy import DEFAULT_MAX_ERRORS, AcceptancePolicy
from digitizer.reading.classifier import load_classifier
from digitizer.scans.decode import Limits, PageFailure, read_pages

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    ROOT / "samples/README.md",
    ROOT / "benchmarks/README.md",
]
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
COMMANDS = [
    part.split("#")[0].strip()
    for language, block in BLOCKS
    if not language
    for line in block.splitlines()
    for part in line.split("&&")
]
COMMAND = get_command(app)
EXAMPLE = next(block for language, block in BLOCKS if language == "csv")
EXPLAINING = ("operations", "ledger", "review", "report", "budget", "retraining")
EXPLAINED = README + "".join((ROOT / "docs" / f"{name}.md").read_text() for name in EXPLAINING)
TOLERANCE = 0.02
"""By so much confidences may differ from one machine to another."""
TOLERANCE_PX = 5


def arguments_after(program: str) -> list[list[str]]:
    """Give the arguments of each call of a program in the README."""
    return [shlex.split(command.split(f"{program} ", 1)[1]) for command in COMMANDS if f"{program} " in command]


def as_read(scan: str) -> list[dict[str, str]]:
    """Read the first page of a sample and give its rows of fields.csv."""
    page = next(read_pages(ScanFile(ROOT / "samples/scans" / scan, scan), (1,), Limits()))
    assert not isinstance(page, PageFailure)
    result: PageResult = digitize_page(page, load_classifier(), AcceptancePolicy.from_max_errors(DEFAULT_MAX_ERRORS))
    return list(csv.DictReader(io.StringIO(fields_csv([result]))))


def test_the_command_that_tests_is_what_ci_runs() -> None:
    """Word for word: it has been seen to be all that a fresh machine needs."""
    [line] = [line for line in README.splitlines() if line.endswith("pytest")]

    assert line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_the_command_that_reads_the_samples_installs_only_what_it_needs() -> None:
    """Neither the tools of development nor the extra `train`, and its scans are there."""
    [line] = [line for line in README.splitlines() if line.startswith("pip install uv") and "digitizer run" in line]

    assert re.fullmatch(r"pip install uv && uv run --no-dev digitizer run samples/scans --out out", line)
    assert any((ROOT / "samples/scans").glob("*/*"))


@pytest.mark.parametrize("arguments", arguments_after("digitizer"), ids=" ".join)
def test_commands_parse(arguments: list[str]) -> None:
    """Each command of digitizer, with its options, exists."""
    assert isinstance(COMMAND, TyperGroup)
    command = COMMAND.commands[arguments[0]]

    command.make_context(arguments[0], arguments[1:])


def test_all_commands_and_their_options_are_told() -> None:
    """Nothing that digitizer can do is left out: commands here, options here or where the commands are explained."""
    assert isinstance(COMMAND, TyperGroup)

    for name, command in COMMAND.commands.items():
        assert f"digitizer {name} " in README
        for parameter in command.params:
            assert any(option in EXPLAINED for option in parameter.opts) or parameter.param_type_name == "argument"


@pytest.mark.parametrize(
    "module", sorted({a[0] for a in arguments_after("python -m")} | {"flows.digitize", "training.train"})
)
def test_modules_exist(module: str) -> None:
    """What the README starts with `python -m` is there."""
    assert importlib.util.find_spec(module) is not None


def test_extras_exist() -> None:
    """What the README installs with --extra is there, and each other extra is named where it is needed."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]

    assert set(re.findall(r"--extra (\w+)", README)) <= set(extras)
    assert all(re.search(rf"`{extra}`|\[{extra}\]|--extra {extra}", EXPLAINED) for extra in extras)


def test_the_header_of_the_example_is_that_of_fields_csv() -> None:
    """All columns, in their order, and each is explained."""
    assert EXAMPLE.splitlines()[0].split(",") == list(FIELD_COLUMNS)
    table = README.split(EXAMPLE)[1].split("\n\n")[0]
    assert all(f"`{column}`" in table for column in FIELD_COLUMNS)


def test_the_example_is_what_comes_out() -> None:
    """Its rows are read from the sample that they name."""
    shown = list(csv.DictReader(io.StringIO(EXAMPLE)))
    read = {row["field"]: row for row in as_read(shown[0]["scan"])}

    assert len(shown) == 3
    for row in shown:
        real = read[row["field"]]
        for column in ("scan", "page", "form", "value", "cells", "status", "reason", "machine_value", "reviewer"):
            assert row[column] == real[column]
        for column in ("confidence", "cell_confidences"):
            assert [float(part) for part in row[column].split()] == pytest.approx(
                [float(part) for part in real[column].split()], abs=TOLERANCE
            )
        for column in ("x", "y", "width", "height"):
            assert int(row[column]) == pytest.approx(int(real[column]), abs=TOLERANCE_PX)


@pytest.mark.parametrize("code", [int(code) for code in ExitCode])
def test_exit_codes_are_told(code: int) -> None:
    """In the one line that tells them."""
    [line] = [line for line in README.splitlines() if "Exit codes:" in line]

    assert re.search(rf"(: |· ){code} ", line)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    """Every file that a document links to or shows is there."""
    targets = re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    files = [target.split("#")[0] for target in targets if not re.match(r"https?:|#", target)]

    assert all((document.parent / file).exists() for file in files)

"""The command line: what it prints where, and its exit codes."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from digitizer import batch, cli
from digitizer.budget.estimate import Expected
from digitizer.console import print_outcome
from digitizer.document import FieldStatus, PageStatus
from digitizer.job import Outcome
from digitizer.ledger.lock import output_lock
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.summary import Summary
from digitizer.policy import LearnedThreshold
from tests.fake_reader import FakeReader, write_scan

Cli = Callable[..., int]
HEAVY = ("cv2", "onnxruntime", "pandas", "prefect", "PIL", "pypdfium2", "numpy")


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Provide a folder with a sound file of two pages."""
    folder = tmp_path / "scans"
    folder.mkdir()
    write_scan(folder / "a.2.ok.png")
    return folder


@pytest.fixture
def digitizer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """Provide the command, run in a folder of its own with a reader that needs no images; returns the exit code."""
    monkeypatch.setattr(batch, "OpenReader", lambda *_: FakeReader)
    monkeypatch.chdir(tmp_path)

    def command(*arguments: object) -> int:
        without_waiting = ("--settle", "0") if arguments[0] == "run" else ()
        monkeypatch.setattr(sys, "argv", ["digitizer", *(str(each) for each in (*arguments, *without_waiting))])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0)

    return command


def test_a_run_prints_counts_and_where_the_results_are(
    digitizer: Cli, scans: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Two pages with a field each, one of them accepted: 50 % straight through, beside its expected errors."""
    assert digitizer("run", scans, "--out", "results", "--workers", 1) == 0

    printed = capfd.readouterr()
    assert [" ".join(line.split()) for line in printed.out.splitlines()] == [
        "scans read 1",
        "pages 2 done 2",
        "fields 2",
        "accepted 1 50.0% straight through",
        "errors <0.01 expected among these (0.010%), between 0 and 0",
        "for review 1 about 1 minute of a person's time",
        "results/fields.csv",
        "results/pages.csv",
        "results/summary.json",
    ]
    assert printed.err.splitlines() == ["Looking into files: 1 of 1", "Reading pages: 2 of 2"]


def test_a_run_says_what_people_have_settled_and_what_was_learned_from_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Thresholds in their own row, with their direction; expected errors and rates rounded against the machine."""
    fields = dict.fromkeys(FieldStatus, 1) | {FieldStatus.ACCEPTED: 826}
    learned = (
        LearnedThreshold("", "", 0.9999),
        LearnedThreshold("exam", "", 0.99),
        LearnedThreshold("exam", "a", 0.999),
    )
    provenance = Provenance("0.1.0", "seed", "ab" * 32, 0.999, learned=learned)
    summary = Summary(1, dict.fromkeys(PageStatus, 0), fields, {}, {}, 0.001, {}, (), provenance)

    print_outcome(Outcome(summary, Expected(0.1212, (0, 1)), 1, 0, 0, 0, 0), tmp_path)

    told = [" ".join(line.split()) for line in capfd.readouterr().out.splitlines()]
    assert "accepted 826 99.6% straight through" in told
    assert "errors 0.13 expected among these (0.015%), between 0 and 1" in told
    assert "thresholds 3 learned from review: 1 stricter, 1 looser, 1 as stated" in told
    assert "settled 2 by people" in told


def test_files_that_are_no_scans_do_not_count_as_pages(
    digitizer: Cli, scans: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A folder holds other things too: they are named apart."""
    (scans / "notes.txt").write_text("buy ink")

    assert digitizer("run", scans, "--workers", 1) == 0
    assert " ".join(capfd.readouterr().out.splitlines()[1].split()) == "pages 2 done 2; files skipped: 1"


def test_results_go_into_a_folder_here_by_default(digitizer: Cli, scans: Path, tmp_path: Path) -> None:
    """Without --out the results stand in digitizer-out."""
    assert digitizer("run", scans, "--workers", 1) == 0

    assert (tmp_path / "digitizer-out" / "fields.csv").exists()


def test_what_was_not_read_is_named_on_stderr(digitizer: Cli, scans: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Exit code 3, and names that cannot steer a terminal."""
    write_scan(scans / "b\x1b[31m.2.crash@2.png")

    assert digitizer("run", scans, "--workers", 1) == 3
    assert "failed: b\\x1b[31m.2.crash@2.png, page 2: crashed" in capfd.readouterr().err.splitlines()


def test_a_long_list_of_failures_is_cut(digitizer: Cli, scans: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A thousand failures do not scroll the outcome off the screen."""
    for number in range(25):
        (scans / f"{number}.png").symlink_to("nowhere")

    assert digitizer("run", scans, "--workers", 1) == 3
    lines = capfd.readouterr().err.splitlines()
    assert sum(line.startswith("failed: ") for line in lines) == 20
    assert lines[-1] == "... and 5 more: see pages.csv"


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["run", "nowhere"],
        ["run", "scans", "--out", "scans"],
        ["run", "scans", "--max-errors", "1/100", "--threshold", "0.9"],
        ["run", "scans", "--max-errors", "few"],
        ["run", "scans", "--threshold", "1.5"],
        ["run", "scans", "--workers", "0"],
        ["run", "scans", "--template", "form.yaml"],
        ["run", "scans", "--colour"],
        ["score", "nowhere"],
        ["unknown"],
    ],
)
def test_wrong_usage_ends_with_2(
    digitizer: Cli, scans: Path, arguments: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    """What cannot be done is explained on stderr."""
    assert scans.exists()
    assert digitizer(*arguments) == 2
    assert capfd.readouterr().err


@pytest.mark.parametrize(
    ("option", "threshold", "max_errors"),
    [
        ([], 0.999, "1/1000"),
        (["--max-errors", "1/100"], 0.99, "1/100"),
        (["--max-errors", "0.1%"], 0.999, "1/1000"),
        (["--threshold", "0.75"], 0.75, "1/4"),
    ],
)
def test_the_options_set_the_policy(
    digitizer: Cli, scans: Path, tmp_path: Path, option: list[str], threshold: float, max_errors: str
) -> None:
    """An error rate or a threshold: summary.json tells both."""
    digitizer("run", scans, "--workers", 1, *option)

    summary = json.loads((tmp_path / "digitizer-out" / "summary.json").read_text())
    assert summary["policy"] == {"threshold": threshold, "max_errors": max_errors}


def test_a_missing_model_ends_with_2(
    scans: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says which model is missing."""
    monkeypatch.setattr(
        sys, "argv", ["digitizer", "run", str(scans), "--out", str(tmp_path / "out"), "--model", "nosuch"]
    )

    with pytest.raises(SystemExit) as end:
        cli.main()

    assert end.value.code == 2
    assert "nosuch" in capfd.readouterr().err


def test_a_busy_folder_ends_with_75(digitizer: Cli, scans: Path, tmp_path: Path) -> None:
    """Two runs never write into one folder."""
    (tmp_path / "out").mkdir()

    with output_lock(tmp_path / "out"):
        assert digitizer("run", scans, "--out", "out") == 75


def test_ctrl_c_ends_with_130(
    digitizer: Cli, scans: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A stopped run says what became of the results."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(batch, "digitize_folder", interrupted)

    assert digitizer("run", scans) == 130
    assert "What was read is kept" in capfd.readouterr().err


def test_a_bug_ends_with_1_and_quotes_no_document(
    digitizer: Cli, scans: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A bug is named by kind and place; its message might hold what a form says."""

    def broken(*_: object, **__: object) -> None:
        raise ValueError("the form says 12345")

    monkeypatch.setattr(batch, "digitize_folder", broken)

    assert digitizer("run", scans) == 1
    printed = capfd.readouterr().err
    assert "this is a bug: ValueError in test_cli.py" in printed
    assert "12345" not in printed


def test_a_score_is_printed(digitizer: Cli, scans: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The results of a run can be compared with the truth."""
    digitizer("run", scans, "--out", "out", "--workers", 1)
    (tmp_path / "truth.csv").write_text("scan,page,field,value\na.2.ok.png,1,comb1,001\na.2.ok.png,2,comb1,009\n")
    capfd.readouterr()

    assert digitizer("score", "out", "--truth", "truth.csv") == 0
    assert "50" in capfd.readouterr().out


def test_help_and_version_end_with_0(digitizer: Cli, capfd: pytest.CaptureFixture[str]) -> None:
    """Both print on stdout."""
    assert digitizer("--version") == 0
    assert capfd.readouterr().out.startswith("digitizer 0.")
    assert digitizer("run", "--help") == 0
    assert "--max-errors" in capfd.readouterr().out


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "--help"], ["score", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    """Help comes at once: images, networks, tables and the orchestrator are imported when they are needed."""
    program = (
        "import sys\nsys.argv[1:] = sys.argv[1:]\nfrom digitizer.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('IMPORTED', *(name for name in {HEAVY} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "IMPORTED"


def test_the_package_runs_as_a_module() -> None:
    """`python -m digitizer` is the command."""
    done = subprocess.run([sys.executable, "-m", "digitizer", "--version"], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("digitizer 0.")

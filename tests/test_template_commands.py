"""`digitizer template`: what its commands print where, and their exit codes."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from digitizer import cli
from tests.forms.loading import MARK, with_fields

Command = Callable[..., int]


@pytest.fixture
def template(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """Provide the command, run in a folder of its own with one sound and one faulty template; returns the exit code."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sound.yaml").write_text(with_fields(MARK, "{name: a, kind: mark, at: [9, 60, 9, 9], page: 2}"))
    (tmp_path / "faulty.yaml").write_text(with_fields(MARK.replace("name", "nmae")).replace("form: f", "form: F"))

    def command(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["digitizer", "template", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0)

    return command


def test_a_sound_template_is_summed_up(template: Command, capfd: pytest.CaptureFixture[str]) -> None:
    """A line on stdout, and exit code 0."""
    assert template("check", "sound.yaml") == 0

    assert capfd.readouterr() == ("sound.yaml: f, version 1, 2 pages, 2 fields\n", "")


def test_faults_are_printed_as_they_are(template: Command, capfd: pytest.CaptureFixture[str]) -> None:
    """A line for each on stderr, such that an editor can jump to it; files after it are still checked; exit code 2."""
    assert template("check", "faulty.yaml", "missing.yaml", "sound.yaml") == 2

    printed = capfd.readouterr()
    assert printed.out == "sound.yaml: f, version 1, 2 pages, 2 fields\n"
    assert printed.err.splitlines() == [
        "faulty.yaml:2:7: form: `F` is no name; write `f` (small letters, digits and `-`)",
        "faulty.yaml:5:6: fields[0].nmae: unknown key; did you mean `name`?",
        "missing.yaml: there is no such file",
    ]


def test_a_folder_is_checked_as_a_whole(template: Command, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """All its templates, and whether two are of one form."""
    (tmp_path / "faulty.yaml").unlink()
    (tmp_path / "twice.yaml").write_text(with_fields(MARK))

    assert template("check", ".") == 2
    assert "twice.yaml:2:7: form: `f` is the form of `sound.yaml` already" in capfd.readouterr().err


def test_the_schema_is_printed(template: Command, capfd: pytest.CaptureFixture[str]) -> None:
    """On stdout, for a file of one's own."""
    assert template("schema") == 0

    assert json.loads(capfd.readouterr().out)["title"] == "digitizer template"


@pytest.mark.parametrize("arguments", [["template", "--help"], ["template", "check", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    """Help comes at once: the library of templates is imported when it is needed."""
    heavy = ("ruamel", "numpy", "cv2", "PIL", "stdnum")
    program = (
        "import sys\nfrom digitizer.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('IMPORTED', *(name for name in {heavy} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "IMPORTED"

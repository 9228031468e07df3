"""Templates written for a test, and what loading them says."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitizer.errors import TemplateError
from digitizer.forms.files.load import load_template, load_templates
from digitizer.forms.template import Template

HEAD = "digitizer: 1\nform: f\npage: [210, 297]\n"
"""Three lines."""
MARK = "{name: tick, kind: mark, at: [5, 5, 5, 5]}"


def load(folder: Path, text: str) -> Template:
    """Write a template into a folder, and load it."""
    path = folder / "form.yaml"
    path.write_text(text, encoding="utf-8")
    return load_template(path)


def faults(folder: Path, text: str | bytes) -> list[str]:
    """Write a faulty template into a folder; return what loading it says, without the name of the folder."""
    path = folder / "form.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return faults_at(path)


def faults_at(path: Path) -> list[str]:
    """Return what loading a file or folder says, names of files without their folder."""
    with pytest.raises(TemplateError) as caught:
        load_templates(path)
    folder = path if path.is_dir() else path.parent
    return str(caught.value).replace(f"{folder}/", "").splitlines()


def with_fields(*fields: str, head: str = HEAD, rules: str = "") -> str:
    """Return a template with fields in flow style, one a line from line 5 on, and after them rules."""
    listed = "".join(f"  - {field}\n" for field in fields)
    return f"{head}fields:\n{listed}{f'rules:{chr(10)}{rules}' if rules else ''}"


def draw_reference(path: Path, width_px: int = 210, height_px: int = 297) -> None:
    """Draw a blank form with a black spot in its top left corner."""
    pixels = np.full((height_px, width_px), 255, np.uint8)
    pixels[:10, :10] = 0
    Image.fromarray(pixels).save(path)

"""The layout hash: what decides where fields are found and how they are seen, and nothing else."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitizer.forms.template import Template
from tests.forms.loading import draw_reference, load

TEMPLATE = """
digitizer: 1
form: f
version: 1
title: A form
page: [210, 297]
reference: blank.png
code: FORM-*
fiducials:
  - {kind: apriltag, id: 3, centre: [10, 10], size: 10}
fields:
  - {name: a, kind: comb, at: [20, 40, 32, 8], cells: 4, label: First, rules: {list: {file: a.csv, column: a}}}
  - {name: b, kind: box, at: [20, 60, 40, 8], digits: 5}
  - {name: c, kind: grid, at: [20, 80, 40, 20], rows: 2, columns: 5}
rules:
  - {name: same, equal: [a, b]}
"""


def written(folder: Path, text: str = TEMPLATE, listed: str = "1234") -> Template:
    """Load a template beside its blank form and its list."""
    if not (folder / "blank.png").exists():
        draw_reference(folder / "blank.png")
    (folder / "a.csv").write_text(f"a\n{listed}\n")
    return load(folder, text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("equal: [a, b]", "equal: [b, a]"),
        ("rules:\n  - {name: same, equal: [a, b]}\n", ""),
        ("rules: {list: {file: a.csv, column: a}}", "rules: {range: [0, 99]}"),
        ("digits: 5}", "digits: 5, required: true}"),
        ("label: First", "label: Second"),
        ("title: A form", "title: Another form"),
        ("version: 1", "version: 2"),
        ("[20, 40, 32, 8]", "[20.0, 40, 32, 8]"),
        ("\nfields", "\n\n# the fields\nfields"),
    ],
)
def test_what_is_only_said_leaves_the_layout(tmp_path: Path, old: str, new: str) -> None:
    """Rules, titles, labels, what is required, and how the file is written."""
    first, second = written(tmp_path), written(tmp_path, TEMPLATE.replace(old, new))

    assert first.layout_sha256 == second.layout_sha256
    assert first.sha256 != second.sha256


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[20, 40, 32, 8]", "[20.01, 40, 32, 8]"),
        ("cells: 4", "cells: 5"),
        ("cells: 4", "cells: 4, gap: 0.5"),
        ("digits: 5", "digits: 4"),
        ("rows: 2, columns: 5", "rows: 5, columns: 2"),
        ("name: c, kind: grid, at: [20, 80, 40, 20], rows: 2, columns: 5", "name: c, kind: mark, at: [20, 80, 20, 20]"),
        ("name: c", "name: d"),
        ("code: FORM-*", "code: FORM-1"),
        ("code: FORM-*\n", ""),
        ("id: 3", "id: 4"),
        ("centre: [10, 10]", "centre: [10, 10.5]"),
        ("size: 10", "size: 9"),
        ("reference: blank.png\n", ""),
        ("page: [210, 297]", "page: [210, 296.9]"),
    ],
)
def test_what_is_seen_otherwise_is_another_layout(tmp_path: Path, old: str, new: str) -> None:
    """Geometry, kinds, digits, names, codes, marks and the blank page."""
    assert old in TEMPLATE

    first, second = written(tmp_path), written(tmp_path, TEMPLATE.replace(old, new))

    assert first.layout_sha256 != second.layout_sha256


def test_fields_in_another_order_are_another_layout(tmp_path: Path) -> None:
    """What was seen is kept in the template's order."""
    head, a, rest = TEMPLATE.partition("  - {name: a, kind: comb")
    line, _, others = rest.partition("\n")
    moved = head + others.replace("rules:\n  -", f"{a}{line}\nrules:\n  -")

    first, second = written(tmp_path), written(tmp_path, moved)

    assert sorted(field.name for field in second.pages[0].fields) == ["a", "b", "c"]
    assert first.layout_sha256 != second.layout_sha256


def test_a_list_is_no_part_of_the_layout_and_a_pixel_of_the_blank_page_is(tmp_path: Path) -> None:
    """Of the files that a template names, only the pictures are looked at to see."""
    first, other_list = written(tmp_path), written(tmp_path, listed="4321")
    with Image.open(tmp_path / "blank.png") as image:
        pixels = np.array(image)
    pixels[100, 100] ^= 1
    Image.fromarray(pixels).save(tmp_path / "blank.png")

    other_pixel = written(tmp_path)

    assert first.sha256 != other_list.sha256
    assert first.layout_sha256 == other_list.layout_sha256 != other_pixel.layout_sha256


def test_a_layout_hash_stays_what_it_is(tmp_path: Path) -> None:
    """It stands in ledgers: made in another way, it would have all scans read again."""
    assert written(tmp_path).layout_sha256 == "6d46a0c1a5b4eb8da7c70664ed2138e485641fa5c57b0e6b3a3af198de89b728"

"""The simulated office: its people write digits of their own, fill in forms, and what waits is settled rightly."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from benchmarks.office_figures import HEADER, Learning, Read, row, save
from benchmarks.office_hands import TOOLS, Writer, crops, office
from benchmarks.office_pages import LINES, draw_night, write_template, write_truth
from benchmarks.office_pictures import hands
from benchmarks.office_shapes import SHAPES, STYLES, shape, usual
from benchmarks.office_work import Settled, digitizer, mistaken, settle, truth_of
from digitizer.forms.files.load import load_template
from digitizer.reading.classifier import load_classifier
from digitizer.report.score import score

READ = Read(1000, 50, 200, 40, 120, 1, 60, 0)


def someone(seed: int = 1) -> Writer:
    """Return a person of the office."""
    return office("B", 1).writer(np.random.default_rng(seed))


def of_seed(writer: Writer, digit: int, seed: int) -> bytes:
    """Return a digit as a person writes it at some time."""
    return writer.digit(digit, np.random.default_rng(seed)).tobytes()


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_about_as_high_as_a_digit(name: str) -> None:
    """And has its middle near 0, about which it is slanted and turned."""
    points = np.vstack(shape(name).strokes)

    assert 0.9 < np.ptp(points[:, 1]) < 1.3
    assert np.abs((points.min(axis=0) + points.max(axis=0)) / 2).max() < 0.2


@pytest.mark.parametrize("style", STYLES)
def test_every_style_has_several_shapes_of_every_digit(style: str) -> None:
    """All of them known, and how usual they are adds up."""
    for digit in range(10):
        shares = usual(style, digit)
        assert len(shares) > 1
        assert set(shares) <= set(SHAPES)
        assert sum(shares.values()) == pytest.approx(1)


def test_people_who_have_one_style_to_tune_on_have_not_seen_the_other() -> None:
    """Most shapes that the bundled network misreads are usual in one of them only."""
    hard = {"0 cut", "0 slashed", "1 flag", "1 upstroke"}

    assert not hard & set(STYLES["A"]) & set(STYLES["B"])


def test_a_person_writes_the_same_for_the_same_seed() -> None:
    """But never twice alike, by as much as the hand is shaky, and not as others do."""
    writer = someone()

    assert of_seed(writer, 7, 5) == of_seed(someone(), 7, 5)
    assert of_seed(writer, 7, 5) != of_seed(writer, 7, 6)
    assert of_seed(writer, 7, 5) != of_seed(replace(writer, shaky=2 * writer.shaky), 7, 5)
    assert of_seed(writer, 7, 5) != of_seed(someone(2), 7, 5)


def test_a_digit_is_as_high_as_it_is_asked_for() -> None:
    """Measured along the middle of its strokes; and it is cut to its ink."""
    ink = someone().digit(0, np.random.default_rng(1), height_px=100)

    assert ink.dtype == np.uint8
    assert ink.max() == 255
    assert 90 < len(ink) < 150
    assert not ink[[0, -1]].any()


def test_pens_differ_in_how_much_ink_they_leave() -> None:
    """A felt tip leaves more than a ball pen."""
    amounts = []
    for name in ("ball pen, blue", "felt tip"):
        tool = TOOLS[name]
        writer = replace(someone(), tool=tool, width_mm=tool.width_mm[0])
        amounts.append(int(writer.digit(8, np.random.default_rng(1)).sum(dtype=np.int64)))

    assert amounts[1] > 1.4 * amounts[0]


@pytest.mark.parametrize("style", STYLES)
def test_the_bundled_network_misreads_some_of_an_office(style: str) -> None:
    """So many that there is something to learn, and not more than people could settle."""
    images, labels = crops(office(style, 1), 30, 2, np.random.default_rng(1))

    wrong = load_classifier().classify(images).argmax(axis=1) != labels

    assert images.shape == (600, 28, 28)
    assert (np.bincount(labels) == 60).all()
    assert 0.02 < wrong.mean() < 0.15


def test_a_night_repeats_itself(tmp_path: Path) -> None:
    """Form by form, wherever it is begun; another night is other people's."""
    of = office("B", 1)
    rows = draw_night(tmp_path / "both", of, 2, [1, 1])
    again = draw_night(tmp_path / "second", of, 1, [1, 1], first=1)
    other = draw_night(tmp_path / "other", of, 1, [1, 2], first=1)

    name = again[0].scan
    assert rows[len(LINES) :] == again
    assert (tmp_path / "both" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    assert [each.value for each in other] != [each.value for each in again]


def test_a_form_says_what_its_truth_says(tmp_path: Path) -> None:
    """It is found by its template, and a reviewer leaves nothing that is wrong."""
    rows = draw_night(tmp_path / "scans", office("B", 1), 2, [1, 1])
    write_truth(tmp_path / "truth.csv", rows)
    write_template(tmp_path / "form.yaml")
    given = ("--template", tmp_path / "form.yaml", "--out", tmp_path / "out", "--max-errors", "1/1000")
    digitizer(tmp_path / "models", "run", tmp_path / "scans", *given, "--settle", "0", "--workers", "1")
    before = score(tmp_path / "out", tmp_path / "truth.csv")

    done = settle(tmp_path / "out", truth_of(tmp_path / "scans", rows))
    digitizer(tmp_path / "models", "export", tmp_path / "out", "--to", "csv")

    after = score(tmp_path / "out", tmp_path / "truth.csv")
    assert not before.missing
    assert before.fields_right < after.fields_right == len(rows)
    assert done.digits > done.differed > 0
    assert settle(tmp_path / "out", {}) == Settled(0, 0)


def test_a_template_has_all_fields(tmp_path: Path) -> None:
    """Each of as many cells as digits are to be entered."""
    write_template(tmp_path / "form.yaml")

    [page] = load_template(tmp_path / "form.yaml").pages

    assert [field.columns for field in page.fields] == list(LINES.values())


def test_who_does_not_look_says_anything() -> None:
    """Of the same length, with the same digits in all."""
    truth = {("scan", f"field {number}"): "0123456789" for number in range(5)}

    said = mistaken(truth, np.random.default_rng(1))

    assert {place: len(value) for place, value in said.items()} == dict.fromkeys(truth, 10)
    assert sorted("".join(said.values())) == sorted("".join(truth.values()))
    assert not set(said.values()) & set(truth.values())


def test_figures_stand_in_a_table_and_in_a_file(tmp_path: Path) -> None:
    """Those of the bundled network say nothing of learning."""
    learning = Learning("retrained", 60, 2011, 260, 6000, 21, 19, 7.5, "")

    first, second = (row(each, READ).split("|") for each in (Learning("bundled"), learning))
    save(tmp_path / "figures.csv", [(learning, READ)])

    assert len(first) == len(second) == len(HEADER.splitlines()[0].split("|"))
    assert [cell.strip() for cell in first[2:5]] == ["", "", ""]
    assert "| 2011 | 260 | 50 of 1000 (5.00%) |" in row(learning, READ)
    assert (
        (tmp_path / "figures.csv")
        .read_text()
        .splitlines()[1]
        .startswith("retrained,60,2011,260,6000,21,19,7.5,,1000,50,")
    )


def test_the_picture_shows_ink_on_paper() -> None:
    """The same for the same seed."""
    one, same = (hands(office("B", 1), np.random.default_rng(1)) for _ in range(2))

    assert sha256(one.tobytes()).digest() == sha256(same.tobytes()).digest()
    assert one.ndim == 2
    assert np.median(one) > 240
    assert one.min() < 60

"""The store of models: only whole ones come in and are chosen, and there is always a way back."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from digitizer.errors import ModelError, UsageError
from digitizer.reading.classifier import model_folder
from digitizer.reading.installed import (
    CHOSEN_FILE,
    MODELS_VARIABLE,
    check_free,
    choose,
    chosen_model,
    install,
    missing_choice,
    models,
    models_folder,
    named_model,
)
from digitizer.reading.model_card import INT8_FILE, load_model_files

HOSTILE = ["", ".", "..", "../up", "a/b", "/etc", ".hidden", "chosen", "a b", "a\nb", "ünïcode", "x" * 65, "-option"]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provide the folder of a store that is not there yet."""
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def made(store: Path) -> Path:
    """Provide a model as training leaves it, with a file beside it that is no part of it, and a store without it."""
    folder = Path(shutil.copytree(model_folder("seed"), store.with_name("made")))
    (folder / "measured.npz").write_bytes(b"of no use later")
    return folder


def spoil(folder: Path) -> None:
    """Change a byte of the network that reads."""
    network = folder / load_model_files(folder)[0].reads_with
    network.write_bytes(network.read_bytes()[:-1] + b"?")


def test_at_first_the_bundled_model_reads(store: Path) -> None:
    """Nothing is made for it."""
    assert chosen_model() == "default"
    assert [(each.name, each.bundled, each.chosen) for each in models()] == [
        ("default", True, True),
        ("seed", True, False),
    ]
    assert not store.exists()


def test_what_was_installed_can_be_chosen_and_left_again(store: Path, made: Path) -> None:
    """By its name; installing alone chooses nothing."""
    folder = install(made, "office")
    assert (folder, chosen_model()) == (store / "office", "default")

    choose("office")
    assert chosen_model() == folder
    assert [each.name for each in models() if each.chosen] == ["office"]

    choose("default")
    assert chosen_model() == "default"


def test_the_same_model_is_installed_and_nothing_else(store: Path, made: Path) -> None:
    """Its card with all that it describes; no draft stays behind."""
    install(made, "office")

    assert load_model_files(store / "office")[1] == load_model_files(made)[1]
    assert sorted(path.name for path in (store / "office").iterdir()) == ["card.json", "model.keras", "model.onnx"]
    assert [path.name for path in store.iterdir()] == ["office"]


def test_no_model_is_overwritten(made: Path) -> None:
    """Neither an installed one nor one that came with the package."""
    install(made, "office")

    for taken in ("office", "default", "seed"):
        with pytest.raises(UsageError, match="already"):
            install(made, taken)


@pytest.mark.parametrize("name", HOSTILE)
def test_odd_names_are_refused_everywhere(name: str, store: Path, made: Path) -> None:
    """A name leads out of the store nowhere, and is one of a few characters."""
    for refusing in (check_free, choose, named_model, lambda odd: install(made, odd)):
        with pytest.raises(UsageError):
            refusing(name)
    assert not store.exists() or not list(store.iterdir())


def test_a_spoilt_model_is_not_installed(store: Path, made: Path) -> None:
    """It is checked before anything lies in the store."""
    spoil(made)

    with pytest.raises(ModelError, match="altered"):
        install(made, "office")
    assert not store.exists()


def test_a_spoilt_model_is_not_chosen(made: Path) -> None:
    """What was chosen before stays so, and the list tells what is wrong."""
    spoil(install(made, "office"))

    with pytest.raises(ModelError, match="altered"):
        choose("office")
    assert chosen_model() == "default"
    assert "altered" in next(each.fault for each in models() if each.name == "office")


@pytest.mark.parametrize("damage", [spoil, shutil.rmtree])
def test_a_chosen_model_that_cannot_read_any_more_says_how_to_go_back(
    damage: Callable[[Path], object], made: Path
) -> None:
    """No other model reads in its place without a word."""
    folder = install(made, "office")
    choose("office")
    damage(folder)

    with pytest.raises(ModelError, match="digitizer model use default") as refusal:
        chosen_model()
    assert "einstall" not in str(refusal.value)
    choose("default")
    assert chosen_model() == "default"


@pytest.mark.parametrize("content", [b"../../outside\n", b"", b"\xff\xfe\x00", b"x" * 10_000])
def test_a_choice_that_somebody_else_wrote_is_no_path(content: bytes, store: Path) -> None:
    """Only a name of a model counts."""
    store.mkdir()
    (store / CHOSEN_FILE).write_bytes(content)

    with pytest.raises(ModelError, match="digitizer model use default") as refusal:
        chosen_model()
    assert len(str(refusal.value)) < 250
    assert str(refusal.value).isascii()
    assert f"chosen, {missing_choice()}, is missing" in str(refusal.value)


@pytest.mark.usefixtures("store")
def test_a_spoilt_network_of_integers_is_noticed() -> None:
    """Which is the file that reads, where a model has both."""
    folder = install(model_folder("default"), "office")
    assert load_model_files(folder)[0].reads_with == INT8_FILE
    spoil(folder)

    with pytest.raises(ModelError, match="altered"):
        choose("office")


def test_a_folder_of_the_name_of_a_bundled_model_does_not_stand_in_its_way(store: Path, made: Path) -> None:
    """The way back leads to what came with the package, whatever lies in the store."""
    shutil.copytree(made, store / "default")

    assert named_model("default") == "default"
    assert [each.name for each in models()] == ["default", "seed"]


def test_a_store_that_cannot_be_used_is_told_plainly(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its place, and how another is named."""
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path / "file" / "models"))

    with pytest.raises(UsageError, match=MODELS_VARIABLE):
        install(made, "office")


def test_the_store_lies_where_users_keep_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless another place is named; always an absolute path, for workers start elsewhere."""
    monkeypatch.delenv(MODELS_VARIABLE, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert models_folder() == tmp_path / ".local/share/digitizer/models"

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert models_folder() == tmp_path / "data/digitizer/models"

    monkeypatch.setenv(MODELS_VARIABLE, "here")
    assert models_folder() == Path.cwd() / "here"

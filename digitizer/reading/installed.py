"""The store of models that were made here, beside those that come with the package, and which one of all reads."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from digitizer.errors import ModelError, UsageError
from digitizer.reading.classifier import DEFAULT_MODEL, bundled_models, load_classifier, model_folder
from digitizer.reading.model_card import ADVICE, CARD_FILE, ModelCard, load_model_files

MODELS_VARIABLE = "DIGITIZER_MODELS"
"""The folder of the store, if it is not to be the user's own."""
CHOSEN_FILE = "chosen"
"""In that folder: the name of the model that reads."""
WAY_BACK = f"`digitizer model use {DEFAULT_MODEL}` goes back to the one that came with digitizer."
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_LONGEST_NAME_BYTES = 200
"""More than any name has: what is longer is no name."""
_LONGEST_SHOWN = 64


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model that can be chosen by its name.

    Attributes
    ----------
    folder
        Where it lies; `bundled` if that is in the package.
    card
        None where it cannot be used; `fault` then says why.
    sha256
        Of its card, and with it of the whole model; empty without one.
    chosen
        Whether it is the one that reads.
    """

    name: str
    folder: Path
    bundled: bool
    card: ModelCard | None
    sha256: str
    fault: str
    chosen: bool


def models_folder() -> Path:
    """Return the folder of the store, whether or not it is there; always absolute, for workers start elsewhere."""
    stated = os.environ.get(MODELS_VARIABLE)
    if stated:
        return Path(stated).absolute()
    data = os.environ.get("XDG_DATA_HOME", "")
    return (Path(data) if Path(data).is_absolute() else Path.home() / ".local/share") / "digitizer/models"


def chosen_model() -> str | Path:
    """Return the model that reads unless another is asked for: the name of a bundled one, or the folder of another.

    Raises
    ------
    ModelError
        If what was chosen is gone or altered; it says how to go back.
    """
    name = _chosen_name()
    if not _is_there(name):
        raise ModelError(f"The model that was chosen, {_visible(name)}, is missing. {WAY_BACK}")
    model = named_model(name)
    try:
        load_model_files(model_folder(model), _advice(name))
    except ModelError as error:
        raise ModelError(f"The model that was chosen, {name!r}, cannot be used. {error}") from error
    return model


def missing_choice() -> str | None:
    """Return the name of the chosen model if there is no such model, in quotes and harmless; None if there is one."""
    name = _chosen_name()
    return None if _is_there(name) else _visible(name)


def named_model(name: str) -> str | Path:
    """Return the model of a name: bundled ones go by their name, for that is the way back; the others by their folder.

    Raises
    ------
    ModelError
        If there is none.
    """
    if name in bundled_models():
        return name
    if not _is_there(name):
        there = ", ".join([*bundled_models(), *_own_names()])
        raise ModelError(f"There is no model {name[:64]!r}; there are: {there}.")
    return models_folder() / name


def choose(name: str) -> None:
    """Have a model read from now on, if it is whole and can be run: all at once, or not at all.

    Raises
    ------
    ModelError
        If there is none of that name, or it cannot be used.
    """
    folder = model_folder(named_model(name))
    load_model_files(folder, _advice(name))
    load_classifier(folder)
    store = models_folder()
    with _using(store):
        store.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=store, prefix=f".{CHOSEN_FILE}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(f"{name}\n")
                file.flush()
                os.fsync(file.fileno())
            Path(draft).chmod(0o644)  # others may share the store
            Path(draft).replace(store / CHOSEN_FILE)
        finally:
            Path(draft).unlink(missing_ok=True)


def install(folder: Path, name: str) -> Path:
    """Copy a model into the store, without choosing it; return where it lies.

    Only what its card describes is copied. It is checked where it will be, and appears there as a whole.

    Raises
    ------
    ModelError
        If it cannot be used.
    UsageError
        If it cannot have that name, or one has it already, or the store cannot be written to.
    """
    check_free(name)
    card, sha256, contents = load_model_files(folder)
    store = models_folder()
    with _using(store):
        store.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=store, prefix=".installing-"))
        try:
            for each, content in contents.items():
                (draft / each).write_bytes(content)
            shutil.copyfile(folder / CARD_FILE, draft / CARD_FILE)
            if load_classifier(draft).sha256 != sha256:
                raise ModelError(f"{folder} was changed while {card.name!r} was copied from it.")
            draft.chmod(0o755)
            draft.rename(store / name)  # fails if somebody else has put one there meanwhile
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return store / name


def check_free(name: str) -> None:
    """Refuse a name that a new model cannot have.

    Raises
    ------
    UsageError
        If it is odd, that of a bundled model, or of one that was installed.
    """
    if not _is_name(name):
        raise UsageError(f"A model cannot be called {name[:64]!r}: letters, digits, `-`, `_` and `.`, at most 64.")
    if name in bundled_models() or os.path.lexists(models_folder() / name):
        raise UsageError(f"There is a model {name!r} already, and it is never overwritten: choose another name.")


def models() -> list[StoredModel]:
    """Return all models: the bundled ones, then those of the store, each by name."""
    bundled = [(name, model_folder(name), True) for name in bundled_models()]
    own = [(name, models_folder() / name, False) for name in _own_names()]
    chosen = _chosen_name()
    return [_stored(name, folder, is_bundled, name == chosen) for name, folder, is_bundled in (*bundled, *own)]


def _stored(name: str, folder: Path, bundled: bool, chosen: bool) -> StoredModel:
    try:
        card, sha256, _ = load_model_files(folder, _advice(name) if chosen or bundled else "")
    except ModelError as error:
        return StoredModel(name, folder, bundled, None, "", str(error).rstrip(), chosen)
    return StoredModel(name, folder, bundled, card, sha256, "", chosen)


def _own_names() -> list[str]:
    store = models_folder()
    if not store.is_dir():
        return []
    with _using(store):
        found = sorted(path.name for path in store.iterdir() if path.is_dir() and _is_name(path.name))
    return [name for name in found if name not in bundled_models()]


def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and name != CHOSEN_FILE


def _is_there(name: str) -> bool:
    return name in bundled_models() or (_is_name(name) and (models_folder() / name).is_dir())


def _advice(name: str) -> str:
    """Return what to do where a model cannot be used: nobody reinstalls digitizer for one that was made here."""
    return ADVICE if name in bundled_models() else WAY_BACK


def _visible(name: str) -> str:
    """Write what stands in place of a name such that it fits into a line and cannot steer a terminal."""
    told = ascii(name)[1:-1]
    return f"'{told}'" if len(told) <= _LONGEST_SHOWN else f"'{told[:_LONGEST_SHOWN]}...'"


def _chosen_name() -> str:
    """Return the name that was chosen; one that is no name is told as it stands there, and is that of no model."""
    try:
        with (models_folder() / CHOSEN_FILE).open("rb") as file:
            return file.read(_LONGEST_NAME_BYTES).decode("utf-8", "replace").strip()
    except FileNotFoundError:
        return DEFAULT_MODEL
    except OSError as error:
        raise ModelError(f"Cannot read {models_folder() / CHOSEN_FILE}: {error.strerror}. {WAY_BACK}") from error


@contextmanager
def _using(store: Path) -> Iterator[None]:
    """Tell plainly where the system refuses what is done in the store."""
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UsageError(
            f"Cannot use the folder of models, {store}: {why}. {MODELS_VARIABLE} names another."
        ) from error

"""A model's card: what it is, how it was trained and measured, and the hash of each of its files."""

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from digitizer.errors import ModelError

CARD_FILE = "card.json"
ONNX_FILE = "model.onnx"
KERAS_FILE = "model.keras"
ADVICE = "Reinstall digitizer, or train the model again: python -m training.train"

FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class NotADigit(BaseModel):
    """How the model's score of ink that is no digit becomes a probability: logistic(scale * score + offset).

    Attributes
    ----------
    prior
        Share of such ink, 0-1, that the probability takes for granted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    method: str
    scale: float = Field(gt=0, allow_inf_nan=False)
    offset: float = Field(allow_inf_nan=False)
    prior: float = Field(gt=0, lt=1)


class ModelCard(BaseModel):
    """What `card.json` says.

    Attributes
    ----------
    temperature
        What the logits of the ten digits are divided by before the softmax.
    files
        Name -> sha256, hexadecimal, of every other file of the model.
    training, metrics
        How it was made and how well it reads; for people, not used in reading.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    format: Literal[1]
    name: str = Field(min_length=1)
    description: str
    temperature: float = Field(gt=0, allow_inf_nan=False)
    not_a_digit: NotADigit
    files: dict[FileName, Sha256]
    training: dict[str, Any]
    metrics: dict[str, Any]
    licence: str


def load_model_files(folder: Path) -> tuple[ModelCard, str, dict[str, bytes]]:
    """Read a model folder, checking every file against its card before anything is done with it.

    Returns
    -------
    tuple
        The card, the sha256 of the card itself (and with it of the whole model), and the files' bytes.

    Raises
    ------
    ModelError
        If the folder, its card or a file is missing, altered or of another kind.
    """
    raw = _read(folder, CARD_FILE)
    try:
        card = ModelCard.model_validate(json.loads(raw))
    except (ValidationError, ValueError) as error:
        raise ModelError(f"{folder / CARD_FILE} is not the card of a model: {_first_fault(error)}. {ADVICE}") from error
    if ONNX_FILE not in card.files:
        raise ModelError(f"{folder / CARD_FILE} names no {ONNX_FILE}. {ADVICE}")
    contents = {name: _read(folder, name) for name in card.files}
    for name, content in contents.items():
        if hashlib.sha256(content).hexdigest() != card.files[name]:
            raise ModelError(f"{folder / name} is not the file that its card describes: it was altered. {ADVICE}")
    return card, hashlib.sha256(raw).hexdigest(), contents


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError as error:
        found = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        holds = f" The folder holds {', '.join(found[:5])}." if found else ""
        raise ModelError(f"No model in {folder}: {name} is missing.{holds} {ADVICE}") from error
    except OSError as error:
        raise ModelError(f"Cannot read {folder / name}: {error.strerror}. {ADVICE}") from error


def _first_fault(error: ValueError) -> str:
    """Say in one line what is wrong, with its key path."""
    if not isinstance(error, ValidationError):
        return "it is no JSON"
    fault = error.errors()[0]
    path = ".".join(str(part) for part in fault["loc"])
    return f"{path}: {fault['msg']}" if path else fault["msg"]

"""A model's card: what it is, how it was trained and measured, and the hash of each of its files."""

import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from digitizer.errors import ModelError

CARD_FILE = "card.json"
ONNX_FILE = "model.onnx"
INT8_FILE = "model.int8.onnx"
KERAS_FILE = "model.keras"
ADVICE = "Reinstall digitizer if the model came with it; else train it again: `python -m training.train`."

FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*\.(onnx|keras)$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[Finite, Field(gt=0)]


class CalibrationCard(BaseModel):
    """How logits become probabilities, and the probabilities of cells that of a field.

    Attributes
    ----------
    method
        How it was fitted, and on what; for people.
    temperature, offsets
        The probabilities of a crop are softmax(logits / temperature + offsets), with an offset for each class.
    field_exponent
        A field's value is right with the probability (product of its cells' confidences) ** field_exponent:
        1 where cells go wrong each for itself, less where errors of one field hang together.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    method: str
    temperature: Positive
    offsets: tuple[Finite, ...]
    field_exponent: Positive


class ModelCard(BaseModel):
    """What `card.json` says.

    Attributes
    ----------
    classes
        Logits of a crop: 10, the digits; or 12, these and then ink that is no digit and a cell crossed out.
    reads_with
        The file that crops are read with: an ONNX network, in float32 or in integers.
    files
        Name -> sha256, hexadecimal, of every other file of the model.
    training, metrics
        How it was made and how well it reads; for people, not used in reading.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    format: Literal[2]
    name: str = Field(min_length=1)
    description: str
    classes: Literal[10, 12]
    calibration: CalibrationCard
    reads_with: FileName
    files: dict[FileName, Sha256]
    training: dict[str, Any]
    metrics: dict[str, Any]
    licence: str

    @model_validator(mode="after")
    def _one_offset_a_class(self) -> Self:
        if len(self.calibration.offsets) != self.classes:
            raise ValueError(f"{len(self.calibration.offsets)} calibration.offsets for {self.classes} classes")
        return self


def load_model_files(folder: Path, advice: str = ADVICE) -> tuple[ModelCard, str, dict[str, bytes]]:
    """Read a model folder, checking every file against its card before anything is done with it.

    Parameters
    ----------
    advice
        What to do if it cannot be used: the last sentence of the message.

    Returns
    -------
    tuple
        The card, the sha256 of the card itself (and with it of the whole model), and the files' bytes.

    Raises
    ------
    ModelError
        If the folder, its card or a file is missing, altered or of another kind.
    """
    raw = _read(folder, CARD_FILE, advice)
    try:
        card = ModelCard.model_validate_json(raw)
    except ValidationError as error:
        raise ModelError(f"{folder / CARD_FILE} is not the card of a model: {_first_fault(error)}. {advice}") from error
    if card.reads_with not in card.files or not card.reads_with.endswith(".onnx"):
        raise ModelError(f"{folder / CARD_FILE} names no ONNX file to read with. {advice}")
    contents = {name: _read(folder, name, advice) for name in card.files}
    for name, content in contents.items():
        if hashlib.sha256(content).hexdigest() != card.files[name]:
            raise ModelError(f"{folder / name} is not the file that its card describes: it was altered. {advice}")
    return card, hashlib.sha256(raw).hexdigest(), contents


def model_sha256(folder: Path) -> str:
    """Return the sha256 of a model's card, which stands for the whole model; its files are not looked at.

    Raises
    ------
    ModelError
        If there is no card.
    """
    return hashlib.sha256(_read(folder, CARD_FILE, ADVICE)).hexdigest()


def _read(folder: Path, name: str, advice: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError as error:
        found = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        holds = f" The folder holds {', '.join(found[:5])}." if found else ""
        raise ModelError(f"No model in {folder}: {name} is missing.{holds} {advice}") from error
    except OSError as error:
        raise ModelError(f"Cannot read {folder / name}: {error.strerror}. {advice}") from error


def _first_fault(error: ValidationError) -> str:
    """Say in one line what is wrong, with its key path."""
    fault = error.errors()[0]
    if fault["type"] == "json_invalid":
        return "it is no JSON"
    path = ".".join(str(part) for part in fault["loc"])
    message = fault["msg"].removeprefix("Value error, ")
    return f"{path}: {message}" if path else message

"""Crops in, probabilities out: of the ten digits, of ink that is no digit, and of a cell crossed out."""

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitizer.errors import ModelError
from digitizer.reading.calibration import softmax
from digitizer.reading.mnist_format import SIZE_PX
from digitizer.reading.model_card import ADVICE, CARD_FILE, ModelCard, load_model_files
from digitizer.reading.runtime import onnx_runtime

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

DEFAULT_MODEL = "default"
NOT_A_DIGIT, CROSSED_OUT = 10, 11
"""The columns of ink that is no digit and of a cell crossed out by its writer; columns 0-9 are the digits."""
COLUMNS = 12
BATCH = 32
"""Crops per call of the network, always exactly so many: a result then depends on its crop alone, down to
the last bit. 32 is where the engine is fastest on one core (the activations fit its cache)."""
INPUTS, OUTPUTS = ["images"], ["logits"]


class DigitClassifier:
    """A loaded model.

    Attributes
    ----------
    name
        Of the model, as its card says.
    sha256
        Of its card, which holds the hash of every file of the model.
    card
        All that the card says.
    field_exponent
        What the product of a field's confidences is raised to; see `CalibrationCard`.
    """

    def __init__(self, card: ModelCard, sha256: str, session: "InferenceSession") -> None:
        self.name = card.name
        self.sha256 = sha256
        self.card = card
        self.field_exponent = card.calibration.field_exponent
        self._offsets = np.array(card.calibration.offsets)
        self._session = session

    def classify(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Read crops.

        Parameters
        ----------
        crops
            (N, 28, 28) uint8 in MNIST format, ink 255; N may be 0. Not changed.

        Returns
        -------
        NDArray
            (N, 12) float32, calibrated probabilities of 0-9 and, in the columns `NOT_A_DIGIT` and
            `CROSSED_OUT`, of other ink and of crossed-out cells; these two are 0 from a network that knows
            digits only. Rows sum to 1. A row depends on its crop alone.
        """
        if crops.shape[1:] != (SIZE_PX, SIZE_PX) or crops.dtype != np.uint8:
            raise ValueError(f"Crops are (N, 28, 28) uint8, not {crops.shape} {crops.dtype}.")
        calibration = self.card.calibration
        probabilities = np.zeros((len(crops), COLUMNS), np.float32)
        logits = run_network(self._session, crops, self.card.classes)
        probabilities[:, : self.card.classes] = softmax(logits, calibration.temperature, self._offsets)
        return probabilities


def load_classifier(folder: Path | None = None, name: str = DEFAULT_MODEL) -> DigitClassifier:
    """Load a model from a folder, or the bundled one of that name.

    Raises
    ------
    ModelError
        If there is no such model, or one of its files is missing, altered or of another kind.
    """
    card, sha256, contents = load_model_files(_bundled(name) if folder is None else folder)
    try:
        session = start_session(contents[card.reads_with])
        _refuse_other_kinds(session, card)
    except ModelError:
        raise
    except Exception as error:  # ONNX Runtime's exceptions share no base class of its own
        raise ModelError(f"{card.reads_with} is no network that ONNX Runtime can run. {ADVICE}") from error
    return DigitClassifier(card, sha256, session)


def model_folder(model: Path | str | None) -> Path:
    """Return where a model lies: a folder as it is, a bundled one by its name, or without one the default one.

    Raises
    ------
    ModelError
        If no bundled model has that name.
    """
    return model if isinstance(model, Path) else _bundled(DEFAULT_MODEL if model is None else model)


def bundled_models() -> list[str]:
    """Name the models that come with the package."""
    return sorted(path.parent.name for path in _models_folder().glob(f"*/{CARD_FILE}"))


def _bundled(name: str) -> Path:
    if name not in bundled_models():
        raise ModelError(f"There is no bundled model {name!r}; there are: {', '.join(bundled_models())}. {ADVICE}")
    return _models_folder() / name


def _models_folder() -> Path:
    return Path(str(resources.files("digitizer"))) / "models"


def run_network(session: "InferenceSession", crops: NDArray[np.uint8], classes: int) -> NDArray[np.float32]:
    """Run a network on (N, 28, 28) uint8 crops in MNIST format, ink 255: (N, classes) logits."""
    logits = np.empty((len(crops), classes), np.float32)
    images = np.zeros((BATCH, SIZE_PX, SIZE_PX, 1), np.float32)
    for start in range(0, len(crops), BATCH):
        batch = crops[start : start + BATCH]
        np.divide(batch, np.float32(255), out=images[: len(batch), :, :, 0])
        images[len(batch) :] = 0
        logits[start : start + BATCH] = session.run(OUTPUTS, {"images": images})[0][: len(batch)]
    return logits


def start_session(onnx: bytes) -> "InferenceSession":
    """Start ONNX Runtime on one thread: parallel work is by process, and never changes a result."""
    ort = onnx_runtime()
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])


def _refuse_other_kinds(session: "InferenceSession", card: ModelCard) -> None:
    """Compare names, and the logits of one empty batch, with what is to be expected."""
    takes, gives = [i.name for i in session.get_inputs()], [output.name for output in session.get_outputs()]
    if (takes, gives) != (INPUTS, OUTPUTS):
        names = f"{', '.join(takes)} -> {', '.join(gives)}"
        raise ModelError(f"{card.reads_with} is another kind of network: {names}, not images -> logits. {ADVICE}")
    shape = session.run(OUTPUTS, {"images": np.zeros((BATCH, SIZE_PX, SIZE_PX, 1), np.float32)})[0].shape
    if shape != (BATCH, card.classes):
        fault = f"logits {shape} for {BATCH} crops, its card speaks of {card.classes} classes"
        raise ModelError(f"{card.reads_with} gives {fault}. {ADVICE}")

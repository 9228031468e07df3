"""Crops in, probabilities of the ten digits and of ink that is no digit out."""

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitizer.errors import ModelError
from digitizer.reading.calibration import logistic, softmax
from digitizer.reading.mnist_format import SIZE_PX
from digitizer.reading.model_card import ADVICE, CARD_FILE, ONNX_FILE, ModelCard, load_model_files

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

DEFAULT_MODEL = "seed"
NOT_A_DIGIT = 10
"""The column of ink that is no digit; columns 0-9 are the digits."""
BATCH = 32
"""Crops per call of the network, always exactly so many: a result then depends on its crop alone, down to
the last bit. 32 is where the engine is fastest on one core (the activations fit its cache)."""
OUTPUTS = ["probabilities", "not_a_digit"]
SMALLEST = np.finfo(np.float32).tiny


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
    """

    def __init__(self, card: ModelCard, sha256: str, session: "InferenceSession") -> None:
        self.name = card.name
        self.sha256 = sha256
        self.card = card
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
            (N, 11) float32, calibrated probabilities of 0-9 and, in column `NOT_A_DIGIT`, of ink that is
            no digit; rows sum to 1. A row depends on its crop alone.
        """
        if crops.shape[1:] != (SIZE_PX, SIZE_PX) or crops.dtype != np.uint8:
            raise ValueError(f"Crops are (N, 28, 28) uint8, not {crops.shape} {crops.dtype}.")
        probabilities = np.empty((len(crops), NOT_A_DIGIT + 1), np.float32)
        for start in range(0, len(crops), BATCH):
            chunk = crops[start : start + BATCH]
            padded = np.zeros((BATCH, SIZE_PX, SIZE_PX, 1), np.float32)
            padded[: len(chunk), :, :, 0] = chunk / np.float32(255)
            probabilities[start : start + BATCH] = self._classify_batch(padded)[: len(chunk)]
        return probabilities

    def _classify_batch(self, images: NDArray[np.float32]) -> NDArray[np.float64]:
        """Classify (32, 28, 28, 1) float32 images, ink 1: (32, 11) float64."""
        digits, score = self._session.run(OUTPUTS, {"images": images})
        fit = self.card.not_a_digit
        not_a_digit = logistic(fit.scale * score + fit.offset)
        digits = softmax(np.log(np.maximum(digits, SMALLEST)), self.card.temperature)
        return np.hstack([(1 - not_a_digit) * digits, not_a_digit])


def load_classifier(folder: Path | None = None, name: str = DEFAULT_MODEL) -> DigitClassifier:
    """Load a model from a folder, or the bundled one of that name.

    Raises
    ------
    ModelError
        If there is no such model, or one of its files is missing, altered or of another kind.
    """
    card, sha256, contents = load_model_files(_bundled(name) if folder is None else folder)
    return DigitClassifier(card, sha256, _session(contents[ONNX_FILE]))


def bundled_models() -> list[str]:
    """Name the models that come with the package."""
    return sorted(path.parent.name for path in _models_folder().glob(f"*/{CARD_FILE}"))


def _bundled(name: str) -> Path:
    if name not in bundled_models():
        raise ModelError(f"There is no bundled model {name!r}; there are: {', '.join(bundled_models())}. {ADVICE}")
    return _models_folder() / name


def _models_folder() -> Path:
    return Path(str(resources.files("digitizer"))) / "models"


def _session(onnx: bytes) -> "InferenceSession":
    """Start ONNX Runtime on one thread: parallel work is by process, and never changes a result."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's exceptions share no base class of its own
        raise ModelError(f"{ONNX_FILE} is no network that ONNX Runtime can run. {ADVICE}") from error
    names = [output.name for output in session.get_outputs()]
    if [i.name for i in session.get_inputs()] != ["images"] or names != OUTPUTS:
        raise ModelError(f"{ONNX_FILE} is another kind of network: it gives {', '.join(names)}. {ADVICE}")
    return session

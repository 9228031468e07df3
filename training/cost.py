"""What a network costs: its size, the time it takes for a crop, the time until it has read the first one."""

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitizer.reading.classifier import DigitClassifier
from digitizer.reading.model_card import ONNX_FILE

REPEATS = 7
BATCH = 4096
"""Crops to a batch when it is timed."""
FIRST_READING = """
import sys
from pathlib import Path
import numpy as np
from digitizer.reading.classifier import load_classifier
load_classifier(Path(sys.argv[1])).classify(np.zeros((1, 28, 28), np.uint8))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a network costs.

    Attributes
    ----------
    parameters, size_bytes
        Numbers in the weights, and the length of the file that reads.
    crop_us
        CPU microseconds for a crop, in large batches, on one thread.
    first_reading_s
        CPU seconds from the start of the interpreter to the first reading.
    """

    parameters: int
    size_bytes: int
    crop_us: float
    first_reading_s: float


def measure_cost(classifier: DigitClassifier, folder: Path, crops: NDArray[np.uint8]) -> Cost:
    """Measure a loaded network and the folder that it comes from.

    Parameters
    ----------
    crops
        (N, 28, 28) uint8, N > 0: what it is timed with, repeated to a full batch.
    """
    batch = np.resize(crops, (BATCH, *crops.shape[1:]))
    parameters = count_parameters((folder / ONNX_FILE).read_bytes())
    size_bytes = (folder / classifier.card.reads_with).stat().st_size
    return Cost(parameters, size_bytes, crop_microseconds(classifier, batch), first_reading_seconds(folder))


def count_parameters(file: bytes) -> int:
    """Count the weights of an ONNX file: its floating-point initialisers; whole numbers are shapes and axes."""
    import onnx

    kinds = {onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.DOUBLE}
    weights = [each for each in onnx.load_from_string(file).graph.initializer if each.data_type in kinds]
    return int(sum(np.prod(each.dims, dtype=int) for each in weights))


def crop_microseconds(classifier: DigitClassifier, batch: NDArray[np.uint8]) -> float:
    """Return the CPU time for a crop, the median of a few batches."""
    taken = []
    for _ in range(REPEATS):
        begin = time.process_time()
        classifier.classify(batch)
        taken.append(time.process_time() - begin)
    return statistics.median(taken) / len(batch) * 1e6


def first_reading_seconds(folder: Path) -> float:
    """Return the CPU time of a fresh interpreter that loads a model and reads a crop, the median of a few."""
    taken = []
    for _ in range(REPEATS):
        begin = os.times()
        subprocess.run([sys.executable, "-c", FIRST_READING, str(folder)], check=True)  # noqa: S603
        end = os.times()
        taken.append(end.children_user + end.children_system - begin.children_user - begin.children_system)
    return statistics.median(taken)

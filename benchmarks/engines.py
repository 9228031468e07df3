"""Ways to run a bundled network, compared: `uv run --extra train python -m benchmarks.engines [MODEL] [--data PATH]`.

ONNX Runtime with float32 and with 8 bits; LiteRT, where `ai_edge_litert` is installed. Digits are MNIST's
training images, as the test set is not there to choose by. Most of them the network was trained on: accuracies tell
engines apart, and say nothing about the network.
"""

import argparse
import functools
import inspect
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from benchmarks.networks import (
    Floats,
    Network,
    convert_to_litert,
    litert_lacks,
    litert_network,
    onnx_network,
    quantise,
)
from benchmarks.speed import in_own_process
from digitizer.errors import DigitizerError
from digitizer.reading.calibration import softmax
from digitizer.reading.classifier import DEFAULT_MODEL, bundled_models, load_classifier
from digitizer.reading.model_card import KERAS_FILE, ONNX_FILE, CalibrationCard
from training.dataset import as_input
from training.metrics import accuracy, calibration_error
from training.mnist import Mnist, load_mnist, validation_mask

SEED = 1
BATCHES = (1, 32, 256, 4096)
ODD_BATCHES = (7, 33)
"""Besides the others, to see whether a result depends on its batch: they leave odd ends."""
READING_BATCH = 32
TIMED_CROPS = 4096
CALIBRATION_CROPS = 512
"""By which static quantisation sees how far activations reach."""
ROUNDS = 7
FIRST_READING = """
from __future__ import annotations
import functools, importlib, sys, numpy as np
{source}
{name}(sys.argv[1])(np.zeros((1, 28, 28, 1), np.float32))
"""
"""A program that loads a file by one of the functions here, and reads a crop."""

Crops = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Engine:
    """One way to run a network: a file, and what loads it."""

    name: str
    file: Path
    load: Callable[[str], Network]


@dataclass(frozen=True, slots=True)
class Readings:
    """What one engine makes of the digits.

    Against the first engine, `difference` is the largest of a calibrated probability, and `changed` counts the digits
    read as something else.
    """

    difference: float
    changed: int
    accuracy: float
    calibration_error: float
    same_bits: bool


def main(arguments: Sequence[str] | None = None) -> None:
    """Convert in a temporary folder, measure, and print a Markdown table: a row per engine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default=DEFAULT_MODEL, choices=bundled_models())
    parser.add_argument("--data", type=Path, help="mnist.npz, or a folder of IDX files; without it Keras fetches MNIST")
    options = parser.parse_args(arguments)
    try:
        digits = choose_digits(load_mnist(options.data))
    except DigitizerError as error:
        parser.error(str(error))
    with TemporaryDirectory() as folder:
        compare(Path(str(resources.files("digitizer"))) / "models" / options.model, *digits, Path(folder))
    if litert_lacks():
        print(f"LiteRT is left out: {' and '.join(litert_lacks())} not installed")


def choose_digits(mnist: Mnist) -> tuple[Crops, NDArray[np.uint8], Crops]:
    """Choose digits to read, their labels, and others to calibrate by, all of them training images."""
    mask = validation_mask(mnist.train_labels, None, SEED)
    return mnist.train_images[mask], mnist.train_labels[mask], mnist.train_images[~mask][:CALIBRATION_CROPS]


def compare(model: Path, crops: Crops, labels: NDArray[np.uint8], others: Crops, folder: Path) -> None:
    """Measure the engines of a model's folder and print the table; new networks go to another folder, an empty one."""
    classifier = load_classifier(model)
    print(f"{classifier.name}, {len(crops)} digits; {platform.machine()}, one thread, medians of {ROUNDS} rounds\n")
    batches = [f"crops a second, batch {batch}" for batch in BATCHES]
    print(f"| engine | file | {' | '.join(batches)} | first reading | largest difference | readings changed ", end="")
    print(f"| accuracy | calibration error | same bits in any batch |\n|{'---|' * (8 + len(batches))}", flush=True)
    engines = build_engines(model, as_input(others), folder)
    networks = [engine.load(str(engine.file)) for engine in engines]
    readings = read(networks, as_input(crops), labels, classifier.card.calibration)
    per_s, whole_per_s = crops_per_second(networks, classifier.classify, crops)
    for row in zip(engines, readings, per_s, first_readings_s(engines), strict=True):
        print(_line(*row))
    print(f"\nDigitClassifier.classify, {TIMED_CROPS} crops at once: {whole_per_s:.0f} crops a second")


def build_engines(model: Path, calibration: Floats, folder: Path) -> list[Engine]:
    """Make all networks; the first is the one that is shipped."""
    quantised = in_own_process(quantise, model / ONNX_FILE, calibration, folder)
    files = {"float32": model / ONNX_FILE, **quantised}
    engines = [Engine(f"ONNX Runtime, {name}", file, onnx_network) for name, file in files.items()]
    if not litert_lacks():
        converted = in_own_process(convert_to_litert, model / KERAS_FILE, folder / "model.tflite")
        engines.append(Engine("LiteRT, float32", converted, litert_network))
    return engines


def read(
    networks: Sequence[Network], images: Floats, labels: NDArray[np.uint8], calibration: CalibrationCard
) -> list[Readings]:
    """Read (N, 28, 28, 1) images, labelled (N,), with every network."""
    several, readings = np.resize(images, (TIMED_CROPS, *images.shape[1:])), []
    probabilities = [
        softmax(logits_of(network, images, READING_BATCH), calibration.temperature, np.array(calibration.offsets))
        for network in networks
    ]
    for network, mine in zip(networks, probabilities, strict=True):
        difference = float(np.abs(mine - probabilities[0]).max())
        changed = int((mine.argmax(axis=1) != probabilities[0].argmax(axis=1)).sum())
        quality = accuracy(mine, labels), calibration_error(mine, labels)
        readings.append(Readings(difference, changed, *quality, same_bits(network, several)))
    return readings


def same_bits(network: Network, images: Floats) -> bool:
    """Tell whether the logits of images are the same, down to the last bit, however these are dealt out."""
    return len({logits_of(network, images, batch).tobytes() for batch in (*BATCHES, *ODD_BATCHES)}) == 1


def crops_per_second(
    networks: Sequence[Network], classify: Callable[[Crops], object], crops: Crops
) -> tuple[list[list[float]], float]:
    """Count crops a CPU second: for each network those of each of `BATCHES`, and those of `classify` as a whole."""
    crops = np.resize(crops, (TIMED_CROPS, *crops.shape[1:]))
    images = as_input(crops)
    works = [functools.partial(logits_of, network, images, batch) for network in networks for batch in BATCHES]
    *seconds, whole_s = median_times([*works, lambda: classify(crops)], time.process_time)
    return (TIMED_CROPS / np.reshape(seconds, (len(networks), len(BATCHES)))).tolist(), TIMED_CROPS / whole_s


def first_readings_s(engines: Sequence[Engine]) -> list[float]:
    """Return the CPU seconds of each engine from the start of the interpreter to the end of its first reading."""
    works = []
    for engine in engines:
        program = FIRST_READING.format(source=inspect.getsource(engine.load), name=engine.load.__name__)
        command = [sys.executable, "-c", program, str(engine.file)]
        works.append(functools.partial(subprocess.run, command, check=True, capture_output=True))
    return median_times(works, _children_cpu_s)


def median_times(works: Sequence[Callable[[], object]], clock: Callable[[], float]) -> list[float]:
    """Time all in turns, so that none has the quieter machine, after a first turn that does not count."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(1 + ROUNDS):
        for work, times in zip(works, taken, strict=True):
            begin = clock()
            work()
            times.append(clock() - begin)
    return [statistics.median(times[1:]) for times in taken]


def logits_of(network: Network, images: Floats, batch: int) -> Floats:
    """Run a network on (N, 28, 28, 1) images, so many at a time: (N, C)."""
    return np.concatenate([network(images[start : start + batch]) for start in range(0, len(images), batch)])


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _line(engine: Engine, readings: Readings, per_s: Sequence[float], first_s: float) -> str:
    speeds = " | ".join(f"{speed:.0f}" for speed in per_s)
    return (
        f"| {engine.name} | {engine.file.stat().st_size / 1000:.0f} kB | {speeds} | {first_s:.2f} s "
        f"| {readings.difference:.1g} | {readings.changed} | {readings.accuracy:.2%} "
        f"| {readings.calibration_error:.2%} | {'yes' if readings.same_bits else 'no'} |"
    )


if __name__ == "__main__":
    main()

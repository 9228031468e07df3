"""Networks in the forms that engines run: in float32, in 8 bits, for LiteRT; and what loads them."""

import functools
import importlib.util
import io
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitizer.reading.runtime import onnx_runtime

Floats = NDArray[np.float32]
Network = Callable[[Floats], Floats]
"""Images (N, 28, 28, 1), ink 1 on 0 -> logits (N, C)."""

LITERT_NEEDS = ("ai_edge_litert", "tensorflow")
"""The second converts the network for the first."""


def quantise(source: Path, calibration: Floats, folder: Path) -> dict[str, Path]:
    """Write a network with 8 bits in four ways; for a process of its own, which it makes silent.

    Statically, the scales of activations come from calibration images (Jacob et al., "Quantization and training of
    neural networks for efficient integer-arithmetic-only inference", CVPR 2018). With 7 bits for weights, a sum of
    two products fits 16 bits, and CPUs without VNNI give the same numbers. Dynamically, each batch has its own scales.
    """
    onnx_runtime()
    from onnxruntime import quantization as q
    from onnxruntime.quantization.shape_inference import quant_pre_process

    logging.disable(logging.WARNING)
    prepared = folder / "prepared.onnx"
    quant_pre_process(source, prepared, skip_symbolic_shape=True)
    static = {"static int8": False, "static int8, weights of 7 bits": True}
    dynamic = {"dynamic int8": q.QuantType.QInt8, "dynamic, weights uint8": q.QuantType.QUInt8}
    files = {name: folder / f"{name}.onnx" for name in (*static, *dynamic)}
    for name, reduced in static.items():
        feed = SimpleNamespace(get_next=functools.partial(next, iter([{"images": calibration}]), None))
        kinds = {"activation_type": q.QuantType.QUInt8, "weight_type": q.QuantType.QInt8, "reduce_range": reduced}
        q.quantize_static(prepared, files[name], feed, q.QuantFormat.QDQ, per_channel=True, **kinds)
    for name, kind in dynamic.items():
        q.quantize_dynamic(prepared, files[name], per_channel=True, weight_type=kind)
    return files


def convert_to_litert(source: Path, target: Path) -> Path:
    """Write a Keras network for LiteRT; for a process of its own, which it makes silent."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"], sys.stdout = "3", io.StringIO()
    import keras
    import tensorflow as tf

    target.write_bytes(tf.lite.TFLiteConverter.from_keras_model(keras.models.load_model(source)).convert())
    return target


def onnx_network(file: str) -> Network:
    """Load an ONNX file into ONNX Runtime, on one thread."""
    from digitizer.reading.runtime import onnx_runtime  # here, for this function is also a program of its own

    ort = onnx_runtime()
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    return lambda images: np.asarray(session.run(None, {"images": images})[0])


def litert_network(file: str) -> Network:
    """Load a LiteRT file, on one thread; every size of batch has an interpreter, its memory laid out once."""
    litert = importlib.import_module("ai_edge_litert.interpreter")

    @functools.cache
    def laid_out(batch: int) -> Any:
        interpreter = litert.Interpreter(file, num_threads=1)
        interpreter.resize_tensor_input(interpreter.get_input_details()[0]["index"], (batch, 28, 28, 1))
        interpreter.allocate_tensors()
        return interpreter

    def run(images: Floats) -> Floats:
        interpreter = laid_out(len(images))
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], images)
        interpreter.invoke()
        return np.asarray(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))

    return run


def litert_lacks() -> list[str]:
    """Name the packages without which LiteRT cannot be tried."""
    return [name for name in LITERT_NEEDS if importlib.util.find_spec(name) is None]

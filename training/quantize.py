"""The trained network in 8-bit integers: about twice as fast as in float32, and a quarter of the size."""

import logging
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitizer.reading.classifier import BATCH, run_network, start_session
from digitizer.reading.runtime import onnx_runtime
from training.dataset import as_input

Image = NDArray[np.uint8]

SCALE_CROPS = 1024
"""Crops by which it is seen how far activations reach."""


def to_int8(model: bytes, images: Image) -> bytes:
    """Quantise a network: weights by channel, activations by the range that they have on some crops.

    Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only inference" (CVPR
    2018). Weights have 7 bits, so that the sum of two products fits 16 bits: CPUs with and without instructions
    for 8-bit products then compute the same numbers.

    Parameters
    ----------
    model
        ONNX in float32, as `training.export.to_onnx` gives it.
    images
        (N, 28, 28) uint8, ink 255: crops of training, digits and others.

    Returns
    -------
    bytes
        ONNX with the same input and output.
    """
    onnx_runtime()
    from onnxruntime import quantization
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory() as folder:
        source, prepared, target = (Path(folder) / name for name in ("float32.onnx", "prepared.onnx", "int8.onnx"))
        source.write_bytes(model)
        logging.disable(logging.WARNING)  # it recommends what the next line does
        try:
            quant_pre_process(source, prepared, skip_symbolic_shape=True)
            quantization.quantize_static(
                prepared,
                target,
                _Crops(images[:SCALE_CROPS]),
                quantization.QuantFormat.QDQ,
                per_channel=True,
                reduce_range=True,
                activation_type=quantization.QuantType.QUInt8,
                weight_type=quantization.QuantType.QInt8,
            )
        finally:
            logging.disable(logging.NOTSET)
        return target.read_bytes()


def onnx_logits(model: bytes, images: Image) -> NDArray[np.float64]:
    """Run a network on (N, 28, 28) uint8 images, ink 255, in batches as reading does: (N, classes) logits."""
    session = start_session(model)
    classes = session.get_outputs()[0].shape[1]
    return run_network(session, images, classes).astype(np.float64)


class _Crops:
    """Crops as ONNX Runtime's quantisation asks for them: batch by batch, then None."""

    def __init__(self, images: Image) -> None:
        self._batches = iter(np.array_split(images, max(1, len(images) // BATCH)))

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        batch = next(self._batches, None)
        return None if batch is None else {"images": as_input(batch)}

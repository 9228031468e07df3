"""ONNX Runtime, kept from telling anybody that it was used."""

import os
from types import ModuleType

SILENCE = "ORT_DISABLE_TELEMETRY"
"""Read by ONNX Runtime when it is imported: without it, it sends events to its maker, on Linux too, and keeps an id of
the machine in the user's cache."""


def onnx_runtime() -> ModuleType:
    """Import ONNX Runtime. Nothing else here imports it, nor a part of it, before this was called."""
    os.environ[SILENCE] = "1"
    import onnxruntime

    module: ModuleType = onnxruntime
    return module

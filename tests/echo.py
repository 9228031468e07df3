"""A worker's handler that does what bad scans do: crash, hang, spin, eat memory, fill the disk, raise."""

import os
import re
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable

import cv2
import numpy as np

from digitizer.errors import ModelError


def misbehave(word: str, beat: Callable[[], None]) -> None:
    """Do what the word says."""
    if word == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif word == "hang":
        time.sleep(60)
    elif word == "slow":
        for _ in range(6):
            time.sleep(0.5)
            beat()
    elif word == "error":
        raise ValueError("the form says 12345")
    elif word == "memory":
        np.ones(1 << 33, dtype=np.uint8)
    elif word == "memory of OpenCV":
        cv2.copyMakeBorder(np.zeros((1, 1), np.uint8), 0, 1 << 16, 0, 1 << 16, cv2.BORDER_CONSTANT)
    elif word == "spin":
        re.match("(a|a)+$", "a" * 99 + "b")  # no other thread of Python runs meanwhile
    elif word == "work":
        for _ in range(4):
            _use_processor(0.6)
            beat()
    elif word == "write":
        with tempfile.TemporaryFile() as file:
            file.write(bytes(1 << 24))


def _use_processor(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


class Echo:
    """Answers each word with itself, after doing what it says."""

    info = "echo"

    def __call__(self, task: str, beat: Callable[[], None]) -> tuple[str, int]:
        """Return the word and the number of this process."""
        misbehave(task, beat)
        if task == "main":
            return str(getattr(sys.modules["__main__"], "__file__", "no main file")), os.getpid()
        if task == "core":
            return str(resource.getrlimit(resource.RLIMIT_CORE)[0]), os.getpid()
        return task, os.getpid()


def refusing_setup() -> Echo:
    """Stand for a model that is altered."""
    raise ModelError("The model was altered.")


def broken_setup() -> Echo:
    """Stand for an error that nobody has foreseen."""
    raise OSError("no disk")


def vanishing_setup() -> Echo:
    """Stand for a process that is killed while it starts."""
    os._exit(9)

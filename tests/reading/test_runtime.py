"""The engine tells nobody that it was used."""

import os
import subprocess
import sys
from pathlib import Path

READ = """
import numpy
from digitizer.reading.classifier import load_classifier
load_classifier().classify(numpy.zeros((1, 28, 28), numpy.uint8))
"""


def test_reading_leaves_nothing_in_the_users_home(tmp_path: Path) -> None:
    """No id of the machine, and no queue of events that wait to be sent."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ORT_", "XDG_"))}

    subprocess.run([sys.executable, "-c", READ], env=own | {"HOME": str(tmp_path)}, check=True)

    assert list(tmp_path.rglob("*")) == []

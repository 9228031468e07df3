"""Stands in for `python -m training.retrain`: a process that leaves the bundled model under another calibration.

It notes what it was told in `told.json`, and learns nothing; how good its model seems is for the test to say.
"""

import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PLAN_VARIABLE = "STAND_IN_PLAN"
"""JSON: `code` to end with, `wait_s` to sleep before, `mnist_wrong` and `mended` as counts, `leave_out` a file."""
MNIST, MNIST_WRONG = 1000, 7
DOUBTFUL_EVERY = 3
"""One kept field of so many is doubtful to the old network, and wrong."""


def main() -> int:
    """Make a model folder, and say what it and the one before make of what was kept."""
    plan: dict[str, Any] = json.loads(os.environ.get(PLAN_VARIABLE, "{}"))
    archive, options = Path(sys.argv[1]), dict(zip(sys.argv[2::2], sys.argv[3::2], strict=True))
    print("learning", flush=True)
    if "started" in plan:
        Path(plan["started"]).write_text(str(os.getpid()))
    time.sleep(plan.get("wait_s", 0))
    if plan.get("code"):
        return int(plan["code"])
    out = Path(options["--out"])
    _make_model(Path(options["--model"]), out, options["--name"])
    with np.load(archive) as settled:
        measured = _measured({name: settled[name] for name in settled.files}, plan)
    np.savez(out / "measured.npz", **measured)  # type: ignore[arg-type]  # no array is one of the flags
    (out / "told.json").write_text(json.dumps(options))
    if "leave_out" in plan:
        (out / plan["leave_out"]).unlink()
    return 0


def _make_model(base: Path, out: Path, name: str) -> None:
    shutil.copytree(base, out)
    card = json.loads((out / "card.json").read_text())
    card["name"] = name
    card["calibration"]["temperature"] *= 1.01
    card["training"]["retrained"] = {"crops": 700, "fields": 200}
    (out / "card.json").write_text(json.dumps(card))


def _measured(settled: dict[str, NDArray[Any]], plan: dict[str, Any]) -> dict[str, NDArray[Any]]:
    kept = np.flatnonzero(settled["field_part"] == 2)
    doubtful = np.arange(len(kept)) % DOUBTFUL_EVERY == 0
    mended = doubtful & (np.cumsum(doubtful) <= plan.get("mended", len(kept)))
    cells = np.isin(settled["field"], kept)
    mnist = np.arange(MNIST)
    return {
        "before_confidence": np.where(doubtful, 0.9, 0.9999),
        "after_confidence": np.where(doubtful & ~mended, 0.9, 0.9999),
        "before_right": ~doubtful,
        "after_right": ~doubtful | mended,
        "share": settled["field_share"][kept],
        "sampled": settled["field_sampled"][kept],
        "before_cells_right": np.ones(cells.sum(), bool),
        "after_cells_right": np.ones(cells.sum(), bool),
        "mnist_before_right": mnist >= MNIST_WRONG,
        "mnist_after_right": mnist >= plan.get("mnist_wrong", MNIST_WRONG),
    }


if __name__ == "__main__":
    sys.exit(main())

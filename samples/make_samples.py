"""Draws the sample jobs and what templates name: `python -m samples.make_samples [--mnist FILE] [--out FOLDER]`."""

import argparse
import shutil
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from samples.blanks import write_list, write_references
from samples.digits import load_pool
from samples.jobs import JOBS
from samples.record import Job

MNIST_FILE = Path.home() / ".keras" / "datasets" / "mnist.npz"
"""Where `keras.datasets.mnist.load_data()` puts it."""

SEED = 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw all jobs, or those named; the same bytes each time with the same versions of the libraries."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mnist", type=Path, default=MNIST_FILE, help="MNIST as an npz file (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="the folder that gets it all")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("jobs", nargs="*", help=f"of {', '.join(JOBS)} (default: all)")
    options = parser.parse_args(arguments)
    if not options.mnist.is_file():
        parser.error(f"{options.mnist} is no file: fetch MNIST with keras.datasets.mnist.load_data() or name it.")
    if unknown := set(options.jobs) - set(JOBS):
        parser.error(f"no such job: {', '.join(sorted(unknown))}; there are {', '.join(JOBS)}.")
    for name in options.jobs or JOBS:
        draw_job(name, options.out, options.mnist, options.seed)


def draw_job(name: str, folder: Path, mnist: Path, seed: int) -> None:
    """Draw one job: `scans/<name>`, `<name>/truth*.csv`, and in `templates` what its templates refer to.

    Scans that lie there from an earlier drawing are deleted first.
    """
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    scans, templates = folder / "scans" / name, folder / "templates"
    shutil.rmtree(scans, ignore_errors=True)
    job = Job(scans, load_pool(mnist, rng), rng)
    JOBS[name](job)
    job.write_truth(folder / name)
    write_references(name, templates)
    write_list(name, templates, {row.value for row in job.rows})


if __name__ == "__main__":
    main()

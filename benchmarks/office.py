"""Whether a network learns the hands of an office, on real pages from end to end: `python -m benchmarks.office`.

People of a simulated office, whose digits look different from MNIST's, fill in forms. A reviewer settles what the
bundled network is not sure of, until enough digits are settled. `digitizer retrain` learns from them. Then forms by
people whom nobody has seen before are read by the old network and by the new one. Needs the extra `train`, and hours.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.office_figures import HEADER, RATES, Learning, Read, curve, row, save
from benchmarks.office_hands import Office, office
from benchmarks.office_pages import draw_night, write_template, write_truth
from benchmarks.office_work import Settled, digitizer, mistaken, settle, truth_of
from digitizer.report.score import score

STYLE, SEED = "B", 1
CORRECTIONS, FORMS, STEP = 2000, 200, 4
"""Digits to be settled, forms that both networks read at the end, and forms that are handed in at a time before."""
MNIST_FILE = Path.home() / ".keras" / "datasets" / "mnist.npz"
FIRST_NIGHTS, LAST_NIGHT = 1, 2
"""What forms are drawn from besides the seed, so that nobody writes in both."""
BUNDLED = "default"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the story is told.

    Attributes
    ----------
    folder
        Of everything that is drawn, read and learned.
    mnist
        What a network is trained on besides.
    """

    folder: Path
    office: Office
    seed: int
    mnist: Path

    @property
    def template(self) -> Path:
        """The form."""
        return self.folder / "meters.yaml"

    @property
    def last_night(self) -> Path:
        """Forms that no network has learned from, and their truth beside them."""
        return self.folder / "last night"


def main(arguments: Sequence[str] | None = None) -> None:
    """Tell the story once, or once for each number of corrections, and print a row for each network."""
    options = _parse(arguments)
    with ExitStack() as stack:
        folder = options.work or Path(stack.enter_context(TemporaryDirectory()))
        place = Place(folder, office(options.style, options.seed), options.seed, options.data)
        prepare(place, options.forms)
        bundled = read_last_night(place, folder / "models", BUNDLED, folder / "read by the bundled one")
        found = [(Learning("bundled"), bundled)]
        print(f"{HEADER}\n{row(*found[0])}", flush=True)
        for learning, home in learn_on(place, options.corrections, wrongly=options.wrongly):
            found.append((learning, read_last_night(place, home / "models", home / "model", home / "read")))
            print(row(*found[-1]), flush=True)
        save(folder / "figures.csv", found)
        if options.curve:
            curve(found).savefig(options.curve, dpi=100)


def prepare(place: Place, forms: int) -> None:
    """Print the form, and have it filled in for the last night."""
    place.folder.mkdir(parents=True, exist_ok=True)
    write_template(place.template)
    if not (place.last_night / "truth.csv").exists():
        rows = draw_night(place.last_night / "scans", place.office, forms, [place.seed, LAST_NIGHT])
        write_truth(place.last_night / "truth.csv", rows)


def learn_on(place: Place, wanted: Sequence[int], *, wrongly: bool) -> Iterator[tuple[Learning, Path]]:
    """Read and review forms, a few at a time; yield a network and its home once so many digits are settled."""
    scans, results, models = place.folder / "scans", place.folder / "results", place.folder / "models"
    done, forms = Settled(0, 0), 0
    for number in sorted(wanted):
        while done.digits < number:
            new = draw_night(scans, place.office, STEP, [place.seed, FIRST_NIGHTS], forms)
            forms += STEP
            run = ("run", scans, "--template", place.template, "--out", results, "--model", BUNDLED, "--settle", "0")
            digitizer(models, *run)
            truth = truth_of(scans, new)
            done += settle(results, mistaken(truth, np.random.default_rng(forms)) if wrongly else truth)
        yield retrain(place, results, done, forms)


def retrain(place: Place, results: Path, done: Settled, forms: int) -> tuple[Learning, Path]:
    """Give the command; the new network is kept in `model` of its home, whatever is found of it."""
    home = place.folder / f"after {done.digits}"
    model = home / "model"
    home.mkdir(parents=True)
    begin = time.perf_counter()
    told = digitizer(home / "models", "retrain", results, "--data", place.mnist, "--name", "office", "--keep", model)
    minutes = (time.perf_counter() - begin) / 60
    (home / "retrain.txt").write_text(told)
    why = next((line for line in told.splitlines() if line.startswith("not installed")), "")
    with np.load(model / "measured.npz") as measured:
        before, after = (int((~measured[f"mnist_{when}_right"]).sum()) for when in ("before", "after"))
        mnist = (len(measured["mnist_after_right"]), before, after)
    return Learning("retrained", forms, done.digits, done.differed, *mnist, minutes, why), home


def read_last_night(place: Place, models: Path, model: str | Path, out: Path) -> Read:
    """Read the last night's forms with a network, and compare with the truth at each error rate."""
    scores = {}
    for rate in RATES:
        given = ("--template", place.template, "--out", out, "--model", model, "--max-errors", str(rate))
        digitizer(models, "run", place.last_night / "scans", *given, "--qa-share", "0", "--settle", "0", "--again")
        scores[rate] = score(out, place.last_night / "truth.csv")
    return Read.from_scores(scores)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.office", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--corrections", type=int, nargs="+", default=[CORRECTIONS], help="a network for each number")
    parser.add_argument("--forms", type=int, default=FORMS, help="of the last night (default: %(default)s)")
    parser.add_argument("--wrongly", action="store_true", help="let the reviewer say anything, the digits shuffled")
    parser.add_argument("--curve", type=Path, metavar="PNG", help="draw a picture of it")
    parser.add_argument("--style", default=STYLE, help="of the office (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--data", type=Path, default=MNIST_FILE, help="mnist.npz as Keras has it")
    parser.add_argument("--work", type=Path, metavar="DIR", help="keep everything there (default: a temporary folder)")
    options = parser.parse_args(arguments)
    if options.work and (options.work / "results").exists():
        parser.error(f"{options.work} holds an earlier story: name another folder.")
    return options


if __name__ == "__main__":
    main()

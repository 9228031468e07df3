"""The whole of retraining: gather what people settled, train, compare, and install what is better.

1. Out of the ledgers: digits that people have settled, dealt out to learn from, to calibrate with and to measure by.
2. `python -m training.retrain`, a process of its own: the library runs without TensorFlow.
3. Both networks beside each other on what was kept for measuring, and on MNIST's held-out digits.
4. The figures go into the card of the new model; it is installed and chosen if nothing speaks against it.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from digitizer.budget.comparison import FIELDS_NEEDED, Comparison, Read, compare, objections
from digitizer.errors import DigitizerError, ExitCode, ModelError, UsageError
from digitizer.ledger.settled import CALIBRATE, KEEP, LEARN, Settled, settled, stands_for
from digitizer.policy import DEFAULT_MAX_ERRORS
from digitizer.reading.classifier import COLUMNS, DEFAULT_MODEL, load_classifier, model_folder
from digitizer.reading.installed import check_free, choose, install, models
from digitizer.reading.model_card import CARD_FILE, KERAS_FILE, load_model_files
from digitizer.results import opened

TRAINER = (sys.executable, "-m", "training.retrain")
"""What is started; it is told what to do by the options that `_order` gives it."""
MEASURED_FILE = "measured.npz"
"""What both networks make of what was kept, beside the card of the new one."""
DIGITS_NEEDED = 200
"""Digits that people have had a say in: with fewer, a network learns those by heart and nothing else."""
_TOOK_PART = {LEARN: "learn from", CALIBRATE: "calibrate with", KEEP: "measure by"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for.

    Attributes
    ----------
    results
        Folders of results; a scan that several hold counts once.
    model
        The network to go on from and to be better than: a folder, or the name of a bundled one.
    data
        MNIST, for the trainer; None for it to find.
    name
        Of the new model; None for the first of `retrained-1`, `retrained-2` ... that is free.
    dry_run
        Whether nothing is installed, however good it is.
    keep
        Folder, not there yet, in which the new model stays; None if it is to be found in the store or nowhere.
    trainer
        The command that trains.
    """

    results: Sequence[Path]
    model: Path | str
    data: Path | None = None
    name: str | None = None
    max_errors: Fraction = DEFAULT_MAX_ERRORS
    dry_run: bool = False
    keep: Path | None = None
    trainer: Sequence[str] = TRAINER


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it.

    Attributes
    ----------
    objections
        What speaks against the new network; empty if it is better.
    installed
        Where it lies and reads from now on; None if it was not installed.
    """

    name: str
    comparison: Comparison
    objections: tuple[str, ...]
    installed: Path | None


def retrain(request: Request, *, say: Callable[[str], object]) -> Outcome:
    """Train a network on what people have settled, and have it read from now on if it is better.

    Parameters
    ----------
    say
        Told in a line what is being done.

    Raises
    ------
    UsageError
        If too little was settled, a folder is missing, a name is taken, or the trainer cannot start.
    ModelError
        If the model cannot be used, or cannot learn.
    LedgerError
        If a ledger cannot be read.
    DigitizerError
        If the trainer fails.
    """
    name = _free_name() if request.name is None else request.name
    check_free(name)
    base = _that_can_learn(request.model)
    if request.keep is not None and os.path.lexists(request.keep):
        raise UsageError(f"--keep makes a new folder, and {request.keep} is there already.")
    known = gather(request.results)
    check_enough(known)
    say(told(known))
    with tempfile.TemporaryDirectory(prefix="digitizer-retrain-") as scratch:
        archive = Path(scratch) / "settled.npz"
        np.savez(archive, **known.arrays())  # type: ignore[arg-type]  # of numpy's stubs: no array is the flag
        candidate = Path(scratch) / "model" if request.keep is None else request.keep
        _train(_order(request, name, base, archive, candidate), Path(scratch))
        return _judged(request, name, candidate)


def gather(results: Sequence[Path]) -> Settled:
    """Collect what people have settled in some folders of results; a scan counts in the first that has settled it.

    Raises
    ------
    UsageError
        If one of them is no folder of results.
    LedgerError
        If a ledger cannot be read.
    """
    parts: list[Settled] = []
    digests: set[str] = set()
    for folder in results:
        with opened(folder) as ledger:
            part, found = settled(ledger, digests)
        parts.append(part)
        digests |= found
    return Settled.joined(parts)


def check_enough(known: Settled) -> None:
    """Refuse to begin what cannot lead anywhere.

    Raises
    ------
    UsageError
        If too few digits were settled, or they are too few to be dealt out.
    """
    digits, kept = int(known.said.sum()), int((known.field_part == KEEP).sum())
    if digits < DIGITS_NEEDED:
        raise UsageError(f"Digits that people have settled here: {digits}. To learn from, {DIGITS_NEEDED} are needed.")
    for part, what in _TOOK_PART.items():
        if not (known.field_part == part).any():
            raise UsageError(f"What was settled is of too few scans: there is none to {what}.")
    if kept < FIELDS_NEEDED:
        raise UsageError(
            f"Settled fields that are kept for measuring: {kept}. Needed are {FIELDS_NEEDED}: review more."
        )


def told(known: Settled) -> str:
    """Say in a line what was gathered."""
    parts = ", ".join(f"{(known.field_part == part).sum()} to {what}" for part, what in _TOOK_PART.items())
    digits = f"{len(known.labels)} digits, {known.said.sum()} of them looked at one by one"
    return f"{len(known.field_part)} settled fields of {digits}: {parts} ({known.field_sampled.sum()} drawn by lot)"


def _free_name() -> str:
    taken = {each.name for each in models()}
    return next(name for name in (f"retrained-{number}" for number in range(1, len(taken) + 2)) if name not in taken)


def _that_can_learn(model: Path | str) -> Path:
    folder = model_folder(model)
    card, _, contents = load_model_files(folder)
    if KERAS_FILE not in contents or card.classes != COLUMNS:
        needed = f"{KERAS_FILE} and {COLUMNS} classes"
        raise ModelError(f"{card.name} cannot learn: that needs {needed}. --model {DEFAULT_MODEL} has both.")
    return folder


def _order(request: Request, name: str, base: Path, archive: Path, candidate: Path) -> list[str]:
    options = [str(archive), "--model", str(base), "--out", str(candidate.absolute()), "--name", name]
    return [*request.trainer, *options, *([] if request.data is None else ["--data", str(request.data)])]


def _train(command: Sequence[str], scratch: Path) -> None:
    """Run the trainer to its end; whatever stops us stops it too, with all that it has started.

    It is the head of a process group, which Ctrl-C at the terminal does not reach, and ends with it at once: what it
    has written so far is of no use to anybody, and lies in a folder that goes.
    """
    options: dict[str, Any] = {"env": {**os.environ, "TMPDIR": str(scratch)}, "process_group": 0, "stdout": 2}  # stderr
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, **options) as child:  # noqa: S603 - without a shell
        try:
            code = child.wait()
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()  # or its scratch could be in use still when it is cleared away
            raise
    if code == ExitCode.USAGE:
        raise UsageError("The training could not begin; what it said stands above.")
    if code:
        raise DigitizerError(f"The training ended with code {code}; what it said stands above. Nothing was installed.")


def _judged(request: Request, name: str, candidate: Path) -> Outcome:
    """Compare, put the figures into the card, and install."""
    found = _compared(candidate, request.max_errors)
    against = objections(found)
    _add_figures(candidate, found, against)
    if against or request.dry_run:
        return Outcome(name, found, against, None)
    installed = install(candidate, name)
    choose(name)
    return Outcome(name, found, against, installed)


def _compared(candidate: Path, max_errors: Fraction) -> Comparison:
    load_classifier(candidate)
    try:
        with np.load(candidate / MEASURED_FILE) as measured:
            before, after = (
                Read(*(measured[name] for name in names))
                for names in (
                    ("before_confidence", "before_right", "before_cells_right", "mnist_before_right"),
                    ("after_confidence", "after_right", "after_cells_right", "mnist_after_right"),
                )
            )
            share, sampled = measured["share"], measured["sampled"]
    except (OSError, KeyError, ValueError) as error:
        raise DigitizerError(
            f"The training left no {MEASURED_FILE} that can be read. Nothing was installed."
        ) from error
    return compare(before, after, stands_for(share, sampled), sampled, max_errors)


def _add_figures(candidate: Path, found: Comparison, against: Sequence[str]) -> None:
    """Put into the card what was measured: it is sealed anew by that, and its files are as they were."""
    card, _, _ = load_model_files(candidate)
    figures: dict[str, Any] = {**asdict(found), "max_errors": str(found.max_errors), "objections": list(against)}
    sealed = card.model_copy(update={"metrics": {**card.metrics, "settled": figures}})
    draft = candidate / f".{CARD_FILE}"
    draft.write_text(json.dumps(sealed.model_dump(), indent=2) + "\n", encoding="utf-8")
    draft.replace(candidate / CARD_FILE)
